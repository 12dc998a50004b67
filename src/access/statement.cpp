#include "access/statement.h"

#include <algorithm>

#include "access/policy_statement.h"
#include "access/token_cursor.h"
#include "config/nearest.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

using Parsed = db::StatementResult<std::optional<AccessStatement>>;

tl::unexpected<db::StatementError> fail_option(const TokenCursor& cursor, const char* why) {
  const db::SqlToken& token = cursor.token();
  return fail_at(token.offset, why + std::string(": leave ") + std::string(token.text) +
                                   " and what follows it out");
}

// PostgreSQL's options of CREATE ROLE.
db::StatementResult<void> refuse_role_option(const TokenCursor& cursor) {
  const db::SqlToken& token = cursor.token();
  if (token.is_word("BYPASSRLS"))
    return fail_option(cursor, "no role but service_role is above the policies");
  if (token.is_one_of({"WITH",        "LOGIN",         "NOLOGIN",     "PASSWORD",   "ENCRYPTED",
                       "VALID",       "CONNECTION",    "INHERIT",     "NOINHERIT",  "SUPERUSER",
                       "NOSUPERUSER", "CREATEDB",      "NOCREATEDB",  "CREATEROLE", "NOCREATEROLE",
                       "REPLICATION", "NOREPLICATION", "NOBYPASSRLS", "ADMIN",      "ROLE",
                       "USER",        "SYSID"}))
    return fail_option(cursor,
                       "a role has no options here, and nobody logs in as one (tokens name it)");
  return {};
}

// Those of GRANT and REVOKE.
db::StatementResult<void> refuse_grant_option(const TokenCursor& cursor) {
  if (cursor.token().is_one_of({"WITH", "CASCADE", "RESTRICT", "GRANTED"}))
    return fail_option(cursor, "schema files alone grant");
  return {};
}

db::StatementResult<AccessStatement> parse_create_role(TokenCursor& cursor) {
  CreateRole create;
  if (cursor.token().is_word("IF"))
    return fail_at(cursor.token().offset, "a schema file runs once: leave IF NOT EXISTS out");
  TRY_ASSIGN(create.role, cursor.name("the role's name"));
  TRY(refuse_role_option(cursor));
  if (cursor.accept("IN")) {
    TRY(cursor.expect("ROLE"));
    TRY_ASSIGN(create.member_of, cursor.names("a role"));
  }
  TRY(refuse_role_option(cursor));
  TRY(cursor.expect_end());
  return create;
}

db::StatementResult<AccessStatement> parse_drop_role(TokenCursor& cursor) {
  DropRole drop;
  if (cursor.accept("IF")) {
    TRY(cursor.expect("EXISTS"));
    drop.if_exists = true;
  }
  TRY_ASSIGN(drop.role, cursor.name("the role's name"));
  TRY(cursor.expect_end());
  return drop;
}

