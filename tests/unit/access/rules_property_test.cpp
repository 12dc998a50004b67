// Random roles, memberships, policies and privileges against a second reading of PostgreSQL's
// rules, which looks at each row with plain loops instead of making SQL.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "access/project.h"
#include "access/rules.h"

namespace prodev::access {
namespace {

constexpr int kRows = 12;
const std::vector<std::string> kUsers = {"u0", "u1", "u2"};

// A row of the table: `owner` is the user number id % 4; 3 stands for NULL.
struct Row {
  int id = 0;
  std::optional<std::string> owner() const {
    if (id % 4 == 3) return std::nullopt;
    return kUsers[static_cast<size_t>(id % 4)];
  }
};

struct Asker {
  std::string role, user;
};

// An expression, as SQL and as a function: whether it is true (not false or NULL).
struct Expression {
  std::string sql;
  std::function<bool(const Row&, const Asker&)> is_true;
};

struct RandomPolicy {
  bool restrictive = false;
  std::optional<Verb> verb;
  std::set<std::string> roles;
  std::optional<Expression> using_expression, check_expression;
};

struct World {
  std::vector<std::string> roles = {"anon", "authenticated"};
  std::map<std::string, std::set<std::string>> direct;  // member to roles
  std::vector<RandomPolicy> policies;
  std::string sql;
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  World make() {
    World world;
    for (int i = 0, count = pick(5); i < count; ++i) add_role(world, "r" + std::to_string(i));
    for (int i = 0, count = pick(8); i < count; ++i) add_policy(world, i);
    return world;
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  // Later roles become members of earlier ones: no circles.
  void add_role(World& world, const std::string& name) {
    world.sql += "CREATE ROLE " + name + ";\n";
    for (const std::string& above : world.roles) {
      if (pick(3) != 0) continue;
      world.direct[name].insert(above);
      world.sql += "GRANT " + above + " TO " + name + ";\n";
    }
    world.roles.push_back(name);
  }

  Expression expression() {
    const int n = 2 + pick(3);
    const int m = pick(n);
    switch (pick(7)) {
      case 0:
        return {"true", [](const Row&, const Asker&) { return true; }};
      case 1:
        return {"false", [](const Row&, const Asker&) { return false; }};
      case 2:
        return {"owner = auth.uid()",
                [](const Row& row, const Asker& asker) { return row.owner() == asker.user; }};
      case 3:  // NULL for rows without an owner
        return {"owner <> 'u1' -- ) OR (1\n",
                [](const Row& row, const Asker&) { return row.owner() && *row.owner() != "u1"; }};
      case 4:
        return {"auth.role() = 'anon' OR id = 5", [](const Row& row, const Asker& asker) {
                  return asker.role == "anon" || row.id == 5;
                }};
      case 5:
        return {"NULL", [](const Row&, const Asker&) { return false; }};
      default:
        return {"id % " + std::to_string(n) + " = " + std::to_string(m),
                [n, m](const Row& row, const Asker&) { return row.id % n == m; }};
    }
  }

  void add_policy(World& world, int number) {
    RandomPolicy policy;
    policy.restrictive = pick(3) == 0;
    if (pick(3) != 0) policy.verb = kVerbs[static_cast<size_t>(pick(4))];
    for (const std::string& role : world.roles) {
      if (pick(3) == 0) policy.roles.insert(role);
    }
    if (policy.roles.empty() || pick(6) == 0) policy.roles.insert("public");
    const bool takes_using = policy.verb != Verb::kInsert;
    const bool takes_check = policy.verb != Verb::kSelect && policy.verb != Verb::kDelete;
    if (takes_using && pick(5) != 0) policy.using_expression = expression();
    if (takes_check && pick(2) == 0) policy.check_expression = expression();
    world.sql += "CREATE POLICY p" + std::to_string(number) + " ON t" +
                 (policy.restrictive ? " AS RESTRICTIVE" : "") + " FOR " +
                 std::string(policy.verb ? name_of(*policy.verb) : "ALL") + " TO ";
    bool first = true;
    for (const std::string& role : policy.roles) {
      world.sql += (first ? "" : ", ") + role;
      first = false;
    }
    if (policy.using_expression) world.sql += " USING (" + policy.using_expression->sql + ")";
    if (policy.check_expression) world.sql += " WITH CHECK (" + policy.check_expression->sql + ")";
    world.sql += ";\n";
    world.policies.push_back(std::move(policy));
  }

  std::mt19937 random_;
};

bool is_member(const World& world, const std::string& member, const std::string& role) {
  if (role == "public" || member == role) return true;
  const auto above = world.direct.find(member);
  if (above == world.direct.end()) return false;
  return std::any_of(above->second.begin(), above->second.end(),
                     [&](const std::string& one) { return is_member(world, one, role); });
}

// Whether `row` passes USING, or WITH CHECK when `check`, of a statement with `verb`.
bool passes(const World& world, const Row& row, const Asker& asker, Verb verb, bool check) {
  bool permitted = false, restricted = false;
  for (const RandomPolicy& policy : world.policies) {
    if (policy.verb && *policy.verb != verb) continue;
    if (std::none_of(policy.roles.begin(), policy.roles.end(),
                     [&](const auto& role) { return is_member(world, asker.role, role); }))
      continue;
    const auto& expression =
        check && policy.check_expression ? policy.check_expression : policy.using_expression;
    if (!expression) continue;
    const bool is_true = expression->is_true(row, asker);
    if (policy.restrictive && !is_true) restricted = true;
    if (!policy.restrictive && is_true) permitted = true;
  }
  return permitted && !restricted;
}

std::string expected(const World& world, const Asker& asker, Verb verb, bool check) {
  std::string ids;
  for (int id = 0; id < kRows; ++id) {
    if (passes(world, {id}, asker, verb, check))
      ids += (ids.empty() ? "" : ",") + std::to_string(id);
  }
  return ids;
}

std::string actual(test::Project& project, const std::string& condition, const Asker& asker) {
  auto rows =
      project.connection.prepare("SELECT id FROM t WHERE " + (condition.empty() ? "1" : condition) +
                                 " AND coalesce(?1, ?2, ?3) IS NOT NULL ORDER BY id");
  INFO(condition);
  REQUIRE(rows);
  rows->bind_text(1, asker.user);
  rows->bind_text(2, asker.role);
  rows->bind_null(3);
  return test::Project::list(*rows);
}

}  // namespace

TEST_CASE("random policies let through the rows that a plain reading of the rules does") {
  size_t some = 0, none = 0, all = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    const World world = Maker(seed).make();
    INFO("seed " << seed << "\n" << world.sql);
    test::Project project("CREATE TABLE t (id INTEGER PRIMARY KEY, owner TEXT);\n" + world.sql);
    for (int id = 0; id < kRows; ++id) {
      const auto owner = Row{id}.owner();
      REQUIRE(project.connection.execute("INSERT INTO t VALUES (" + std::to_string(id) + ", " +
                                         (owner ? "'" + *owner + "'" : "NULL") + ")"));
    }
    const auto rules = project.rules();
    for (const std::string& role : world.roles) {
      const Asker asker{role, kUsers[seed % 3]};
      for (const Verb verb : kVerbs) {
        INFO(role << " " << name_of(verb));
        const Rights& rights = rules->rights(role, "T", verb);
        REQUIRE(rights.permitted);
        if (verb != Verb::kInsert) {
          const std::string ids = expected(world, asker, verb, false);
          REQUIRE(actual(project, rights.using_sql, asker) == ids);
          ++(ids.empty() ? none : ids.ends_with("11") && ids.size() > 24 ? all : some);
        }
        if (verb == Verb::kInsert || verb == Verb::kUpdate)
          REQUIRE(actual(project, rights.check_sql, asker) == expected(world, asker, verb, true));
        if (!rights.uses_identity) {
          const Asker other{role, "somebody else"};
          REQUIRE(actual(project, rights.using_sql, other) ==
                  actual(project, rights.using_sql, asker));
        }
      }
    }
  }
  // The worlds are worth something: not all open and not all closed.
  CHECK(some > 300);
  CHECK(none > 300);
  CHECK(all > 20);
}

}  // namespace prodev::access
