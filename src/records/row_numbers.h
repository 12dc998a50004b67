// The numbers of rows: an INTEGER PRIMARY KEY, or the rowid of a table that has no key. A row that
// comes without one is given the one after the largest (sqlite.org, autoinc), so that one row of a
// very large number would leave none, or none that JavaScript can read, to all that come later.
#pragma once

#include <cstdint>
#include <string>

#include "catalog/catalog.h"
#include "db/connection.h"
#include "query/value.h"

namespace prodev::records {

// The largest that a client may give to a row of a table that gives no number twice (AUTOINCREMENT,
// SERIAL, IDENTITY): as many follow that JavaScript can read (2^53 - 1).
constexpr int64_t kLargestOfNumbered = int64_t{1} << 52;
// And of the other tables, whose clients may make up numbers of 63 bits: 2^32 follow.
constexpr int64_t kLargestOfPlain = INT64_MAX - (int64_t{1} << 32);

// The largest number that a write wants to give to a row.
class SentNumber {
 public:
  // `value`: for `column` of `table`, or of a view whose triggers may write it to the table that it
  // shows.
  void note(const catalog::Catalog& catalog, const catalog::Table& table,
            const catalog::Column& column, const query::Value& value);

  // 22003 when it would end the numbering. Asks `connection` only about one that is large.
  query::Outcome<void> check(db::Connection& connection) const;

 private:
  query::ApiError out_of_range(int64_t largest, bool numbered) const;

  int64_t number_ = 0;
  const catalog::Table* named_table_ = nullptr;  // as the client calls it; null: there is none
  const catalog::Column* named_column_ = nullptr;
  const catalog::Table* table_ = nullptr;  // whose rows have the number
  const catalog::Column* column_ = nullptr;
};

// The last failed call on `connection` as query::sqlite_error() tells it; and 2200H where it failed
// because a table has no number left, which SQLite tells as a full disk. `name`: the table that it
// wrote to, or the function whose statement `sql` it was.
query::ApiError write_error(db::Connection& connection, const std::string& name,
                            std::string_view sql = {});

}  // namespace prodev::records
