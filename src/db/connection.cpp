#include "db/connection.h"

#include <sqlite3.h>

#include "db/current_caller.h"
#include "db/errors.h"
#include "db/memory.h"
#include "db/temporary_files.h"

namespace prodev::db {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  ::sqlite3_finalize(statement);
}

void Statement::bind_text(int parameter, std::string_view text) {
  ::sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

void Statement::bind_int(int parameter, int64_t number) {
  ::sqlite3_bind_int64(statement_.get(), parameter, number);
}

void Statement::bind_null(int parameter) { ::sqlite3_bind_null(statement_.get(), parameter); }

void Statement::bind_real(int parameter, double number) {
  ::sqlite3_bind_double(statement_.get(), parameter, number);
}

void Statement::bind_text_view(int parameter, std::string_view text) {
  // SQLite takes a null pointer for NULL.
  ::sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(),
                        text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_blob_view(int parameter, std::string_view bytes) {
  ::sqlite3_bind_blob64(statement_.get(), parameter, bytes.data() == nullptr ? "" : bytes.data(),
                        bytes.size(), SQLITE_STATIC);
}

void Statement::bind_pointer(int parameter, const void* pointer, const char* type) {
  ::sqlite3_bind_pointer(statement_.get(), parameter, const_cast<void*>(pointer), type, nullptr);
}

base::Result<bool> Statement::step() {
  const int code = ::sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail_sqlite(::sqlite3_db_handle(statement_.get()), "a statement failed");
}

void Statement::reset() {
  ::sqlite3_reset(statement_.get());
  ::sqlite3_clear_bindings(statement_.get());
}

int64_t Statement::column_int(int column) const {
  return ::sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::column_text(int column) const {
  const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(::sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::column_is_null(int column) const {
  return ::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

StorageClass Statement::column_class(int column) const {
  switch (::sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_INTEGER:
      return StorageClass::kInteger;
    case SQLITE_FLOAT:
      return StorageClass::kReal;
    case SQLITE_TEXT:
      return StorageClass::kText;
    case SQLITE_BLOB:
      return StorageClass::kBlob;
    default:
      return StorageClass::kNull;
  }
}

double Statement::column_real(int column) const {
  return ::sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::column_bytes(int column) const {
  const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(::sqlite3_column_bytes(statement_.get(), column))};
}

int Statement::column_count() const { return ::sqlite3_column_count(statement_.get()); }

void Connection::Close::operator()(sqlite3* connection) const { ::sqlite3_close_v2(connection); }

base::Result<Connection> Connection::open(const std::string& path, OpenMode mode,
                                          Durability durability) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::kReadWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  count_memory();
  // Its own counting takes a lock that all threads share, twice for each piece of it.
  [[maybe_unused]] static const int kUncounted = ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  count_temporary_files();
  sqlite3* handle = nullptr;
  const int code = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Connection connection(handle);
  if (handle == nullptr) return base::fail(base::Code::kUnavailable, "no memory to open " + path);
  if (code != SQLITE_OK) return fail_sqlite(handle, "cannot open the database " + path);
  const base::Result<void> configured = connection.configure(mode, durability);
  if (!configured) {
    return base::fail(configured.error().code,
                      "cannot use the database " + path + ": " + configured.error().message);
  }
  return connection;
}

base::Result<void> Connection::configure(OpenMode mode, Durability durability) {
  sqlite3* handle = connection_.get();
  ::sqlite3_busy_timeout(handle, kBusyTimeout_ms);
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Not an untrusted schema: SQLite 3.38 to 3.40 takes json_valid() in a CHECK for unsafe then. No
  // function with side effects is registered that a schema could misuse.
  TRY(execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000"));
  TRY(register_caller_functions(*this));
  TRY(check_encoding());
  if (mode == OpenMode::kReadOnly)
    return execute("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema LIMIT 1");
  TRY(execute("PRAGMA journal_mode = WAL"));
  return execute(durability == Durability::kFull ? "PRAGMA synchronous = FULL"
                                                 : "PRAGMA synchronous = NORMAL");
}

// Texts are read as the bytes that are stored.
base::Result<void> Connection::check_encoding() {
  TRY_ASSIGN(Statement encoding, prepare("PRAGMA encoding"));
  TRY_ASSIGN(const bool known, encoding.step());
  if (!known || encoding.column_text(0) == "UTF-8") return {};
  return base::fail(base::Code::kBadInput,
                    "its text is in " + std::string(encoding.column_text(0)) +
                        ", not UTF-8; copy it: sqlite3 OLD .dump | sqlite3 NEW");
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail_sqlite(connection_.get(), "a statement cannot be prepared");
  return Statement(statement);
}

uint64_t Connection::changed_rows() const {
  return static_cast<uint64_t>(::sqlite3_changes64(connection_.get()));
}

bool Connection::has_unresolved_references() const {
  int unresolved = 0;
  int ignored = 0;
  ::sqlite3_db_status(connection_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &ignored, 0);
  return unresolved != 0;
}

base::Result<void> Connection::execute(const std::string& sql) {
  if (::sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK)
    return {};
  return fail_sqlite(connection_.get(), "a statement failed");
}

}  // namespace prodev::db
