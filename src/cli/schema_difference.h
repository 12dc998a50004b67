// What of a schema is different after migrations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::cli {

// From what a part of the schema is called ("column product.price") to what it is
// ("INTEGER NOT NULL"). The system's own tables are left out; roles, policies and privileges are
// in.
using SchemaParts = std::map<std::string, std::string>;

base::Result<SchemaParts> load_schema_parts(db::Connection& connection);

// One line each: "+ column product.price INTEGER", "- index product_name ...",
// "~ policy own on note: ... -> ...". Empty: no difference.
std::vector<std::string> difference(const SchemaParts& before, const SchemaParts& after);

}  // namespace prodev::cli
