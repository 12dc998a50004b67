// What the caller may do to a table: the rules of access as parts of a statement.
#pragma once

#include <string>
#include <string_view>

#include "access/rules.h"
#include "auth/authenticator.h"
#include "catalog/catalog.h"
#include "db/current_caller.h"
#include "query/api_error.h"
#include "query/lower.h"
#include "records/schema.h"

namespace prodev::records {

// The table called `name`: PGRST205 with the nearest name when there is none, of those that `role`
// may use.
query::Outcome<const catalog::Table*> find_table(const Schema& schema, std::string_view name,
                                                 std::string_view role);

// 42501 when `role` may not use `verb` on `table` at all. Views of `schema`, which must outlive
// the result.
query::Outcome<const access::Rights*> authorize(const Schema& schema, std::string_view role,
                                                const catalog::Table& table, access::Verb verb);

// The rows and columns that `rights` give.
query::Guard guard_of(const access::Rights& rights);

// Whether some row may pass: what has no policy, or only ones that never hold, lets none through.
bool lets_something_through(const access::Rights& rights);

// What `role` may see around a table. Refers to both, which must outlive it.
query::Context context_of(const Schema& schema, std::string_view role);

// Who asks, for the parameters ?1, ?2 and ?3 of policies. Copies, for statements that run later.
struct Caller {
  explicit Caller(const auth::Identity& identity)
      : subject(identity.subject), role(identity.role), claims(identity.claims_json) {}

  // `statement` must be reset before the caller goes away.
  void bind(db::RowStatement& statement) const;

  // For what the schema itself says of the caller: auth.uid() in defaults, triggers and views.
  db::CallerScope scope(db::Connection& connection) const {
    return {connection, subject, role, claims};
  }

  std::string subject;  // empty: NULL
  std::string role;
  std::string claims;
};

}  // namespace prodev::records
