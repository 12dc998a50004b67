#include "text/csv.h"

#include <random>

#include "catch.h"
#include "text_pieces.h"

namespace prodev::text {
namespace {

using Record = std::vector<std::optional<std::string>>;

constexpr auto kNull = std::nullopt;

struct Limits {
  size_t record_bytes = 1'000;
  size_t fields = 100;
};

// What the reader makes of `text`; an error comes last, as a record of its own.
std::vector<Record> read(const std::string& text, size_t piece_bytes, Limits limits = {}) {
  CsvReader reader(test::in_pieces(text, piece_bytes), limits.record_bytes, limits.fields);
  std::vector<Record> records;
  for (;;) {
    Record record;
    const base::Result<bool> more = reader.next(record);
    if (!more) record = {more.error().message};
    if (!more || *more) records.push_back(record);
    if (!more || !*more) return records;
  }
}

void check(const std::string& text, const std::vector<Record>& expected) {
  for (const size_t piece_bytes : {size_t{1}, size_t{2}, size_t{3}, size_t{1000}}) {
    CAPTURE(text, piece_bytes);
    CHECK(read(text, piece_bytes) == expected);
  }
}

std::string error_of(const std::string& text, Limits limits = {}) {
  const auto records = read(text, 2, limits);
  return records.empty() ? "" : records.back().at(0).value_or("");
}

TEST_CASE("CsvReader reads records that end with LF or CRLF, and the last one with nothing") {
  check("", {});
  check("a,b\n1,2\n", {{"a", "b"}, {"1", "2"}});
  check("a,b\r\n1,2", {{"a", "b"}, {"1", "2"}});
  check("a\n\n\r\nb", {{"a"}, {kNull}, {kNull}, {"b"}});
  check(",\n,", {{kNull, kNull}, {kNull, kNull}});
}

TEST_CASE("CsvReader tells an empty text from nothing, and reads what is in quotes as it is") {
  check("\"\",,x\n", {{"", kNull, "x"}});
  check("\"a,b\",\"c\r\nd\",\"say \"\"hi\"\"\"\n", {{"a,b", "c\r\nd", "say \"hi\""}});
  check("\"\"\"\"", {{"\""}});
  check(std::string("a\0b,c\n", 6), {{std::string("a\0b", 3), "c"}});
}

TEST_CASE("CsvReader takes the word NULL for nothing where it is told to") {
  CsvReader reader(test::in_pieces("NULL,\"NULL\",,null,NULLS\n", 3), 100, 10,
                   CsvReader::Null::kWord);
  std::vector<std::optional<std::string>> fields;
  REQUIRE(reader.next(fields));
  CHECK(fields ==
        std::vector<std::optional<std::string>>{std::nullopt, "NULL", "", "null", "NULLS"});
}

TEST_CASE("CsvReader passes over a byte order mark, and only over a whole one in front") {
  check(
      "\xef\xbb\xbf"
      "a,b",
      {{"a", "b"}});
  check("\xef\xbb\xbf\"a\"", {{"a"}});
  check("\xef\xbb\xbf\xef\xbb\xbf", {{"\xef\xbb\xbf"}});
  check(
      "\xef\xbb"
      "a",
      {{"\xef\xbb"
        "a"}});
  check("\xef\xbb", {{"\xef\xbb"}});
  check("\xef\xbb\xbf", {});
}

TEST_CASE("CsvReader says where a file is malformed") {
  CHECK(error_of("a,b\n1,x\"y\n").starts_with("line 2, column 4: a quote within a field"));
  CHECK(error_of("a\r\n\"x\"y\r\n").starts_with("line 2, column 4: something follows"));
  CHECK(error_of("a\rb").starts_with("line 1, column 3: a carriage return"));
  CHECK(error_of("a\n\"x\n\ny").starts_with("line 4, column 2: the text ends within quotes"));
}

TEST_CASE("CsvReader numbers the lines that records begin on") {
  CsvReader reader(test::in_pieces("a,b\r\n\"1\n2\",3\r\n4,5\n\n6,7", 4), 100, 10);
  std::vector<uint64_t> lines;
  Record record;
  while (reader.next(record).value()) lines.push_back(reader.line());
  CHECK(lines == std::vector<uint64_t>{1, 2, 4, 5, 6});
}

TEST_CASE("CsvReader holds records to their limits") {
  const Limits limits{6, 3};
  CHECK(read("abcd,ef\n1,2,3\n", 2, limits) ==
        std::vector<Record>{{"abcd", "ef"}, {"1", "2", "3"}});
  CHECK(error_of("abc,def,g\n", limits).ends_with("a record is larger than 6 bytes"));
  CHECK(error_of("\"ab\"\"cdef\"", limits).ends_with("a record is larger than 6 bytes"));
  CHECK(error_of("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"", limits).ends_with("larger than 6 bytes"));
  // The place is that of the first byte too many, however the text arrives.
  CHECK(error_of("\"ab\ncd\nef\"", limits) == "line 3, column 1: a record is larger than 6 bytes");
  CHECK(error_of("1,2,3,4\n", limits) == "line 1, column 7: a record has more than 3 fields");
  CHECK(error_of(std::string(1'000, ','), limits).ends_with("more than 3 fields"));
}

TEST_CASE("what append_csv_field writes, CsvReader reads back") {
  std::mt19937 random(7);
  const auto pick = [&](size_t below) { return static_cast<size_t>(random()) % below; };
  static constexpr std::string_view kPieces[] = {"a", "\"", ",", "\n", "\r", "\xc3\xa9", " ", "x"};
  for (int round = 0; round < 300; ++round) {
    std::vector<Record> records(1 + pick(5));
    std::string text;
    for (Record& record : records) {
      for (size_t fields = 1 + pick(4); fields > 0; --fields) {
        if (!record.empty()) text.push_back(',');
        std::optional<std::string>& value = record.emplace_back();
        if (pick(5) == 0) continue;
        value.emplace();
        for (size_t n = pick(6); n > 0; --n) *value += kPieces[pick(std::size(kPieces))];
        append_csv_field(text, *value);
      }
      text.push_back('\n');
    }
    CAPTURE(text);
    CHECK(read(text, 1 + pick(7)) == records);
  }
}

}  // namespace
}  // namespace prodev::text
