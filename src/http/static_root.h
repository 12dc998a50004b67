// StaticRoot: a folder whose regular files may be served, and nothing outside of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/static_file.h"

namespace prodev::http {

// Thread-safe: holds one descriptor of the folder.
class StaticRoot {
 public:
  // kNotFound when there is no such folder, kUnavailable when it cannot be opened.
  static base::Result<StaticRoot> open(const std::string& folder);

  enum class Kind {
    kFile,
    kFolder,
    kNothing,      // no such file, or one that must not be served
    kUnavailable,  // the system could not look: out of descriptors, an I/O error
  };
  struct Lookup {
    Kind kind = Kind::kNothing;
    OpenFile file;  // with kFile
  };
  // `path`: relative, without "..", as serveable_path() lets through. Symbolic links are followed
  // inside the folder and refused when they lead out of it.
  Lookup find(std::string_view path) const;

 private:
  explicit StaticRoot(base::UniqueFd folder) : folder_(std::move(folder)) {}
  base::UniqueFd folder_;
};

// Whether the decoded path of a request may name a file: no "." or ".." segments, no empty ones,
// no names that begin with a dot (but .well-known, RFC 8615), no backslashes, no control
// characters. `raw_path`, as sent, must hold no encoded slash.
bool serveable_path(std::string_view raw_path, std::string_view path);

}  // namespace prodev::http
