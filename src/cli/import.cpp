#include "transfer/import.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "cli/commands.h"
#include "cli/transfer_words.h"
#include "transfer/rejects_file.h"
#include "transfer/separator.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;

constexpr size_t kReadSize = 262'144;
constexpr uint64_t kToldRejections = 20;

// A file or standard input, with how much of it has been read.
struct Input {
  base::UniqueFd file;
  int fd = STDIN_FILENO;
  uint64_t size = 0;  // 0: not known
  uint64_t read = 0;
};

Result<Input> open_input(const std::string& path) {
  Input input;
  if (path == "-") return input;
  input.file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.file) return base::fail_errno("cannot open " + path, errno);
  input.fd = input.file.get();
  struct stat info {};
  if (::fstat(input.fd, &info) == 0 && S_ISREG(info.st_mode))
    input.size = static_cast<uint64_t>(info.st_size);
  return input;
}

text::Refill refill_from(Input& input, const std::string& path) {
  return [&input, path](std::string& buffer) -> Result<bool> {
    const size_t before = buffer.size();
    buffer.resize(before + kReadSize);
    ssize_t got = 0;
    do {
      got = ::read(input.fd, buffer.data() + before, kReadSize);
    } while (got < 0 && errno == EINTR);
    buffer.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return base::fail_errno("cannot read " + path, errno);
    input.read += static_cast<uint64_t>(got);
    return got > 0;
  };
}

// A line on the terminal that is written over.
class ProgressBar {
 public:
  explicit ProgressBar(const Input& input) : input_(input), shown_(::isatty(STDERR_FILENO) != 0) {}
  ~ProgressBar() {
    if (drawn_) write("\r\x1b[K");
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(uint64_t rows) {
    const int64_t now_ms = base::monotonic_ms();
    if (!shown_ || now_ms - last_ms_ < kInterval_ms) return;
    last_ms_ = now_ms;
    const double seconds = static_cast<double>(now_ms - started_ms_) / 1'000;
    const double speed = seconds > 0 ? static_cast<double>(rows) / seconds : 0;
    std::ostringstream line;
    line << std::fixed << std::setprecision(0) << "\r\x1b[K";
    if (input_.size > 0) {
      const double part = static_cast<double>(input_.read) / static_cast<double>(input_.size);
      constexpr int kWidth = 30;
      const int done = static_cast<int>(part * kWidth);
      line << '[' << std::string(static_cast<size_t>(done), '=')
           << std::string(static_cast<size_t>(kWidth - done), ' ') << "] " << part * 100 << "%  ";
      if (part > 0) line << seconds / part - seconds << " s left  ";
    }
    line << rows << " rows, " << speed << " rows/s";
    write(line.str());
    drawn_ = true;
  }

 private:
  static constexpr int64_t kInterval_ms = 100;

  static void write(const std::string& text) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
  }

  const Input& input_;
  const bool shown_;
  bool drawn_ = false;
  const int64_t started_ms_ = base::monotonic_ms();
  int64_t last_ms_ = 0;
};

