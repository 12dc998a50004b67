#include "query/relate.h"

#include <algorithm>

#include "config/nearest.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

using catalog::Cardinality;
using catalog::Catalog;
using catalog::Relationship;
using catalog::Table;
using Choices = std::vector<const Relationship*>;

const catalog::ColumnPair* only_pair(const Relationship& relationship) {
  return relationship.columns.size() == 1 ? &relationship.columns.front() : nullptr;
}

// The column that holds the foreign key, when it is one.
bool is_key_column(const Relationship& relationship, std::string_view name) {
  const catalog::ColumnPair* pair = only_pair(relationship);
  return pair != nullptr && (relationship.holds_key ? pair->from : pair->to) == name;
}

// The column that the foreign key refers to.
bool is_referred_column(const Relationship& relationship, std::string_view name) {
  const catalog::ColumnPair* pair = only_pair(relationship);
  return pair != nullptr && (relationship.holds_key ? pair->to : pair->from) == name;
}

bool fits_hint(const Relationship& relationship, std::string_view hint) {
  if (relationship.cardinality == Cardinality::kManyToMany) {
    // Between a table and itself the key that leads away from the row tells the direction.
    return relationship.junction == hint || relationship.constraint == hint ||
           (relationship.from != relationship.to && relationship.junction_constraint == hint);
  }
  return relationship.constraint == hint || is_key_column(relationship, hint) ||
         is_referred_column(relationship, hint);
}

// Whether a target without a hint names the relationship by the table that it leads to, or by its
// foreign key: the constraint, the column that holds it, the column that it refers to.
enum class Naming : uint8_t { kNot, kByReferred, kByKey, kByTable };

Naming naming_of(const Catalog& catalog, const Relationship& relationship,
                 std::string_view target) {
  if (relationship.to == target) return Naming::kByTable;
  if (relationship.cardinality == Cardinality::kManyToMany) return Naming::kNot;
  const Table* to = catalog.find(relationship.to);
  if (to == nullptr || to->kind == catalog::TableKind::kView) return Naming::kNot;
  const bool own_column = relationship.holds_key && is_key_column(relationship, target);
  if (own_column || relationship.constraint == target) return Naming::kByKey;
  return is_referred_column(relationship, target) ? Naming::kByReferred : Naming::kNot;
}

// The referred-to column counts only where nothing else has that name: it is that of many keys.
Choices named_by_target(const Catalog& catalog, const Table& from, std::string_view target) {
  Choices choices;
  Choices referred;
  for (const Relationship& one : catalog.relationships(from.row_type())) {
    const Naming naming = naming_of(catalog, one, target);
    if (naming == Naming::kByReferred) referred.push_back(&one);
    if (naming > Naming::kByReferred) choices.push_back(&one);
  }
  return choices.empty() ? referred : choices;
}

Choices choices_of(const Catalog& catalog, const Table& from, const Embed& embed) {
  if (embed.hint.empty()) return named_by_target(catalog, from, embed.target);
  Choices choices;
  for (const Relationship& one : catalog.relationships(from.row_type())) {
    if (one.to == embed.target && fits_hint(one, embed.hint)) choices.push_back(&one);
  }
  return choices;
}

// A foreign key from a table to itself can be meant in both directions: it leads to the rows that
// refer to a row, rather than through a junction. The way to the one that the row refers to is
// named by the key as the target.
void choose_direction(const Table& from, const Embed& embed, Choices& choices) {
  const bool by_key = choices.size() == 2 && embed.hint.empty() &&
                      choices[0]->constraint == choices[1]->constraint &&
                      choices[0]->from == choices[0]->to;
  if (by_key && embed.target != from.row_type())
    std::erase_if(choices, [](const Relationship* one) { return !one->holds_key; });
  if (embed.target != from.row_type()) return;
  const auto is_direct = [](const Relationship* one) {
    return one->cardinality != Cardinality::kManyToMany;
  };
  if (embed.hint.empty() && std::any_of(choices.begin(), choices.end(), is_direct))
    std::erase_if(choices, [&](const Relationship* one) { return !is_direct(one); });
  if (choices.size() == 2 && is_direct(choices[0]) &&
      choices[0]->constraint == choices[1]->constraint)
    std::erase_if(choices, [](const Relationship* one) { return one->holds_key; });
}

