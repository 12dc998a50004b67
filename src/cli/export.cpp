#include "transfer/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/temporary_file.h"
#include "base/unique_fd.h"
#include "cli/commands.h"
#include "cli/transfer_words.h"

namespace prodev::cli {
namespace {

using base::Code;
using base::Result;

// A file that appears under its name when it is whole.
class OutputFile {
 public:
  static Result<OutputFile> make(const std::string& path, bool may_replace) {
    std::error_code error;
    if (!may_replace && std::filesystem::exists(path, error)) {
      return base::fail(Code::kUsage,
                        path + " is there already: name another file, or give --force");
    }
    OutputFile file(path);
    file.fd_.reset(::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.fd_) return base::fail_errno("cannot make " + file.temporary_, errno);
    return file;
  }
  ~OutputFile() {
    if (fd_) ::unlink(temporary_.c_str());
  }
  OutputFile(OutputFile&&) = default;
  OutputFile& operator=(OutputFile&&) = delete;

  int fd() const { return fd_.get(); }

  Result<void> finish() {
    if (::fsync(fd_.get()) != 0) return base::fail_errno("cannot write " + temporary_, errno);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0)
      return base::fail_errno("cannot make " + path_, errno);
    fd_.reset();
    return {};
  }

 private:
  explicit OutputFile(const std::string& path)
      : path_(path), temporary_(path + "." + std::to_string(::getpid()) + ".part") {}

  std::string path_;
  std::string temporary_;
  base::UniqueFd fd_;  // until it is finished
};

Result<uint64_t> write_rows(db::Connection& connection, const catalog::Table& table,
                            const transfer::ExportOptions& options, int fd) {
  return transfer::export_rows(connection, table, options,
                               [&](std::string_view piece) { return base::write_all(fd, piece); });
}

}  // namespace

Result<int> run_export(const CommandLine& line, const Context& context) {
  if (line.words.size() != 1) {
    return base::fail(Code::kUsage,
                      "prodev export takes a table: prodev export product --format csv");
  }
  const std::string path = line.option("--output");
  transfer::ExportOptions options;
  TRY_ASSIGN(const config::Settings settings, load_project(line, context));
  TRY_ASSIGN(options.format, transfer_format(line, path));
  if (options.format == transfer::Format::kTsv)
    return base::fail(Code::kUsage, "an export has commas between fields: name the file .csv");
  options.columns = split_list(line.option("--columns"));
  TRY_ASSIGN(db::Connection connection, open_database(settings, db::OpenMode::kReadOnly));
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  TRY_ASSIGN(const catalog::Table* table, table_called(*catalog, line.words[0]));
  if (path.empty() || path == "-") {
    TRY(write_rows(connection, *table, options, STDOUT_FILENO));
    return 0;
  }
  TRY_ASSIGN(OutputFile file, OutputFile::make(path, line.options.contains("--force")));
  TRY_ASSIGN(const uint64_t rows, write_rows(connection, *table, options, file.fd()));
  TRY(file.finish());
  context.out << "exported  " << rows << " rows of " << table->name << " to " << path << '\n';
  return 0;
}

}  // namespace prodev::cli
