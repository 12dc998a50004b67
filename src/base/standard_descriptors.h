// Standard input, output and error, which whoever starts a process may have left closed.
#pragma once

namespace prodev::base {

// Opens those of descriptors 0, 1 and 2 that are closed on /dev/null: the next file or socket would
// get their numbers otherwise, and lines that are meant for a log would go there. What is written
// to them fails all the same, so that a command whose output has nowhere to go says so. Call before
// anything else is opened.
void open_standard_descriptors();

}  // namespace prodev::base
