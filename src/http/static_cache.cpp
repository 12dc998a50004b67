#include "http/static_cache.h"

#include <optional>

#include "telemetry/log.h"

namespace prodev::http {

namespace {

// A precompressed file counts only when it is not older than what it was made from.
std::optional<OpenFile> find_compressed(const StaticRoot& root, std::string_view path,
                                        std::string_view suffix, const FileStamp& original) {
  StaticRoot::Lookup found = root.find(std::string(path).append(suffix));
  if (found.kind != StaticRoot::Kind::kFile) return std::nullopt;
  // In whole seconds: compressors copy the time of the original, some without its fraction.
  constexpr int64_t kSecond_ns = 1'000'000'000;
  const FileStamp& compressed = found.file.stamp;
  if (compressed.modified_ns / kSecond_ns < original.modified_ns / kSecond_ns) return std::nullopt;
  return std::move(found.file);
}

FileStamp stamp_of(const std::optional<OpenFile>& file) { return file ? file->stamp : FileStamp{}; }

}  // namespace

const StaticCache::Entry& StaticCache::find(std::string_view path, int64_t now_ms) {
  auto found = slots_.find(path);
  if (found == slots_.end()) {
    make_room();
    found = slots_.try_emplace(std::string(path)).first;
  } else if (now_ms - found->second.checked_ms < kRecheck_ms) {
    return found->second.entry;
  }
  Slot& slot = found->second;
  slot.checked_ms = now_ms;
  look(path, slot);
  used_ -= slot.cost;
  slot.cost = path.size() + sizeof(Slot) + 64 + (slot.entry.file ? slot.entry.file->cost() : 0);
  used_ += slot.cost;
  return slot.entry;
}

void StaticCache::look(std::string_view path, Slot& slot) {
  StaticRoot::Lookup found = root_.find(path);
  if (found.kind == StaticRoot::Kind::kUnavailable && slot.entry.file) return;  // what was there
  if (found.kind != StaticRoot::Kind::kFile) {
    slot.entry = {found.kind, nullptr};
    return;
  }
  const FileStamp identity = found.file.stamp;
  std::optional<OpenFile> brotli = find_compressed(root_, path, ".br", identity);
  std::optional<OpenFile> gzip = find_compressed(root_, path, ".gz", identity);
  const bool unchanged = slot.entry.file && slot.identity == identity &&
                         slot.brotli == stamp_of(brotli) && slot.gzip == stamp_of(gzip);
  if (unchanged) return;
  slot.identity = identity;
  slot.brotli = stamp_of(brotli);
  slot.gzip = stamp_of(gzip);
  auto loaded =
      load_static_file(path, std::move(found.file), std::move(brotli), std::move(gzip), options_);
  if (!loaded) {
    telemetry::log(telemetry::Level::kWarn, loaded.error().message, {{"path", path}});
    slot.entry = {StaticRoot::Kind::kUnavailable, nullptr};
    return;
  }
  slot.entry = {StaticRoot::Kind::kFile, std::move(*loaded)};
}

// Over the limit everything is dropped at once: what is hot is back after one look.
void StaticCache::make_room() {
  if (used_ < limit_) return;
  slots_.clear();
  used_ = 0;
}

}  // namespace prodev::http
