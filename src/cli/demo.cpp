#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/embedded_files.h"
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

// Writes the embedded files below `prefix` into `folder`, unless `marker` is there already: what
// somebody has changed stays.
base::Result<void> write_missing(std::string_view prefix, const fs::path& folder,
                                 const char* marker, std::ostream& out) {
  std::error_code error;
  if (fs::exists(folder / marker, error)) return {};
  return write_embedded_files(prefix, folder, out);
}

}  // namespace

base::Result<int> run_demo(const CommandLine& line, const Context& context) {
  constexpr auto kPublic = fs::perms(0755), kPrivate = fs::perms(0700);
  CommandLine with_dir = line;
  if (!context.environment.contains("PRODEV_DIR")) with_dir.flags.emplace("dir", "prodev-demo");
  TRY_ASSIGN(const config::Settings places, load_settings(with_dir, context));
  TRY(make_folder(places.dir, kPublic, context.out));
  TRY(make_folder(config::effective_data_dir(places), kPrivate, context.out));
  TRY(make_folder(config::effective_static_dir(places), kPublic, context.out));
  TRY(write_missing("packaging/templates/demo/", places.dir, "prodev.toml", context.out));
  TRY(write_missing("schema/shop/", config::effective_schema_dir(places), "", context.out));
  // With the file that was just written.
  TRY_ASSIGN(const config::Settings settings, load_settings(with_dir, context));
  server::ServeOptions options;
  if (settings.builtin_pages) options = {"/demo/", "the shop"};
  TRY(server::serve(settings, context.out, options));
  return 0;
}

}  // namespace prodev::cli
