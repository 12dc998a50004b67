#include "functions/function_statement.h"

#include <algorithm>
#include <charconv>

#include "access/token_cursor.h"
#include "catalog/function_definition.h"

namespace prodev::functions {
namespace {

using access::fail_at;
using access::kMaxListItems;
using access::TokenCursor;
using db::StatementResult;
using Kind = db::SqlToken::Kind;
using Parsed = StatementResult<std::optional<FunctionStatement>>;

// "[]" or "[3]" is read as a quoted name.
bool is_array_suffix(const db::SqlToken& token) {
  return token.kind == Kind::kQuotedName && token.text.starts_with('[') &&
         token.text.find_first_not_of("0123456789", 1) == token.text.size() - 1;
}

bool is_name(const db::SqlToken& token) { return token.is_name() && !is_array_suffix(token); }

struct TypeWords {
  std::string_view first;
  std::vector<std::string_view> more;
};

// The types of several words. WITH cannot be a name, so that these come before names are read.
const std::vector<TypeWords>& types_of_words() {
  static const std::vector<TypeWords> kTypes = {{"DOUBLE", {"PRECISION"}},
                                                {"CHARACTER", {"VARYING"}},
                                                {"TIMESTAMP", {"WITH", "TIME", "ZONE"}},
                                                {"TIMESTAMP", {"WITHOUT", "TIME", "ZONE"}}};
  return kTypes;
}

// Adds the further words of the type that `name` begins.
void accept_type_words(TokenCursor& cursor, const db::SqlToken& first, Name& name) {
  for (const TypeWords& type : types_of_words()) {
    if (!first.is_word(type.first)) continue;
    TokenCursor ahead = cursor;
    std::string words = name.text;
    const bool all = std::all_of(type.more.begin(), type.more.end(), [&](std::string_view word) {
      words += ' ';
      for (const char c : word) words += static_cast<char>(c + 32);
      return ahead.accept(word);
    });
    if (!all) continue;
    name.text = words;
    cursor = ahead;
    return;
  }
}

// "(10, 2)" of numeric(10, 2): SQLite has no such limits.
StatementResult<void> skip_type_size(TokenCursor& cursor) {
  if (!cursor.accept('(')) return {};
  do {
    if (cursor.token().kind != Kind::kNumber) return cursor.fail_expected({"a number"});
    cursor.step();
  } while (cursor.accept(','));
  if (cursor.accept(')')) return {};
  return cursor.fail_expected({",", ")"});
}

StatementResult<TypeName> parse_type(TokenCursor& cursor) {
  const db::SqlToken first = cursor.token();
  TypeName type;
  TRY_ASSIGN(type.name, cursor.name("a type or table"));
  if ((type.name.text == "public" || type.name.text == "main") && cursor.accept('.')) {
    TRY_ASSIGN(type.name, cursor.name("a table's name"));
  } else {
    accept_type_words(cursor, first, type.name);
  }
  TRY(skip_type_size(cursor));
  if (is_array_suffix(cursor.token())) {
    type.is_array = true;
    cursor.step();
  } else {
    type.is_array = cursor.accept("ARRAY");
  }
  return type;
}

// Whether what comes next is a name and then a type, rather than a type alone.
bool begins_with_name(TokenCursor cursor) {
  const db::SqlToken first = cursor.token();
  if (!is_name(first)) return false;
  cursor.step();
  if (!is_name(cursor.token()) || cursor.token().is_word("DEFAULT") ||
      cursor.token().is_word("ARRAY"))
    return false;
  return std::none_of(types_of_words().begin(), types_of_words().end(), [&](const TypeWords& type) {
    return first.is_word(type.first) && cursor.token().is_word(type.more[0]);
  });
}

// Up to the comma or parenthesis that ends an argument.
StatementResult<access::Expression> parse_default(TokenCursor& cursor) {
  const db::SqlToken first = cursor.token();
  const char* end = first.text.data();
  for (size_t depth = 0;; cursor.step()) {
    const db::SqlToken& token = cursor.token();
    if (token.kind == Kind::kEnd || token.kind == Kind::kUnfinished)
      return cursor.fail_expected({",", ")"});
    if (depth == 0 && (token.is(',') || token.is(')'))) break;
    if (token.is('(')) ++depth;
    if (token.is(')')) --depth;
    end = token.text.data() + token.text.size();
  }
  if (end == first.text.data()) return fail_at(first.offset, "expected the default's expression");
  return access::Expression{{first.text.data(), static_cast<size_t>(end - first.text.data())},
                            first.offset};
}

StatementResult<NewArgument> parse_argument(TokenCursor& cursor) {
  for (const char* mode : {"OUT", "INOUT"}) {
    if (cursor.token().is_word(mode))
      return fail_at(cursor.token().offset, "write what comes out as RETURNS TABLE (name type)");
  }
  // IN cannot be a name; VARIADIC arrays are given as any other.
  if (!cursor.accept("IN")) cursor.accept("VARIADIC");
  NewArgument argument;
  if (begins_with_name(cursor)) {
    TRY_ASSIGN(argument.name, cursor.name("an argument's name"));
  }
  TRY_ASSIGN(argument.type, parse_type(cursor));
  if (cursor.accept("DEFAULT") || cursor.accept('=')) {
    TRY_ASSIGN(argument.default_value, parse_default(cursor));
  }
  return argument;
}

StatementResult<void> parse_arguments(TokenCursor& cursor, CreateFunction& create) {
  if (!cursor.accept('(')) return cursor.fail_expected({"("});
  if (cursor.accept(')')) return {};
  do {
    if (create.arguments.size() == catalog::kMaxArguments) {
      return fail_at(cursor.token().offset, "a function has at most " +
                                                std::to_string(catalog::kMaxArguments) +
                                                " arguments: take a json one");
    }
    TRY_ASSIGN(NewArgument argument, parse_argument(cursor));
    create.arguments.push_back(std::move(argument));
  } while (cursor.accept(','));
  if (cursor.accept(')')) return {};
  return cursor.fail_expected({",", ")"});
}

StatementResult<void> parse_result_columns(TokenCursor& cursor, CreateFunction& create) {
  if (!cursor.accept('(')) return cursor.fail_expected({"("});
  do {
    if (create.columns.size() == kMaxListItems) {
      return fail_at(cursor.token().offset,
                     "a function returns at most " + std::to_string(kMaxListItems) + " columns");
    }
    NewColumn column;
    TRY_ASSIGN(column.name, cursor.name("a column's name"));
    TRY_ASSIGN(column.type, parse_type(cursor));
    create.columns.push_back(std::move(column));
  } while (cursor.accept(','));
  if (cursor.accept(')')) return {};
  return cursor.fail_expected({",", ")"});
}

StatementResult<void> parse_returns(TokenCursor& cursor, CreateFunction& create) {
  if (cursor.accept("VOID")) return {};
  if (cursor.accept("TABLE")) {
    create.returns_set = true;
    return parse_result_columns(cursor, create);
  }
  create.returns_set = cursor.accept("SETOF");
  for (const char* type : {"TRIGGER", "RECORD"}) {
    if (!cursor.token().is_word(type)) continue;
    return fail_at(cursor.token().offset,
                   *type == 'T' ? "triggers are SQLite's: CREATE TRIGGER holds what they do"
                                : "name the columns: RETURNS TABLE (name type, ...)");
  }
  TRY_ASSIGN(create.returns, parse_type(cursor));
  return {};
}

StatementResult<uint64_t> parse_count(TokenCursor& cursor) {
  const std::string_view digits = cursor.token().text;
  uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (cursor.token().kind != Kind::kNumber || error != std::errc() ||
      end != digits.data() + digits.size() || count > INT64_MAX)
    return cursor.fail_expected({"a whole number"});
  cursor.step();
  return count;
}

StatementResult<void> parse_body(TokenCursor& cursor, Body& body) {
  const db::SqlToken& token = cursor.token();
  if (token.kind != Kind::kDollarString && token.kind != Kind::kString)
    return cursor.fail_expected({"the body as $$ ... $$"});
  body.quoted = token;
  if (body.text().size() > catalog::kMaxBodyBytes) {
    return fail_at(token.offset, "a body has at most " + std::to_string(catalog::kMaxBodyBytes) +
                                     " bytes: put a part of it into a view");
  }
  cursor.step();
  return {};
}

// The options of CREATE FUNCTION, in any order and each once.
class OptionParser {
 public:
  OptionParser(TokenCursor& cursor, CreateFunction& create) : cursor_(cursor), create_(create) {}

