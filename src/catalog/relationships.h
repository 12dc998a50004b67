// Relationships: which rows of one table belong to which of another, by their foreign keys.
//
// As PostgREST finds them (docs.postgrest.org, Resource Embedding): a foreign key makes a
// many-to-one relationship and its inverse, one-to-one where its columns are unique; a table with
// two foreign keys within one of its keys is a junction and makes a many-to-many one. Views have
// the foreign keys of the tables whose columns they show. An FTS5 table with external content
// belongs to the rows of its content table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::catalog {

enum class Cardinality : uint8_t { kManyToOne, kOneToOne, kOneToMany, kManyToMany };

// "many-to-one": as error messages and API docs say it.
std::string_view name_of(Cardinality cardinality);

struct ColumnPair {
  std::string from;
  std::string to;
};

struct Relationship {
  Cardinality cardinality = Cardinality::kManyToOne;
  std::string from;  // tables or views
  std::string to;
  std::string constraint;  // the foreign key's name; kManyToMany: of the junction to `from`
  std::vector<ColumnPair> columns;  // from = to; kManyToMany: from = the junction's
  bool holds_key = false;           // the foreign key is one of `from`
  // To one by its foreign key, but no key of `to` says so: a view may show the row several times.
  bool may_repeat = false;

  // kManyToMany.
  std::string junction;
  std::string junction_constraint;           // of the junction to `to`
  std::vector<ColumnPair> junction_columns;  // the junction's = to

  bool is_to_one() const {
    return cardinality == Cardinality::kManyToOne || cardinality == Cardinality::kOneToOne;
  }
  // "orders_customer_id_fkey using orders(customer_id) and customers(id)".
  std::string describe() const;
};

// All relationships of `tables`, grouped by `from`, in a fixed order.
std::vector<Relationship> find_relationships(const std::vector<Table>& tables);

}  // namespace prodev::catalog
