#include "query/cell.h"

#include <random>

#include "catch.h"

using namespace prodev;
using catalog::ValueKind;
using db::StorageClass;

namespace {

query::Cell cell_of(StorageClass type, std::string_view bytes) {
  query::Cell cell;
  cell.type = type;
  cell.bytes = bytes;
  return cell;
}

bool always(std::string&) { return true; }

// Characters of one to four bytes, those that are escaped, and bytes that are no characters.
std::string make_text(size_t parts) {
  static const std::string kParts[] = {"a",        "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                       "\"",       "\\",       "\x01",         "\xFF",
                                       "\xE2\x82", ",",        "\n",           "\x80"};
  std::mt19937 random(11);
  std::string text;
  for (size_t i = 0; i < parts; ++i) text += kParts[random() % std::size(kParts)];
  return text;
}

}  // namespace

TEST_CASE("a long value is written in pieces as it is at once") {
  const std::string text = make_text(3 * query::kLongValue);
  const std::string json = "[\"" + std::string(2 * query::kLongValue + 1, 'x') + "\"]";
  for (const StorageClass type : {StorageClass::kText, StorageClass::kBlob}) {
    for (const std::string_view bytes : {std::string_view(text), std::string_view(json)}) {
      const query::Cell cell = cell_of(type, bytes);
      for (const ValueKind kind : {ValueKind::kText, ValueKind::kJson}) {
        std::string once, pieces;
        query::append_json(once, cell, kind, false);
        CHECK(query::append_long_json(pieces, cell, kind, false, always));
        CHECK((once == pieces));
      }
      std::string once, pieces;
      query::append_csv(once, cell, ValueKind::kText);
      CHECK(query::append_long_csv(pieces, cell, always));
      CHECK((once == pieces));
    }
  }
}

TEST_CASE("a long value that grows may be taken out or ended between two pieces") {
  const std::string text(4 * query::kLongValue, '\x01');
  const query::Cell cell = cell_of(StorageClass::kText, text);
  size_t longest = 0, taken = 0;
  std::string out;
  const auto take = [&](std::string& written) {
    longest = std::max(longest, written.size());
    taken += written.size();
    written.clear();
    return true;
  };
  CHECK(query::append_long_json(out, cell, ValueKind::kText, false, take));
  CHECK(taken + out.size() == 6 * text.size() + 2);
  CHECK(longest <= 6 * query::kLongValue + 1);
  std::string cut;
  const auto end = [](std::string&) { return false; };
  CHECK_FALSE(query::append_long_json(cut, cell, ValueKind::kText, false, end));
  CHECK(cut.size() < 7 * query::kLongValue);
}
