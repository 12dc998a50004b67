// BatchWriter on storage that fails: a VFS whose writes and syncs of the log can be made to fail.
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "db/batch_writer.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

// What xWrite and xSync of a write-ahead log answer; SQLITE_OK lets them through.
struct Faults {
  int write = SQLITE_OK;
  int sync = SQLITE_OK;
  int writes_before_fault = 0;  // so many more writes succeed
  int hits = 0;
  // What each file held at its last sync, by path: what a power cut is sure to leave.
  std::map<std::string, std::string> synced = {};
};

Faults& faults() {
  static Faults state;
  return state;
}

// A file of the real VFS, which lives behind this struct, as sqlite.org/vfs allows.
struct FaultyFile : sqlite3_file {
  bool is_log = false;
  const char* path = nullptr;  // SQLite keeps it as long as the file is open
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return static_cast<FaultyFile*>(file)->real(); }

int fail_with(int code) {
  ++faults().hits;
  return code;
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const bool is_log = static_cast<FaultyFile*>(file)->is_log;
  if (is_log && faults().write != SQLITE_OK && faults().writes_before_fault-- <= 0)
    return fail_with(faults().write);
  return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}

std::string read_all(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  REQUIRE(file->pMethods->xFileSize(file, &size) == SQLITE_OK);
  std::string bytes(static_cast<size_t>(size), '\0');
  if (size > 0)
    REQUIRE(file->pMethods->xRead(file, bytes.data(), static_cast<int>(size), 0) == SQLITE_OK);
  return bytes;
}

int sync_file(sqlite3_file* file, int flags) {
  auto* faulty = static_cast<FaultyFile*>(file);
  if (faulty->is_log && faults().sync != SQLITE_OK) return fail_with(faults().sync);
  if (faulty->path != nullptr) faults().synced[faulty->path] = read_all(faulty->real());
  return real(file)->pMethods->xSync(real(file), flags);
}