  StatementResult<void> parse() {
    while (cursor_.token().kind != Kind::kEnd) TRY(parse_one());
    if (!returns_) return cursor_.fail_expected({"RETURNS"});
    if (!body_) return cursor_.fail_expected({"AS"});
    return {};
  }

 private:
  StatementResult<void> once(bool& given, std::string_view what) const {
    if (given) return fail_at(cursor_.token().offset, std::string(what) + " is given twice");
    given = true;
    return {};
  }

  StatementResult<void> parse_one() {
    const size_t offset = cursor_.token().offset;
    TRY_ASSIGN(const size_t option,
               cursor_.expect_one({"RETURNS", "LANGUAGE", "AS", "IMMUTABLE", "STABLE", "VOLATILE",
                                   "STRICT", "CALLED", "SECURITY", "ROWS", "COST", "NOT",
                                   "LEAKPROOF", "PARALLEL", "BEGIN", "RETURN", "SET", "WINDOW"}));
    switch (option) {
      case 0:
        return parse_returns_option();
      case 1:
        return parse_language();
      case 2:
        TRY(once(body_, "AS"));
        return parse_body(cursor_, create_.body);
      case 3:
      case 4:
      case 5:
        TRY(once(volatility_, "IMMUTABLE, STABLE or VOLATILE"));
        create_.volatility = option == 3   ? catalog::Volatility::kImmutable
                             : option == 4 ? catalog::Volatility::kStable
                                           : catalog::Volatility::kVolatile;
        return {};
      case 6:
        create_.strict = true;
        return {};
      case 7:
        return expect_null_input();
      case 8:
        return parse_security();
      case 9: {
        TRY_ASSIGN(create_.row_count, parse_count(cursor_));
        return {};
      }
      case 10:
        return parse_count(cursor_).map([](uint64_t) {});
      case 11:
        return cursor_.expect("LEAKPROOF");
      case 12:
        return {};
      case 13:
        return cursor_.expect_one({"SAFE", "UNSAFE", "RESTRICTED"}).map([](size_t) {});
      case 14:
      case 15:
        return fail_at(offset, "write the body as AS $$ ... $$");
      default:
        return fail_at(offset, "functions have no SET and no WINDOW here: leave it out");
    }
  }

