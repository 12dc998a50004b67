#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/embedded_files.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kTemplates = "packaging/templates/project/";

Result<void> check_unused(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) {
    return fail(Code::kUsage, folder.string() + " is not a folder; name one that is new or empty");
  }
  const fs::directory_iterator first(folder, error);
  if (error) {
    return fail(Code::kUnavailable, folder.string() + " cannot be looked into: " + error.message());
  }
  if (first != fs::directory_iterator()) {
    return fail(Code::kUsage, folder.string() + " has something in it (" +
                                  first->path().filename().string() +
                                  "), and nothing is overwritten; name a folder that is new or "
                                  "empty");
  }
  return {};
}

// As a shell reads it back.
std::string quoted(const std::string& word) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._-+").find(c) != std::string_view::npos;
  };
  if (std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

base::Result<int> run_init(const CommandLine& line, const Context& context) {
  if (line.words.size() != 1 || line.words[0].empty()) {
    return fail(Code::kUsage, "prodev init takes the folder to make: prodev init my-project");
  }
  const fs::path folder = line.words[0];
  TRY(check_unused(folder));
  TRY(write_embedded_files(kTemplates, folder, context.out));
  context.out << "next      prodev serve --dir " << quoted(folder.string()) << '\n';
  return 0;
}

}  // namespace prodev::cli