db::StatementResult<Privilege> parse_privilege(TokenCursor& cursor) {
  Privilege privilege;
  if (cursor.token().is_one_of({"TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}))
    return fail_at(cursor.token().offset, "clients cannot do this anyway: leave " +
                                              std::string(cursor.token().text) +
                                              " out (there are SELECT, INSERT, UPDATE and DELETE)");
  TRY_ASSIGN(const size_t verb, cursor.expect_one({"SELECT", "INSERT", "UPDATE", "DELETE", "ALL"}));
  const bool all = verb == kVerbs.size();
  if (all) {
    cursor.accept("PRIVILEGES");
    privilege.verbs.assign(kVerbs.begin(), kVerbs.end());
  } else {
    privilege.verbs = {kVerbs[verb]};
  }
  if (!cursor.token().is('(')) return privilege;
  if (!all && kVerbs[verb] == Verb::kDelete)
    return fail_at(cursor.token().offset, "DELETE takes whole rows: it has no columns");
  cursor.step();
  TRY_ASSIGN(privilege.columns, cursor.names("a column's name"));
  if (!cursor.accept(')')) return cursor.fail_expected({",", ")"});
  std::erase(privilege.verbs, Verb::kDelete);
  return privilege;
}

// What PostgreSQL's GRANT ... ON names and is no table.
db::StatementResult<void> refuse_object(const TokenCursor& cursor) {
  const db::SqlToken& first = cursor.token();
  TokenCursor next = cursor;
  next.step();
  const db::SqlToken& second = next.token();
  if (first.is_word("ALL") && second.is_word("TABLES"))
    return fail_at(first.offset,
                   "each table is granted by name, so that none is opened unnoticed: write ON a, "
                   "b, c in place of ALL TABLES IN SCHEMA");
  const db::SqlToken& kind = first.is_word("ALL") ? second : first;
  const bool names_one =
      first.is_word("ALL") || (second.is_name() && !second.is_one_of({"TO", "FROM"}));
  if (names_one && kind.is_one_of({"SEQUENCE", "SEQUENCES"}))
    return fail_at(first.offset, "SQLite has no sequences: leave this out");
  if (names_one && kind.is_word("SCHEMA"))
    return fail_at(first.offset, "every role may use the one schema: leave this out");
  if (names_one && kind.is_word("DATABASE"))
    return fail_at(first.offset, "every role may use the one database: leave this out");
  return {};
}

db::StatementResult<AccessStatement> parse_privileges(TokenCursor& cursor, bool grant) {
  ChangePrivileges change;
  change.grant = grant;
  do {
    TRY_ASSIGN(Privilege privilege, parse_privilege(cursor));
    change.privileges.push_back(std::move(privilege));
  } while (change.privileges.size() < kMaxListItems && cursor.accept(','));
  TRY(cursor.expect("ON"));
  TRY(refuse_object(cursor));
  cursor.accept("TABLE");
  do {
    TRY_ASSIGN(Name table, cursor.table());
    change.tables.push_back(std::move(table));
  } while (change.tables.size() < kMaxListItems && cursor.accept(','));
  TRY(cursor.expect(grant ? "TO" : "FROM"));
  TRY_ASSIGN(change.roles, cursor.names("a role"));
  TRY(refuse_grant_option(cursor));
  TRY(cursor.expect_end());
  return change;
}

// Whether what follows GRANT or REVOKE is about a table: ON comes before TO and FROM.
bool names_table(TokenCursor cursor) {
  for (; cursor.token().kind != db::SqlToken::Kind::kEnd &&
         cursor.token().kind != db::SqlToken::Kind::kUnfinished;
       cursor.step()) {
    if (cursor.token().is_word("ON")) return true;
    if (cursor.token().is_word("TO") || cursor.token().is_word("FROM")) return false;
  }
  return true;
}

db::StatementResult<AccessStatement> parse_grant(TokenCursor& cursor, bool grant) {
  if (names_table(cursor)) return parse_privileges(cursor, grant);
  Membership membership;
  membership.grant = grant;
  TRY_ASSIGN(membership.roles, cursor.names("a role"));
  TRY(cursor.expect(grant ? "TO" : "FROM"));
  TRY_ASSIGN(membership.members, cursor.names("a role"));
  TRY(refuse_grant_option(cursor));
  TRY(cursor.expect_end());
  return membership;
}

// ALTER TABLE is ours only when it is about row-level security.
Parsed parse_alter_table(TokenCursor& cursor) {
  const db::StatementResult<Name> table = cursor.table();
  if (!table) return std::nullopt;
  const size_t offset = cursor.token().offset;
  const bool no = cursor.accept("NO");
  const bool off = cursor.accept("DISABLE") || no;
  const bool on = !off && cursor.accept("ENABLE");
  const bool force = cursor.accept("FORCE");
  if (!off && !on && !force) return std::nullopt;
  TRY(cursor.expect("ROW"));
  TRY(cursor.expect("LEVEL"));
  TRY(cursor.expect("SECURITY"));
  TRY(cursor.expect_end());
  if (off) {
    return fail_at(offset,
                   "row-level security is always on: to open every row, write CREATE POLICY ... "
                   "USING (true)");
  }
  return EnableRowSecurity{*table};
}

// An error when the word that is next is none of `sqlite`, and near one of `ours`.
Parsed leave_to_sqlite(const TokenCursor& cursor, const std::vector<std::string>& sqlite,
                       const std::vector<std::string>& ours) {
  const db::SqlToken& token = cursor.token();
  const std::string word = text::lowered(token.text);
  if (token.kind != db::SqlToken::Kind::kWord ||
      std::find(sqlite.begin(), sqlite.end(), word) != sqlite.end()) {
    return std::nullopt;
  }
  const std::string meant = config::nearest(word, ours);
  if (meant.empty()) return std::nullopt;
  return fail_at(token.offset,
                 "unknown word " + std::string(token.text) + ": did you mean " + meant + "?");
}

Parsed parse_after_create(TokenCursor& cursor) {
  if (cursor.accept("ROLE")) return parse_create_role(cursor);
  if (cursor.accept("POLICY")) return parse_create_policy(cursor);
  return leave_to_sqlite(
      cursor, {"table", "temp", "temporary", "index", "unique", "view", "virtual", "trigger", "or"},
      {"role", "policy", "function"});
}

Parsed parse_after_drop(TokenCursor& cursor) {
  if (cursor.accept("ROLE")) return parse_drop_role(cursor);
  if (cursor.accept("POLICY")) return parse_drop_policy(cursor);
  return leave_to_sqlite(cursor, {"table", "index", "view", "trigger"},
                         {"role", "policy", "function"});
}

Parsed parse_after_alter(TokenCursor& cursor) {
  if (cursor.accept("POLICY")) return parse_alter_policy(cursor);
  if (cursor.accept("TABLE")) return parse_alter_table(cursor);
  return leave_to_sqlite(cursor, {}, {"policy", "table", "function"});
}

}  // namespace

Parsed parse_statement(std::string_view statement) {
  TokenCursor cursor(statement);
  if (cursor.accept("CREATE")) return parse_after_create(cursor);
  if (cursor.accept("DROP")) return parse_after_drop(cursor);
  if (cursor.accept("ALTER")) return parse_after_alter(cursor);
  if (cursor.accept("GRANT")) return parse_grant(cursor, true);
  if (cursor.accept("REVOKE")) return parse_grant(cursor, false);
  return leave_to_sqlite(cursor,
                         {"alter", "create", "drop", "release", "reindex", "replace", "attach",
                          "detach", "analyze", "insert", "select", "update", "delete", "with",
                          "values", "vacuum", "pragma", "explain", "savepoint"},
                         {"grant", "revoke"});
}

}  // namespace prodev::access
