#include "statements/rule_follower.h"

#include <algorithm>
#include <map>
#include <set>

#include "statements/alteration.h"
#include "statements/follow.h"
#include "statements/inherited_policies.h"
#include "statements/known_meanings.h"
#include "statements/lineage.h"
#include "statements/lost_rules.h"
#include "statements/rebuilds.h"
#include "statements/relations.h"
#include "statements/sequence.h"
#include "statements/stored_rules.h"
#include "statements/stored_text.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::statements {
namespace {

constexpr const char* kWayOut =
    " (DROP it, or ALTER or replace it so that it fits, in the same file)";

bool is_same(std::string_view a, std::string_view b) { return text::equal_ignoring_case(a, b); }

std::string note_of(const std::string& table, const std::vector<std::string>& ended) {
  return "with " + table + " end its rules: " + text::joined(ended);
}

// What is said of a table means something else of a view: a grant, which lets nobody past the
// policies of a table, opens all that a view shows.
std::string note_of_kind(const std::string& name, bool is_view,
                         const std::vector<std::string>& ended) {
  return name + (is_view ? " was a table and is a view now" : " was a view and is a table now") +
         ": its rules end: " + text::joined(ended);
}

class RuleFollower : public db::ScriptObserver {
 public:
  base::Result<void> begin(db::Connection& connection, std::string_view script) override {
    file_ = {};
    file_.rebuilds = Rebuilds(script);
    TRY_ASSIGN(file_.has_rules, StoredRules(connection).present());
    if (!file_.has_rules) return {};
    TRY_ASSIGN(file_.notes, end_lost_rules(connection));
    TRY_ASSIGN(file_.relations, Relations::load(connection));
    return {};
  }

  db::StatementResult<void> before_hook(db::Connection& connection,
                                        std::string_view statement) override {
    return file_.inherited.make_way(connection, statement);
  }

  db::StatementResult<void> before(db::Connection& connection,
                                   std::string_view statement) override {
    step_ = {};
    ++file_.statements;
    const SchemaChange change = change_of(statement);
    if (!file_.has_rules || change == SchemaChange::kNone) return {};
    TRY(remember_unfit(connection));
    if (change == SchemaChange::kCreate) return {};
    TRY(file_.meanings.remember(connection));
    step_.alteration = parse_alteration(statement);
    if (step_.alteration) TRY(prepare_renaming(connection, *step_.alteration));
    step_.dropped = parse_drop(statement);
    if (step_.dropped) TRY(remember_dropped(connection, *step_.dropped));
    step_.added = parse_added_column(statement);
    if (step_.added) TRY(remember_fitting(connection, {step_.added->table, step_.added->column}));
    if (change == SchemaChange::kAlter) TRY(remember_columns(connection));
    return {};
  }

  db::StatementResult<void> after(db::Connection& connection, std::string_view statement) override {
    if (step_.switched) TRY(connection.execute("PRAGMA legacy_alter_table = OFF"));
    const SchemaChange change = change_of(statement);
    if (!file_.has_rules || change == SchemaChange::kNone) return {};
    TRY_ASSIGN(const RelationChange relations, file_.relations.look(connection, change));
    const auto& [gone, created] = relations;
    note_touched(relations, statement);
    if (step_.alteration && !step_.alteration->is_of_column()) {
      TRY(follow_table(connection, gone, created));
      return {};
    }
    for (const std::string& name : created) file_.lineage.created(name);
    for (const std::string& name : gone) TRY(follow_drop(connection, name));
    for (const std::string& name : created) TRY(give_to(connection, name, true));
    if (gone.empty() && created.empty()) {
      TRY(follow_columns(connection));
      TRY(check_dropped_column(connection));
      TRY(check_added_column(connection));
    }
    return {};
  }

  tl::expected<void, db::EndError> finish(db::Connection& connection) override {
    if (!file_.looked) return {};
    StoredRules rules(connection);
    for (const Left& left : file_.left) {
      TRY_ASSIGN(const std::vector<std::string> ended, rules.end(left.key));
      if (!ended.empty()) file_.notes.push_back(note_of(left.table.names.front(), ended));
    }
    TRY(check_blocked(connection));
    TRY(check_fit(connection));
    return check_meanings(connection);
  }

  std::vector<std::string> notes() const override { return file_.notes; }

