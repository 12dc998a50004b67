#include "statements/rebuilds.h"

#include "db/schema_statement.h"
#include "text/ascii.h"

namespace prodev::statements {

Rebuilds::Rebuilds(std::string_view script) {
  const auto note = [&](const std::string& name, Fate fate) {
    last_[text::lowered(name)] = fate;
    if (fate != Fate::kTaken) left_.insert(text::lowered(name));
  };
  for (const std::string_view statement : db::statements_of(script)) {
    const auto dropped = parse_drop(statement);
    const auto renamed = parse_alteration(statement);
    if (const auto created = parse_created_table(statement)) {
      note(*created, Fate::kTaken);
    } else if (dropped && dropped->column.empty()) {
      note(dropped->table, Fate::kDropped);
    } else if (renamed && !renamed->is_of_column()) {
      note(renamed->table, Fate::kLeft);
      note(renamed->name, Fate::kTaken);
    }
  }
}

bool Rebuilds::sets_aside(const Alteration& alteration) const {
  const auto old_name = last_.find(text::lowered(alteration.table));
  const auto new_name = last_.find(text::lowered(alteration.name));
  return old_name != last_.end() && old_name->second == Fate::kTaken && new_name != last_.end() &&
         new_name->second == Fate::kDropped;
}

bool Rebuilds::takes_place(const Alteration& alteration) const {
  return left_.contains(text::lowered(alteration.name));
}

}  // namespace prodev::statements
