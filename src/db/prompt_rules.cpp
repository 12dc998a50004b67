#include "db/prompt_rules.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "db/client_rules.h"
#include "db/system_schema.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

constexpr const char* kChangesSchema =
    "the schema is made by its files, so that it can be made again: prodev migrate new NAME makes "
    "the next one";

// With an argument or without one they only tell; what others would set ends with this process, or
// is not to be set beside a server.
constexpr std::array<std::string_view, 13> kTellingPragmas = {
    "table_info",    "table_xinfo",      "table_list",        "index_list",      "index_info",
    "index_xinfo",   "foreign_key_list", "foreign_key_check", "integrity_check", "quick_check",
    "function_list", "compile_options",  "collation_list"};
constexpr std::array<std::string_view, 8> kTellingWithoutArgument = {
    "data_version", "page_count",   "page_size",    "freelist_count",
    "encoding",     "journal_mode", "user_version", "foreign_keys"};

template <size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view known) {
    return text::equal_ignoring_case(known, name);
  });
}

bool only_tells(std::string_view pragma, bool has_argument) {
  return holds(kTellingPragmas, pragma) ||
         text::equal_ignoring_case(pragma, "defer_foreign_keys") ||
         (!has_argument && holds(kTellingWithoutArgument, pragma));
}

bool is_of_sqlite(std::string_view table) { return !table.starts_with("_"); }

std::string_view view_of(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

PromptRules::PromptRules(Connection& connection, bool may_write)
    : connection_(connection), may_write_(may_write) {
  ::sqlite3_set_authorizer(connection_.handle(), ask, this);
}

PromptRules::~PromptRules() { ::sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr); }

std::string PromptRules::take_refusal() { return std::exchange(refusal_, {}); }

int PromptRules::refuse(std::string sentence) {
  if (refusal_.empty()) refusal_ = std::move(sentence);
  return SQLITE_DENY;
}

int PromptRules::judge_change(const char* table) {
  if (is_system_table(view_of(table))) {
    return refuse(std::string(view_of(table)) +
                  " is kept by prodev or SQLite themselves: no statement may change it");
  }
  if (may_write_) return SQLITE_OK;
  return refuse("statements only read here: with --write they may change rows");
}

int PromptRules::ask(void* rules, int action, const char* first, const char* second, const char*,
                     const char* context) noexcept {
  try {
    return static_cast<PromptRules*>(rules)->judge(action, first, second, context);
  } catch (const std::exception&) {
    return SQLITE_DENY;
  }
}

// The actions of sqlite3_set_authorizer (c3ref/c_alter_table). `context`: the trigger or view that
// the access comes from; null when it stands in the statement itself.
int PromptRules::judge(int action, const char* first, const char* second, const char* context) {
  const std::string_view name = view_of(first);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      if (context != nullptr || !is_system_table(name) || is_of_sqlite(name)) return SQLITE_OK;
      return refuse(std::string(name) + " is a table of prodev itself, which no statement may use");
    case SQLITE_UPDATE:
      if (context != nullptr || is_declaration(action, first, second)) return SQLITE_OK;
      return judge_change(first);
    case SQLITE_INSERT:
    case SQLITE_DELETE:
      return context != nullptr ? SQLITE_OK : judge_change(first);
    case SQLITE_FUNCTION:
      if (!text::equal_ignoring_case(view_of(second), "load_extension")) return SQLITE_OK;
      return refuse("extensions cannot be loaded");
    case SQLITE_PRAGMA:
      if (only_tells(name, second != nullptr)) return SQLITE_OK;
      return refuse(
          "of pragmas, those that tell can be run, such as table_info, index_list "
          "and integrity_check: not " +
          std::string(name));
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
      return refuse("the project's database is the one that is open: none can be attached");
    case SQLITE_ANALYZE:
      return refuse("a running server keeps SQLite's statistics up to date itself");
    default:
      return refuse(kChangesSchema);
  }
}

}  // namespace prodev::db
