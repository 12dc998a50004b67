#include "statements/probe.h"

#include <algorithm>
#include <map>

#include "catalog/caller_sql.h"
#include "db/schema_statement.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

using catalog::SqlTokenList;
using Kind = db::SqlToken::Kind;

// auth.uid() and its like, five tokens.
bool is_auth_call(const SqlTokenList& tokens, size_t at) {
  return at + 4 < tokens.size() && tokens[at].is_word("AUTH") && tokens[at + 1].is('.') &&
         tokens[at + 2].kind == Kind::kWord && tokens[at + 3].is('(') && tokens[at + 4].is(')') &&
         !(at > 0 && tokens[at - 1].is('.'));
}

// What a function of a row calls its row.
struct RowName {
  std::string source;     // what FROM has
  std::string qualifier;  // stands for $1 and :argument
};

// Whether the body names `name` other than in front of a column.
bool names_as_table(const SqlTokenList& tokens, std::string_view name) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool qualifies = i + 1 < tokens.size() && tokens[i + 1].is('.');
    const bool qualified = i > 0 && tokens[i - 1].is('.');
    if (tokens[i].is_name() && !qualifies && !qualified &&
        text::equal_ignoring_case(tokens[i].value(), name))
      return true;
  }
  return false;
}

std::optional<RowName> row_name(const SqlTokenList& tokens,
                                const catalog::FunctionDefinition& function) {
  for (const auto& argument : function.arguments) {
    if (!argument.type.is_table) continue;
    const std::string table = db::quoted_name(argument.type.name);
    if (!argument.name.empty()) {
      const std::string name = db::quoted_name(argument.name);
      return RowName{table + " AS " + name, name};
    }
    if (!names_as_table(tokens, argument.type.name)) return RowName{table, table};
    return RowName{table + " AS _prodev_row", "_prodev_row"};
  }
  return std::nullopt;
}

// Where in tokens [begin, end) of an INSERT, UPDATE or DELETE its table stands.
std::optional<size_t> target_of(const SqlTokenList& tokens, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    if (tokens[i].is_word("INTO") || tokens[i].is_word("FROM")) return i + 1;
    if (i == begin && tokens[i].is_word("UPDATE"))
      return i + 1 < end && tokens[i + 1].is_word("OR") ? i + 3 : i + 1;
  }
  return std::nullopt;
}

// Where RETURNING stands, outside parentheses; `end`: nowhere.
size_t returning_of(const SqlTokenList& tokens, size_t begin, size_t end) {
  size_t depth = 0;
  for (size_t i = begin; i < end; ++i) {
    if (tokens[i].is('(')) ++depth;
    if (tokens[i].is(')')) --depth;
    if (depth == 0 && tokens[i].is_word("RETURNING")) return i;
  }
  return end;
}

}  // namespace

// Writes the objects of one text.
class ProbeMaker {
 public:
  explicit ProbeMaker(const StoredText& text) { probe_.text_ = text; }

  std::optional<Probe> make() {
    auto tokens = catalog::read_tokens(probe_.text_.text);
    if (!tokens) return std::nullopt;
    tokens_ = std::move(*tokens);
    if (probe_.text_.kind != StoredText::Kind::kBody) {
      begin("VIEW");
      write("AS SELECT 1 FROM " + db::quoted_name(probe_.text_.table) + " WHERE (");
      copy(0, tokens_.size());
      write(")");
      finish();
      return std::move(probe_);
    }
    row_ = row_name(tokens_, probe_.text_.function);
    for (size_t begin = 0; begin < tokens_.size();) {
      size_t end = begin;
      while (end < tokens_.size() && !tokens_[end].is(';')) ++end;
      if (end > begin && !add_statement(begin, end)) return std::nullopt;
      begin = end + 1;
    }
    return std::move(probe_);
  }

 private:
  bool add_statement(size_t begin, size_t end) {
    const db::SqlToken& first = tokens_[begin];
    if (first.is_word("SELECT") || first.is_word("VALUES") || first.is_word("WITH")) {
      add_select(begin, end);
      return true;  // SQLite refuses to make a view of WITH ... INSERT
    }
    return add_write(begin, end);
  }

  void add_select(size_t begin, size_t end) {
    this->begin("VIEW");
    write(row_ ? "AS SELECT 1 FROM " + row_->source + " WHERE EXISTS (" : "AS");
    copy(begin, end);
    if (row_) write(")");
    finish();
  }

