#include "records/authorize.h"

#include <algorithm>
#include <array>

#include "catalog/function.h"
#include "config/nearest.h"

namespace prodev::records {

namespace {

// What a hint may name: that others exist is not for the caller to know.
bool may_use(const Schema& schema, std::string_view role, const catalog::Table& table) {
  using access::Verb;
  constexpr std::array kVerbs = {Verb::kSelect, Verb::kInsert, Verb::kUpdate, Verb::kDelete};
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](Verb verb) {
    return lets_something_through(schema.rules->rights(role, table.name, verb));
  });
}

}  // namespace

query::Outcome<const catalog::Table*> find_table(const Schema& schema, std::string_view name,
                                                 std::string_view role) {
  const catalog::Table* table = schema.catalog->find(name);
  if (table != nullptr) return table;
  std::vector<std::string> names;
  for (const catalog::Table& known : schema.catalog->tables()) {
    if (may_use(schema, role, known)) names.push_back(known.name);
  }
  const std::string near = config::nearest(name, names);
  return query::refuse(
      {404,
       "PGRST205",
       "Could not find the table 'public." + std::string(name) + "' in the schema cache",
       {},
       near.empty() ? "" : "Perhaps you meant the table 'public." + near + "'"});
}

query::Outcome<const access::Rights*> authorize(const Schema& schema, std::string_view role,
                                                const catalog::Table& table, access::Verb verb) {
  const access::Rights& rights = schema.rules->rights(role, table.name, verb);
  if (!rights.permitted) {
    return query::refuse({403, "42501",
                          std::string("permission denied for ") +
                              (table.kind == catalog::TableKind::kView ? "view " : "table ") +
                              table.name});
  }
  return &rights;
}

bool lets_something_through(const access::Rights& rights) {
  constexpr std::string_view kNoRow = "(0)";  // as access::Rules says it
  return rights.permitted && rights.using_sql != kNoRow && rights.check_sql != kNoRow;
}

query::Guard guard_of(const access::Rights& rights) {
  return {rights.using_sql, rights.columns ? &*rights.columns : nullptr};
}

query::Context context_of(const Schema& schema, std::string_view role) {
  query::Context context{*schema.catalog, {}, {}};
  context.guard_of = [&schema, role](const catalog::Table& table) -> query::Outcome<query::Guard> {
    TRY_ASSIGN(const access::Rights* rights, authorize(schema, role, table, access::Verb::kSelect));
    return guard_of(*rights);
  };
  context.may_execute = [&schema, role](const catalog::Function& function) {
    return schema.rules->may_execute(role, function.id);
  };
  return context;
}

void Caller::bind(db::RowStatement& statement) const {
  if (subject.empty()) {
    statement.bind_null(1);
  } else {
    statement.bind_text_view(1, subject);
  }
  statement.bind_text_view(2, role);
  statement.bind_text_view(3, claims);
}

}  // namespace prodev::records
