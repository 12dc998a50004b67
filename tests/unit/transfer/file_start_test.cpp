#include "transfer/file_start.h"

#include "catch.h"
#include "text_pieces.h"
#include "transfer/separator.h"

namespace prodev::transfer {
namespace {

struct Read {
  std::string text;
  std::string first_line;
  std::string error;
  bool utf16 = false;
};

Read read(const std::string& bytes, size_t piece_bytes) {
  Read result;
  base::Result<FileStart> start = look_at_start(test::in_pieces(bytes, piece_bytes));
  if (!start) return {{}, {}, start.error().message, false};
  result.first_line = start->first_line;
  result.utf16 = start->utf16;
  for (;;) {
    const base::Result<bool> more = start->refill(result.text);
    if (!more) result.error = more.error().message;
    if (!more || !*more) return result;
  }
}

std::string utf16(const std::u16string& text, bool big) {
  std::string bytes;
  for (const char16_t c : text) {
    const char low = static_cast<char>(c & 0xff);
    const char high = static_cast<char>(c >> 8);
    bytes.push_back(big ? high : low);
    bytes.push_back(big ? low : high);
  }
  return bytes;
}

}  // namespace

TEST_CASE("a text in UTF-8 is read as it is, however it arrives") {
  for (const size_t piece : {1, 3, 1000}) {
    const Read got = read("\xef\xbb\xbfid;name\r\n1;\xc3\xa4\n", piece);
    CHECK(got.text == "\xef\xbb\xbfid;name\r\n1;\xc3\xa4\n");
    CHECK(got.first_line == "id;name");
    CHECK_FALSE(got.utf16);
    CHECK(read("", piece).text.empty());
    CHECK(read("a", piece).first_line == "a");
  }
}

TEST_CASE("UTF-16 of either order becomes UTF-8, with a mark or without") {
  for (const size_t piece : {1, 2, 3, 1000}) {
    for (const bool big : {false, true}) {
      CAPTURE(piece, big);
      const Read marked = read(utf16(u"\ufeffid\tn\n1\t\u00e4\u20ac\U0001f600\n", big), piece);
      CHECK(marked.text == "\xef\xbb\xbfid\tn\n1\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n");
      CHECK(marked.first_line == "id\tn");
      CHECK(marked.utf16);
      CHECK(read(utf16(u"id,n\n1,x\n", big), piece).text == "id,n\n1,x\n");
    }
  }
}

TEST_CASE("half a character of UTF-16 ends the reading with a sentence") {
  const std::string whole = utf16(u"\ufeffid\n", false);
  for (const std::string& broken :
       {whole + "x", whole + utf16(u"\xd83d", false), whole + utf16(u"\xde00", false),
        whole + utf16(u"\xd83d!", false)}) {
    CHECK(read(broken, 3).error.find("UTF-16") != std::string::npos);
  }
}

TEST_CASE("the separator is what parts the first line into known names") {
  const std::vector<std::string> names = {"id", "name", "a,b"};
  CHECK(guess_separator("id,name", names) == ',');
  CHECK(guess_separator("id;name", names) == ';');
  CHECK(guess_separator("\"id\"\t\"name\"", names) == '\t');
  CHECK(guess_separator("id|name", names) == '|');
  CHECK(guess_separator("a,b;id", names) == ';');
  CHECK(guess_separator("\"a;b;c\",name", names) == ',');
  CHECK(guess_separator("id", names) == ',');
  CHECK(guess_separator("", names) == ',');
  CHECK(guess_separator("x;y", names) == ';');
}

TEST_CASE("a separator is called by its character, or tab") {
  CHECK(*separator_called(";") == ';');
  CHECK(*separator_called("tab") == '\t');
  CHECK(*separator_called("\\t") == '\t');
  for (const char* wrong : {"", ";;", "\"", "\n"}) CHECK_FALSE(separator_called(wrong));
}

}  // namespace prodev::transfer
