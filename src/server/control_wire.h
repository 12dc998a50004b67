// What both ends of data/control.sock share: finding it, and passing sockets over it.
//
// Wire: SOCK_SEQPACKET, each side checks the other's user. A new process asks "listeners" and gets
// "listeners M R" with M main and R redirect sockets attached (SCM_RIGHTS, unix(7)). When it serves
// it connects anew and asks "drain"; with the answer "draining" the matter is settled: nobody else
// gets the sockets, and control.sock goes. An answer that cannot be sent, because who asked has
// given up, settles nothing. The new process holds that connection until it is known to the service
// manager; the old one does not end before.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace prodev::server {

struct ListeningSockets {
  std::vector<base::UniqueFd> main;
  std::vector<base::UniqueFd> redirect;
};

namespace control {

inline constexpr const char* kName = "control.sock";
inline constexpr std::string_view kAskListeners = "listeners";
inline constexpr std::string_view kAskDrain = "drain";
inline constexpr std::string_view kDraining = "draining";
inline constexpr int kSilence_ms = 5'000;  // a peer that owes an answer or a question is given up

// A socket address holds 107 bytes of path; through the folder's descriptor any folder fits (but
// that takes /proc, which a bare chroot lacks).
struct SocketPath {
  base::UniqueFd folder;
  sockaddr_un address{};

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
};
base::Result<SocketPath> socket_path(const std::string& data_dir, const std::string& name);

// Connects to the process that serves `data_dir`. kNotFound when there is none; kUnavailable when
// there is one that does not take the connection; kForbidden when it is another user's.
base::Result<base::UniqueFd> connect_to_owner(const std::string& data_dir);

// Whether the process at the other end runs as this one's user, or as root.
bool same_user(int fd);

bool wait_readable(int fd, int timeout_ms);
bool send_message(int peer, std::string_view text);

// False when the peer is gone or does not read.
bool send_sockets(int peer, const ListeningSockets& sockets);
// kUnavailable when what comes are no sockets.
base::Result<ListeningSockets> receive_sockets(int peer);

}  // namespace control
}  // namespace prodev::server
