#include "access/rules.h"

#include "access/execute_rights.h"
#include "access/policies.h"
#include "access/privileges.h"
#include "access/system_tables.h"
#include "db/system_schema.h"
#include "db/transaction.h"
#include "text/ascii.h"

namespace prodev::access {
namespace {

const Rights& denied() {
  static const Rights kDenied{false, false, "(0)", "(0)", false, std::nullopt};
  return kDenied;
}

bool is_word(const Condition& condition, std::string_view word, std::string_view digit) {
  return text::equal_ignoring_case(condition.lowered.sql, word) || condition.lowered.sql == digit;
}
bool is_true(const Condition& condition) { return is_word(condition, "true", "1"); }
bool is_false(const Condition& condition) { return is_word(condition, "false", "0"); }

// The policies that apply to one role, table and verb, added one by one.
class Conditions {
 public:
  void add(const Policy& policy, const Condition& condition) {
    if (policy.restrictive) {
      if (!is_true(condition)) append(restrictive_, " AND ", condition);
      return;
    }
    has_permissive_ = true;
    if (is_true(condition)) open();
    if (!open_ && !is_false(condition)) append(permissive_, " OR ", condition);
  }
  // Lets every row through that restrictive policies leave.
  void open() {
    open_ = true;
    permissive_ = {};
  }

  bool has_permissive() const { return has_permissive_; }
  bool uses_identity() const {
    return !closed() && (permissive_.uses_identity || restrictive_.uses_identity);
  }
  std::string sql() const {
    if (closed()) return "(0)";
    if (open_) return restrictive_.sql.empty() ? "" : "(" + restrictive_.sql + ")";
    if (restrictive_.sql.empty()) return "(" + permissive_.sql + ")";
    return "((" + permissive_.sql + ") AND " + restrictive_.sql + ")";
  }

 private:
  struct Joined {
    std::string sql;
    bool uses_identity = false;
  };
  static void append(Joined& joined, std::string_view joint, const Condition& condition) {
    if (!joined.sql.empty()) joined.sql += joint;
    joined.sql += "(" + condition.lowered.sql + ")";
    joined.uses_identity |= condition.lowered.uses_identity;
  }
  bool closed() const { return !open_ && permissive_.sql.empty(); }

  bool open_ = false;
  bool has_permissive_ = false;
  Joined permissive_;
  Joined restrictive_;
};

// What `policy` says about new rows.
const std::optional<Condition>& check_of(const Policy& policy) {
  return policy.check_condition ? policy.check_condition : policy.using_condition;
}

}  // namespace

class RulesBuilder {
 public:
  static base::Result<std::shared_ptr<const Rules>> build(db::Connection& connection) {
    RulesBuilder builder(connection);
    TRY_ASSIGN(builder.roles_, Roles::load(connection));
    TRY_ASSIGN(builder.privileges_, Privileges::load(connection));
    TRY_ASSIGN(builder.policies_, load_policies(connection));
    for (const std::string& role : builder.roles_.names()) {
      builder.rules_->roles_.emplace(role, builder.rules_->roles_.size());
      builder.memberships_.push_back(builder.roles_.all_of(role));
    }
    TRY(builder.add_tables());
    TRY(builder.add_functions());
    return std::shared_ptr<const Rules>(std::move(builder.rules_));
  }

 private:
  // A table, while its rights are made.
  struct Subject {
    std::string name;
    std::string lower_name;
    bool is_view = false;
    std::vector<std::string> columns;
    std::vector<const Policy*> policies;
  };

  explicit RulesBuilder(db::Connection& connection) : system_(connection) {}

  base::Result<void> add_tables() {
    TRY_ASSIGN(db::Statement tables,
               system_.connection().prepare("SELECT name, type = 'view' FROM sqlite_schema"
                                            " WHERE type IN ('table', 'view')"));
    for (;;) {
      TRY_ASSIGN(const bool row, tables.step());
      if (!row) return {};
      Subject subject;
      subject.name = tables.column_text(0);
      subject.is_view = tables.column_int(1) != 0;
      if (db::is_system_table(subject.name)) continue;
      subject.lower_name = text::lowered(subject.name);
      // A view whose table is gone has none, nor has a damaged index; it is not to close all
      // others.
      auto columns = system_.columns(subject.name);
      if (!columns && columns.error().code != base::Code::kBadInput &&
          columns.error().code != base::Code::kCorrupt)
        return tl::make_unexpected(columns.error());
      if (columns) subject.columns = std::move(*columns);
      for (const Policy& policy : policies_) {
        if (policy.table_exists && text::equal_ignoring_case(policy.table, subject.name))
          subject.policies.push_back(&policy);
      }
      add(subject);
    }
  }