  StatementResult<void> expect_null_input() {
    TRY(cursor_.expect("ON"));
    TRY(cursor_.expect("NULL"));
    return cursor_.expect("INPUT");
  }

  StatementResult<void> parse_returns_option() {
    if (cursor_.accept("NULL")) {
      create_.strict = true;
      return expect_null_input();
    }
    TRY(once(returns_, "RETURNS"));
    return parse_returns(cursor_, create_);
  }

  StatementResult<void> parse_language() {
    const db::SqlToken token = cursor_.token();
    if (!token.is_word("SQL") && !(token.kind == Kind::kString && token.text == "'sql'")) {
      std::string message = "functions are written in sql here: LANGUAGE sql, not " +
                            std::string(token.text.substr(0, access::kMaxNameBytes));
      if (token.is_word("PLPGSQL") || token.text == "'plpgsql'")
        message +=
            ": write the statements between BEGIN and END alone, a condition as WHERE, and SELECT "
            "in place of RETURN";
      return fail_at(token.offset, std::move(message));
    }
    cursor_.step();
    return {};
  }

  StatementResult<void> parse_security() {
    const size_t offset = cursor_.token().offset;
    TRY_ASSIGN(const size_t who, cursor_.expect_one({"DEFINER", "INVOKER"}));
    if (who == 0) return {};
    return fail_at(offset,
                   "functions run with their owner's rights: leave SECURITY INVOKER out, and ask "
                   "for auth.uid() or auth.role() in the body");
  }

