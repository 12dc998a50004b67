#include "db/row_statement.h"

#include <sqlite3.h>

#include "db/errors.h"

namespace prodev::db {

void RowStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  ::sqlite3_finalize(statement);
}

void RowStatement::bind_text(int parameter, std::string_view text) {
  ::sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

void RowStatement::bind_int(int parameter, int64_t number) {
  ::sqlite3_bind_int64(statement_.get(), parameter, number);
}

void RowStatement::bind_null(int parameter) { ::sqlite3_bind_null(statement_.get(), parameter); }

void RowStatement::bind_real(int parameter, double number) {
  ::sqlite3_bind_double(statement_.get(), parameter, number);
}

void RowStatement::bind_text_view(int parameter, std::string_view text) {
  // SQLite takes a null pointer for NULL.
  ::sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(),
                        text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void RowStatement::bind_blob_view(int parameter, std::string_view bytes) {
  ::sqlite3_bind_blob64(statement_.get(), parameter, bytes.data() == nullptr ? "" : bytes.data(),
                        bytes.size(), SQLITE_STATIC);
}

void RowStatement::bind_pointer(int parameter, const void* pointer, const char* type) {
  ::sqlite3_bind_pointer(statement_.get(), parameter, const_cast<void*>(pointer), type, nullptr);
}

base::Result<bool> RowStatement::step() {
  const int code = ::sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail_sqlite(::sqlite3_db_handle(statement_.get()), "a statement failed");
}

void RowStatement::reset() {
  ::sqlite3_reset(statement_.get());
  ::sqlite3_clear_bindings(statement_.get());
}

int64_t RowStatement::column_int(int column) const {
  return ::sqlite3_column_int64(statement_.get(), column);
}

std::string_view RowStatement::column_text(int column) const {
  const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(::sqlite3_column_bytes(statement_.get(), column))};
}

bool RowStatement::column_is_null(int column) const {
  return ::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

StorageClass RowStatement::column_class(int column) const {
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

double RowStatement::column_real(int column) const {
  return ::sqlite3_column_double(statement_.get(), column);
}

std::string_view RowStatement::column_bytes(int column) const {
  const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(::sqlite3_column_bytes(statement_.get(), column))};
}

int RowStatement::column_count() const { return ::sqlite3_column_count(statement_.get()); }

}  // namespace prodev::db
