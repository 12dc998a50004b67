#include "base/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace prodev::base {

void open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // open(2) takes the lowest number that is free, which is this one. In a bare chroot there is no
    // /dev/null; a folder keeps the number as well, and cannot be written to.
    const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened < 0) (void)::open("/", O_RDONLY | O_DIRECTORY);
  }
}

}  // namespace prodev::base
