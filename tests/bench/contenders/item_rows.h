// What the limit programs share: the database opened as a tuned server would open it, and rows of
// the table `item` (tests/bench/lib/dataset.py) written as JSON by hand.
#pragma once

#include <sqlite3.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bench {

[[noreturn]] inline void die_of(sqlite3* db, const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
  std::exit(1);
}

// A statement for the life of the process: reset after each use, never prepared again.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    const int result =
        sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (result != SQLITE_OK) die_of(db, sql);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(int place, int64_t value) { sqlite3_bind_int64(statement_, place, value); }
  void bind(int place, std::string_view text) {
    sqlite3_bind_text(statement_, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }

  // True while there is a row.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) die_of(db_, "step");
    return result == SQLITE_ROW;
  }

  // For statements without rows.
  void run() {
    step();
    sqlite3_reset(statement_);
  }

  void reset() { sqlite3_reset(statement_); }
  sqlite3_stmt* get() { return statement_; }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

inline void execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) die_of(db, sql);
}

// Without SQLite's own mutexes: each connection belongs to one thread.
inline sqlite3* open_database(const char* file, bool writable) {
  sqlite3* db = nullptr;
  const int flags = (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file, &db, flags, nullptr) != SQLITE_OK) die_of(db, file);
  sqlite3_busy_timeout(db, 5000);
  execute(db, "PRAGMA foreign_keys = ON");
  execute(db, "PRAGMA cache_size = -16000");
  execute(db, "PRAGMA mmap_size = 268435456");
  if (writable) {
    execute(db, "PRAGMA journal_mode = WAL");
    execute(db, "PRAGMA synchronous = FULL");
  }
  return db;
}

inline void append_number(std::string& out, int64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

inline void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

inline void append_column(std::string& out, sqlite3_stmt* row, int column) {
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
      out += "null";
      return;
    case SQLITE_INTEGER:
      return append_number(out, sqlite3_column_int64(row, column));
    default:
      const char* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      return append_text(out, {text, static_cast<size_t>(sqlite3_column_bytes(row, column))});
  }
}

// The columns of every SELECT that append_item is given, in this order.
#define ITEM_COLUMNS "id, category_id, name, price_cents, note, active, created_at"

inline void append_item(std::string& out, sqlite3_stmt* row) {
  append_column(out += "{\"id\":", row, 0);
  append_column(out += ",\"category_id\":", row, 1);
  append_column(out += ",\"name\":", row, 2);
  append_column(out += ",\"price_cents\":", row, 3);
  append_column(out += ",\"note\":", row, 4);
  out += sqlite3_column_int(row, 5) != 0 ? ",\"active\":true" : ",\"active\":false";
  append_column(out += ",\"created_at\":", row, 6);
  out += '}';
}

// All rows of a bound statement as a JSON array, and the statement ready for its next use.
inline void append_items(std::string& out, Statement& statement) {
  char separator = '[';
  while (statement.step()) {
    out += separator;
    append_item(out, statement.get());
    separator = ',';
  }
  if (separator == '[') out += '[';
  out += ']';
  statement.reset();
}

}  // namespace bench
