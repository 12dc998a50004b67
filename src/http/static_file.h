// StaticFile: one path's content in the forms it can be sent in, with the header lines of each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "assets/assets.h"
#include "base/result.h"
#include "http/response.h"

namespace prodev::http {

// Immutable once made; shared by caches and by responses on their way.
struct StaticFile {
  struct Variant {
    Segment content;
    std::string etag;          // strong, with its quotes; differs between variants
    std::string lines;         // header lines of a 200 without Content-Type
    std::string cached_lines;  // header lines of a 304
  };

  std::string content_type;
  std::string type_line;  // "Content-Type: ...\r\n"
  int64_t modified_s = 0;
  Variant identity;
  std::optional<Variant> brotli;
  std::optional<Variant> gzip;

  // What a cache that holds it is charged: bytes in memory and a price for descriptors.
  size_t cost() const;
};

struct StaticFileOptions {
  int64_t max_age_s = 0;  // 0: no-cache, so that browsers revalidate each time
};

// The file of an asset embedded in the executable; unpacks it, some milliseconds a megabyte.
std::shared_ptr<const StaticFile> make_static_file(const assets::Asset& asset,
                                                   const StaticFileOptions& options);

// What a file on disk looked like when it was looked at. Two looks with the same stamp have seen
// the same bytes.
struct FileStamp {
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;
  // Another number at each look while the file is so young that a later write could leave all of
  // the above as it is; then 0.
  uint64_t unsettled = 0;
  bool operator==(const FileStamp&) const = default;
};

// An open regular file on disk.
struct OpenFile {
  base::UniqueFd fd;
  FileStamp stamp;
};

// The file at `path` below a root; small ones are read into memory, larger ones stay open.
// `brotli` and `gzip`: precompressed files beside it (NAME.br, NAME.gz), when there are any.
base::Result<std::shared_ptr<const StaticFile>> load_static_file(std::string_view path,
                                                                 OpenFile identity,
                                                                 std::optional<OpenFile> brotli,
                                                                 std::optional<OpenFile> gzip,
                                                                 const StaticFileOptions& options);

// Whether the name carries a hash of the content ("app.3f9a1c0b.js", "index-D1wrgTda.css"), so
// that what is behind it never changes.
bool has_hashed_name(std::string_view path);

}  // namespace prodev::http
