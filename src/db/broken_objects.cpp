#include "db/broken_objects.h"

#include <sqlite3.h>

#include <algorithm>
#include <set>

#include "db/client_rules.h"
#include "db/quoted_texts.h"
#include "db/row_statement.h"
#include "db/schema_statement.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

using Kind = BrokenObject::Kind;

struct Trigger {
  std::string name;
  std::string table;
  SqlTokenList tokens;
  std::string sql;  // that the tokens are of
};

struct Relation {
  Kind kind = Kind::kTable;
  std::string name;
  std::string sql;
};

// What SQLite says against `sql` where it runs for a client; empty: nothing.
std::string refusal_of(Connection& connection, const std::string& sql) {
  const ClientScope as_client(connection);
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  const RowStatement statement(prepared);
  return code == SQLITE_OK ? std::string() : ::sqlite3_errmsg(connection.handle());
}

// FTS5 finds out when it is asked for a row. One without any content has none to give.
std::string refusal_to_read(Connection& connection, const std::string& name) {
  auto rows = connection.prepare("SELECT rowid FROM " + name + " LIMIT 1");
  if (!rows || rows->step()) return {};
  const bool is_fault = ::sqlite3_errcode(connection.handle()) == SQLITE_ERROR;
  const std::string message = ::sqlite3_errmsg(connection.handle());
  return is_fault && !message.ends_with("does not support scanning") ? message : std::string();
}

// FTS5 calls the content of a full-text table T.
constexpr std::string_view kContentAlias = "no such column: T.";

bool names(const SqlTokenList& tokens, std::string_view name) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const SqlToken& token) {
    return text::equal_ignoring_case(token.value(), name);
  });
}

// Whether a CREATE VIRTUAL TABLE says where the rows of a full-text table are: content='note'.
bool says_content(std::string_view sql) {
  const SqlTokenList tokens = tokens_of(sql);
  return names(tokens, "fts5") && names(tokens, "content");
}

