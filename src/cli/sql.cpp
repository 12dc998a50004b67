// `prodev sql`: statements on the project's database, from an argument, a file, standard input or a
// prompt.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>

#include "base/build_info.h"
#include "base/unique_fd.h"
#include "cli/commands.h"
#include "cli/sql_prompt.h"
#include "cli/sql_session.h"
#include "cli/transfer_words.h"
#include "config/value.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;

Result<int64_t> timeout_ms(const CommandLine& line) {
  constexpr int64_t kLongest_ms = int64_t{7} * 86'400'000;
  const auto time =
      config::parse_amount(line.option("--timeout", "60s"), config::Unit::kMilliseconds);
  if (time && *time >= 0 && *time <= kLongest_ms) return *time;
  return base::fail(Code::kUsage,
                    "--timeout: give a time up to 7d, such as 500ms, 30s or 5m, or 0 for none");
}

Result<ResultFormat> format_of(const CommandLine& line) {
  const std::string name = line.option("--format");
  if (name.empty()) return ::isatty(STDOUT_FILENO) != 0 ? ResultFormat::kTable : ResultFormat::kCsv;
  if (const auto format = result_format_called(name)) return *format;
  return base::fail(Code::kUsage, "--format takes table, csv, json or ndjson");
}

Result<SqlOptions> options_of(const CommandLine& line) {
  SqlOptions options;
  options.may_write = line.options.contains("--write");
  TRY_ASSIGN(options.format, format_of(line));
  TRY_ASSIGN(options.timeout_ms, timeout_ms(line));
  return options;
}

Result<std::string> read_all(int fd, const std::string& name) {
  std::string text;
  char piece[65'536];
  for (;;) {
    const ssize_t got = ::read(fd, piece, sizeof piece);
    if (got == 0) return text;
    if (got < 0 && errno != EINTR) return base::fail_errno("cannot read " + name, errno);
    if (got > 0) text.append(piece, static_cast<size_t>(got));
  }
}

// Statements to run, and what they are called in errors.
struct Source {
  std::string sql;
  std::string name;
};

Result<Source> read_source(const CommandLine& line) {
  const std::string path = line.option("--file", "-");
  if (!line.words.empty()) return Source{line.words[0], "statement"};
  if (path == "-") {
    TRY_ASSIGN(std::string sql, read_all(STDIN_FILENO, "standard input"));
    return Source{std::move(sql), "standard input"};
  }
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return base::fail_errno("cannot open " + path, errno);
  TRY_ASSIGN(std::string sql, read_all(file.get(), path));
  return Source{std::move(sql), path};
}

void greet(const std::string& path, bool may_write, std::ostream& out) {
  std::error_code ignored;
  out << "prodev " << base::version() << ", "
      << std::filesystem::absolute(path, ignored).lexically_normal().string()
      << (may_write ? ": each statement is a transaction" : ": read-only (--write: for changes)")
      << "\n.help tells more, Ctrl-D ends\n";
}

}  // namespace

Result<int> run_sql(const CommandLine& line, const Context& context) {
  const bool has_file = line.options.contains("--file");
  if (line.words.size() > 1 || (has_file && !line.words.empty())) {
    return base::fail(Code::kUsage,
                      "prodev sql takes one statement, in quotes, or a file (--file), or neither: "
                      "prodev sql 'SELECT count(*) FROM product'");
  }
  TRY_ASSIGN(const config::Settings settings, load_project(line, context));
  TRY_ASSIGN(const SqlOptions options, options_of(line));
  const auto mode = options.may_write ? db::OpenMode::kReadWrite : db::OpenMode::kReadOnly;
  TRY_ASSIGN(db::Connection connection, open_database(settings, mode));
  TRY_ASSIGN(SqlSession session, SqlSession::start(std::move(connection), options, context.out));
  if (line.words.empty() && !has_file && ::isatty(STDIN_FILENO) != 0) {
    greet(config::effective_db_file(settings), options.may_write, context.out);
    return run_prompt(session, context.out);
  }
  TRY_ASSIGN(const Source source, read_source(line));
  TRY(session.run_script(source.sql, source.name));
  // Beside rows as CSV or JSON, for eyes alone.
  if (const auto rows = session.unsaid_changes())
    context.err << *rows << (*rows == 1 ? " row changed\n" : " rows changed\n");
  return 0;
}

}  // namespace prodev::cli
