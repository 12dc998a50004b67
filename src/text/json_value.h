// JSON in memory, by picojson: for tokens, sign-in bodies, plans and documents. Rows go through
// JsonReader and append_json_string(), so that their numbers keep their digits.
//
// A number is an int64_t where it is an integer of that range, else a double. An int64_t
// is<double>() as well, and get<double>() makes it one for ever: ask for int64_t first. Objects are
// sorted by key.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

// Here alone: a file with another choice would have other types of the same names.
#define PICOJSON_USE_INT64
#define PICOJSON_USE_LOCALE 0
#include <picojson.h>

namespace prodev::text {

using JsonValue = picojson::value;
using JsonObject = picojson::object;
using JsonArray = picojson::array;

// As strict as JsonReader, whose depth holds here too; and no key comes twice in an object, since
// which of the two holds would be for each reader to guess. The error: what is wrong, and where.
tl::expected<JsonValue, std::string> parse_json(std::string_view text);
// The same, of an object.
tl::expected<JsonObject, std::string> parse_json_object(std::string_view text);

// The member `key` if it is there and a T: bool, int64_t, std::string, JsonArray or JsonObject.
template <class T>
const T* find_member(const JsonObject& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() || !found->second.is<T>() ? nullptr : &found->second.get<T>();
}

// Compact. picojson's own writes 1.1 as 1.1000000000000001 and / as \/.
void append_json(std::string& out, const JsonValue& value);
std::string to_json(const JsonValue& value);
std::string to_json(const JsonObject& object);

}  // namespace prodev::text
