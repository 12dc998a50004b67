// The statements of access control and functions: a schema file's text is taken or refused, the
// expression of a policy that is taken stays one operand of the SQL around it, and the body of a
// function stays one subquery.
#include <sqlite3.h>

#include <string>

#include "access/expression.h"
#include "access/statement.h"
#include "catalog/function_body.h"
#include "db/client_rules.h"
#include "functions/function_statement.h"
#include "pieces.h"

namespace {

using namespace prodev;
using fuzz::require;

db::Connection& database() {
  static db::Connection connection = [] {
    auto opened = db::Connection::open(":memory:", db::OpenMode::kCreate);
    require(opened.has_value(), "a database in memory opens");
    require(
        opened->execute("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 0), (0, 1)").has_value(),
        "a table is made");
    // A statement that computes for long is not what is looked for here.
    ::sqlite3_progress_handler(
        opened->handle(), 100'000, [](void*) { return 1; }, nullptr);
    return std::move(*opened);
  }();
  return connection;
}

// Whether no row passes `condition`; one that fails to run lets none through either.
bool lets_nothing_through(const std::string& condition) {
  auto rows = database().prepare("SELECT 1 FROM t WHERE " + condition);
  require(rows.has_value(), "an expression that was checked can be prepared");
  const auto row = rows->step();
  return !row || !*row;
}

void try_expression(const std::optional<access::Expression>& expression) {
  if (!expression) return;
  const auto lowered = access::lower_expression(expression->text);
  if (!lowered) {
    require(lowered.error().offset <= expression->text.size(), "an error is inside its text");
    return;
  }
  const auto checked = access::check_expression(database(), "t", *lowered);
  if (!checked) {
    require(checked.error().offset <= expression->text.size(), "an error is inside its text");
    return;
  }
  require(lets_nothing_through("(" + lowered->sql + ") AND 0"), "what follows decides");
  require(lets_nothing_through("0 AND (" + lowered->sql + ")"), "what comes before decides");
}

// A definition whose types are of no account: the body and the defaults are what can go wrong.
catalog::FunctionDefinition definition_of(const functions::CreateFunction& create) {
  catalog::FunctionDefinition definition;
  definition.name = create.name.text;
  for (const functions::NewArgument& argument : create.arguments)
    definition.arguments.push_back({argument.name ? argument.name->text : "", {"text"}, {}});
  definition.body = create.body.text();
  return definition;
}

bool can_be_prepared(const std::string& sql) {
  const db::ClientScope as_client(database());
  return database().prepare(sql).has_value();
}

void try_function(const functions::CreateFunction& create, std::string_view statement) {
  const catalog::FunctionDefinition definition = definition_of(create);
  require(create.body.offset_of(definition.body.size()) <= statement.size(),
          "a body is inside its statement");
  const auto lowered = catalog::lower_body(definition, nullptr);
  if (!lowered) {
    require(lowered.error().offset <= definition.body.size(), "an error is inside its text");
    return;
  }
  for (const catalog::CallerSql& one : lowered->statements) {
    // What writes is never put into another statement.
    if (!can_be_prepared("SELECT 1 FROM (" + one.sql + ")") || !can_be_prepared(one.sql)) continue;
    require(lets_nothing_through("0 AND EXISTS (" + one.sql + ")"), "what comes before decides");
    require(lets_nothing_through("EXISTS (" + one.sql + ") AND 0"), "what follows decides");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Schema files with a NUL are refused before.
  if (text.find('\0') != std::string_view::npos) return 0;
  const auto function = functions::parse_statement(text);
  if (!function) {
    require(function.error().offset <= text.size(), "an error is inside its text");
    require(!function.error().error.message.empty(), "an error says something");
    return 0;
  }
  if (*function) {
    if (const auto* create = std::get_if<functions::CreateFunction>(&**function))
      try_function(*create, text);
    return 0;
  }
  const auto parsed = access::parse_statement(text);
  if (!parsed) {
    require(parsed.error().offset <= text.size(), "an error is inside its text");
    require(!parsed.error().error.message.empty(), "an error says something");
    return 0;
  }
  if (!*parsed) return 0;
  if (const auto* create = std::get_if<access::CreatePolicy>(&**parsed)) {
    try_expression(create->using_expression);
    try_expression(create->check_expression);
  }
  return 0;
}
