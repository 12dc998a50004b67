// The readers of imported files: a file has the same records or values, or the same error, however
// it arrives; and CSV that is written again is read as the same records.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "pieces.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text/json_splitter.h"

namespace {

using namespace prodev;
using fuzz::require;
using Record = std::vector<std::optional<std::string>>;

constexpr size_t kMaxBytes = 500;
constexpr size_t kMaxFields = 20;

text::Refill refill(std::vector<std::string_view> pieces) {
  return [pieces = std::move(pieces),
          next = size_t{0}](std::string& buffer) mutable -> base::Result<bool> {
    if (next == pieces.size()) return false;
    buffer += pieces[next++];
    return true;
  };
}

struct Outcome {
  std::vector<Record> records;
  std::vector<uint64_t> lines;
  std::string error;

  bool operator==(const Outcome&) const = default;
};

Outcome read_csv(const std::vector<std::string_view>& pieces) {
  text::CsvReader reader(refill(pieces), kMaxBytes, kMaxFields);
  Outcome outcome;
  Record record;
  for (;;) {
    const base::Result<bool> more = reader.next(record);
    if (!more) outcome.error = more.error().message;
    if (!more || !*more) return outcome;
    size_t bytes = 0;
    for (const auto& field : record) bytes += field.value_or("").size();
    require(bytes <= kMaxBytes && record.size() <= kMaxFields, "a record is within its limits");
    require(!record.empty(), "a record has a field");
    outcome.records.push_back(record);
    outcome.lines.push_back(reader.line());
  }
}

Outcome split_json(const std::vector<std::string_view>& pieces, text::JsonSplitter::Form form) {
  text::JsonSplitter splitter(refill(pieces), form, kMaxBytes);
  Outcome outcome;
  std::string value;
  for (;;) {
    const base::Result<bool> more = splitter.next(value);
    if (!more) outcome.error = more.error().message;
    if (!more || !*more) return outcome;
    require(!value.empty() && value.size() <= kMaxBytes, "a value is within its limit");
    outcome.records.push_back({value});
    outcome.lines.push_back(splitter.line());
  }
}

void check_csv_again(const Outcome& outcome) {
  std::string written;
  for (const Record& record : outcome.records) {
    for (size_t i = 0; i < record.size(); ++i) {
      if (i > 0) written.push_back(',');
      if (record[i]) text::append_csv_field(written, *record[i]);
    }
    written.push_back('\n');
  }
  // A mark in front of the first field would be passed over.
  if (written.starts_with("\xef\xbb\xbf")) return;
  const Outcome again = read_csv({written});
  require(again.error.empty() && again.records == outcome.records, "what is written is read again");
}

// What JsonReader takes as an array, the splitter must cut into the same elements.
void check_elements(std::string_view text, const Outcome& outcome) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text::JsonReader reader(text);
  std::vector<std::string> elements;
  size_t longest = 0;
  reader.begin_array();
  while (reader.next_element()) {
    elements.emplace_back(reader.read_raw());
    longest = std::max(longest, elements.back().size());
  }
  reader.finish();
  if (reader.failed() || longest + 100 > kMaxBytes || text.size() > kMaxBytes) return;
  require(outcome.error.empty(), "an array is taken");
  require(outcome.records.size() == elements.size(), "an array has all of its elements");
  for (size_t i = 0; i < elements.size(); ++i) {
    require(outcome.records[i][0]->starts_with(elements[i]), "an element is what it was");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string_view> pieces = fuzz::cut(text, data[0]);
  const Outcome csv = read_csv({text});
  require(csv == read_csv(pieces), "CSV is read alike however it arrives");
  check_csv_again(csv);
  for (const auto form : {text::JsonSplitter::Form::kArray, text::JsonSplitter::Form::kLines}) {
    const Outcome values = split_json({text}, form);
    require(values == split_json(pieces, form), "JSON is split alike however it arrives");
    if (form == text::JsonSplitter::Form::kArray) check_elements(text, values);
  }
  return 0;
}
