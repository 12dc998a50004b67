#include "openapi/relations.h"

#include <algorithm>

#include "records/authorize.h"

namespace prodev::openapi {

namespace {

using access::Rights;
using access::Verb;
using catalog::Column;
using catalog::Table;
using Columns = std::vector<const Column*>;

using records::lets_something_through;

bool covers(const Rights& rights, const Column& column) {
  return !rights.columns || std::find(rights.columns->begin(), rights.columns->end(),
                                      column.name) != rights.columns->end();
}

Columns columns_of(const Table& table, const Rights& rights, bool for_writing) {
  Columns columns;
  if (!lets_something_through(rights)) return columns;
  for (const Column& column : table.columns) {
    if (column.hidden || (for_writing && column.generated)) continue;
    if (covers(rights, column)) columns.push_back(&column);
  }
  return columns;
}

Relation relation_of(const records::Schema& schema, std::string_view role, const Table& table) {
  const auto rights = [&](Verb verb) -> const Rights& {
    return schema.rules->rights(role, table.name, verb);
  };
  Relation relation;
  relation.table = &table;
  relation.readable = columns_of(table, rights(Verb::kSelect), false);
  if (table.insertable) relation.insertable = columns_of(table, rights(Verb::kInsert), true);
  if (!relation.can_read()) return relation;
  if (table.updatable) relation.updatable = columns_of(table, rights(Verb::kUpdate), true);
  relation.deletable = table.deletable && lets_something_through(rights(Verb::kDelete));
  return relation;
}

}  // namespace

bool Relation::can_replace() const {
  if (updatable.empty() || table->primary_key.empty()) return false;
  return std::all_of(table->primary_key.begin(), table->primary_key.end(), [&](size_t i) {
    return std::find(insertable.begin(), insertable.end(), &table->columns[i]) != insertable.end();
  });
}

std::vector<Relation> relations_of(const records::Schema& schema, std::string_view role) {
  std::vector<Relation> relations;
  for (const Table& table : schema.catalog->tables()) {
    Relation relation = relation_of(schema, role, table);
    if (relation.can_read() || !relation.insertable.empty())
      relations.push_back(std::move(relation));
  }
  return relations;
}

std::optional<Relation> find_readable(const records::Schema& schema, std::string_view role,
                                      std::string_view name) {
  const Table* table = schema.catalog->find(name);
  if (table == nullptr) return std::nullopt;
  Relation relation = relation_of(schema, role, *table);
  return relation.can_read() ? std::optional(std::move(relation)) : std::nullopt;
}

}  // namespace prodev::openapi