 private:
  // Rules whose table was dropped, kept under a name of their own until the successor comes.
  struct Left {
    std::string key;
    Ancestor table;
    int64_t number = 0;  // the last one that it gave to a row
    bool was_view = false;
  };
  // An expression that names what was dropped.
  struct Blocked {
    StoredText text;
    Ancestor table;
  };
  struct File {
    bool has_rules = false;
    bool looked = false;              // a statement has changed the schema
    std::set<StoredText::Key> unfit;  // before the first of these
    Relations relations;              // now
    Lineage lineage;
    Rebuilds rebuilds;
    std::vector<Left> left;
    std::vector<Blocked> blocked;
    size_t keys = 0;
    size_t statements = 0;  // seen by now, with the present one
    KnownMeanings meanings;
    InheritedPolicies inherited;
    std::vector<std::string> notes;
  };
  // What is known of a statement before SQLite runs it.
  struct Step {
    std::optional<Alteration> alteration;
    std::optional<Dropped> dropped;
    std::optional<AddedColumn> added;
    bool keeps_names = false;  // a renaming that what says the name does not follow
    bool switched = false;     // legacy_alter_table is on, and was not before
    int64_t number = 0;        // the last one that what is dropped gave to a row
    bool drops_view = false;
    std::vector<StoredText> changed;  // as they are to be when it has run
    std::vector<StoredText> fitting;  // expressions that name what is dropped or added
    std::map<std::string, std::vector<std::string>> columns;
  };

  // For telling which statement has changed what a name means.
  void note_touched(const RelationChange& relations, std::string_view statement) {
    const size_t number = file_.statements - 1;
    for (const auto* names : {&relations.gone, &relations.created}) {
      for (const std::string& name : *names) {
        file_.meanings.touched(name, number);
        file_.meanings.forget_view(name);
      }
    }
    if (const std::optional<std::string> table = parse_altered_table(statement))
      file_.meanings.touched(*table, number);
  }

  // What fits not is not to hinder anybody: it has no effect anyway.
  base::Result<void> remember_unfit(db::Connection& connection) {
    if (file_.looked) return {};
    file_.looked = true;
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    TRY_ASSIGN(const std::vector<Unfit> unfit, find_unfit(connection, texts));
    for (const Unfit& one : unfit) file_.unfit.insert(one.text.key());
    return {};
  }

  // A step of making a table anew leaves alone what says the name: with legacy_alter_table, where
  // the name is on its way out, and where SQLite stops at those that say it while no table has it.
  db::StatementResult<void> prepare_renaming(db::Connection& connection,
                                             const Alteration& alteration) {
    step_.keeps_names =
        !alteration.is_of_column() &&
        (file_.rebuilds.sets_aside(alteration) ||
         (file_.rebuilds.takes_place(alteration) && !is_possible(connection, alteration)));
    if (!step_.keeps_names) return look_ahead(connection, alteration);
    TRY_ASSIGN(db::Statement legacy, connection.prepare("PRAGMA legacy_alter_table"));
    TRY(legacy.step());
    step_.switched = legacy.column_int(0) == 0;
    if (step_.switched) TRY(connection.execute("PRAGMA legacy_alter_table = ON"));
    return {};
  }

  base::Result<void> remember_dropped(db::Connection& connection, const Dropped& dropped) {
    if (dropped.column.empty()) {
      TRY_ASSIGN(step_.number, last_number(connection, dropped.table));
      TRY_ASSIGN(step_.drops_view, StoredRules(connection).is_view(dropped.table));
    }
    return remember_fitting(connection, dropped);
  }

  db::StatementResult<void> look_ahead(db::Connection& connection, const Alteration& alteration) {
    TRY_ASSIGN(std::vector<StoredText> texts, load_stored_texts(connection));
    std::erase_if(texts, [&](const StoredText& text) { return !may_concern(text, alteration); });
    TRY_ASSIGN(const std::vector<Unfit> unfit, find_unfit(connection, texts));
    std::erase_if(texts, [&](const StoredText& text) {
      return std::any_of(unfit.begin(), unfit.end(),
                         [&](const Unfit& one) { return one.text.key() == text.key(); });
    });
    TRY_ASSIGN(Followed followed, follow(connection, alteration, texts));
    if (!followed.lost.empty()) {
      return tl::make_unexpected(
          db::StatementError({base::Code::kConflict, followed.lost.front()}));
    }
    step_.changed = std::move(followed.changed);
    return {};
  }

  // Expressions that fit now and name what is to be dropped or added.
  base::Result<void> remember_fitting(db::Connection& connection, const Dropped& dropped) {
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    for (const StoredText& text : texts) {
      const bool is_own = dropped.column.empty() && is_same(text.table, dropped.table);
      const std::string& name = dropped.column.empty() ? dropped.table : dropped.column;
      if (text.kind == StoredText::Kind::kBody || is_own || !mentions(text.text, name)) continue;
      TRY_ASSIGN(const std::string problem, problem_of_expression(connection, text));
      if (problem.empty()) step_.fitting.push_back(text);
    }
    return {};
  }

