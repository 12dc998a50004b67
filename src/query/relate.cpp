#include "query/relate.h"

#include <algorithm>

#include "config/nearest.h"
#include "text/join.h"
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

bool is_direct(const Relationship* one) { return one->cardinality != Cardinality::kManyToMany; }

// Whether they are one foreign key from both its sides, which a table that refers to itself has,
// and all of its views have with it and each other.
bool are_two_directions(const Choices& choices) {
  return choices.size() == 2 && is_direct(choices[0]) && is_direct(choices[1]) &&
         choices[0]->constraint == choices[1]->constraint &&
         choices[0]->holds_key != choices[1]->holds_key;
}

// A table that refers to itself: its own name leads to the rows that refer to a row, rather than
// through a junction. The way to the one that the row refers to is named by the key as the target.
// Between it and its views nothing is meant by the name alone; a column as the hint is one of the
// row, the constraint leads as above.
void choose_direction(const Table& from, const Embed& embed, Choices& choices) {
  const auto keep = [&](const auto& meant) {
    if (std::any_of(choices.begin(), choices.end(), meant))
      std::erase_if(choices, [&](const Relationship* one) { return !meant(one); });
  };
  const auto holds_key = [](const Relationship* one) { return one->holds_key; };
  const auto is_referred_to = [](const Relationship* one) { return !one->holds_key; };
  if (embed.target == from.row_type()) {
    if (embed.hint.empty()) keep(is_direct);
    if (are_two_directions(choices)) keep(is_referred_to);
  } else if (embed.hint.empty()) {
    const bool by_key = are_two_directions(choices) && choices[0]->to != embed.target;
    if (by_key) keep(holds_key);
  } else if (choices.size() > 1) {
    keep([&](const Relationship* one) {
      const catalog::ColumnPair* pair = only_pair(*one);
      return is_direct(one) && pair != nullptr && pair->from == embed.hint;
    });
    if (are_two_directions(choices)) keep(is_referred_to);
  }
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

// The relationships that `embed` may mean; `first`, not null, when the caller may read none of
// them.
struct Meant {
  Choices choices;
  const Relationship* first = nullptr;
};

Meant meant_by(const Context& context, const Table& from, const Embed& embed) {
  Meant meant{choices_of(context.catalog, from, embed)};
  choose_direction(from, embed, meant.choices);
  if (meant.choices.size() < 2) return meant;
  const Relationship* const first = meant.choices.front();
  std::erase_if(meant.choices, [&](const Relationship* one) { return !is_open(context, *one); });
  if (meant.choices.empty()) meant.first = first;
  return meant;
}

// How a client can name this one alone: "depot!truck_spare_id_fkey"; empty: it cannot.
std::string name_alone(const Context& context, const Table& from, const Relationship& one) {
  std::vector<std::string> hints;
  if (!is_direct(&one) && one.from != one.to) hints.push_back(one.junction);
  hints.push_back(one.constraint);
  if (!is_direct(&one)) hints.push_back(one.junction_constraint);
  const catalog::ColumnPair* pair = only_pair(one);
  if (is_direct(&one) && pair != nullptr) hints.push_back(pair->from);
  Embed embed;
  const auto names_it = [&] {
    const Choices choices = meant_by(context, from, embed).choices;
    return choices.size() == 1 && choices.front() == &one;
  };
  embed.target = one.to;
  for (const std::string& hint : hints) {
    embed.hint = hint;
    if (names_it()) return one.to + "!" + hint;
  }
  embed.target = one.constraint;
  embed.hint.clear();
  return names_it() ? one.constraint : std::string();
}

// The hint to `names` of `several` choices, of which the others have none.
std::string hint_to(const std::string& target, const std::vector<std::string>& names,
                    size_t several) {
  const std::string tells_apart =
      " name tells them apart: a function of the row that returns the rows can be embedded.";
  if (names.empty()) return "No" + tells_apart;
  std::string hint = "Try changing '" + target + "' to one of the following: '" +
                     text::joined(names, "', '") +
                     "'. Find the desired relationship in the 'details' key.";
  if (names.size() < several) hint += " No other" + tells_apart;
  return hint;
}

tl::unexpected<ApiError> several_found(const Context& context, const Table& from,
                                       const Embed& embed, const Choices& choices) {
  ApiError error;
  error.status = 300;
  error.code = "PGRST201";
  error.message = "Could not embed because more than one relationship was found for '" + from.name +
                  "' and '" + embed.target + "'";
  error.details_json = "[";
  std::vector<std::string> names;
  for (const Relationship* one : choices) {
    if (one != choices.front()) error.details_json += ',';
    error.details_json += R"({"cardinality":)";
    text::append_json_string(error.details_json, catalog::name_of(one->cardinality));
    error.details_json += R"(,"embedding":)";
    text::append_json_string(error.details_json, one->from + " with " + one->to);
    error.details_json += R"(,"relationship":)";
    text::append_json_string(error.details_json, one->describe());
    error.details_json += '}';
    std::string name = name_alone(context, from, *one);
    if (!name.empty()) names.push_back(std::move(name));
  }
  error.details_json += ']';
  error.hint = hint_to(embed.target, names, choices.size());
  return refuse(std::move(error));
}

}  // namespace

Outcome<const Relationship*> find_relationship(const Context& context, const Table& from,
                                               const Embed& embed) {
  const Meant meant = meant_by(context, from, embed);
  if (meant.first != nullptr) return meant.first;  // to be refused for want of rights
  if (meant.choices.empty()) return none_found(context, from, embed);
  if (meant.choices.size() > 1) return several_found(context, from, embed, meant.choices);
  return meant.choices.front();
}

}  // namespace prodev::query
