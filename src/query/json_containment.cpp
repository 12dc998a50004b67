#include "query/json_containment.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <string>
#include <unordered_map>

#include "db/counted_memory.h"
#include "text/json_reader.h"

namespace prodev::query {

namespace {

using db::CountedVector;
using text::JsonReader;
using Kind = JsonReader::Kind;

// What is done for each value that is looked at, and for some bytes of its text.
constexpr uint64_t kVisit_ns = 20;
constexpr size_t kBytesOfStep = 32;

// Counts what is done, and asks now and then whether to go on.
class Work {
 public:
  explicit Work(const EndsWork& ends) : ends_(ends) {}

  // False: it is to end, and what comes out means nothing.
  bool goes_on(size_t bytes = 0) {
    constexpr size_t kBetweenQuestions = 1'024;
    steps_ += 1 + bytes / kBytesOfStep;
    if (steps_ < kBetweenQuestions) return !ended_;
    ended_ = ended_ || ends_(steps_ * kVisit_ns);
    steps_ = 0;
    return !ended_;
  }
  bool ended() const { return ended_; }

 private:
  const EndsWork& ends_;
  size_t steps_ = 0;
  bool ended_ = false;
};

// A value, or the name of a member, which stands before its value. SQLite's values are short enough
// for 32 bits (db/client_rules.cpp).
struct Node {
  enum class Type : uint8_t { kScalar, kName, kArray, kObject };
  Type type = Type::kScalar;
  uint32_t after = 0;  // the next one of the same container; for a name, behind its value
  uint32_t text = 0;   // where it begins in Document::text_; of a scalar or name
  uint32_t size = 0;   // of the text; of an array or object how many elements or members it has
};

// The same text for 1, 1.0 and 1e0.
std::string number_text(std::string_view digits) {
  const char* end = digits.data() + digits.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(digits.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end)
    return std::to_string(integer);
  double real = 0;
  // One beyond the range of doubles equals only what is written alike.
  if (std::from_chars(digits.data(), end, real).ec != std::errc()) return std::string(digits);
  constexpr double kExact = 9'007'199'254'740'992.0;  // 2^53
  if (std::trunc(real) == real && std::abs(real) < kExact)
    return std::to_string(static_cast<int64_t>(real));
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, real).ptr};
}

// A JSON text as its values in the order in which they stand:
//   {"a":[1,"x"],"b":{}}  object of 2, name a, array of 2, scalar n1, scalar sx, name b, object of
//   0
// Equal scalars have one text: "s" before a string, "n" before a number. Loose, there is neither,
// so that "1" is also the number 1.
class Document {
 public:
  Document(bool loose, Work& work) : loose_(loose), work_(work) {}

  // False: it is not JSON, or the work was ended.
  bool read(std::string_view json) {
    JsonReader reader(json);
    add_value(reader);
    reader.finish();
    return !reader.failed() && !work_.ended();
  }

  const Node& operator[](uint32_t at) const { return nodes_[at]; }
  const Node& root() const { return nodes_.front(); }
  std::string_view text_of(const Node& node) const {
    return std::string_view(text_.data(), text_.size()).substr(node.text, node.size);
  }

 private:
  uint32_t next() const { return static_cast<uint32_t>(nodes_.size()); }

  void add_text(Node::Type type, std::string_view prefix, std::string_view text) {
    Node node{type, next() + 1, static_cast<uint32_t>(text_.size()), 0};
    if (!loose_) text_.insert(text_.end(), prefix.begin(), prefix.end());
    text_.insert(text_.end(), text.begin(), text.end());
    node.size = static_cast<uint32_t>(text_.size()) - node.text;
    nodes_.push_back(node);
  }

  // The reader bounds its depth.
  void add_value(JsonReader& reader) {
    switch (reader.peek()) {
      case Kind::kObject:
        return add_object(reader);
      case Kind::kArray:
        return add_array(reader);
      case Kind::kString:
        reader.read_string(string_);
        return add_text(Node::Type::kScalar, "s", string_);
      case Kind::kNumber:
        return add_text(Node::Type::kScalar, "n", number_text(reader.read_number()));
      default:
        return add_text(Node::Type::kScalar, "", reader.read_raw());
    }
  }

