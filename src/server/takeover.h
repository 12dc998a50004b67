// Takeover: a new process gets the listening sockets of the one that serves the same data folder,
// and has it drain once it serves itself.
//
// Both processes accept from the same queues, so that no connection that a client has made is ever
// lost. Opening the port a second time with SO_REUSEPORT would lose those that wait in the queue of
// a socket when it is closed.
//
//   new                                   old
//   start lock
//   "listeners"                        -> sockets stay in its hands too
//   migrates, accepts                     serves; whatever happens to the new one, it goes on
//   "drain"                            -> removes control.sock, "draining", accepts no more
//   publishes its control.sock
//   MAINPID= and READY=1, hangs up     -> ends when its last answer is sent
//   releases the lock
//
// All functions REQUIRE the start lock (start_lock.h): the owner of control.sock is then the
// process that gave the sockets, or nobody.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "server/control_wire.h"

namespace prodev::server {

// kConflict when a process serves `data_dir`, or cannot be asked whether it does.
base::Result<void> refuse_second_server(const std::string& data_dir);

// Asks the process that serves `data_dir`. kNotFound when there is none.
base::Result<ListeningSockets> take_sockets(const std::string& data_dir);

// Has the process that serves `data_dir` accept no more and finish what it has in hand; nothing to
// do where it has ended meanwhile. Returns once control.sock is free. The old process does not end
// before what is returned is closed. kUnavailable when it does not answer: then it serves on.
base::Result<base::UniqueFd> drain_predecessor(const std::string& data_dir);

}  // namespace prodev::server
