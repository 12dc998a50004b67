// RejectsFile: the rows that an import did not take, each with its line and the reason, to be
// mended and imported again.
//
//   CSV      line,reason,<the names of the imported file>
//   JSON     {"line":17,"reason":"...","row":{...}} on each line (NDJSON); a row that is no JSON is
//            a string in "text" instead
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "transfer/format.h"
#include "transfer/import.h"

namespace prodev::transfer {

class RejectsFile {
 public:
  // Makes `path` for the rows of an import of `format`. kUsage when it is there already: it may be
  // the file that is imported.
  static base::Result<RejectsFile> make(const std::string& path, Format format);
  RejectsFile(RejectsFile&&) = default;
  RejectsFile& operator=(RejectsFile&&) = delete;
  // Removes the file when no row was added.
  ~RejectsFile();

  base::Result<void> add(const Rejected& row);

 private:
  RejectsFile(std::string path, Format format, base::UniqueFd file)
      : path_(std::move(path)), format_(format), file_(std::move(file)) {}
  void append_names(std::string& out, const std::vector<std::string>& names) const;

  std::string path_;
  Format format_;
  base::UniqueFd file_;
  bool empty_ = true;
};

}  // namespace prodev::transfer
