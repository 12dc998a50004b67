#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "server/server.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;

// Makes `folder` with the given mode; says so when it was not there.
base::Result<void> make_folder(const fs::path& folder, fs::perms mode, std::ostream& out) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (!fs::create_directory(folder, error)) {
    return base::fail(base::Code::kUnavailable,
                      folder.string() + ": the folder could not be made (" + error.message() +
                          "); run prodev demo where you may write, or name a place with --dir");
  }
  fs::permissions(folder, mode, error);
  out << "made      " << fs::absolute(folder).string() << '\n';
  return {};
}

}  // namespace

base::Result<int> run_demo(const CommandLine& line, const Context& context) {
  constexpr auto kPublic = fs::perms(0755), kPrivate = fs::perms(0700);
  CommandLine with_dir = line;
  if (!context.environment.contains("PRODEV_DIR")) with_dir.flags.emplace("dir", "prodev-demo");
  TRY_ASSIGN(const config::Settings settings, load_settings(with_dir, context));
  TRY(make_folder(settings.dir, kPublic, context.out));
  TRY(make_folder(config::effective_data_dir(settings), kPrivate, context.out));
  TRY(make_folder(config::effective_static_dir(settings), kPublic, context.out));
  TRY(server::serve(settings, context.out));
  return 0;
}

}  // namespace prodev::cli
