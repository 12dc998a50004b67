#include <openssl/crypto.h>

#include <ostream>

#include "base/build_info.h"
#include "cli/commands.h"

namespace prodev::cli {

base::Result<int> run_version(const Context& context) {
  context.out << "prodev " << base::version() << " (" << base::commit() << ")\n"
              << "compiler  " << base::compiler() << '\n'
              << "tls       " << OpenSSL_version(OPENSSL_VERSION) << '\n';
  return 0;
}

}  // namespace prodev::cli
