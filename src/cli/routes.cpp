#include <ostream>

#include "cli/commands.h"
#include "server/server.h"

namespace prodev::cli {

base::Result<int> run_routes(const Context& context) {
  context.out << server::describe_routes();
  return 0;
}

}  // namespace prodev::cli
