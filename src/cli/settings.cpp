#include <ostream>

#include "cli/commands.h"
#include "config/settings_table.h"

namespace prodev::cli {

base::Result<int> run_settings(const Context& context) {
  context.out << config::settings_markdown();
  return 0;
}

}  // namespace prodev::cli
