// SystemTables: small questions and changes to _prodev_role, _prodev_policy and _prodev_privilege,
// and the names that a statement refers to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/statement.h"
#include "db/connection.h"
#include "db/small_queries.h"

namespace prodev::access {

constexpr std::string_view kPublic = "public";
constexpr std::string_view kServiceRole = "service_role";
constexpr std::string_view kAnonymousRole = "anon";  // of who shows no token

struct Table {
  std::string name;  // as it was created
  bool is_view = false;
};

// "there is no <what> <name>", at the name, with the nearest of `known`.
tl::unexpected<db::StatementError> fail_unknown(const std::string& what, const Name& name,
                                                const std::vector<std::string>& known);

class SystemTables {
 public:
  explicit SystemTables(db::Connection& connection) : connection_(connection) {}

  base::Result<void> run(std::string_view sql, db::Texts values);
  base::Result<bool> exists(std::string_view sql, db::Texts values);
  // The first column of each row.
  base::Result<std::vector<std::string>> strings(std::string_view sql, db::Texts values);

  // Each of these is an error at the name, with the nearest name, when there is no such thing.
  db::StatementResult<Table> table(const Name& name);
  db::StatementResult<std::string> role(const Name& name);
  // The column of `table`, as it was created.
  db::StatementResult<std::string> column(const Table& table, const Name& name);
  base::Result<std::vector<std::string>> columns(std::string_view table);

  db::Connection& connection() { return connection_; }

 private:
  db::Connection& connection_;
};

}  // namespace prodev::access
