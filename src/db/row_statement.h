// RowStatement: a prepared statement that rows go through, on SQLite's own functions.
//
// SQLite::Statement copies texts that are bound, takes no pointers (sqlite3_bind_pointer), shares
// each value that it reads by a counter, and hides its handle; nor does it tell where a statement
// that cannot be prepared is wrong. What is none of these is a Statement (statement.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

struct sqlite3_stmt;

namespace prodev::db {

// How SQLite stores a value (datatype3 section 2).
enum class StorageClass { kInteger, kReal, kText, kBlob, kNull };

// Views of column text are valid until the next step() or reset().
class RowStatement {
 public:
  explicit RowStatement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters count from 1. `text` is copied.
  void bind_text(int parameter, std::string_view text);
  void bind_int(int parameter, int64_t number);
  void bind_null(int parameter);
  void bind_real(int parameter, double number);
  // These refer to the bytes, which must stay until the next reset().
  void bind_text_view(int parameter, std::string_view text);
  void bind_blob_view(int parameter, std::string_view bytes);
  // For a function that asks for `type` (sqlite.org/bindptr); NULL to everything else.
  void bind_pointer(int parameter, const void* pointer, const char* type);

  // True: there is a row to read. False: done.
  base::Result<bool> step();
  // Makes it ready to run again; clears the parameters.
  void reset();

  int64_t column_int(int column) const;
  std::string_view column_text(int column) const;  // empty for NULL
  bool column_is_null(int column) const;
  StorageClass column_class(int column) const;
  double column_real(int column) const;
  // A text or a blob as it is stored; column_text() would copy it to get a NUL at its end.
  std::string_view column_bytes(int column) const;
  int column_count() const;

  sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace prodev::db
