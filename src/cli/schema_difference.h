// What of a schema is different after migrations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::cli {

// What a part of the schema is called ("column product.price", "check product (price > 0)") and
// what it is ("INTEGER NOT NULL", "").
struct SchemaPart {
  std::string name;
  std::string what;
  std::string table;  // that it is a part of; empty: of none
};

struct SchemaParts {
  // Tables with their columns in order, keys and constraints; indexes, triggers and views; rules.
  // The system's own tables and those behind virtual tables are left out.
  std::vector<SchemaPart> parts;
  std::map<std::string, std::string> declarations;  // each table's CREATE TABLE, on one line
  // What each view gives, which may change though its declaration does not (SELECT *).
  std::map<std::string, std::vector<std::string>> view_columns;
  // Rules, views and functions that do not fit the schema, a sentence each.
  std::vector<std::string> problems;
};

base::Result<SchemaParts> load_schema_parts(db::Connection& connection);

// One line each: "- index product_name ...", "~ policy own on note: ... -> ...",
// "+ column product.price INTEGER", "! policy own on note has no effect: ...". Empty: no
// difference.
std::vector<std::string> difference(const SchemaParts& before, const SchemaParts& after);

}  // namespace prodev::cli
