#include "catalog/catalog.h"
#include "cli/doctor_schema.h"
#include "db/sql_tokens.h"
#include "text/join.h"

namespace prodev::cli {
namespace {

using db::quoted_name;

// 8-4-4-4-12 digits in lower case: what a UUID that comes over REST is stored as.
std::string stored_form_pattern() {
  std::string pattern;
  for (const int digits : {8, 4, 4, 4, 12}) {
    if (!pattern.empty()) pattern += '-';
    for (int i = 0; i < digits; ++i) pattern += "[0-9a-f]";
  }
  return "'" + pattern + "'";
}

// The digits alone, of any of the forms that PostgreSQL takes.
std::string digits_of(const std::string& column) {
  return "lower(replace(replace(replace(" + column + ", '-', ''), '{', ''), '}', ''))";
}

struct Spelled {
  int64_t otherwise = 0;  // UUIDs that are not in their stored form
  int64_t not_alone_by_case = 0;
};

base::Result<Spelled> count_spelled(db::Connection& connection, const std::string& table,
                                    const std::string& column) {
  const std::string form = stored_form_pattern();
  const std::string digits = digits_of("c");
  TRY_ASSIGN(
      db::Statement rows,
      connection.prepare("SELECT count(*), count(*) FILTER (WHERE lower(c) NOT GLOB " + form +
                         ") FROM (SELECT " + quoted_name(column) + " AS c FROM " +
                         quoted_name(table) + " LIMIT " + kMostCheckedRows +
                         ") WHERE typeof(c) = 'text' AND c NOT GLOB " + form + " AND length(" +
                         digits + ") = 32 AND " + digits + " NOT GLOB '*[^0-9a-f]*'"));
  TRY(rows.step());
  return Spelled{rows.column_int(0), rows.column_int(1)};
}

std::string mending(const std::string& table, const std::string& column, const Spelled& spelled) {
  const std::string name = quoted_name(column);
  const std::string update = "UPDATE " + quoted_name(table) + " SET " + name + " = ";
  if (spelled.not_alone_by_case == 0)
    return update + "lower(" + name + ") WHERE " + name + " <> lower(" + name + ");";
  const std::string digits = digits_of(name);
  return update +
         "(SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || substr(h, 13, 4) || '-' || "
         "substr(h, 17, 4) || '-' || substr(h, 21) FROM (SELECT " +
         digits + " AS h)) WHERE length(" + digits + ") = 32;";
}

}  // namespace

base::Result<Finding> check_uuids(db::Connection& connection) {
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  std::vector<std::string> says;
  std::vector<std::string> fixes;
  for (const catalog::Table& table : catalog->tables()) {
    if (table.kind != catalog::TableKind::kTable) continue;
    for (const catalog::Column& column : table.columns) {
      if (column.kind != catalog::ValueKind::kUuid || column.generated) continue;
      TRY_ASSIGN(const Spelled spelled, count_spelled(connection, table.name, column.name));
      if (spelled.otherwise == 0) continue;
      says.push_back(std::to_string(spelled.otherwise) + " of " + table.name + "." + column.name);
      fixes.push_back(mending(table.name, column.name, spelled));
    }
  }
  if (says.empty()) return Finding{Grade::kOk, "UUIDs", "all are in lower case with hyphens", ""};
  return Finding{Grade::kWarn, "UUIDs",
                 "not spelled as REST stores them, in lower case with hyphens, so that references "
                 "to them fail and the same ones can be stored again: " +
                     text::joined(says),
                 "in one new schema file:\n" + text::joined(fixes, "\n")};
}

}  // namespace prodev::cli
