#include "query/json_path.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "text/json_reader.h"

namespace prodev::query {

namespace {

using text::JsonReader;
using Kind = JsonReader::Kind;

// A value, read once to be compared many times. The reader bounds its depth.
struct Node {
  enum class Type : uint8_t { kScalar, kArray, kObject };
  Type type = Type::kScalar;
  std::string scalar;  // one text for equal values: "s" before a string, "n" before a number, ...
  std::vector<Node> elements;      // of an array, or the values of an object
  std::vector<std::string> names;  // of an object's members, in the order of `elements`
};

// The same text for 1, 1.0 and 1e0.
std::string number_text(std::string_view digits) {
  const char* end = digits.data() + digits.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(digits.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end)
    return "n" + std::to_string(integer);
  double real = 0;
  // One beyond the range of doubles equals only what is written alike.
  if (std::from_chars(digits.data(), end, real).ec != std::errc()) return "n" + std::string(digits);
  constexpr double kExact = 9'007'199'254'740'992.0;  // 2^53
  if (std::trunc(real) == real && std::abs(real) < kExact)
    return "n" + std::to_string(static_cast<int64_t>(real));
  char text[40];
  const auto written = std::to_chars(text, text + sizeof text, real).ptr;
  return "n" + std::string(text, written);
}

Node read_node(JsonReader& reader) {
  Node node;
  std::string text;
  switch (reader.peek()) {
    case Kind::kObject:
      node.type = Node::Type::kObject;
      reader.begin_object();
      while (reader.next_member(text)) {
        node.names.push_back(text);
        node.elements.push_back(read_node(reader));
      }
      break;
    case Kind::kArray:
      node.type = Node::Type::kArray;
      reader.begin_array();
      while (reader.next_element()) node.elements.push_back(read_node(reader));
      break;
    case Kind::kString:
      reader.read_string(text);
      node.scalar = "s" + text;
      break;
    case Kind::kNumber:
      node.scalar = number_text(reader.read_number());
      break;
    default:
      node.scalar = reader.read_raw();
      break;
  }
  return node;
}

std::optional<Node> parse(std::string_view json) {
  JsonReader reader(json);
  Node node = read_node(reader);
  reader.finish();
  if (reader.failed()) return std::nullopt;
  return node;
}

// What a text of a loose operand compares with: "s1" is also the number 1 and "strue" true.
std::string without_type(const std::string& scalar) {
  return scalar.starts_with('s') || scalar.starts_with('n') ? scalar.substr(1) : scalar;
}

class Comparison {
 public:
  Comparison(bool loose, const GiveUp& give_up) : loose_(loose), give_up_(give_up) {}

  // What comes out then means nothing.
  bool given_up() const { return given_up_; }

  bool contains(const Node& whole, const Node& part) const {
    if (is_to_end()) return false;
    if (part.type == Node::Type::kScalar) return same_scalar(whole, part);
    if (part.type != whole.type) return false;
    if (part.type == Node::Type::kArray) return contains_elements(whole, part);
    for (size_t i = 0; i < part.names.size(); ++i) {
      if (!contains_member(whole, part.names[i], part.elements[i])) return false;
    }
    return true;
  }

  bool overlaps(const Node& a, const Node& b) const {
    const std::unordered_set<std::string> scalars = scalars_of(a);
    return std::any_of(b.elements.begin(), b.elements.end(),
                       [&](const Node& one) { return has_element(a, scalars, one); });
  }

 private:
  // Each element of one array may have to be compared with each of another.
  bool is_to_end() const {
    constexpr size_t kBetweenQuestions = 1'024;
    if (!given_up_ && ++compared_ % kBetweenQuestions == 0) given_up_ = give_up_();
    return given_up_;
  }

  bool same_scalar(const Node& a, const Node& b) const {
    if (a.type != Node::Type::kScalar) return false;
    return key_of(a) == key_of(b);
  }

  bool contains_member(const Node& whole, const std::string& name, const Node& wanted) const {
    for (size_t i = 0; i < whole.names.size(); ++i) {
      if (whole.names[i] == name && contains(whole.elements[i], wanted)) return true;
    }
    return false;
  }

