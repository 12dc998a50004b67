#include "http/static_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "http/conditional.h"
#include "http/decoder.h"
#include "http/mime_types.h"
#include "text/http_date.h"

namespace prodev::http {

namespace {

constexpr uint64_t kInMemory = 65'536;      // larger files are sent from their descriptor
constexpr size_t kDescriptorCost = 65'536;  // so that a cache holds only so many open files
constexpr size_t kEntryCost = 1'024;

std::string cache_control(std::string_view path, const StaticFileOptions& options) {
  if (has_hashed_name(path)) return "public, max-age=31536000, immutable";
  if (options.max_age_s == 0) return "no-cache";
  return "public, max-age=" + std::to_string(options.max_age_s);
}

void add_lines(StaticFile::Variant& variant, const std::string& common, std::string_view coding) {
  variant.cached_lines = "ETag: " + variant.etag + "\r\n" + common;
  variant.lines = variant.cached_lines + "Accept-Ranges: bytes\r\n";
  if (!coding.empty()) variant.lines.append("Content-Encoding: ").append(coding).append("\r\n");
}

// Fills in what depends on all variants being known.
void finish(StaticFile& file, std::string_view path, const StaticFileOptions& options) {
  file.content_type = mime_type(path);
  file.type_line = "Content-Type: " + file.content_type + "\r\n";
  std::string common = "Last-Modified: " + text::format_http_date(file.modified_s) + "\r\n";
  common += "Cache-Control: " + cache_control(path, options) + "\r\n";
  if (file.brotli || file.gzip) common += "Vary: Accept-Encoding\r\n";
  add_lines(file.identity, common, {});
  if (file.brotli) add_lines(*file.brotli, common, "br");
  if (file.gzip) add_lines(*file.gzip, common, "gzip");
}

std::optional<StaticFile::Variant> asset_variant(std::string_view bytes, const std::string& etag) {
  if (bytes.empty()) return std::nullopt;
  return StaticFile::Variant{{bytes, -1, 0, bytes.size(), nullptr}, etag, {}, {}};
}

// Memory of its own where the asset is kept compressed.
Segment whole_content(const assets::Asset& asset) {
  constexpr uint64_t kMost = 16'777'216;
  if (asset.gzip.empty() || !asset.identity.empty())
    return {asset.identity, -1, 0, asset.identity.size(), nullptr};
  // It was packed by the build, and a test unpacks them all.
  const auto owner = std::make_shared<const std::string>(gunzip(asset.gzip, kMost).value());
  return {*owner, -1, 0, owner->size(), owner};
}

// Hashing a large file would hold up the loop; the kernel's times and the inode tell versions
// apart.
std::string stamp_etag(const FileStamp& stamp) {
  const auto number = [](auto value) { return static_cast<unsigned long long>(value); };
  std::array<char, 100> text{};
  std::snprintf(text.data(), text.size(), "\"%llx-%llx-%llx-%llx-%llx\"", number(stamp.inode),
                number(stamp.size), number(stamp.modified_ns), number(stamp.changed_ns),
                number(stamp.unsettled));
  return text.data();
}

base::Result<std::string> read_file(const OpenFile& file) {
  std::string bytes(static_cast<size_t>(file.stamp.size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        ::pread(file.fd.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail_errno("cannot read a static file", errno);
    if (n == 0) break;  // it has shrunk since it was looked at
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

base::Result<StaticFile::Variant> load_variant(OpenFile file) {
  StaticFile::Variant variant;
  if (file.stamp.size <= kInMemory) {
    TRY_ASSIGN(std::string bytes, read_file(file));
    const auto owner = std::make_shared<const std::string>(std::move(bytes));
    variant.etag = content_etag(*owner);
    variant.content = {*owner, -1, 0, owner->size(), owner};
  } else {
    variant.etag = stamp_etag(file.stamp);
    const auto owner = std::make_shared<const base::UniqueFd>(std::move(file.fd));
    variant.content = {{}, owner->get(), 0, file.stamp.size, owner};
  }
  return variant;
}

size_t variant_cost(const StaticFile::Variant& variant) {
  if (variant.content.file >= 0) return kDescriptorCost;
  return variant.content.owner ? static_cast<size_t>(variant.content.size) : 0;
}

bool is_hex_hash(std::string_view part) {
  bool digit = false;
  bool letter = false;
  for (const char c : part) {
    digit = digit || (c >= '0' && c <= '9');
    letter = letter || (c >= 'a' && c <= 'f');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return part.size() >= 8 && digit && letter;
}

// The eight base64url characters that bundlers put into names: mixed case inside the word, and a
// digit, for "DarkMode" is no hash. (One in four hashes has none: such a file is revalidated.)
bool is_base64_hash(std::string_view part) {
  if (part.size() != 8) return false;
  bool digit = false;
  bool upper = false;
  bool lower = false;
  for (size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    digit = digit || (c >= '0' && c <= '9');
    upper = upper || (i > 0 && c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
    const bool ok =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!ok) return false;
  }
  return digit && upper && lower;
}

}  // namespace

size_t StaticFile::cost() const {
  size_t cost = kEntryCost + variant_cost(identity);
  if (brotli) cost += variant_cost(*brotli);
  if (gzip) cost += variant_cost(*gzip);
  return cost;
}

std::shared_ptr<const StaticFile> make_static_file(const assets::Asset& asset,
                                                   const StaticFileOptions& options) {
  auto file = std::make_shared<StaticFile>();
  const std::string digest(asset.digest);
  file->modified_s = assets::modified_at_s();
  file->identity = {whole_content(asset), "\"" + digest + "\"", {}, {}};
  file->brotli = asset_variant(asset.brotli, "\"" + digest + "-br\"");
  file->gzip = asset_variant(asset.gzip, "\"" + digest + "-gz\"");
  finish(*file, asset.path, options);
  return file;
}

base::Result<std::shared_ptr<const StaticFile>> load_static_file(std::string_view path,
                                                                 OpenFile identity,
                                                                 std::optional<OpenFile> brotli,
                                                                 std::optional<OpenFile> gzip,
                                                                 const StaticFileOptions& options) {
  auto file = std::make_shared<StaticFile>();
  file->modified_s = identity.stamp.modified_ns / 1'000'000'000;
  TRY_ASSIGN(file->identity, load_variant(std::move(identity)));
  if (brotli) {
    TRY_ASSIGN(file->brotli, load_variant(std::move(*brotli)));
  }
  if (gzip) {
    TRY_ASSIGN(file->gzip, load_variant(std::move(*gzip)));
  }
  finish(*file, path, options);
  return std::shared_ptr<const StaticFile>(std::move(file));
}

bool has_hashed_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.substr(dot).starts_with(".htm")) return false;
  const std::string_view stem = name.substr(0, dot);
  const size_t mark = stem.find_last_of(".-");
  if (mark == std::string_view::npos || mark == 0) return false;
  const std::string_view part = stem.substr(mark + 1);
  return is_hex_hash(part) || is_base64_hash(part);
}

}  // namespace prodev::http
