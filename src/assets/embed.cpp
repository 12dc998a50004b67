// embed_assets SOURCE OUTPUT FORMS:FOLDER... FORMS:PATH=FOLDER...: writes the files under
// SOURCE/FOLDER, under their own paths or below PATH, as
//   OUTPUT/assets.bin        every variant of every file, one after the other
//   OUTPUT/assets.S          puts assets.bin into the read-only data of the executable
//   OUTPUT/assets_table.cpp  implements assets/assets_table.h over it
// FORMS: plain as they are; packed as gzip alone, and served as brotli and gzip, where that makes
// them smaller. Markdown that would be served is passed over: pages are made of it. The same files
// give the same bytes. Runs while building; it is not part of the executable.
#include <brotli/encode.h>
#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Formats that are compressed already gain nothing from a second pass.
constexpr std::array<std::string_view, 14> kCompressible = {
    ".html", ".css", ".js",  ".mjs", ".json", ".svg",         ".txt",
    ".xml",  ".sql", ".map", ".csv", ".wasm", ".webmanifest", ".ico"};

enum class Forms { kPlain, kPacked, kServed };

constexpr size_t kSmallestCompressed = 64;

struct Slice {
  size_t offset = 0;
  size_t size = 0;
};

struct Entry {
  std::string path;
  Slice identity;
  Slice brotli;
  Slice gzip;
  std::string digest;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

const std::uint8_t* as_bytes(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string brotli(const std::string& bytes) {
  std::string out(BrotliEncoderMaxCompressedSize(bytes.size()), '\0');
  size_t size = out.size();
  if (!BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE,
                             bytes.size(), as_bytes(bytes), &size,
                             reinterpret_cast<std::uint8_t*>(out.data()))) {
    throw std::runtime_error("brotli failed");
  }
  out.resize(size);
  return out;
}

// With a modification time of zero and no name in the header: the same bytes at every build.
std::string gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not start");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = const_cast<Bytef*>(as_bytes(bytes));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib failed");
  return out;
}

std::string digest_of(const std::string& bytes) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), as_bytes(bytes), bytes.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

bool worth_compressing(const fs::path& path, size_t size) {
  const std::string extension = path.extension().string();
  return size >= kSmallestCompressed &&
         std::find(kCompressible.begin(), kCompressible.end(), extension) != kCompressible.end();
}

class Blob {
 public:
  Slice append(const std::string& bytes) {
    const Slice slice{bytes_.size(), bytes.size()};
    bytes_ += bytes;
    return slice;
  }

  // Nothing, unless it saves a tenth of the `whole` size.
  Slice append_if_smaller(const std::string& bytes, size_t whole) {
    return bytes.size() * 10 <= whole * 9 ? append(bytes) : Slice{};
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct File {
  std::string path;  // of the asset
  fs::path source;
  Forms forms = Forms::kPlain;
  bool operator<(const File& other) const { return path < other.path; }
};

Entry make_entry(const File& file, Blob& blob) {
  const std::string bytes = read_file(file.source);
  Entry entry;
  entry.path = file.path;
  entry.digest = digest_of(bytes);
  if (file.forms != Forms::kPlain && worth_compressing(file.source, bytes.size())) {
    entry.gzip = blob.append_if_smaller(gzip(bytes), bytes.size());
    if (file.forms == Forms::kServed && entry.gzip.size > 0)
      entry.brotli = blob.append_if_smaller(brotli(bytes), bytes.size());
  }
  if (entry.gzip.size == 0) entry.identity = blob.append(bytes);
  return entry;
}

// What stands before the first `mark` in `text`, which is left with what is behind it; nothing when
// there is none.
std::string_view take_before(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  if (at == text.npos) return {};
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + 1);
  return before;
}

Forms forms_of(std::string_view name) {
  if (name == "plain") return Forms::kPlain;
  if (name == "packed") return Forms::kPacked;
  if (name == "served") return Forms::kServed;
  throw std::runtime_error("the forms are plain, packed or served, not " + std::string(name));
}

// `argument`: FORMS:FOLDER or FORMS:PATH=FOLDER.
void add_files(const fs::path& source, std::string_view argument, std::vector<File>& files) {
  const Forms forms = forms_of(take_before(argument, ':'));
  const std::string_view path = take_before(argument, '=');
  const fs::path folder = source / argument;
  if (!fs::is_directory(folder)) return;
  for (const auto& item : fs::recursive_directory_iterator(folder)) {
    if (!item.is_regular_file() || item.path().filename().string().front() == '.') continue;
    if (forms == Forms::kServed && item.path().extension() == ".md") continue;
    const fs::path name =
        fs::path(path.empty() ? argument : path) / fs::relative(item.path(), folder);
    files.push_back({name.generic_string(), item.path(), forms});
  }
}

std::string c_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string view_of(Slice slice) {
  if (slice.size == 0) return "{}";
  return "{prodev_asset_bytes + " + std::to_string(slice.offset) + ", " +
         std::to_string(slice.size) + "}";
}

std::string table_source(const std::vector<Entry>& entries) {
  std::string source = R"(// Written by src/assets/embed.cpp.
#include "assets/assets_table.h"

#include <array>

extern "C" const char prodev_asset_bytes[];

namespace prodev::assets {
namespace {

const std::array<Asset, )" +
                       std::to_string(entries.size()) + "> kAssets = {\n";
  for (const Entry& entry : entries) {
    source += "    Asset{" + c_string(entry.path) + ", " + view_of(entry.identity) +
              ",\n          " + view_of(entry.brotli) + ", " + view_of(entry.gzip) +
              ",\n          " + c_string(entry.digest) + "},\n";
  }
  return source + R"(};

}  // namespace

std::span<const Asset> table() { return kAssets; }

}  // namespace prodev::assets
)";
}

std::string assembler_source(const fs::path& blob) {
  return "/* Written by src/assets/embed.cpp. */\n"
         ".section .rodata.prodev_assets, \"a\", %progbits\n"
         ".balign 64\n"
         ".global prodev_asset_bytes\n"
         ".type prodev_asset_bytes, %object\n"
         "prodev_asset_bytes:\n"
         ".incbin " +
         c_string(blob.string()) +
         "\n.byte 0\n"
         ".size prodev_asset_bytes, . - prodev_asset_bytes\n"
         ".section .note.GNU-stack, \"\", %progbits\n";
}

void embed(const fs::path& source, const fs::path& output,
           const std::vector<std::string>& folders) {
  std::vector<File> files;
  for (const std::string& folder : folders) add_files(source, folder, files);
  // The order in which a folder is read differs between machines.
  std::sort(files.begin(), files.end());
  Blob blob;
  std::vector<Entry> entries;
  for (const File& file : files) entries.push_back(make_entry(file, blob));
  fs::create_directories(output);
  write_file(output / "assets.bin", blob.bytes());
  write_file(output / "assets.S", assembler_source(output / "assets.bin"));
  write_file(output / "assets_table.cpp", table_source(entries));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) {
    std::cerr << "usage: embed_assets SOURCE OUTPUT FORMS:FOLDER...\n";
    return 2;
  }
  try {
    if (sodium_init() < 0) throw std::runtime_error("libsodium could not start");
    embed(arguments[0], arguments[1], {arguments.begin() + 2, arguments.end()});
  } catch (const std::exception& error) {
    std::cerr << "embed_assets: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
