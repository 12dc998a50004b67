#include "db/postgres_calls.h"

#include <algorithm>
#include <array>

#include "config/nearest.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

using Kind = SqlToken::Kind;

// The form in which JavaScript writes a time, and that the API documents as date-time.
#define PRODEV_NOW "strftime('%Y-%m-%dT%H:%M:%fZ','now')"
// RFC 9562, section 5.4: version 4, variant 10xx.
#define PRODEV_UUID                                                             \
  "lower(hex(randomblob(4)))||'-'||lower(hex(randomblob(2)))||'-4'||"           \
  "substr(lower(hex(randomblob(2))),2)||'-'||substr('89ab',1+(random()&3),1)||" \
  "substr(lower(hex(randomblob(2))),2)||'-'||lower(hex(randomblob(6)))"

constexpr std::string_view kNow = "(" PRODEV_NOW ")";
constexpr std::string_view kUuid = "(" PRODEV_UUID ")";

struct CallRow {
  std::string_view tokens;  // with one space between each
  std::string_view sqlite;
};

// The longer ones first, where one begins another.
constexpr CallRow kCalls[] = {
    {"now ( ) AT TIME ZONE 'utc'", kNow},
    {"now ( )", kNow},
    {"timezone ( 'utc' , now ( ) )", kNow},
    {"timezone ( 'utc' : :text , now ( ) )", kNow},
    {"transaction_timestamp ( )", kNow},
    {"statement_timestamp ( )", kNow},
    {"clock_timestamp ( )", kNow},
    {"gen_random_uuid ( )", kUuid},
    {"uuid_generate_v4 ( )", kUuid},
    {"extensions . gen_random_uuid ( )", kUuid},
    {"extensions . uuid_generate_v4 ( )", kUuid},
    {"pg_catalog . now ( )", kNow},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

struct CallerRow {
  std::string_view upper;
  std::string_view stored;
  std::string_view written;
};

constexpr CallerRow kCaller[] = {{"UID", "(_prodev_auth_uid())", "auth.uid()"},
                                 {"ROLE", "(_prodev_auth_role())", "auth.role()"},
                                 {"JWT", "(_prodev_auth_jwt())", "auth.jwt()"}};

}  // namespace

size_t count_matching(std::string_view pattern, const SqlTokenList& tokens, size_t at) {
  size_t count = 0;
  while (!pattern.empty()) {
    const size_t end = std::min(pattern.find(' '), pattern.size());
    const std::string_view want = pattern.substr(0, end);
    if (at + count >= tokens.size()) return 0;
    const SqlToken& token = tokens[at + count];
    const bool matches = want == "*" || text::equal_ignoring_case(token.text, want) ||
                         (want == "''" && token.kind == Kind::kString);
    if (!matches) return 0;
    ++count;
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return count;
}

bool names_an_object(const SqlTokenList& tokens, size_t at) {
  static constexpr std::array<std::string_view, 11> kBefore = {
      "TABLE",      "EXISTS", "INTO",  "FROM",    "JOIN", "UPDATE",
      "REFERENCES", "VIEW",   "INDEX", "TRIGGER", "ONLY"};
  if (at == 0) return false;
  const SqlToken& before = tokens[at - 1];
  if (before.is_word("ON")) {  // of CREATE INDEX i ON t, CREATE TRIGGER g AFTER INSERT ON t
    return tokens[0].is_word("CREATE") &&
           std::none_of(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at),
                        [](const SqlToken& token) { return token.is('(') || token.is_word("AS"); });
  }
  return std::any_of(kBefore.begin(), kBefore.end(),
                     [&](std::string_view word) { return before.is_word(word); });
}

std::optional<Respelling> respell(const SqlTokenList& tokens, size_t at) {
  if (at > 0 && tokens[at - 1].is('.')) return std::nullopt;
  if (tokens[at].kind == Kind::kWord) {
    for (const CallRow& row : kCalls) {
      const size_t count = count_matching(row.tokens, tokens, at);
      if (count > 0) return Respelling{count, row.sqlite};
    }
  }
  const bool in_public = tokens[at].is_name() &&
                         text::equal_ignoring_case(tokens[at].value(), "public") &&
                         at + 2 < tokens.size() && tokens[at + 1].is('.') &&
                         tokens[at + 2].is_name() && names_an_object(tokens, at);
  if (in_public) return Respelling{2, {}};
  return std::nullopt;
}

StatementResult<std::optional<CallerPart>> caller_call(const SqlTokenList& tokens, size_t at) {
  const bool is_call = tokens[at].is_word("AUTH") && at + 4 < tokens.size() &&
                       tokens[at + 1].is('.') && tokens[at + 2].kind == Kind::kWord &&
                       tokens[at + 3].is('(') && !(at > 0 && tokens[at - 1].is('.'));
  if (!is_call) return std::nullopt;
  const SqlToken& name = tokens[at + 2];
  for (size_t i = 0; i < std::size(kCaller); ++i) {
    if (!name.is_word(kCaller[i].upper)) continue;
    if (tokens[at + 4].is(')')) return static_cast<CallerPart>(i);
    return fail_statement_at(tokens[at + 4].offset,
                             "auth." + std::string(name.text) + "() takes no argument");
  }
  const std::string meant = config::nearest(name.text, {"uid", "role", "jwt"});
  return fail_statement_at(name.offset,
                           "there is no auth." + std::string(name.text) + "(): " +
                               (meant.empty() ? "there are auth.uid(), auth.role() and auth.jwt()"
                                              : "did you mean auth." + meant + "()?"));
}

std::string_view stored_caller_call(CallerPart part) {
  return kCaller[static_cast<size_t>(part)].stored;
}

std::string as_written(std::string_view sql) {
  std::string text(sql);
  // Of a default SQLite tells what is in its parentheses.
  const auto put_back = [&](std::string_view stored, std::string_view written) {
    replace_all(text, stored, written);
    replace_all(text, stored.substr(1, stored.size() - 2), written);
  };
  for (const CallerRow& row : kCaller) put_back(row.stored, row.written);
  put_back(kNow, "now()");
  put_back(kUuid, "gen_random_uuid()");
  return text;
}

}  // namespace prodev::db