// Whether the caller may read all tables that it leads through.
bool is_open(const Context& context, const Relationship& relationship) {
  const auto may_read = [&](const std::string& name) {
    constexpr std::string_view kNoRow = "(0)";  // a table without a policy for the caller
    const Table* table = context.catalog.find(name);
    if (table == nullptr) return false;
    const Outcome<Guard> guard = context.guard_of(*table);
    return guard.has_value() && guard->rows != kNoRow;
  };
  return may_read(relationship.to) &&
         (relationship.cardinality != Cardinality::kManyToMany || may_read(relationship.junction));
}

tl::unexpected<ApiError> none_found(const Context& context, const Table& from, const Embed& embed) {
  ApiError error;
  error.status = 400;
  error.code = "PGRST200";
  error.message = "Could not find a relationship between '" + from.name + "' and '" + embed.target +
                  "' in the schema cache";
  error.details = "Searched for a foreign key relationship between '" + from.name + "' and '" +
                  embed.target + "'" +
                  (embed.hint.empty() ? "" : " using the hint '" + embed.hint + "'") +
                  " in the schema 'public', but no matches were found.";
  std::vector<std::string> names;
  for (const Relationship& one : context.catalog.relationships(from.row_type())) {
    if (is_open(context, one)) names.push_back(one.to);
  }
  const std::string near = config::nearest(embed.target, names);
  if (!near.empty() && near != embed.target)
    error.hint = "Perhaps you meant '" + near + "' instead of '" + embed.target + "'.";
  return refuse(std::move(error));
}

// How a client can name this one alone.
std::string hint_for(const Relationship& relationship) {
  const bool by_junction =
      relationship.cardinality == Cardinality::kManyToMany && relationship.from != relationship.to;
  return by_junction ? relationship.junction : relationship.constraint;
}

tl::unexpected<ApiError> several_found(const Table& from, const Embed& embed,
                                       const Choices& choices) {
  ApiError error;
  error.status = 300;
  error.code = "PGRST201";
  error.message = "Could not embed because more than one relationship was found for '" + from.name +
                  "' and '" + embed.target + "'";
  error.details_json = "[";
  for (const Relationship* one : choices) {
    if (one != choices.front()) {
      error.details_json += ',';
      error.hint += ", ";
    }
    error.details_json += R"({"cardinality":)";
    text::append_json_string(error.details_json, catalog::name_of(one->cardinality));
    error.details_json += R"(,"embedding":)";
    text::append_json_string(error.details_json, one->from + " with " + one->to);
    error.details_json += R"(,"relationship":)";
    text::append_json_string(error.details_json, one->describe());
    error.details_json += '}';
    error.hint += "'" + one->to + "!" + hint_for(*one) + "'";
  }
  error.details_json += ']';
  error.hint = "Try changing '" + embed.target + "' to one of the following: " + error.hint +
               ". Find the desired relationship in the 'details' key.";
  return refuse(std::move(error));
}

}  // namespace

Outcome<const Relationship*> find_relationship(const Context& context, const Table& from,
                                               const Embed& embed) {
  Choices choices = choices_of(context.catalog, from, embed);
  choose_direction(from, embed, choices);
  if (choices.empty()) return none_found(context, from, embed);
  if (choices.size() == 1) return choices.front();
  const Relationship* const first = choices.front();
  std::erase_if(choices, [&](const Relationship* one) { return !is_open(context, *one); });
  if (choices.empty()) return first;  // to be refused for want of rights
  if (choices.size() > 1) return several_found(from, embed, choices);
  return choices.front();
}

}  // namespace prodev::query
