// The files under static/, schema/ and packaging/templates/ as they were when the executable was
// built.
//
// Where gzip (level 9) saves at least a tenth of what is served, it takes the place of the file, so
// that the executable stays small; our own pages are there as brotli (quality 11), too. All else is
// as it is. The bytes live in the read-only segment of the executable: views into them are valid
// for the life of the process, from any thread.
#pragma once

#include <span>
#include <string_view>

namespace prodev::assets {

struct Asset {
  std::string_view path;      // "static/demo/index.html": relative, no leading slash
  std::string_view identity;  // the bytes of the file; empty: it is kept as gzip
  std::string_view brotli;    // empty: no such variant
  std::string_view gzip;      // empty: no such variant
  std::string_view digest;    // 32 hex digits: BLAKE2b-128 of the file
};

// Sorted by path.
std::span<const Asset> all();

// nullptr: no such file.
const Asset* find(std::string_view path);

// Unix time in seconds given to every asset: the commit's time (SOURCE_DATE_EPOCH when set).
long long modified_at_s();

}  // namespace prodev::assets
