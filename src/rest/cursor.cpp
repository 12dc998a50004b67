#include "rest/cursor.h"

#include <algorithm>

#include "auth/base64url.h"
#include "text/json_reader.h"
#include "text/json_string.h"
#include "text/url.h"

namespace prodev::rest {

namespace {

using catalog::Column;
using catalog::Table;
using query::Condition;
using query::Operator;
using query::OrderItem;
using query::Outcome;

constexpr size_t kHashBytes = 16;

// Signed with each cursor: one that an earlier release made, which spelled values otherwise, is
// refused in place of being misread.
constexpr char kFormat = '2';

// The column that tells the rows of a table apart whose key may be NULL, or that has none.
constexpr std::string_view kRowid = "rowid";

// Of the table itself, and not a value within it.
bool is_column(const OrderItem& item) { return item.relation.empty() && item.field.is_plain(); }

bool names(const std::vector<OrderItem>& order, std::string_view column) {
  return std::any_of(order.begin(), order.end(), [&](const OrderItem& item) {
    return is_column(item) && item.field.column == column;
  });
}

// Texts that differ may be the same time.
bool has_one_spelling(const Column& column) {
  return column.kind != catalog::ValueKind::kTimestamp && column.kind != catalog::ValueKind::kTime;
}

bool is_rowid(const Column* column) { return column != nullptr && column->hidden; }

// Whether no two rows can have the same values of the columns of `order`. NULLs differ from each
// other in a unique index, and so do not count.
bool is_total(const Table& table, const std::vector<OrderItem>& order) {
  const auto fixes = [&](const std::string& name) {
    const Column* column = table.find_column(name);
    return column != nullptr && column->not_null && has_one_spelling(*column) && names(order, name);
  };
  const bool by_key = !table.primary_key.empty() &&
                      std::all_of(table.primary_key.begin(), table.primary_key.end(),
                                  [&](size_t i) { return fixes(table.columns[i].name); });
  return by_key || (names(order, kRowid) && is_rowid(table.find_column(kRowid))) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), [&](const catalog::Index& index) {
           return index.unique && !index.partial &&
                  std::all_of(index.columns.begin(), index.columns.end(), fixes);
         });
}

// JSON is ordered as text.
bool can_be_told(const Table& table, const query::Guard& readable, const OrderItem& item) {
  const Column* column = is_column(item) ? table.find_column(item.field.column) : nullptr;
  return column != nullptr && readable.allows(*column) && column->kind != catalog::ValueKind::kJson;
}

Condition compare(const std::string& column, Operator op, std::string value) {
  Condition condition;
  condition.kind = Condition::Kind::kComparison;
  condition.field.column = column;
  condition.op = op;
  condition.operands.push_back(std::move(value));
  condition.as_stored = op != Operator::kIs;
  return condition;
}

Condition group(Condition::Kind kind, std::vector<Condition> children) {
  Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  return condition;
}

bool nulls_come_last(const OrderItem& item) { return !item.nulls_first.value_or(item.descending); }

// Rows whose `item` is behind `value`; nothing: there are none.
std::optional<Condition> behind(const Table& table, const OrderItem& item,
                                const std::optional<std::string>& value) {
  if (!value) {
    if (nulls_come_last(item)) return std::nullopt;
    return compare(item.field.column, Operator::kIs, "not_null");
  }
  Condition beyond =
      compare(item.field.column, item.descending ? Operator::kLt : Operator::kGt, *value);
  const Column* column = table.find_column(item.field.column);
  if (!nulls_come_last(item) || (column != nullptr && column->not_null)) return beyond;
  return group(Condition::Kind::kAny,
               {std::move(beyond), compare(item.field.column, Operator::kIs, "null")});
}

Condition same(const OrderItem& item, const std::optional<std::string>& value) {
  return value ? compare(item.field.column, Operator::kEq, *value)
               : compare(item.field.column, Operator::kIs, "null");
}

std::string text_of(const Cursor& cursor) {
  std::string text = "[" + std::to_string(cursor.rows_before);
  for (const std::optional<std::string>& value : cursor.values) {
    text.push_back(',');
    if (value) {
      text::append_json_string(text, *value);
    } else {
      text += "null";
    }
  }
  return text += "]";
}

std::string hash_of(const auth::SigningKey& key, const Table& table,
                    const std::vector<OrderItem>& order, std::string_view text) {
  std::string signed_text(1, kFormat);
  text::append_json_string(signed_text, table.name);
  for (const OrderItem& item : order) {
    text::append_json_string(signed_text, item.field.column);
    signed_text.push_back(item.descending ? 'd' : 'a');
    signed_text.push_back(nulls_come_last(item) ? 'l' : 'f');
  }
  signed_text += text;
  const auth::SigningKey::Signature signature = key.sign(signed_text);
  return {reinterpret_cast<const char*>(signature.data()), kHashBytes};
}

