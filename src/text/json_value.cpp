#include "text/json_value.h"

#include <array>
#include <charconv>
#include <cmath>

#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::text {

namespace {

using Failed = tl::unexpected<std::string>;

// What picojson parses into: it takes the first of two keys for replaced by the second, and throws
// for a number beyond the range of doubles.
class StrictContext : public picojson::default_parse_context {
 public:
  using Iterator = std::string_view::const_iterator;

  StrictContext(JsonValue* out, std::string& problem)
      : default_parse_context(out), problem_(problem) {}

  bool set_number(double number) {
    if (!std::isfinite(number)) return fail("a number is out of range");
    return default_parse_context::set_number(number);
  }
  bool parse_array_item(picojson::input<Iterator>& in, size_t) {
    StrictContext item(&out_->get<JsonArray>().emplace_back(), problem_);
    return picojson::_parse(item, in);
  }
  bool parse_object_item(picojson::input<Iterator>& in, const std::string& key) {
    const auto [member, is_new] = out_->get<JsonObject>().try_emplace(key);
    if (!is_new) return fail("the key \"" + key + "\" comes twice");
    StrictContext item(&member->second, problem_);
    return picojson::_parse(item, in);
  }

 private:
  bool fail(std::string what) {
    problem_ = std::move(what);
    return false;
  }

  std::string& problem_;
};

// The shortest digits that are this number.
void append_double(std::string& out, double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_array(std::string& out, const JsonArray& array) {
  char before = '[';
  for (const JsonValue& item : array) {
    out += before;
    append_json(out, item);
    before = ',';
  }
  out += array.empty() ? "[]" : "]";
}

void append_object(std::string& out, const JsonObject& object) {
  char before = '{';
  for (const auto& [key, value] : object) {
    out += before;
    append_json_string(out, key);
    out += ':';
    append_json(out, value);
    before = ',';
  }
  out += object.empty() ? "{}" : "}";
}

}  // namespace

tl::expected<JsonValue, std::string> parse_json(std::string_view text) {
  // What picojson lets through: numbers such as 01, bytes that are not UTF-8, any depth of objects,
  // and whatever follows the value.
  JsonReader reader(text);
  reader.read_raw();
  reader.finish();
  if (reader.failed()) return Failed(reader.error());
  JsonValue value;
  std::string problem;  // picojson does not look at what set_number() returns
  StrictContext context(&value, problem);
  picojson::input<StrictContext::Iterator> in(text.begin(), text.end());
  if (picojson::_parse(context, in) && problem.empty()) return value;
  return Failed(problem.empty() ? "it cannot be read" : std::move(problem));
}

tl::expected<JsonObject, std::string> parse_json_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return Failed(std::move(value.error()));
  if (!value->is<JsonObject>()) return Failed("it is not an object");
  return std::move(value->get<JsonObject>());
}

void append_json(std::string& out, const JsonValue& value) {
  if (value.is<std::string>()) {
    append_json_string(out, value.get<std::string>());
  } else if (value.is<JsonObject>()) {
    append_object(out, value.get<JsonObject>());
  } else if (value.is<JsonArray>()) {
    append_array(out, value.get<JsonArray>());
  } else if (value.is<int64_t>()) {
    out += std::to_string(value.get<int64_t>());
  } else if (value.is<double>()) {
    append_double(out, value.get<double>());
  } else if (value.is<bool>()) {
    out += value.get<bool>() ? "true" : "false";
  } else {
    out += "null";
  }
}

std::string to_json(const JsonValue& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string to_json(const JsonObject& object) {
  std::string out;
  append_object(out, object);
  return out;
}

}  // namespace prodev::text
