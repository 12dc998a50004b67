// Which relationship an embed means.
#pragma once

#include "catalog/relationships.h"
#include "query/api_error.h"
#include "query/ast.h"
#include "query/lower.h"

namespace prodev::query {

// The one relationship from the table `from` that the target and hint of `embed` name
// (docs.postgrest.org, Foreign Key Joins): a table; the constraint of a foreign key, from either
// side; a column that holds one, of `from`; or a column that one refers to. PGRST200 when there is
// none, PGRST201 with the choices when there are several. One by tables that the caller may not
// read is neither named nor in the way of another. Valid as long as the catalog.
Outcome<const catalog::Relationship*> find_relationship(const Context& context,
                                                        const catalog::Table& from,
                                                        const Embed& embed);

}  // namespace prodev::query
