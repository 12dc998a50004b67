// What one role may use of the tables and views, and how.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "records/schema.h"

namespace prodev::openapi {

// A table or view. The lists of columns are in the table's order, without hidden ones, and empty
// where the role may not use the verb.
struct Relation {
  const catalog::Table* table = nullptr;
  std::vector<const catalog::Column*> readable;
  std::vector<const catalog::Column*> insertable;
  std::vector<const catalog::Column*> updatable;
  bool deletable = false;

  bool can_read() const { return !readable.empty(); }
  // By PUT: an upsert of one row by its primary key.
  bool can_replace() const;
};

// Those that `role` may use at least one verb on, by name. A verb that no policy lets through on
// any row is none. UPDATE and DELETE need the right to read as well, since their filters do. Views
// of `schema`.
std::vector<Relation> relations_of(const records::Schema& schema, std::string_view role);

// The one called `name`, when `role` may read it.
std::optional<Relation> find_readable(const records::Schema& schema, std::string_view role,
                                      std::string_view name);

}  // namespace prodev::openapi