base::Result<std::vector<Trigger>> load_triggers(Connection& connection) {
  std::vector<Trigger> triggers;
  TRY_ASSIGN(Statement rows, connection.prepare("SELECT name, tbl_name, sql FROM main.sqlite_schema"
                                                " WHERE type = 'trigger'"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return triggers;
    triggers.push_back({std::string(rows.column_text(0)),
                        std::string(rows.column_text(1)),
                        {},
                        std::string(rows.column_text(2))});
  }
}

base::Result<std::vector<Relation>> load_relations(Connection& connection) {
  std::vector<Relation> relations;
  TRY_ASSIGN(Statement rows,
             connection.prepare("SELECT l.name, l.type, s.sql FROM pragma_table_list AS l"
                                " JOIN main.sqlite_schema AS s ON s.name = l.name"
                                " AND s.type IN ('table', 'view')"
                                " WHERE l.schema = 'main' AND l.type <> 'shadow' ORDER BY l.name"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return relations;
    Relation relation;
    relation.name = rows.column_text(0);
    relation.sql = rows.column_text(2);
    if (is_system_table(relation.name)) continue;
    if (rows.column_text(1) == "view") relation.kind = Kind::kView;
    if (rows.column_text(1) == "virtual" && says_content(relation.sql))
      relation.kind = Kind::kFullText;
    relations.push_back(std::move(relation));
  }
}

class Search {
 public:
  Search(Connection& connection, std::vector<Trigger> triggers,
         const std::vector<Relation>& relations)
      : connection_(connection), triggers_(std::move(triggers)), relations_(relations) {
    for (const Trigger& trigger : triggers_) triggered_.insert(text::lowered(trigger.table));
  }

  base::Result<void> look_at(const Relation& relation) {
    const std::string name = "main." + quoted_name(relation.name);
    if (note(relation, "SELECT", refusal_of(connection_, "SELECT * FROM " + name))) return {};
    if (relation.kind == Kind::kFullText)
      note(relation, "SELECT", refusal_to_read(connection_, name));
    const bool has_triggers = triggered_.contains(text::lowered(relation.name));
    if (relation.kind == Kind::kTable || has_triggers)
      note(relation, "INSERT", refusal_of(connection_, "INSERT INTO " + name + " DEFAULT VALUES"));
    if (!has_triggers) return {};
    TRY_ASSIGN(const std::string update, update_of(relation.name));
    if (!update.empty()) note(relation, "UPDATE", refusal_of(connection_, update));
    note(relation, "DELETE", refusal_of(connection_, "DELETE FROM " + name));
    return {};
  }

  std::vector<BrokenObject> take() { return std::move(found_); }

 private:
  // Of every column that can be set, so that UPDATE OF triggers are in it.
  base::Result<std::string> update_of(const std::string& relation) {
    TRY_ASSIGN(Statement rows, connection_.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main')"
                                                   " WHERE hidden = 0"));
    rows.bind_text(1, relation);
    std::string columns;
    for (;;) {
      TRY_ASSIGN(const bool row, rows.step());
      if (!row) break;
      const std::string column = quoted_name(rows.column_text(0));
      columns += (columns.empty() ? "" : ", ") + column + " = " + column;
    }
    if (columns.empty()) return columns;
    return "UPDATE main." + quoted_name(relation) + " SET " + columns;
  }

  // Whether SQLite refuses. A view that has no trigger for the verb is no fault.
  bool note(const Relation& relation, const char* verb, std::string problem) {
    if (problem.empty() || problem.starts_with("cannot modify ")) return false;
    if (const size_t alias = problem.find(kContentAlias); alias != std::string::npos)
      problem.erase(alias + kContentAlias.size() - 2, 2);
    const bool told = std::any_of(found_.begin(), found_.end(), [&](const BrokenObject& one) {
      return one.name == relation.name && one.problem == problem;
    });
    if (told) return true;
    BrokenObject broken{relation.kind, relation.name, verb, problem, {}, advice_for(problem)};
    if (broken.verb != "SELECT") broken.trigger = culprit(broken);
    found_.push_back(std::move(broken));
    return true;
  }

  // What was meant may stand in any view or trigger: they are made of each other.
  std::string advice_for(std::string_view problem) const {
    for (const Relation& relation : relations_) {
      if (relation.kind != Kind::kView) continue;
      if (std::string advice = quoted_text_advice(relation.sql, problem); !advice.empty())
        return advice;
    }
    for (const Trigger& trigger : triggers_) {
      if (std::string advice = quoted_text_advice(trigger.sql, problem); !advice.empty())
        return advice;
    }
    return {};
  }

  // The trigger that names what is missing: one of the table itself, or one that such a one starts.
  std::string culprit(const BrokenObject& broken) {
    const std::string missing = missing_name(broken);
    std::string elsewhere;
    for (Trigger& trigger : triggers_) {
      if (trigger.tokens.empty()) trigger.tokens = tokens_of(trigger.sql);
      if (!names(trigger.tokens, missing)) continue;
      if (text::equal_ignoring_case(trigger.table, broken.name)) return trigger.name;
      elsewhere = trigger.name;
    }
    return elsewhere;
  }

  Connection& connection_;
  std::vector<Trigger> triggers_;
  const std::vector<Relation>& relations_;
  std::set<std::string> triggered_;  // tables with triggers, in lower case
  std::vector<BrokenObject> found_;
};

}  // namespace

base::Result<std::vector<BrokenObject>> find_broken_objects(Connection& connection) {
  TRY_ASSIGN(std::vector<Trigger> triggers, load_triggers(connection));
  TRY_ASSIGN(const std::vector<Relation> relations, load_relations(connection));
  Search search(connection, std::move(triggers), relations);
  for (const Relation& relation : relations) TRY(search.look_at(relation));
  return search.take();
}

std::string missing_name(const BrokenObject& broken) {
  std::string_view message = broken.problem;
  // "access to pragma_table_info.name is prohibited"
  constexpr std::string_view kAccess = "access to ";
  if (message.starts_with(kAccess)) message = message.substr(0, message.find('.'));
  const size_t before = message.find_last_of(" .");
  return std::string(message.substr(before == std::string_view::npos ? 0 : before + 1));
}

}  // namespace prodev::db
