#include "rest/write_search.h"

#include <algorithm>
#include <optional>

#include "base/thread_work.h"
#include "records/authorize.h"
#include "text/json_reader.h"

namespace prodev::rest {

namespace {

using catalog::Column;
using catalog::Table;
using catalog::ValueKind;
using query::Condition;
using query::Operator;
using query::Outcome;

// A search that took more work is one that the writer must not repeat.
constexpr int64_t kLong_ns = 500'000'000;
constexpr size_t kMostKeys = 512;
constexpr size_t kKeyBytes = 65'536;  // of all keys, as JSON

bool compares_value(Operator op) {
  switch (op) {
    case Operator::kEq:
    case Operator::kNeq:
    case Operator::kGt:
    case Operator::kGte:
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kIsDistinct:
    case Operator::kIn:
    case Operator::kIs:
      return true;
    default:
      return false;
  }
}

// Whether asking it of one row is little work.
bool is_cheap(const Table& table, const Condition& condition) {
  if (condition.kind != Condition::Kind::kComparison) {
    return std::all_of(condition.children.begin(), condition.children.end(),
                       [&](const Condition& child) { return is_cheap(table, child); });
  }
  const Column* column = table.find_column(condition.field.column);
  return compares_value(condition.op) && condition.field.is_plain() && column != nullptr &&
         column->kind != ValueKind::kJson;
}

bool names(const Condition& condition, const Column& column) {
  return condition.kind == Condition::Kind::kComparison && !condition.negated &&
         condition.quantifier == query::Quantifier::kNone &&
         (condition.op == Operator::kEq || condition.op == Operator::kIn) &&
         condition.field.is_plain() && condition.field.column == column.name;
}

// The key of the rows, when keys are one column that the caller may read and that is written in a
// filter as it is in JSON.
const Column* key_of(const WriteCall& call, const query::Guard& readable) {
  const Table& table = *call.table;
  if (table.kind != catalog::TableKind::kTable || table.primary_key.size() != 1) return nullptr;
  const Column& key = table.columns[table.primary_key.front()];
  const bool is_simple = key.kind == ValueKind::kInteger || key.kind == ValueKind::kText;
  return is_simple && readable.allows(key) ? &key : nullptr;
}

// "key": the key as a filter names it; "text": a text as it is, while a blob is shown by its
// digits.
constexpr std::string_view kKey = "key", kText = "text";

std::vector<query::SelectItem> key_items(const Column& key) {
  std::vector<query::SelectItem> items(1);
  items.front().field.column = key.name;
  items.front().alias = kKey;
  if (key.kind != ValueKind::kText) return items;
  items.push_back(items.front());
  items.back().alias = kText;
  items.back().cast = "text";
  return items;
}

// Whether a filter by `key` finds the row, in tables that are not STRICT, too: NULL, a blob, the
// empty one among them, and text that is not UTF-8 have no such name.
bool names_text(std::string_view key, std::string_view text) {
  return !key.empty() && key == text && key.find("\xEF\xBF\xBD") == std::string_view::npos;
}

bool names_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

// Nothing: some cannot be named in a filter.
std::optional<std::vector<std::string>> keys_in(std::string_view json, ValueKind kind) {
  const bool is_text = kind == ValueKind::kText;
  const auto expected = is_text ? text::JsonReader::Kind::kString : text::JsonReader::Kind::kNumber;
  std::vector<std::string> keys;
  std::string member;
  std::string as_text;
  text::JsonReader reader(json);
  reader.begin_array();
  while (reader.next_element()) {
    std::string& key = keys.emplace_back();
    reader.begin_object();
    while (reader.next_member(member)) {
      if (reader.peek() != expected) return std::nullopt;
      if (!is_text) {
        key = reader.read_number();
      } else {
        reader.read_string(member == kKey ? key : as_text);
      }
    }
    if (is_text ? !names_text(key, as_text) : !names_integer(key)) return std::nullopt;
  }
  if (reader.failed()) return std::nullopt;
  return keys;
}

// Of few lengths, since each is another statement.
void pad(std::vector<std::string>& keys) {
  size_t length = 1;
  while (length < keys.size()) length *= 2;
  if (!keys.empty()) keys.resize(length, keys.back());
}

Condition one_of(const Column& key, std::vector<std::string> keys) {
  Condition condition;
  condition.kind = Condition::Kind::kComparison;
  condition.field.column = key.name;
  condition.op = Operator::kIn;
  condition.operands = std::move(keys);
  return condition;
}

}  // namespace

bool is_searched_first(const WriteCall& call) {
  const bool finds_rows =
      call.method == http::Method::kPatch || call.method == http::Method::kDelete;
  if (!finds_rows || call.options.media.plan) return false;
  const Table& table = *call.table;
  const Condition& where = call.options.read.where;
  const auto is_named = [&](size_t i) {
    return std::any_of(where.children.begin(), where.children.end(),
                       [&](const Condition& child) { return names(child, table.columns[i]); });
  };
  const bool by_key = table.kind != catalog::TableKind::kView && !table.primary_key.empty() &&
                      std::all_of(table.primary_key.begin(), table.primary_key.end(), is_named);
  return !by_key || !is_cheap(table, where);
}

Outcome<void> search_rows(WriteCall& call, records::ReadOptions options,
                          records::ReadSession session) {
  const auto rights =
      records::authorize(*call.schema, call.identity.role, *call.table, access::Verb::kSelect);
  if (!rights) return {};  // the write says so
  const Column* key = key_of(call, records::guard_of(**rights));
  query::Read read;
  read.where = call.options.read.where;
  if (key != nullptr) read.select = key_items(*key);
  bool many = key == nullptr;
  options.want_rows = key != nullptr;
  options.body_bytes = kKeyBytes;
  options.overflow = [&many](std::string& body) {
    many = true;
    body.clear();
    return true;
  };
  // What it waited for its turn, or for a core, is no measure of what the writer would do.
  const int64_t begun_ns = base::thread_work().cpu_ns;
  std::string body;
  TRY_ASSIGN(
      const records::ReadResult found,
      records::read_rows(*call.schema, call.identity, *call.table, read, options, session, body));
  const int64_t took_ns = base::thread_work().cpu_ns - begun_ns;
  many = many || found.rows > kMostKeys;
  if (many && found.rows > 0 && took_ns > kLong_ns) {
    return query::refuse({504, "57014", "canceling statement due to statement timeout",
                          "It takes " + std::to_string(took_ns / 1'000'000) +
                              " ms of work to find the rows, and they are more than " +
                              std::to_string(kMostKeys) + " or have no key of one column.",
                          "Add an index for the filter, or write fewer rows at a time."});
  }
  if (took_ns > kLong_ns) call.time.most_ns = std::min(call.time.most_ns, kLong_ns);
  if (many) return {};
  std::optional<std::vector<std::string>> keys = keys_in(body, key->kind);
  if (!keys) return {};
  pad(*keys);
  call.options.read.where.children.push_back(one_of(*key, std::move(*keys)));
  return {};
}

}  // namespace prodev::rest