  base::Result<void> remember_columns(db::Connection& connection) {
    TRY_ASSIGN(const std::vector<std::string> tables, StoredRules(connection).with_columns());
    for (const std::string& table : tables) {
      TRY_ASSIGN(step_.columns[table], columns_of(connection, table));
    }
    return {};
  }

  db::StatementResult<void> check_dropped_column(db::Connection& connection) {
    if (!step_.dropped) return {};
    for (const StoredText& text : step_.fitting) {
      TRY_ASSIGN(const std::string problem, problem_of_expression(connection, text));
      TRY_ASSIGN(const auto change, file_.meanings.find_change(connection, text));
      if (problem.empty() && !change) continue;
      return tl::make_unexpected(
          db::StatementError({base::Code::kConflict, text.rule + " needs " + step_.dropped->table +
                                                         "." + step_.dropped->column +
                                                         ": drop or alter the policy before"}));
    }
    return {};
  }

  // A name that stood for a column further out must not come to mean the new one.
  db::StatementResult<void> check_added_column(db::Connection& connection) {
    if (!step_.added) return {};
    for (const StoredText& text : step_.fitting) {
      TRY_ASSIGN(const auto change, file_.meanings.find_change(connection, text));
      if (!change) continue;
      return tl::make_unexpected(db::StatementError(
          {base::Code::kConflict, text.rule + " says " + step_.added->column +
                                      " of another table, and would mean " + step_.added->table +
                                      "." + step_.added->column +
                                      ": qualify the name there (ALTER POLICY) before"}));
    }
    return {};
  }

  base::Result<void> save_changed(db::Connection& connection) {
    for (const StoredText& text : step_.changed) TRY(save_rewritten(connection, text));
    return {};
  }
  base::Result<void> save_rewritten(db::Connection& connection, const StoredText& text) {
    file_.meanings.rewritten(text);
    return save(connection, text);
  }

  // After ALTER TABLE ... RENAME TO. Nothing happens when it was about a temporary table. The
  // tables behind a virtual one get other names with it.
  base::Result<void> follow_table(db::Connection& connection, const std::vector<std::string>& gone,
                                  const std::vector<std::string>& created) {
    if (gone.empty()) return {};
    TRY(save_changed(connection));
    StoredRules rules(connection);
    const Alteration& alteration = *step_.alteration;
    for (const std::string& from : gone) {
      for (const std::string& to : created) {
        const std::string_view from_rest =
            std::string_view(from).substr(std::min(from.size(), alteration.table.size()));
        const std::string_view to_rest =
            std::string_view(to).substr(std::min(to.size(), alteration.name.size()));
        if (from_rest != to_rest) continue;
        TRY(rules.rename(from, to));
        file_.lineage.renamed(from, to);
        if (!step_.keeps_names) file_.meanings.renamed_table(from, to);
        TRY(give_to(connection, to, false));
      }
    }
    return {};
  }

  base::Result<void> follow_drop(db::Connection& connection, const std::string& name) {
    StoredRules rules(connection);
    const Ancestor table = file_.lineage.dropped(name);
    for (const StoredText& text : step_.fitting) {
      TRY_ASSIGN(const std::string problem, problem_of_expression(connection, text));
      if (!problem.empty()) file_.blocked.push_back({text, table});
    }
    const std::optional<std::string> successor = file_.lineage.successor(table);
    const int64_t number = step_.dropped && is_same(step_.dropped->table, name) ? step_.number : 0;
    if (successor) return succeed(connection, {name, table, number, step_.drops_view}, *successor);
    Left left{placeholder_name(std::to_string(++file_.keys)), table, number, step_.drops_view};
    TRY(rules.merge(name, left.key));
    file_.left.push_back(std::move(left));
    return {};
  }

  // What was left by tables that `name`, which may be new, stands for.
  base::Result<void> give_to(db::Connection& connection, const std::string& name, bool is_created) {
    for (auto left = file_.left.begin(); left != file_.left.end();) {
      const bool mine = file_.lineage.succeeds(name, left->table);
      if (mine && is_created) TRY(StoredRules(connection).end_script_comment(left->key));
      if (mine) TRY(succeed(connection, *left, name));
      left = mine ? file_.left.erase(left) : left + 1;
    }
    return {};
  }

