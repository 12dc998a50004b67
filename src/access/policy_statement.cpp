#include "access/policy_statement.h"

#include <algorithm>
#include <array>

namespace prodev::access {
namespace {

// In the order in which PostgreSQL wants them.
enum Clause : size_t { kAs, kFor, kTo, kUsing, kWith, kClauseCount };
constexpr std::array<std::string_view, kClauseCount> kClauses = {"AS", "FOR", "TO", "USING",
                                                                 "WITH"};

db::StatementResult<void> parse_clause(TokenCursor& cursor, Clause clause, CreatePolicy& policy) {
  switch (clause) {
    case kAs: {
      TRY_ASSIGN(const size_t kind, cursor.expect_one({"PERMISSIVE", "RESTRICTIVE"}));
      policy.restrictive = kind == 1;
      return {};
    }
    case kFor: {
      TRY_ASSIGN(const size_t verb,
                 cursor.expect_one({"SELECT", "INSERT", "UPDATE", "DELETE", "ALL"}));
      if (verb < kVerbs.size()) policy.verb = kVerbs[verb];
      return {};
    }
    case kTo: {
      TRY_ASSIGN(policy.roles, cursor.names("a role"));
      return {};
    }
    case kUsing: {
      TRY_ASSIGN(policy.using_expression, cursor.parenthesised());
      return {};
    }
    default: {
      TRY(cursor.expect("CHECK"));
      TRY_ASSIGN(policy.check_expression, cursor.parenthesised());
      return {};
    }
  }
}

// Clauses from `first` on, in their order, each at most once.
db::StatementResult<void> parse_clauses(TokenCursor& cursor, size_t first, CreatePolicy& policy) {
  size_t next = first;
  while (cursor.token().kind != db::SqlToken::Kind::kEnd) {
    const auto found = std::find_if(kClauses.begin(), kClauses.end(), [&](std::string_view word) {
      return cursor.token().is_word(word);
    });
    const auto index = static_cast<size_t>(found - kClauses.begin());
    if (found == kClauses.end() || index < first) {
      std::vector<std::string_view> expected(kClauses.begin() + static_cast<ptrdiff_t>(next),
                                             kClauses.end());
      expected.push_back("the end of the statement");
      return cursor.fail_expected(expected);
    }
    if (index < next) {
      return fail_at(cursor.token().offset,
                     std::string(*found) +
                         (index + 1 == next ? " is given twice" : " is given twice or too late") +
                         ": the order is AS, FOR, TO, USING, WITH CHECK");
    }
    cursor.step();
    TRY(parse_clause(cursor, static_cast<Clause>(index), policy));
    next = index + 1;
  }
  return {};
}

db::StatementResult<CreatePolicy> parse_policy_name(TokenCursor& cursor) {
  CreatePolicy policy;
  TRY_ASSIGN(policy.name, cursor.name("the policy's name"));
  TRY(cursor.expect("ON"));
  TRY_ASSIGN(policy.table, cursor.table());
  return policy;
}

}  // namespace

db::StatementResult<void> check_policy_clauses(std::optional<Verb> verb,
                                               const std::optional<Expression>& using_expression,
                                               const std::optional<Expression>& check_expression) {
  if (verb == Verb::kInsert && using_expression) {
    return fail_at(using_expression->offset,
                   "a policy FOR INSERT takes only WITH CHECK: there is no row yet that USING "
                   "could look at");
  }
  if ((verb == Verb::kSelect || verb == Verb::kDelete) && check_expression) {
    return fail_at(check_expression->offset,
                   "a policy FOR SELECT or DELETE takes only USING: there is no new row that WITH "
                   "CHECK could look at");
  }
  return {};
}

db::StatementResult<AccessStatement> parse_create_policy(TokenCursor& cursor) {
  TRY_ASSIGN(CreatePolicy policy, parse_policy_name(cursor));
  TRY(parse_clauses(cursor, kAs, policy));
  TRY(check_policy_clauses(policy.verb, policy.using_expression, policy.check_expression));
  if (policy.roles.empty()) policy.roles.push_back({"public", policy.name.offset});
  return policy;
}

db::StatementResult<AccessStatement> parse_alter_policy(TokenCursor& cursor) {
  TRY_ASSIGN(CreatePolicy policy, parse_policy_name(cursor));
  AlterPolicy alter{policy.name, policy.table, {}, {}, {}, {}};
  if (cursor.accept("RENAME")) {
    TRY(cursor.expect("TO"));
    TRY_ASSIGN(alter.new_name, cursor.name("the policy's new name"));
    TRY(cursor.expect_end());
    return alter;
  }
  if (cursor.token().is_word("AS") || cursor.token().is_word("FOR")) {
    return fail_at(cursor.token().offset,
                   "ALTER POLICY cannot change what a policy is for: drop it and create it anew");
  }
  if (cursor.token().kind == db::SqlToken::Kind::kEnd)
    return cursor.fail_expected({"RENAME", "TO", "USING", "WITH"});
  TRY(parse_clauses(cursor, kTo, policy));
  alter.roles = std::move(policy.roles);
  alter.using_expression = policy.using_expression;
  alter.check_expression = policy.check_expression;
  return alter;
}

db::StatementResult<AccessStatement> parse_drop_policy(TokenCursor& cursor) {
  DropPolicy drop;
  if (cursor.accept("IF")) {
    TRY(cursor.expect("EXISTS"));
    drop.if_exists = true;
  }
  TRY_ASSIGN(drop.name, cursor.name("the policy's name"));
  TRY(cursor.expect("ON"));
  TRY_ASSIGN(drop.table, cursor.table());
  TRY(cursor.expect_end());
  return drop;
}

}  // namespace prodev::access