// Everything else goes straight to the real file.
const sqlite3_io_methods kMethods = {
    2,
    [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    [](sqlite3_file* f, void* bytes, int size, sqlite3_int64 offset) {
      return real(f)->pMethods->xRead(real(f), bytes, size, offset);
    },
    write_file,
    [](sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
    sync_file,
    [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    [](sqlite3_file* f, int* locked) {
      return real(f)->pMethods->xCheckReservedLock(real(f), locked);
    },
    [](sqlite3_file* f, int op, void* argument) {
      return real(f)->pMethods->xFileControl(real(f), op, argument);
    },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** memory) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, memory);
    },
    [](sqlite3_file* f, int offset, int count, int flags) {
      return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
    },
    [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* base = static_cast<sqlite3_vfs*>(vfs->pAppData);
  auto* faulty = static_cast<FaultyFile*>(file);
  faulty->pMethods = nullptr;
  faulty->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  faulty->path = name;
  const int code = base->xOpen(base, name, faulty->real(), flags, out_flags);
  if (faulty->real()->pMethods != nullptr) faulty->pMethods = &kMethods;
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto* base = static_cast<sqlite3_vfs*>(vfs->pAppData);
  faults().synced.erase(name);
  return base->xDelete(base, name, sync_folder);
}

// The default VFS while it lives.
class FaultyStorage {
 public:
  FaultyStorage() : real_(::sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    faults() = {};
    vfs_.zName = "faulty";
    vfs_.pNext = nullptr;
    vfs_.pAppData = real_;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
    vfs_.xOpen = open_file;
    vfs_.xDelete = delete_file;
    REQUIRE(::sqlite3_vfs_register(&vfs_, 1) == SQLITE_OK);
  }
  ~FaultyStorage() {
    ::sqlite3_vfs_unregister(&vfs_);
    ::sqlite3_vfs_register(real_, 1);
  }
  FaultyStorage(const FaultyStorage&) = delete;
  FaultyStorage& operator=(const FaultyStorage&) = delete;

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;  // else the real one's functions, which do not look at it
};

class FaultyDatabase {
 public:
  explicit FaultyDatabase(Durability durability = Durability::kFull) {
    Connection connection = std::move(*Connection::open(path(), OpenMode::kCreate, durability));
    REQUIRE(connection.execute("CREATE TABLE t (x INTEGER UNIQUE, filler TEXT) STRICT"));
    writer_ = std::make_unique<BatchWriter>(std::move(connection));
    reader_ =
        std::make_unique<Connection>(std::move(*Connection::open(path(), OpenMode::kReadOnly)));
  }
  ~FaultyDatabase() { faults() = {}; }
  FaultyDatabase(const FaultyDatabase&) = delete;
  FaultyDatabase& operator=(const FaultyDatabase&) = delete;

  BatchWriter& writer() { return *writer_; }

  // A batch of `count` requests that insert the numbers from `first` on.
  base::Result<void> insert(int first, size_t count) {
    const auto insert_one = [&](size_t i) {
      const std::string x = std::to_string(first + static_cast<int>(i));
      return writer_->connection()
          .execute("INSERT INTO t VALUES (" + x + ", printf('%03000d', " + x + "))")
          .has_value();
    };
    failed_ = 0;
    return writer_->run({count, insert_one, [&](size_t, const base::Error&) { ++failed_; }});
  }

  // How many of the last batch were told to have failed.
  size_t failed() const { return failed_; }

  // What another connection sees.
  std::vector<int64_t> rows() { return rows_of(*reader_); }

  // What a power cut at this moment would leave: files as they were at their last sync.
  std::vector<int64_t> rows_after_power_cut() {
    const test::TempFolder after;
    for (const auto& [file, bytes] : faults().synced) {
      const std::filesystem::path path(file);
      if (path.parent_path() == folder_.path()) after.write(path.filename().string(), bytes);
    }
    Connection again = std::move(*Connection::open(after.path("x.db"), OpenMode::kReadWrite));
    Statement check = *again.prepare("PRAGMA integrity_check");
    REQUIRE(*check.step());
    CHECK(check.column_text(0) == "ok");
    return rows_of(again);
  }

  // What is there after everything was closed and opened again.
  std::vector<int64_t> rows_after_reopening() {
    reader_.reset();
    writer_.reset();
    Connection again = std::move(*Connection::open(path(), OpenMode::kReadWrite));
    Statement check = *again.prepare("PRAGMA integrity_check");
    REQUIRE(*check.step());
    CHECK(check.column_text(0) == "ok");
    return rows_of(again);
  }

 private:
  std::string path() { return folder_.path("x.db"); }
  static std::vector<int64_t> rows_of(Connection& connection) {
    base::Result<Statement> prepared = connection.prepare("SELECT x FROM t ORDER BY x");
    if (!prepared) FAIL(prepared.error().message);
    Statement statement = std::move(*prepared);
    std::vector<int64_t> found;
    while (*statement.step()) found.push_back(statement.column_int(0));
    return found;
  }

  FaultyStorage storage_;
  test::TempFolder folder_;
  std::unique_ptr<BatchWriter> writer_;
  std::unique_ptr<Connection> reader_;
  size_t failed_ = 0;
};

// `fault` is in force while a batch commits, and stays until it is lifted.
void check_refusal_and_recovery(const Faults& fault) {
  FaultyDatabase database;
  REQUIRE(database.insert(1, 2));
  faults() = fault;
  const base::Result<void> failed = database.insert(10, 3);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kUnavailable);
  CHECK(database.failed() == 3);
  CHECK(faults().hits > 0);
  CHECK_FALSE(database.writer().healthy());
  CHECK(database.rows() == std::vector<int64_t>{1, 2});

  bool ran = false;
  const base::Result<void> refused =
      database.writer().run({1, [&](size_t) { return ran = true; }, [](size_t, const auto&) {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
  CHECK_FALSE(ran);
  CHECK(database.rows() == std::vector<int64_t>{1, 2});

  faults() = {};
  REQUIRE(database.insert(20, 2));
  CHECK(database.writer().healthy());
  CHECK(database.rows() == std::vector<int64_t>{1, 2, 20, 21});
  CHECK(database.rows_after_reopening() == std::vector<int64_t>{1, 2, 20, 21});
}

}  // namespace

TEST_CASE("a log that cannot be written to refuses the batch, and takes writes when it can") {
  check_refusal_and_recovery(
      {.write = SQLITE_IOERR_WRITE, .sync = SQLITE_OK, .writes_before_fault = 0});
}

TEST_CASE("a log that takes only some pages of a batch keeps none of it") {
  for (int pages = 1; pages < 6; ++pages)
    check_refusal_and_recovery(
        {.write = SQLITE_IOERR_WRITE, .sync = SQLITE_OK, .writes_before_fault = pages});
}

TEST_CASE("a full disk refuses the batch, and takes writes when there is space") {
  for (int pages = 0; pages < 6; ++pages)
    check_refusal_and_recovery(
        {.write = SQLITE_FULL, .sync = SQLITE_OK, .writes_before_fault = pages});
}

TEST_CASE("a failed sync of the log refuses the batch: what may not be on the disk never shows") {
  check_refusal_and_recovery(
      {.write = SQLITE_OK, .sync = SQLITE_IOERR_FSYNC, .writes_before_fault = 0});
}

TEST_CASE("acknowledged rows outlive a writer that ends while its disk fails") {
  FaultyDatabase database;
  REQUIRE(database.insert(1, 3));
  faults().sync = SQLITE_IOERR_FSYNC;
  REQUIRE_FALSE(database.insert(10, 1));
  faults() = {};
  CHECK(database.rows_after_reopening() == std::vector<int64_t>{1, 2, 3});
}

TEST_CASE("what was acknowledged survives a power cut, whatever was checkpointed before") {
  FaultyDatabase database;
  std::vector<int64_t> acknowledged;
  for (int batch = 0; batch < 30; ++batch) {
    REQUIRE(database.insert(batch * 10, 3));
    for (int i = 0; i < 3; ++i) acknowledged.push_back(batch * 10 + i);
    CHECK(database.rows_after_power_cut() == acknowledged);
    if (batch % 7 != 6) continue;
    const char* mode = batch % 2 == 0 ? "PASSIVE" : "RESTART";
    REQUIRE(
        database.writer().connection().execute("PRAGMA wal_checkpoint(" + std::string(mode) + ")"));
    CHECK(database.rows_after_power_cut() == acknowledged);
  }
}

TEST_CASE("with synchronous=normal a power cut takes the last commits, and leaves the file sound") {
  FaultyDatabase database(Durability::kNormal);
  REQUIRE(database.insert(1, 2));
  REQUIRE(database.writer().connection().execute("PRAGMA wal_checkpoint(PASSIVE)"));
  REQUIRE(database.insert(10, 2));
  CHECK(database.rows_after_power_cut() == std::vector<int64_t>{1, 2});
}

}  // namespace prodev::db
