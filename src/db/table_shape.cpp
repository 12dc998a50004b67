#include "db/table_shape.h"

#include "db/small_queries.h"

namespace prodev::db {

base::Result<std::vector<std::string>> columns_of(Connection& connection, std::string_view schema,
                                                  std::string_view table) {
  return load_strings(connection,
                      "SELECT name FROM pragma_table_xinfo(?2, ?1) WHERE hidden = 0 ORDER BY cid",
                      {schema, table});
}

base::Result<std::vector<std::string>> key_of(Connection& connection, std::string_view schema,
                                              std::string_view table) {
  return load_strings(connection,
                      "SELECT name FROM pragma_table_info(?2, ?1) WHERE pk > 0 ORDER BY pk",
                      {schema, table});
}

}  // namespace prodev::db
