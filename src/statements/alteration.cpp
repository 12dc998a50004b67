#include "statements/alteration.h"

#include "db/sql_tokens.h"

namespace prodev::statements {
namespace {

using Kind = db::SqlToken::Kind;

// Reads names as SQLite does, which takes a text in quotes for one, too.
class Reader {
 public:
  explicit Reader(std::string_view statement) : tokens_(statement) { step(); }

  bool accept(std::string_view upper) {
    if (!token_.is_word(upper)) return false;
    step();
    return true;
  }
  // TABLE or SCHEMA.TABLE.
  bool accept_table(std::string& table) {
    if (!accept_name(table)) return false;
    if (!token_.is('.')) return true;
    step();
    return accept_name(table);
  }
  bool accept_name(std::string& name) {
    if (!is_name()) return false;
    name = token_.value();
    step();
    return true;
  }
  bool is_end() const { return token_.kind == Kind::kEnd; }
  const db::SqlToken& token() const { return token_; }

 private:
  bool is_name() const { return token_.is_name() || token_.kind == Kind::kString; }
  void step() { token_ = tokens_.next(); }

  db::SqlTokens tokens_;
  db::SqlToken token_;
};

}  // namespace

std::string Alteration::forth() const {
  return "ALTER TABLE main." + db::quoted_name(table) + " RENAME " +
         (is_of_column() ? "COLUMN " + db::quoted_name(column) + " TO " : "TO ") + written_name;
}

std::string Alteration::back() const {
  if (!is_of_column())
    return "ALTER TABLE main." + db::quoted_name(name) + " RENAME TO " + db::quoted_name(table);
  return "ALTER TABLE main." + db::quoted_name(table) + " RENAME COLUMN " + db::quoted_name(name) +
         " TO " + db::quoted_name(column);
}

std::optional<Alteration> parse_alteration(std::string_view statement) {
  Reader reader(statement);
  Alteration alteration;
  if (!reader.accept("ALTER") || !reader.accept("TABLE") ||
      !reader.accept_table(alteration.table) || !reader.accept("RENAME"))
    return std::nullopt;
  if (!reader.accept("TO")) {
    reader.accept("COLUMN");
    if (!reader.accept_name(alteration.column) || !reader.accept("TO")) return std::nullopt;
  }
  alteration.written_name = reader.token().text;
  if (!reader.accept_name(alteration.name) || !reader.is_end()) return std::nullopt;
  return alteration;
}

std::optional<Dropped> parse_drop(std::string_view statement) {
  Reader reader(statement);
  Dropped dropped;
  if (reader.accept("ALTER")) {
    if (!reader.accept("TABLE") || !reader.accept_table(dropped.table) || !reader.accept("DROP"))
      return std::nullopt;
    reader.accept("COLUMN");
    return reader.accept_name(dropped.column) ? std::optional(dropped) : std::nullopt;
  }
  if (!reader.accept("DROP") || !(reader.accept("TABLE") || reader.accept("VIEW")))
    return std::nullopt;
  if (reader.accept("IF")) reader.accept("EXISTS");
  return reader.accept_table(dropped.table) ? std::optional(dropped) : std::nullopt;
}

std::optional<AddedColumn> parse_added_column(std::string_view statement) {
  Reader reader(statement);
  AddedColumn added;
  if (!reader.accept("ALTER") || !reader.accept("TABLE") || !reader.accept_table(added.table) ||
      !reader.accept("ADD"))
    return std::nullopt;
  reader.accept("COLUMN");
  return reader.accept_name(added.column) ? std::optional(added) : std::nullopt;
}

std::optional<std::string> parse_altered_table(std::string_view statement) {
  Reader reader(statement);
  std::string table;
  const bool alters =
      reader.accept("ALTER") && reader.accept("TABLE") && reader.accept_table(table);
  return alters ? std::optional(table) : std::nullopt;
}

std::optional<std::string> parse_created_table(std::string_view statement) {
  Reader reader(statement);
  std::string table;
  if (!reader.accept("CREATE") || !reader.accept("TABLE")) return std::nullopt;
  if (reader.accept("IF")) {
    reader.accept("NOT");
    reader.accept("EXISTS");
  }
  return reader.accept_table(table) ? std::optional(table) : std::nullopt;
}

SchemaChange change_of(std::string_view statement) {
  Reader reader(statement);
  if (reader.accept("CREATE")) return SchemaChange::kCreate;
  if (reader.accept("ALTER")) return SchemaChange::kAlter;
  return reader.accept("DROP") ? SchemaChange::kDrop : SchemaChange::kNone;
}

}  // namespace prodev::statements