  bool add_write(size_t begin, size_t end) {
    const std::optional<size_t> target = target_of(tokens_, begin, end);
    if (!target || *target >= end) return false;
    const size_t returning = returning_of(tokens_, begin, end);
    this->begin("TRIGGER");
    write("AFTER INSERT ON main._prodev_role BEGIN");
    copy(begin, returning);
    write(";");
    if (returning < end) {
      write("SELECT");
      copy(returning + 1, end);
      write("FROM " + db::quoted_name(tokens_[*target].value()) + ";");
    }
    write("END");
    finish();
    return true;
  }

  void begin(std::string_view what) {
    object_ = {};
    origins_.clear();
    object_.name = probe_.text_.rule + " (" + std::to_string(static_cast<int>(probe_.text_.kind)) +
                   "." + std::to_string(probe_.objects_.size() + 1) + ")";
    object_.sql = "CREATE " + std::string(what) + " " + db::quoted_name(object_.name);
  }
  void write(std::string_view sql) { object_.sql += " " + std::string(sql); }
  void copy(size_t begin, size_t end) {
    for (size_t at = begin; at < end; ++at) {
      if (is_auth_call(tokens_, at)) {
        write("NULL");
        at += 4;
      } else if (tokens_[at].kind == Kind::kParameter) {
        const bool is_row = row_ && at + 1 < end && tokens_[at + 1].is('.');
        write(is_row ? row_->qualifier : "NULL");
      } else {
        // What stood together still does: "||" is two tokens here.
        const bool apart = at == begin || tokens_[at - 1].offset + tokens_[at - 1].text.size() <
                                              tokens_[at].offset;
        if (apart || tokens_[at - 1].kind == Kind::kParameter) object_.sql += ' ';
        origins_[object_.sql.size()] = at;
        object_.sql += tokens_[at].text;
      }
    }
  }
  void finish() {
    for (const db::SqlToken& token : db::tokens_of(object_.sql)) {
      Probe::Token mine{token.value(), std::nullopt, 0};
      if (const auto origin = origins_.find(token.offset); origin != origins_.end()) {
        mine.offset = tokens_[origin->second].offset;
        mine.size = tokens_[origin->second].text.size();
      }
      object_.tokens.push_back(std::move(mine));
    }
    probe_.objects_.push_back(std::move(object_));
  }

  Probe probe_;
  SqlTokenList tokens_;
  std::optional<RowName> row_;
  Probe::Object object_;
  std::map<size_t, size_t> origins_;  // from an offset in the object to a token of the source
};

std::optional<Probe> Probe::make(const StoredText& text) { return ProbeMaker(text).make(); }

base::Result<void> Probe::create(db::Connection& connection) const {
  constexpr std::string_view kCreate = "CREATE ";
  for (const Object& object : objects_) {
    TRY_ASSIGN(db::Statement statement,
               connection.prepare("CREATE TEMP " + object.sql.substr(kCreate.size())));
    TRY(statement.step());
  }
  return {};
}

base::Result<std::optional<std::string>> Probe::read(db::Connection& connection) const {
  std::map<size_t, std::pair<size_t, std::string>> changes;  // offset: size, new token
  for (const Object& object : objects_) {
    TRY_ASSIGN(db::Statement row,
               connection.prepare("SELECT sql FROM sqlite_temp_schema WHERE name = ?1"));
    row.bind_text(1, object.name);
    TRY_ASSIGN(const bool found, row.step());
    const std::string sql(found ? row.column_text(0) : "");
    const std::vector<db::SqlToken> now = db::tokens_of(sql);
    if (now.size() != object.tokens.size()) return std::optional<std::string>();
    for (size_t i = 0; i < now.size(); ++i) {
      const Token& before = object.tokens[i];
      // SQLite (3.40) takes the excluded row of an upsert for the table, and renames it.
      if (text::equal_ignoring_case(before.value, "excluded")) continue;
      if (before.offset && now[i].value() != before.value)
        changes[*before.offset] = {before.size, std::string(now[i].text)};
    }
  }
  std::string text = text_.text;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change)
    text.replace(change->first, change->second.first, change->second.second);
  return std::optional(std::move(text));
}

}  // namespace prodev::statements