  std::string key_of(const Node& node) const {
    return loose_ ? without_type(node.scalar) : node.scalar;
  }

  std::unordered_set<std::string> scalars_of(const Node& array) const {
    std::unordered_set<std::string> scalars;
    for (const Node& one : array.elements) {
      if (one.type == Node::Type::kScalar) scalars.insert(key_of(one));
    }
    return scalars;
  }

  bool has_element(const Node& array, const std::unordered_set<std::string>& scalars,
                   const Node& wanted) const {
    if (wanted.type == Node::Type::kScalar) return scalars.contains(key_of(wanted));
    return std::any_of(array.elements.begin(), array.elements.end(),
                       [&](const Node& one) { return given_up_ || contains(one, wanted); });
  }

  bool contains_elements(const Node& whole, const Node& part) const {
    const std::unordered_set<std::string> scalars = scalars_of(whole);
    return std::all_of(part.elements.begin(), part.elements.end(),
                       [&](const Node& one) { return has_element(whole, scalars, one); });
  }

  bool loose_;
  const GiveUp& give_up_;
  mutable size_t compared_ = 0;
  mutable bool given_up_ = false;
};

bool is_empty_container(const Node& node) {
  return node.type != Node::Type::kScalar && node.elements.empty();
}

}  // namespace

std::optional<std::string_view> find_in_json(std::string_view json, const PathStep& step) {
  JsonReader reader(json);
  if (reader.peek() == Kind::kObject && !step.is_index) {
    std::string key;
    reader.begin_object();
    while (reader.next_member(key)) {
      const std::string_view value = reader.read_raw();
      if (reader.failed()) return std::nullopt;
      if (key == step.key) return value;
    }
    return std::nullopt;
  }
  if (reader.peek() != Kind::kArray || !step.is_index) return std::nullopt;
  reader.begin_array();
  std::vector<std::string_view> elements;
  while (reader.next_element()) {
    elements.push_back(reader.read_raw());
    if (step.index >= 0 && elements.size() > static_cast<size_t>(step.index)) break;
  }
  if (reader.failed()) return std::nullopt;
  const auto size = static_cast<int64_t>(elements.size());
  const int64_t at = step.index < 0 ? size + step.index : step.index;
  if (at < 0 || at >= size) return std::nullopt;
  return elements[static_cast<size_t>(at)];
}

std::string compact_json(std::string_view json) {
  std::string compact;
  compact.reserve(json.size());
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    compact.push_back(c);
    if (c == '\\' && quoted && i + 1 < json.size()) {
      compact.push_back(json[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    }
  }
  return compact;
}

std::optional<bool> json_contains(std::string_view json, std::string_view part, bool loose,
                                  const GiveUp& give_up) {
  const std::optional<Node> whole = parse(json);
  const std::optional<Node> wanted = parse(part);
  if (!whole || !wanted) return false;
  if (loose && is_empty_container(*wanted)) return whole->type != Node::Type::kScalar;
  const Comparison comparison(loose, give_up);
  // An array holds a single value, but only at the top.
  if (whole->type == Node::Type::kArray && wanted->type == Node::Type::kScalar) {
    Node array;
    array.type = Node::Type::kArray;
    array.elements.push_back(*wanted);
    return comparison.contains(*whole, array);
  }
  const bool contains = comparison.contains(*whole, *wanted);
  if (comparison.given_up()) return std::nullopt;
  return contains;
}

std::optional<bool> json_overlaps(std::string_view json, std::string_view other, bool loose,
                                  const GiveUp& give_up) {
  const std::optional<Node> a = parse(json);
  const std::optional<Node> b = parse(other);
  if (!a || !b || a->type != Node::Type::kArray || b->type != Node::Type::kArray) return false;
  const Comparison comparison(loose, give_up);
  const bool overlaps = comparison.overlaps(*a, *b);
  if (comparison.given_up()) return std::nullopt;
  return overlaps;
}

}  // namespace prodev::query
