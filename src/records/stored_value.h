// A value of a row as one that can be bound again.
#pragma once

#include "query/value.h"

namespace prodev::records {

inline query::Value stored_value(const db::RowStatement& row, int column) {
  switch (row.column_class(column)) {
    case db::StorageClass::kInteger:
      return query::Value::of_integer(row.column_int(column));
    case db::StorageClass::kReal:
      return query::Value::of_real(row.column_real(column));
    case db::StorageClass::kText:
      return query::Value::of_text(std::string(row.column_text(column)));
    case db::StorageClass::kBlob:
      return query::Value::of_blob(std::string(row.column_bytes(column)));
    case db::StorageClass::kNull:
      break;
  }
  return {};
}

}  // namespace prodev::records