  TokenCursor& cursor_;
  CreateFunction& create_;
  bool returns_ = false;
  bool body_ = false;
  bool volatility_ = false;
};

StatementResult<FunctionStatement> parse_create(TokenCursor& cursor, bool or_replace) {
  CreateFunction create;
  create.or_replace = or_replace;
  TRY_ASSIGN(create.name, cursor.table());
  TRY(parse_arguments(cursor, create));
  TRY(OptionParser(cursor, create).parse());
  return create;
}

// "name" or "name(type, ...)"; arguments may have names, as PostgreSQL allows.
StatementResult<FunctionName> parse_function(TokenCursor& cursor) {
  FunctionName function;
  TRY_ASSIGN(function.name, cursor.table());
  if (!cursor.accept('(')) return function;
  function.arguments.emplace();
  if (cursor.accept(')')) return function;
  do {
    if (begins_with_name(cursor)) cursor.step();
    TRY_ASSIGN(TypeName type, parse_type(cursor));
    function.arguments->push_back(std::move(type));
  } while (function.arguments->size() < kMaxListItems && cursor.accept(','));
  if (cursor.accept(')')) return function;
  return cursor.fail_expected({",", ")"});
}

StatementResult<std::vector<FunctionName>> parse_functions(TokenCursor& cursor) {
  std::vector<FunctionName> functions;
  do {
    TRY_ASSIGN(FunctionName function, parse_function(cursor));
    functions.push_back(std::move(function));
  } while (functions.size() < kMaxListItems && cursor.accept(','));
  return functions;
}

StatementResult<FunctionStatement> parse_drop(TokenCursor& cursor) {
  DropFunction drop;
  if (cursor.accept("IF")) {
    TRY(cursor.expect("EXISTS"));
    drop.if_exists = true;
  }
  TRY_ASSIGN(drop.functions, parse_functions(cursor));
  if (!cursor.accept("CASCADE")) cursor.accept("RESTRICT");
  TRY(cursor.expect_end());
  return drop;
}

StatementResult<FunctionStatement> parse_alter(TokenCursor& cursor) {
  RenameFunction rename;
  TRY_ASSIGN(rename.function, parse_function(cursor));
  TRY(cursor.expect("RENAME"));
  TRY(cursor.expect("TO"));
  TRY_ASSIGN(rename.new_name, cursor.name("the function's new name"));
  TRY(cursor.expect_end());
  return rename;
}

// Whether what follows GRANT or REVOKE is about functions.
bool is_about_functions(TokenCursor cursor) {
  if (cursor.accept("EXECUTE")) return true;
  if (!cursor.accept("ALL")) return false;
  cursor.accept("PRIVILEGES");
  if (!cursor.accept("ON")) return false;
  cursor.accept("ALL");
  return cursor.token().is_word("FUNCTION") || cursor.token().is_word("FUNCTIONS");
}

StatementResult<FunctionStatement> parse_execute(TokenCursor& cursor, bool grant) {
  ChangeExecute change;
  change.grant = grant;
  cursor.step();
  cursor.accept("PRIVILEGES");
  TRY(cursor.expect("ON"));
  if (cursor.accept("ALL")) {
    TRY(cursor.expect("FUNCTIONS"));
    TRY(cursor.expect("IN"));
    TRY(cursor.expect("SCHEMA"));
    TRY_ASSIGN(const Name schema, cursor.name("public"));
    if (schema.text != "public" && schema.text != "main")
      return fail_at(schema.offset, "there is one schema here: public");
  } else {
    TRY(cursor.expect("FUNCTION"));
    TRY_ASSIGN(change.functions, parse_functions(cursor));
  }
  TRY(cursor.expect(grant ? "TO" : "FROM"));
  TRY_ASSIGN(change.roles, cursor.names("a role"));
  TRY(cursor.expect_end());
  return change;
}

}  // namespace

size_t Body::offset_of(size_t offset) const {
  if (quoted.kind == Kind::kDollarString)
    return quoted.offset + (quoted.text.size() - text().size()) / 2 + offset;
  size_t at = 1;
  for (size_t left = offset; left > 0 && at < quoted.text.size(); --left)
    at += quoted.text[at] == '\'' ? 2 : 1;
  return quoted.offset + at;
}

Parsed parse_statement(std::string_view statement) {
  TokenCursor cursor(statement);
  if (cursor.accept("CREATE")) {
    const bool or_replace = cursor.accept("OR") && cursor.accept("REPLACE");
    if (cursor.accept("FUNCTION")) return parse_create(cursor, or_replace);
  } else if (cursor.accept("DROP")) {
    if (cursor.accept("FUNCTION")) return parse_drop(cursor);
  } else if (cursor.accept("ALTER")) {
    if (cursor.accept("FUNCTION")) return parse_alter(cursor);
  } else if (cursor.accept("GRANT")) {
    if (is_about_functions(cursor)) return parse_execute(cursor, true);
  } else if (cursor.accept("REVOKE")) {
    if (is_about_functions(cursor)) return parse_execute(cursor, false);
  }
  return std::nullopt;
}

}  // namespace prodev::functions