// "a=b,c=d".
Result<std::map<std::string, std::string>> parse_map(const std::string& text) {
  std::map<std::string, std::string> names;
  for (const std::string& pair : split_list(text)) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
      return base::fail(Code::kUsage,
                        "--map takes name_in_file=column, with commas between several");
    names[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return names;
}

Result<uint64_t> parse_batch(const std::string& text) {
  uint64_t rows = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
  if (error == std::errc() && end == text.data() + text.size() && rows > 0) return rows;
  return base::fail(Code::kUsage, "--batch takes a number of rows, such as 10000");
}

Result<query::OnConflict::Action> parse_conflict(const std::string& text) {
  if (text == "fail") return query::OnConflict::Action::kFail;
  if (text == "ignore") return query::OnConflict::Action::kIgnore;
  if (text == "replace") return query::OnConflict::Action::kMerge;
  return base::fail(Code::kUsage, "--on-conflict takes fail, ignore or replace");
}

Result<transfer::ImportOptions> import_options(const CommandLine& line, const std::string& path) {
  transfer::ImportOptions options;
  TRY_ASSIGN(options.format, transfer_format(line, path));
  if (line.options.contains("--delimiter")) {
    TRY_ASSIGN(options.separator, transfer::separator_called(line.options.at("--delimiter")));
  }
  TRY_ASSIGN(options.column_names, parse_map(line.option("--map")));
  TRY_ASSIGN(options.on_conflict, parse_conflict(line.option("--on-conflict", "fail")));
  if (line.options.contains("--batch")) {
    TRY_ASSIGN(options.batch_rows, parse_batch(line.options.at("--batch")));
  }
  options.ignore_unknown = line.options.contains("--ignore-unknown");
  options.skip_rejected = line.options.contains("--skip-rejected");
  options.dry_run = line.options.contains("--dry-run");
  return options;
}

// Tells the first rejections to `out`. The one that ends an import is told as its error.
void tell_rejection(const transfer::Rejected& one, uint64_t count, std::ostream& out) {
  if (count <= kToldRejections) out << "rejected  line " << one.line << ": " << one.reason << '\n';
  if (count == kToldRejections + 1) out << "rejected  and more\n";
}

Result<std::optional<transfer::RejectsFile>> make_rejects(const CommandLine& line,
                                                          transfer::Format format) {
  const std::string path = line.option("--rejects");
  if (path.empty()) return std::nullopt;
  TRY_ASSIGN(transfer::RejectsFile file, transfer::RejectsFile::make(path, format));
  return std::optional(std::move(file));
}

std::string what_stayed(const transfer::ImportResult& result) {
  if (result.kept == 0) return "nothing was imported";
  return "the batches before it, " + std::to_string(result.kept) + " rows, were imported";
}

void tell(const transfer::ImportResult& result, const transfer::ImportOptions& options,
          const std::string& table, double seconds, std::ostream& out) {
  if (result.utf16 || result.separator != ',') {
    out << "read      " << transfer::name_of_separator(result.separator) << " between fields"
        << (result.utf16 ? ", UTF-16" : "") << '\n';
  }
  const double rows = static_cast<double>(result.rows);
  out << (options.dry_run ? "would import " : "imported  ") << result.rows - result.unchanged
      << " rows into " << table << " in " << std::fixed << std::setprecision(1) << seconds << " s ("
      << std::setprecision(0) << rows / std::max(seconds, 1e-9) << " rows/s), ";
  if (result.unchanged > 0) out << "left " << result.unchanged << " that were there, ";
  out << "rejected " << result.rejected << '\n';
}

}  // namespace

Result<int> run_import(const CommandLine& line, const Context& context) {
  if (line.words.size() != 2) {
    return base::fail(Code::kUsage,
                      "prodev import takes a table and a file: prodev import product items.csv");
  }
  const std::string& path = line.words[1];
  TRY_ASSIGN(const config::Settings settings, load_project(line, context));
  TRY_ASSIGN(transfer::ImportOptions options, import_options(line, path));
  TRY_ASSIGN(Input input, open_input(path));
  TRY_ASSIGN(db::Connection connection, open_database(settings, db::OpenMode::kReadWrite));
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  TRY_ASSIGN(const catalog::Table* table, table_called(*catalog, line.words[0]));
  transfer::ImportResult result;
  TRY_ASSIGN(std::optional<transfer::RejectsFile> rejects, make_rejects(line, options.format));
  options.on_rejected = [&](const transfer::Rejected& one) -> Result<void> {
    if (options.skip_rejected) tell_rejection(one, result.rejected, context.out);
    return rejects ? rejects->add(one) : Result<void>();
  };
  const int64_t started_ns = base::monotonic_ns();
  const Result<void> imported = [&] {
    ProgressBar bar(input);
    options.on_progress = [&](uint64_t rows) { bar.show(rows); };
    return transfer::import_rows(connection, *table, refill_from(input, path), options, result);
  }();
  if (!imported) {
    return base::fail(imported.error().code,
                      path + ": " + imported.error().message + ": " + what_stayed(result));
  }
  const double seconds = static_cast<double>(base::monotonic_ns() - started_ns) / 1e9;
  tell(result, options, table->name, seconds, context.out);
  return 0;
}

}  // namespace prodev::cli
