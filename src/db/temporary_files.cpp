#include "db/temporary_files.h"

#include <sqlite3.h>

#include <exception>
#include <memory>
#include <new>
#include <string_view>

namespace prodev::db {

namespace {

using Grant = base::Budget::Grant;

struct Limit {
  base::TemporaryStore* store = nullptr;
  base::Budget::Client client{};
  Grant refusal = Grant::kGranted;
};
thread_local Limit limit;

// A file of SQLite's own VFS, which lives behind this struct, as sqlite.org/vfs has it.
struct alignas(8) CountedFile : sqlite3_file {
  base::Budget::Lease room;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return static_cast<CountedFile*>(file)->real(); }

int close_file(sqlite3_file* file) noexcept {
  const int code = real(file)->pMethods->xClose(real(file));
  std::destroy_at(static_cast<CountedFile*>(file));
  return code;
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) noexcept {
  Grant grant = Grant::kBusy;
  try {
    grant = static_cast<CountedFile*>(file)->room.grow_to(static_cast<uint64_t>(offset + size));
  } catch (const std::exception&) {  // no memory
  }
  if (grant != Grant::kGranted) {
    limit.refusal = grant;
    return SQLITE_FULL;
  }
  return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}

// Version 1: without what maps a file into memory or shares it. Temporary files do neither.
const sqlite3_io_methods kMethods = {
    1,
    close_file,
    [](sqlite3_file* f, void* bytes, int size, sqlite3_int64 offset) noexcept {
      return real(f)->pMethods->xRead(real(f), bytes, size, offset);
    },
    write_file,
    [](sqlite3_file* f, sqlite3_int64 size) noexcept {
      return real(f)->pMethods->xTruncate(real(f), size);
    },
    [](sqlite3_file* f, int flags) noexcept { return real(f)->pMethods->xSync(real(f), flags); },
    [](sqlite3_file* f, sqlite3_int64* size) noexcept {
      return real(f)->pMethods->xFileSize(real(f), size);
    },
    [](sqlite3_file* f, int lock) noexcept { return real(f)->pMethods->xLock(real(f), lock); },
    [](sqlite3_file* f, int lock) noexcept { return real(f)->pMethods->xUnlock(real(f), lock); },
    [](sqlite3_file* f, int* locked) noexcept {
      return real(f)->pMethods->xCheckReservedLock(real(f), locked);
    },
    [](sqlite3_file* f, int op, void* argument) noexcept {
      return real(f)->pMethods->xFileControl(real(f), op, argument);
    },
    [](sqlite3_file* f) noexcept { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) noexcept { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

sqlite3_vfs* own_vfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
              int* out_flags) noexcept {
  sqlite3_vfs* own = own_vfs(vfs);
  const bool counts = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0 && limit.store != nullptr;
  if (!counts) return own->xOpen(own, name, file, flags, out_flags);
  auto* counted = new (file) CountedFile{};
  counted->room = limit.store->room_of(limit.client);
  const int code = own->xOpen(own, name, counted->real(), flags, out_flags);
  if (counted->real()->pMethods != nullptr) {
    counted->pMethods = &kMethods;
  } else {
    std::destroy_at(counted);
    file->pMethods = nullptr;
  }
  return code;
}

// SQLite's own, but for the files that are opened. Its other functions do not look at what they are
// of.
sqlite3_vfs* make_vfs() {
  static sqlite3_vfs vfs;
  sqlite3_vfs* own = ::sqlite3_vfs_find(nullptr);
  // Another one stands for faults in tests.
  if (own == nullptr || std::string_view(own->zName) != "unix") return nullptr;
  vfs = *own;
  vfs.pNext = nullptr;
  vfs.zName = "prodev";
  vfs.pAppData = own;
  vfs.szOsFile = static_cast<int>(sizeof(CountedFile)) + own->szOsFile;
  vfs.xOpen = open_file;
  ::sqlite3_vfs_register(&vfs, 1);
  return &vfs;
}

}  // namespace

void count_temporary_files() { [[maybe_unused]] static const sqlite3_vfs* const kVfs = make_vfs(); }

TemporaryLimit::TemporaryLimit(base::TemporaryStore& store, const base::Budget::Client& client) {
  limit = {&store, client, Grant::kGranted};
}

TemporaryLimit::~TemporaryLimit() { limit.store = nullptr; }

Grant temporary_refusal() { return limit.refusal; }

}  // namespace prodev::db
