// Catalog: what a database holds: an immutable snapshot of its tables and views, their columns,
// keys and indexes.
//
// Shared by all threads. A change of the schema makes a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::catalog {

// What the values of a column mean to clients. From the declared type; in addition CHECK
// constraints make booleans, JSON and enumerations of plain columns (DESIGN section 4).
enum class ValueKind : uint8_t {
  kAny,  // no type, or ANY: as stored
  kInteger,
  kReal,
  kNumeric,  // DECIMAL, NUMERIC and types that SQLite does not know
  kText,
  kBlob,  // base64 in JSON
  kBoolean,
  kJson,
  kTimestamp,
  kDate,
  kTime,
  kUuid,
};

// PostgreSQL's name for it, as error messages and API docs use: "bigint", "text", "jsonb".
std::string_view type_name(ValueKind kind);

struct Column {
  std::string name;
  std::string declared_type;  // as written; may be empty
  ValueKind kind = ValueKind::kAny;
  bool not_null = false;
  bool generated = false;            // computed by SQLite: cannot be written
  std::string generated_sql;         // then: the expression
  bool hidden = false;               // not part of "all columns"
  bool always_json = false;          // a CHECK or STRICT rule keeps every value valid JSON
  size_t key_position = 0;           // from 1 within the primary key; 0: not in it
  std::string default_sql;           // empty: none
  std::vector<std::string> allowed;  // the words of CHECK (c IN ('a', 'b')); empty: any
  std::string origin_table;          // of a view's column that shows one of a table; else empty
  std::string origin_column;
  // Of a view, or a function's result: each row has what a table has stored for it, so that reading
  // it cannot fail.
  bool shown_as_stored = false;
  std::string collation;    // of its text; empty: by bytes
  std::string description;  // what its comments say (comments.h); may be empty
};

struct ForeignKey {
  std::string name;  // of its CONSTRAINT, or PostgreSQL's default: "orders_customer_id_fkey"
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> referenced;  // columns of `table`, in the same order
};

struct Index {
  std::string name;
  bool unique = false;
  bool partial = false;
  std::vector<std::string> columns;     // an expression is an empty name
  std::vector<std::string> collations;  // of each
  // How many rows share the first column, the first two, and so on, on average (sqlite_stat1,
  // fileformat2 section 2.6.4); empty: not known.
  std::vector<uint64_t> rows_per_key;
};

enum class TableKind : uint8_t { kTable, kView, kVirtual };

struct Table {
  std::string name;
  TableKind kind = TableKind::kTable;
  bool strict = false;
  bool without_rowid = false;
  bool conflict_clauses = false;  // some constraint has its own: ON CONFLICT REPLACE
  // A view takes those that it has INSTEAD OF triggers for.
  bool insertable = true;
  bool updatable = true;
  bool deletable = true;
  std::vector<Column> columns;      // hidden ones last
  std::vector<size_t> primary_key;  // of a view that shows the rows of one table: its (view_key.h)
  std::vector<ForeignKey> foreign_keys;
  std::vector<Index> indexes;
  bool full_text = false;     // an FTS5 table
  std::string content_table;  // of an FTS5 table with external content; else empty
  std::string content_rowid;
  std::optional<uint64_t> estimated_rows;  // when ANALYZE last looked

  bool shows_every_row = false;  // a view of one table that leaves none of its rows out

  std::string rows_of;      // of a function's result: the table whose rows it has; else empty
  std::string description;  // what its comment says; may be empty

  const Column* find_column(std::string_view name) const;
  // The table whose relationships its rows have.
  const std::string& row_type() const { return rows_of.empty() ? name : rows_of; }
};

struct Relationship;  // relationships.h
struct Function;      // function.h

class Catalog {
 public:
  Catalog();
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Reads everything; holds no reference to the connection afterwards. Tables of the system (names
  // beginning with "_" or "sqlite_") and the shadow tables of virtual ones are left out, and so are
  // views and functions that do not work: problems() tells why.
  static base::Result<std::shared_ptr<const Catalog>> load(db::Connection& connection);

  // By exact name; nullptr: there is none.
  const Table* find(std::string_view name) const;
  // By name.
  const std::vector<Table>& tables() const { return tables_; }
  const std::vector<std::string>& problems() const { return problems_; }
  // From the table called `name`; valid as long as the catalog.
  std::span<const Relationship> relationships(std::string_view name) const;

  // By name, overloads side by side.
  const std::vector<Function>& functions() const { return functions_; }
  // The function `name` of a row of `table`: a computed column or relationship; nullptr: none.
  const Function* find_computed(std::string_view table, std::string_view name) const;

 private:
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };

  std::vector<Table> tables_;
  std::unordered_map<std::string, size_t, NameHash, std::equal_to<>> by_name_;
  std::vector<std::string> problems_;
  std::vector<Relationship> relationships_;  // by the table that they are from
  std::vector<Function> functions_;
};

}  // namespace prodev::catalog