  void add_array(JsonReader& reader) {
    const uint32_t at = next();
    nodes_.push_back({Node::Type::kArray});
    reader.begin_array();
    while (reader.next_element() && work_.goes_on()) {
      add_value(reader);
      ++nodes_[at].size;
    }
    nodes_[at].after = next();
  }

  void add_object(JsonReader& reader) {
    const uint32_t at = next();
    nodes_.push_back({Node::Type::kObject});
    reader.begin_object();
    while (reader.next_member(string_) && work_.goes_on()) {
      const uint32_t name = next();
      add_text(Node::Type::kName, "", string_);
      add_value(reader);
      nodes_[name].after = next();
      ++nodes_[at].size;
    }
    nodes_[at].after = next();
  }

  const bool loose_;
  Work& work_;
  std::string string_;
  CountedVector<Node> nodes_;
  CountedVector<char> text_;
};

// The scalars of an array, or the names of an object, by their texts.
class Index {
 public:
  Index(const Document& document, uint32_t container, Work& work) : document_(document) {
    const Node& node = document[container];
    buckets_.assign(std::bit_ceil(size_t{node.size}), kNone);
    entries_.reserve(node.size);
    for (uint32_t at = container + 1; at < node.after; at = document[at].after) {
      const Node& child = document[at];
      const bool has_text = child.type == Node::Type::kScalar || child.type == Node::Type::kName;
      if (!work.goes_on(has_text ? child.size : 0)) return;
      if (!has_text) continue;
      uint32_t& bucket = bucket_of(document.text_of(child));
      entries_.push_back({at, bucket});
      bucket = static_cast<uint32_t>(entries_.size() - 1);
    }
  }

  // Calls `use` with each that may have `text`, until it returns true; whether it did.
  template <class Use>
  bool any(std::string_view text, const Use& use) {
    for (uint32_t i = bucket_of(text); i != kNone; i = entries_[i].next) {
      if (use(entries_[i].node)) return true;
    }
    return false;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    uint32_t node;
    uint32_t next;  // of the same bucket
  };

  uint32_t& bucket_of(std::string_view text) {
    return buckets_[std::hash<std::string_view>()(text) & (buckets_.size() - 1)];
  }

  const Document& document_;
  CountedVector<uint32_t> buckets_;
  CountedVector<Entry> entries_;
};

class Comparison {
 public:
  Comparison(const Document& whole, const Document& part, Work& work)
      : whole_(whole), part_(part), work_(work) {}

  bool contains(uint32_t whole, uint32_t part) {
    const Node& wanted = part_[part];
    if (!work_.goes_on()) return false;
    if (wanted.type == Node::Type::kScalar) return same_text(whole, wanted);
    if (wanted.type != whole_[whole].type) return false;
    for (uint32_t at = part + 1; at < wanted.after; at = part_[at].after) {
      const bool holds =
          part_[at].type == Node::Type::kName ? has_member(whole, at) : has_element(whole, at);
      if (!holds) return false;
    }
    return true;
  }

  bool has_element(uint32_t array, uint32_t wanted) {
    if (part_[wanted].type == Node::Type::kScalar)
      return any_of_text(array, part_[wanted], [](uint32_t) { return true; });
    return any_child(array, [&](uint32_t at) { return contains(at, wanted); });
  }

  // Whether a value is made of all that another one is made of; said both ways, they are equal.
  bool covers(uint32_t whole, uint32_t part) {
    const Node& wanted = part_[part];
    const Node& node = whole_[whole];
    if (!work_.goes_on()) return false;
    if (wanted.type == Node::Type::kScalar) return same_text(whole, wanted);
    if (wanted.type != node.type || wanted.size != node.size) return false;
    uint32_t beside = whole + 1;
    for (uint32_t at = part + 1; at < wanted.after; at = part_[at].after) {
      const bool holds = part_[at].type == Node::Type::kName
                             ? any_of_text(whole, part_[at],
                                           [&](uint32_t name) { return covers(name + 1, at + 1); })
                             : covers(beside, at);
      if (!holds) return false;
      beside = whole_[beside].after;
    }
    return true;
  }

