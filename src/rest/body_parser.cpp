#include "rest/body_parser.h"

#include <algorithm>

#include "rest/query_string.h"
#include "text/ascii.h"
#include "text/csv.h"
#include "text/json_reader.h"
#include "text/list_field.h"

namespace prodev::rest {

namespace {

using catalog::Column;
using query::Outcome;
using text::JsonReader;

constexpr size_t kCsvPiece = 65'536;     // what is copied of a body at once
constexpr size_t kMaxCsvFields = 2'000;  // SQLite's own limit of columns (limits section 2)

tl::unexpected<query::ApiError> malformed(std::string details) {
  return query::refuse({400, "PGRST102", "Empty or invalid json", std::move(details)});
}

Outcome<void> read_object(JsonReader& reader, RowCollector& rows, std::string& key) {
  if (reader.peek() != JsonReader::Kind::kObject) {
    return malformed(reader.failed() ? reader.error() : "expected an object, or an array of them");
  }
  rows.begin_row();
  reader.begin_object();
  while (reader.next_member(key)) {
    TRY_ASSIGN(const Column* column, rows.find(key));
    if (column == nullptr) {
      reader.read_raw();
      continue;
    }
    TRY_ASSIGN(query::Value value, query::stored_json(*column, reader));
    rows.add(std::move(value));
  }
  if (reader.failed()) return malformed(reader.error());
  return rows.end_row();
}

// An object, or an array of objects.
Outcome<void> read_json(std::string_view body, RowCollector& rows) {
  JsonReader reader(body);
  std::string key;
  if (reader.peek() == JsonReader::Kind::kArray) {
    reader.begin_array();
    while (reader.next_element()) TRY(read_object(reader, rows, key));
  } else {
    TRY(read_object(reader, rows, key));
  }
  reader.finish();
  if (reader.failed()) return malformed(reader.error());
  return {};
}

// An object on each line; empty lines are passed over.
Outcome<void> read_json_lines(std::string_view body, RowCollector& rows) {
  std::string key;
  for (size_t number = 1; !body.empty(); ++number) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    JsonReader reader(line);
    TRY(read_object(reader, rows, key));
    reader.finish();
    if (reader.failed()) return malformed(reader.error() + " of row " + std::to_string(number));
  }
  return {};
}

Outcome<void> add_field(RowCollector& rows, std::string_view name,
                        const std::optional<std::string>& field) {
  TRY_ASSIGN(const Column* column, rows.find(name));
  if (column == nullptr) return {};
  query::Value value;
  if (field) {
    TRY_ASSIGN(value, query::stored_text(*column, *field));
  }
  rows.add(std::move(value));
  return {};
}

// The first line names the columns. NULL without quotes is NULL, and nothing is an empty text.
Outcome<void> read_csv(std::string_view body, RowCollector& rows) {
  const auto refill = [&body](std::string& buffer) -> base::Result<bool> {
    const std::string_view piece = body.substr(0, kCsvPiece);
    buffer.append(piece);
    body.remove_prefix(piece.size());
    return !piece.empty();
  };
  const auto refuse = [](const std::string& what) {
    return query::refuse({400, "PGRST102", what});
  };
  text::CsvReader reader(refill, body.size() + 1, kMaxCsvFields, text::CsvReader::Null::kWord);
  std::vector<std::optional<std::string>> names;
  base::Result<bool> more = reader.next(names);
  if (more && !*more) return refuse("the body is empty: its first line names the columns");
  std::vector<std::optional<std::string>> fields;
  while (more) {
    more = reader.next(fields);
    if (!more || !*more) break;
    const bool blank = fields.size() == 1 && fields[0] == "" && names.size() > 1;
    if (blank) continue;
    if (fields.size() != names.size()) return refuse("All lines must have same number of fields");
    rows.begin_row();
    for (size_t i = 0; i < fields.size(); ++i)
      TRY(add_field(rows, names[i].value_or("NULL"), fields[i]));
    TRY(rows.end_row());
  }
  return more ? Outcome<void>() : refuse(more.error().message);
}

// name=value&...: one row.
Outcome<void> read_form(std::string_view body, RowCollector& rows) {
  Outcome<std::vector<Parameter>> fields = parse_form(body);
  if (!fields) return query::refuse({400, "PGRST102", fields.error().message});
  rows.begin_row();
  for (Parameter& field : *fields) TRY(add_field(rows, field.name, std::move(field.value)));
  return rows.end_row();
}

struct BodyType {
  std::string_view name;
  Outcome<void> (*read)(std::string_view body, RowCollector& rows);
};

constexpr BodyType kBodyTypes[] = {{"application/json", read_json},
                                   {"application/vnd.pgrst.object+json", read_json},
                                   {"application/vnd.pgrst.array+json", read_json},
                                   {"application/x-ndjson", read_json_lines},
                                   {"text/csv", read_csv},
                                   {"application/x-www-form-urlencoded", read_form}};

}  // namespace

Outcome<records::NewRows> parse_new_rows(std::string_view content_type, std::string_view body,
                                         const RowTarget& target) {
  const std::string_view type =
      content_type.empty() ? kBodyTypes[0].name : text::take_list_item(content_type, ';');
  const auto* row = std::find_if(
      std::begin(kBodyTypes), std::end(kBodyTypes),
      [&](const BodyType& known) { return text::equal_ignoring_case(known.name, type); });
  if (row == std::end(kBodyTypes))
    return query::refuse({400, "PGRST102", "Content-Type not acceptable: " + std::string(type)});
  RowCollector rows(target);
  TRY(rows.begin());
  TRY(row->read(body, rows));
  return rows.take();
}

Outcome<std::vector<query::Assignment>> parse_assignments(std::string_view content_type,
                                                          std::string_view body,
                                                          const RowTarget& target) {
  TRY_ASSIGN(records::NewRows rows, parse_new_rows(content_type, body, target));
  if (rows.rows.empty()) return std::vector<query::Assignment>();
  if (rows.rows.size() > 1) return query::refuse({400, "PGRST102", "an update takes one object"});
  records::NewRow& row = rows.rows.front();
  const std::vector<const Column*>& columns = rows.shapes[row.shape];
  std::vector<query::Assignment> assignments;
  for (size_t i = 0; i < columns.size(); ++i)
    assignments.push_back({columns[i], std::move(row.values[i])});
  if (!target.columns || !target.missing_is_default) return assignments;
  for (const std::string& name : *target.columns) {
    const Column* column = target.table.find_column(name);
    const bool given = std::any_of(assignments.begin(), assignments.end(),
                                   [&](const auto& known) { return known.column == column; });
    if (!given) assignments.push_back({column, {}, true});
  }
  return assignments;
}

}  // namespace prodev::rest
