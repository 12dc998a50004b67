// How a thread shares the cores with the other threads of the machine.
#pragma once

namespace prodev::base {

// For the work of the calling thread that may last: from now on it gets what others leave, and any
// thread that is woken takes its core. Linux; what the system does not know or refuses stays as it
// was.
void run_behind();

}  // namespace prodev::base
