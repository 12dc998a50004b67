#include "transfer/rejects_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/temporary_file.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::transfer {

base::Result<RejectsFile> RejectsFile::make(const std::string& path, Format format) {
  base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file) return RejectsFile(path, format, std::move(file));
  if (errno == EEXIST) {
    return base::fail(base::Code::kUsage,
                      path + " is there already: name another file for the rejected rows");
  }
  return base::fail_errno("cannot make " + path, errno);
}

RejectsFile::~RejectsFile() {
  if (file_ && empty_) ::unlink(path_.c_str());
}

void RejectsFile::append_names(std::string& out, const std::vector<std::string>& names) const {
  out += "line,reason";
  for (const std::string& name : names) {
    out.push_back(',');
    text::append_csv_field(out, name);
  }
  out.push_back('\n');
}

base::Result<void> RejectsFile::add(const Rejected& row) {
  std::string out;
  if (format_ == Format::kCsv || format_ == Format::kTsv) {
    if (empty_) append_names(out, *row.names);
    out += std::to_string(row.line) + ",";
    text::append_csv_field(out, row.reason);
    out += "," + row.text;
  } else {
    out += "{\"line\":" + std::to_string(row.line) + ",\"reason\":";
    text::append_json_string(out, row.reason);
    if (text::is_json(row.text)) {
      out += ",\"row\":";
      const size_t begin = out.size();
      out += row.text;
      // Line ends are white space in JSON: inside of strings they are escaped.
      std::replace_if(
          out.begin() + static_cast<std::string::difference_type>(begin), out.end(),
          [](char c) { return c == '\n' || c == '\r'; }, ' ');
    } else {
      out += ",\"text\":";
      text::append_json_string(out, row.text);
    }
    out.push_back('}');
  }
  out.push_back('\n');
  empty_ = false;
  const base::Result<void> written = base::write_all(file_.get(), out);
  if (written) return {};
  return base::fail(written.error().code, path_ + ": " + written.error().message);
}

}  // namespace prodev::transfer