bool parse_text(std::string_view text, Cursor& cursor) {
  using Kind = text::JsonReader::Kind;
  text::JsonReader reader(text);
  reader.begin_array();
  if (!reader.next_element()) return false;
  for (const char digit : reader.read_number())
    cursor.rows_before = cursor.rows_before * 10 + static_cast<uint64_t>(digit - '0');
  while (reader.next_element()) {
    std::optional<std::string>& value = cursor.values.emplace_back();
    if (reader.peek() == Kind::kNull) {
      reader.read_null();
    } else {
      reader.read_string(value.emplace());
    }
  }
  reader.finish();
  return !reader.failed();
}

// `query` without cursor= and offset=, whose places the new cursor takes.
std::string without_place(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const bool place = pair.starts_with("offset=") ||
                       (pair.starts_with("cursor=") &&
                        pair.substr(std::string_view("cursor=").size()).starts_with(kCursorPrefix));
    if (!place && !pair.empty()) kept.append(pair).push_back('&');
  }
  return kept;
}

}  // namespace

std::optional<std::vector<OrderItem>> total_order(const Table& table, const query::Guard& readable,
                                                  std::vector<OrderItem> order) {
  if (order.empty()) return std::nullopt;
  const bool descending = order.back().descending;
  const auto add = [&](std::string_view name) {
    if (is_total(table, order) || names(order, name)) return;
    OrderItem item;
    item.field.column = name;
    item.descending = descending;
    order.push_back(std::move(item));
  };
  for (const size_t i : table.primary_key) add(table.columns[i].name);
  if (is_rowid(table.find_column(kRowid))) add(kRowid);
  const bool usable =
      is_total(table, order) && std::all_of(order.begin(), order.end(), [&](const OrderItem& item) {
        return can_be_told(table, readable, item);
      });
  return usable ? std::optional(std::move(order)) : std::nullopt;
}

std::string encode_cursor(const auth::SigningKey& key, const Table& table,
                          const std::vector<OrderItem>& order, const Cursor& cursor) {
  const std::string text = text_of(cursor);
  return auth::encode_base64url(hash_of(key, table, order, text) + text);
}

Outcome<Cursor> decode_cursor(const auth::SigningKey& key, const Table& table,
                              const std::vector<OrderItem>& order, std::string_view text) {
  std::string bytes;
  Cursor cursor;
  const bool decoded = auth::decode_base64url(text, bytes) && bytes.size() > kHashBytes;
  const std::string_view payload = std::string_view(bytes).substr(decoded ? kHashBytes : 0);
  const bool ours =
      decoded &&
      ::sodium_memcmp(bytes.data(), hash_of(key, table, order, payload).data(), kHashBytes) == 0;
  if (ours && parse_text(payload, cursor) && cursor.values.size() == order.size()) return cursor;
  return query::refuse(
      {400, "PGRST100",
       "\"failed to parse cursor (after." + std::string(text.substr(0, 100)) + ")\"",
       "The cursor does not come from a page of this table in this order.",
       "Follow the Link of a page as it is, or leave cursor out for the first."});
}

Condition rows_after(const Table& table, const std::vector<OrderItem>& order,
                     const std::vector<std::optional<std::string>>& values) {
  // From the last column to the first: behind in this one, or the same and behind in the rest.
  std::optional<Condition> rest;
  for (size_t i = order.size(); i-- > 0;) {
    std::optional<Condition> here = behind(table, order[i], values[i]);
    if (rest) {
      Condition tied = group(Condition::Kind::kAll, {same(order[i], values[i]), std::move(*rest)});
      rest = here ? group(Condition::Kind::kAny, {std::move(*here), std::move(tied)})
                  : std::move(tied);
    } else {
      rest = std::move(here);
    }
  }
  Condition after;
  // None are: an empty OR is false.
  after.children.push_back(rest ? std::move(*rest) : group(Condition::Kind::kAny, {}));
  // Said once more for the first column alone, which an index can begin at.
  const OrderItem& first = order.front();
  const Column* column = table.find_column(first.field.column);
  const bool nulls_behind = nulls_come_last(first) && !(column != nullptr && column->not_null);
  if (order.size() > 1 && values.front() && !nulls_behind) {
    after.children.push_back(compare(
        first.field.column, first.descending ? Operator::kLte : Operator::kGte, *values.front()));
  }
  return after;
}

std::string next_link(std::string_view path, std::string_view query, std::string_view cursor) {
  std::string link = "<";
  text::append_url_text(link, text::relative_to_itself(path) + "?" + without_place(query));
  return link.append("cursor=").append(kCursorPrefix).append(cursor).append(">; rel=\"next\"");
}

}  // namespace prodev::rest