  // Calls `use` with each child of `container` in the whole until it returns true; whether it did.
  template <class Use>
  bool any_child(uint32_t container, const Use& use) {
    const uint32_t end = whole_[container].after;
    for (uint32_t at = container + 1; at < end && work_.goes_on(); at = whole_[at].after) {
      if (use(at)) return true;
    }
    return false;
  }

 private:
  // Of members with the same name any may hold it.
  bool has_member(uint32_t object, uint32_t name) {
    return any_of_text(object, part_[name],
                       [&](uint32_t at) { return contains(at + 1, name + 1); });
  }

  bool same_text(uint32_t whole, const Node& wanted) {
    const Node& node = whole_[whole];
    if (node.type != wanted.type || node.size != wanted.size || !work_.goes_on(node.size))
      return false;
    return whole_.text_of(node) == part_.text_of(wanted);
  }

  // Whether `use` says so of one of the scalars, or names, in `container` that equal `wanted`.
  template <class Use>
  bool any_of_text(uint32_t container, const Node& wanted, const Use& use) {
    constexpr uint32_t kFew = 16;  // an index of so few costs more than it saves
    const auto equal = [&](uint32_t at) {
      return work_.goes_on() && same_text(at, wanted) && use(at);
    };
    if (whole_[container].size <= kFew) return any_child(container, equal);
    if (!work_.goes_on(wanted.size)) return false;
    auto found = indexes_.find(container);
    if (found == indexes_.end())
      found = indexes_.try_emplace(container, whole_, container, work_).first;
    return found->second.any(part_.text_of(wanted), equal);
  }

  const Document& whole_;
  const Document& part_;
  Work& work_;
  std::unordered_map<uint32_t, Index, std::hash<uint32_t>, std::equal_to<>,
                     db::CountedAllocator<std::pair<const uint32_t, Index>>>
      indexes_;  // of those that were searched
};

bool is_empty_container(const Node& node) {
  return node.type != Node::Type::kScalar && node.size == 0;
}

bool holds(const Document& whole, const Document& part, bool loose, Work& work) {
  if (loose && is_empty_container(part.root())) return whole.root().type != Node::Type::kScalar;
  Comparison comparison(whole, part, work);
  // An array holds a single value, but only at the top.
  const bool is_element =
      whole.root().type == Node::Type::kArray && part.root().type == Node::Type::kScalar;
  return is_element ? comparison.has_element(0, 0) : comparison.contains(0, 0);
}

bool share(const Document& a, const Document& b, Work& work) {
  if (a.root().type != Node::Type::kArray || b.root().type != Node::Type::kArray) return false;
  Comparison ours(a, b, work);
  Comparison theirs(b, a, work);
  return theirs.any_child(0, [&](uint32_t wanted) {
    if (b[wanted].type == Node::Type::kScalar) return ours.has_element(0, wanted);
    return ours.any_child(
        0, [&](uint32_t at) { return ours.covers(at, wanted) && theirs.covers(wanted, at); });
  });
}

}  // namespace

std::optional<bool> json_contains(std::string_view json, std::string_view part, bool loose,
                                  const EndsWork& ends) {
  Work work(ends);
  Document whole(loose, work);
  Document wanted(loose, work);
  const bool contains = whole.read(json) && wanted.read(part) && holds(whole, wanted, loose, work);
  if (work.ended()) return std::nullopt;
  return contains;
}

std::optional<bool> json_overlaps(std::string_view json, std::string_view other, bool loose,
                                  const EndsWork& ends) {
  Work work(ends);
  Document a(loose, work);
  Document b(loose, work);
  const bool overlaps = a.read(json) && b.read(other) && share(a, b, work);
  if (work.ended()) return std::nullopt;
  return overlaps;
}

}  // namespace prodev::query
