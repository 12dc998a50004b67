#include "server/start_reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "db/write_room.h"

namespace prodev::server {

void StartReserve::keep() const {
  if (::access(path_.c_str(), F_OK) == 0) return;
  const std::string folder = path_.substr(0, path_.rfind('/'));
  if (db::free_bytes(folder).value_or(0) < kPlenty) return;
  const base::UniqueFd file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file && ::posix_fallocate(file.get(), 0, kBytes) != 0) ::unlink(path_.c_str());
}

bool StartReserve::give_up() const { return ::unlink(path_.c_str()) == 0; }

}  // namespace prodev::server
