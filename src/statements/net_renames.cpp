#include "statements/net_renames.h"

#include <map>

#include "db/schema_statement.h"
#include "text/ascii.h"

namespace prodev::statements {
namespace {

struct Name {
  std::string before;  // empty: it was not there
  std::string now;
  std::string written;  // as the statement that gave it says it

  bool is_new() const { return !before.empty() && before != now; }
};

// By the present name, in lower case.
using Names = std::map<std::string, Name>;

// What no statement has spoken of yet was there before.
Name& named(Names& names, const std::string& name) {
  return names.try_emplace(text::lowered(name), Name{name, name, name}).first->second;
}

void rename(Names& names, const Alteration& alteration, const std::string& from) {
  Name name = named(names, from);
  names.erase(text::lowered(from));
  name.now = alteration.name;
  name.written = alteration.written_name;
  names[text::lowered(alteration.name)] = std::move(name);
}

class Script {
 public:
  void run(std::string_view statement) {
    const auto dropped = parse_drop(statement);
    const auto added = parse_added_column(statement);
    if (const auto created = parse_created_table(statement)) {
      create(*created);
    } else if (const auto renamed = parse_alteration(statement)) {
      follow(*renamed);
    } else if (dropped && dropped->column.empty()) {
      tables_.erase(text::lowered(dropped->table));
      columns_.erase(text::lowered(dropped->table));
    } else if (dropped) {
      columns_of(dropped->table).erase(text::lowered(dropped->column));
    } else if (added) {
      columns_of(added->table)[text::lowered(added->column)] = {{}, added->column, added->column};
    }
  }

  std::vector<Alteration> renames() const {
    std::vector<Alteration> renames;
    for (const auto& [key, table] : tables_) {
      if (table.is_new()) renames.push_back({table.before, {}, table.now, table.written});
    }
    for (const auto& [key, columns] : columns_) {
      const auto table = tables_.find(key);
      if (table == tables_.end() || table->second.before.empty()) continue;
      for (const auto& [name, column] : columns) {
        if (column.is_new())
          renames.push_back({table->second.now, column.before, column.now, column.written});
      }
    }
    return renames;
  }

 private:
  void create(const std::string& table) {
    tables_.try_emplace(text::lowered(table), Name{{}, table, table});
  }

  Names& columns_of(const std::string& table) {
    named(tables_, table);
    return columns_[text::lowered(table)];
  }

  void follow(const Alteration& alteration) {
    if (alteration.is_of_column())
      return rename(columns_of(alteration.table), alteration, alteration.column);
    Names columns = std::move(columns_of(alteration.table));
    columns_.erase(text::lowered(alteration.table));
    rename(tables_, alteration, alteration.table);
    columns_[text::lowered(alteration.name)] = std::move(columns);
  }

  Names tables_;
  std::map<std::string, Names> columns_;  // by the present name of their table
};

}  // namespace

std::vector<Alteration> net_renames(std::string_view script) {
  Script read;
  for (const std::string_view statement : db::statements_of(script)) read.run(statement);
  return read.renames();
}

}  // namespace prodev::statements