  // `successor` gets what was said of a table that was dropped, and goes on with its numbers.
  base::Result<void> succeed(db::Connection& connection, const Left& left,
                             const std::string& successor) {
    StoredRules rules(connection);
    const std::string& from = left.table.names.back();
    TRY_ASSIGN(const bool is_view, rules.is_view(successor));
    if (is_view == left.was_view) {
      TRY(file_.inherited.merge(connection, left.key, successor));
    } else {
      TRY_ASSIGN(const std::vector<std::string> ended, rules.end(left.key));
      if (!ended.empty()) file_.notes.push_back(note_of_kind(successor, is_view, ended));
    }
    TRY(pass_numbers(connection, successor, left.number));
    if (is_same(from, successor)) return {};
    TRY(rules.rename_types(from, successor));
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    TRY_ASSIGN(const std::vector<StoredText> changed,
               follow_to_successor(connection, from, successor, texts));
    for (const StoredText& text : changed) {
      TRY(save_rewritten(connection, text));
      file_.meanings.renamed_table(text, from, successor);
    }
    return {};
  }

  // After a statement that changed no table's name. Columns of views change with those of tables.
  db::StatementResult<void> follow_columns(db::Connection& connection) {
    TRY(save_changed(connection));
    if (step_.alteration) {
      const Alteration& renamed = *step_.alteration;
      file_.meanings.renamed_column(renamed.table, renamed.column, renamed.name);
    }
    StoredRules rules(connection);
    const bool is_rename = step_.alteration.has_value();
    for (const auto& [table, before] : step_.columns) {
      TRY_ASSIGN(const std::vector<std::string> now, columns_of(connection, table));
      if (now.empty()) continue;
      std::map<std::string, std::string> names;
      for (size_t i = 0; is_rename && i < before.size() && before.size() == now.size(); ++i) {
        if (before[i] != now[i]) names[before[i]] = now[i];
      }
      TRY(rules.rename_columns(table, names));
      if (!is_rename) TRY(end_columns(connection, table, before, now));
    }
    return {};
  }

  base::Result<void> end_columns(db::Connection& connection, const std::string& table,
                                 const std::vector<std::string>& before,
                                 const std::vector<std::string>& now) {
    for (const std::string& column : before) {
      const bool present = std::any_of(now.begin(), now.end(),
                                       [&](const auto& one) { return is_same(one, column); });
      if (present) continue;
      TRY_ASSIGN(const std::vector<std::string> ended,
                 StoredRules(connection).end_column(table, column));
      if (!ended.empty()) file_.notes.push_back(note_of(table + "." + column, ended));
    }
    return {};
  }

  // Policies that named a table which was dropped, and that no successor stands for.
  base::Result<void> check_blocked(db::Connection& connection) {
    if (file_.blocked.empty()) return {};
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    for (const Blocked& blocked : file_.blocked) {
      const bool lasts = std::any_of(texts.begin(), texts.end(), [&](const StoredText& text) {
        return text.key() == blocked.text.key() && text.text == blocked.text.text;
      });
      if (!lasts || file_.lineage.successor(blocked.table)) continue;
      return base::fail(base::Code::kConflict, blocked.text.rule + " needs " +
                                                   blocked.table.names.back() +
                                                   ", which this file drops" + kWayOut);
    }
    return {};
  }

  base::Result<void> check_fit(db::Connection& connection) {
    TRY_ASSIGN(const std::vector<StoredText> texts, load_stored_texts(connection));
    TRY_ASSIGN(const std::vector<Unfit> unfit, find_unfit(connection, texts));
    for (const Unfit& one : unfit) {
      if (file_.unfit.contains(one.text.key())) continue;
      return base::fail(
          base::Code::kConflict,
          one.text.rule + " would fit no longer after this file: " + one.problem + kWayOut);
    }
    TRY_ASSIGN(const std::vector<std::string> lost, StoredRules(connection).without_column());
    if (lost.empty()) return {};
    return base::fail(base::Code::kConflict,
                      lost.front() +
                          " would name a column that is not there after this file (REVOKE it in "
                          "the same file, before the table or view is made anew)");
  }

  // A name must not come to stand for another column (meaning.h), whatever has brought it about.
  tl::expected<void, db::EndError> check_meanings(db::Connection& connection) {
    TRY_ASSIGN(const auto change, file_.meanings.find_change(connection));
    if (!change) return {};
    return tl::make_unexpected(db::EndError(
        {base::Code::kConflict, change->sentence +
                                    " after this file: put the table in front of the name "
                                    "(table.column) before that, in this file (" +
                                    change->way_out + ")"},
        change->statement));
  }

  File file_;
  Step step_;
};

}  // namespace

std::unique_ptr<db::ScriptObserver> make_rule_follower() {
  return std::make_unique<RuleFollower>();
}

}  // namespace prodev::statements