  base::Result<void> add_functions() {
    TRY_ASSIGN(const ExecuteRights rights, ExecuteRights::load(system_.connection()));
    for (const int64_t function : rights.functions()) {
      std::vector<bool>& by_role = rules_->functions_[function];
      for (const std::string& role : roles_.names())
        by_role.push_back(rights.may_execute(roles_, role, function));
    }
    return {};
  }

  void add(const Subject& subject) {
    std::vector<Rules::ByVerb>& by_role = rules_->tables_[subject.name];
    for (size_t role = 0; role < roles_.names().size(); ++role) {
      Rules::ByVerb by_verb{};
      for (const Verb verb : kVerbs) {
        by_verb[static_cast<size_t>(verb)] =
            &*rules_->distinct_.insert(rights_of(subject, role, verb)).first;
      }
      by_role.push_back(by_verb);
    }
  }

  Rights rights_of(const Subject& subject, size_t role, Verb verb) const {
    const std::string& name = roles_.names()[role];
    if (name == kServiceRole) return {true, true, "", "", false, std::nullopt};
    const Scope scope = privileges_.find(roles_, name, subject.lower_name, verb);
    if (scope.kind == Scope::Kind::kNone) return denied();
    Conditions using_conditions, check_conditions;
    for (const Policy* policy : subject.policies) {
      if ((policy->verb && policy->verb != verb) || !applies(*policy, role)) continue;
      if (policy->using_condition) using_conditions.add(*policy, *policy->using_condition);
      if (check_of(*policy)) check_conditions.add(*policy, *check_of(*policy));
    }
    const bool has_using = verb != Verb::kInsert;
    const bool has_check = verb == Verb::kInsert || verb == Verb::kUpdate;
    if (subject.is_view && !(has_using ? using_conditions : check_conditions).has_permissive()) {
      if (scope.kind == Scope::Kind::kUnset) return denied();
      using_conditions.open();
      check_conditions.open();
    }
    Rights rights;
    if (has_using) rights.using_sql = using_conditions.sql();
    if (has_check) rights.check_sql = check_conditions.sql();
    rights.uses_identity = (has_using && using_conditions.uses_identity()) ||
                           (has_check && check_conditions.uses_identity());
    if (scope.kind != Scope::Kind::kColumns) return rights;
    rights.columns = columns_of(subject, scope);
    return rights.columns->empty() ? denied() : rights;
  }

  bool applies(const Policy& policy, size_t role) const {
    for (const std::string& one : policy.roles) {
      if (memberships_[role].contains(one)) return true;
    }
    return false;
  }

  static std::vector<std::string> columns_of(const Subject& subject, const Scope& scope) {
    std::vector<std::string> columns;
    for (const std::string& column : subject.columns) {
      for (const std::string& granted : scope.columns) {
        if (text::equal_ignoring_case(column, granted)) columns.push_back(column);
      }
    }
    return columns;
  }

  SystemTables system_;
  Roles roles_;
  Privileges privileges_;
  std::vector<Policy> policies_;
  std::vector<std::set<std::string>> memberships_;  // by the role's index
  std::shared_ptr<Rules> rules_{new Rules};
};

size_t Rules::NocaseHash::operator()(std::string_view text) const {
  // FNV-1a: names are short, and a copy in lower case would allocate.
  uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(text::to_lower(c))) * 1'099'511'628'211U;
  }
  return hash;
}

bool Rules::NocaseEqual::operator()(std::string_view a, std::string_view b) const {
  return text::equal_ignoring_case(a, b);
}

base::Result<std::shared_ptr<const Rules>> Rules::load(db::Connection& connection) {
  // One state of the database. A savepoint, because the caller may have begun a transaction; there
  // is nothing to keep.
  const db::Savepoint savepoint(connection, "load_rules");
  TRY(savepoint.begun());
  return RulesBuilder::build(connection);
}

const Rights& Rules::rights(std::string_view role, std::string_view table, Verb verb) const {
  const auto index = roles_.find(role);
  const auto found = tables_.find(table);
  if (index == roles_.end() || found == tables_.end()) return denied();
  return *found->second[index->second][static_cast<size_t>(verb)];
}

bool Rules::may_execute(std::string_view role, int64_t function) const {
  const auto index = roles_.find(role);
  if (index == roles_.end()) return false;
  if (role == kServiceRole) return true;
  const auto found = functions_.find(function);
  return found != functions_.end() && found->second[index->second];
}

}  // namespace prodev::access
