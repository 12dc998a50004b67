#include "openapi/json_schema.h"

#include <algorithm>
#include <optional>

#include "db/postgres_calls.h"
#include "text/ascii.h"
#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::openapi {

namespace {

using catalog::Column;
using catalog::Table;
using catalog::ValueKind;
using text::JsonWriter;
using Columns = std::vector<const Column*>;

// How the values of a kind look in JSON.
struct ValueForm {
  std::string_view type;  // empty: any
  std::string_view format;
  std::string_view example;  // JSON
};

ValueForm form_of(ValueKind kind) {
  static constexpr ValueForm kForms[] = {
      {"", "", R"("text")"},                                            // kAny
      {"integer", "int64", "1"},                                        // kInteger
      {"number", "double", "1.5"},                                      // kReal
      {"number", "", "1.5"},                                            // kNumeric
      {"string", "", R"("text")"},                                      // kText
      {"string", "", R"("AP8Q")"},                                      // kBlob
      {"boolean", "", "true"},                                          // kBoolean
      {"", "", R"({"key":"value"})"},                                   // kJson
      {"string", "date-time", R"("2026-01-31T12:00:00Z")"},             // kTimestamp
      {"string", "date", R"("2026-01-31")"},                            // kDate
      {"string", "time-local", R"("12:00:00")"},                        // kTime
      {"string", "uuid", R"("0190b9a2-7d3c-4f11-9f6e-2c4b8a5d7e10")"},  // kUuid
  };
  return kForms[static_cast<size_t>(kind)];
}

// The default as JSON, when it is a literal that says the same there; nullopt: none, or an
// expression.
std::optional<std::string> default_of(const Column& column) {
  db::SqlTokens tokens(column.default_sql);
  db::SqlToken token = tokens.next();
  const bool negative = token.is('-');
  if (negative) token = tokens.next();
  if (tokens.next().kind != db::SqlToken::Kind::kEnd) return std::nullopt;
  const std::string value = (negative ? "-" : "") + token.value();
  if (token.kind == db::SqlToken::Kind::kString && !negative) {
    if (column.kind == ValueKind::kJson)
      return text::is_json(value) ? std::optional(value) : std::nullopt;
    if (form_of(column.kind).type != "string") return std::nullopt;
    std::string json;
    text::append_json_string(json, value);
    return json;
  }
  if (column.kind == ValueKind::kBoolean) {
    if (value == "0" || token.is_word("FALSE")) return "false";
    if (value == "1" || token.is_word("TRUE")) return "true";
    return std::nullopt;
  }
  const std::string_view type = form_of(column.kind).type;
  const bool number = token.kind == db::SqlToken::Kind::kNumber && text::is_json(value);
  const bool fits =
      type == "number" || (type == "integer" && value.find_first_of(".eE") == std::string::npos);
  return number && fits ? std::optional(value) : std::nullopt;
}

void add_paragraph(std::string& text, const std::string& paragraph) {
  if (!text.empty()) text += "\n\n";
  text += paragraph;
}

// A column that refers to another table by itself.
std::string reference_of(const Table& table, const Column& column) {
  for (const catalog::ForeignKey& key : table.foreign_keys) {
    const bool alone = key.columns.size() == 1 && key.referenced.size() == 1 &&
                       text::equal_ignoring_case(key.columns.front(), column.name);
    if (alone) return "Refers to `" + key.table + "." + key.referenced.front() + "`.";
  }
  return {};
}

std::string description_of(const Table& table, const Column& column, bool tell_default) {
  std::string text = column.description;
  if (column.key_position > 0)
    add_paragraph(text,
                  table.primary_key.size() == 1 ? "The primary key." : "Part of the primary key.");
  if (const std::string reference = reference_of(table, column); !reference.empty())
    add_paragraph(text, reference);
  if (tell_default && !column.default_sql.empty())
    add_paragraph(text, "Default: `" + db::as_written(column.default_sql) + "`.");
  return text;
}

void write_type(JsonWriter& out, const Column& column) {
  const ValueForm form = form_of(column.kind);
  if (!form.type.empty()) {
    out.key("type");
    if (column.not_null) {
      out.string(form.type);
    } else {
      out.begin_array().string(form.type).string("null").end_array();
    }
  }
  if (!form.format.empty()) out.member("format", form.format);
  if (column.kind == ValueKind::kBlob) out.member("contentEncoding", "base64");
  if (column.allowed.empty()) return;
  out.key("enum").begin_array();
  for (const std::string& word : column.allowed) out.string(word);
  if (!column.not_null) out.raw("null");
  out.end_array();
}

void write_column(JsonWriter& out, const Table& table, const Column& column, bool is_read) {
  out.key(column.name).begin_object();
  write_type(out, column);
  const std::string description = description_of(table, column, !is_read);
  if (!description.empty()) out.member("description", description);
  if (is_read && column.generated) out.key("readOnly").boolean(true);
  if (const auto value = default_of(column); is_read && value) out.key("default").raw(*value);
  out.end_object();
}

void write_properties(JsonWriter& out, const Table& table, const Columns& columns, bool is_read) {
  out.key("properties").begin_object();
  for (const Column* column : columns) write_column(out, table, *column, is_read);
  out.end_object();
}

template <class Wanted>
void write_required(JsonWriter& out, const Columns& columns, Wanted wanted) {
  if (std::none_of(columns.begin(), columns.end(), wanted)) return;
  out.key("required").begin_array();
  for (const Column* column : columns) {
    if (wanted(column)) out.string(column->name);
  }
  out.end_array();
}

std::string example_of(const Column& column) {
  if (column.allowed.empty()) return std::string(form_of(column.kind).example);
  std::string json;
  text::append_json_string(json, column.allowed.front());
  return json;
}

}  // namespace

void write_value_schema(JsonWriter& out, const Column& column) {
  out.begin_object();
  write_type(out, column);
  out.end_object();
}

bool is_required(const Table& table, const Column& column) {
  // INTEGER PRIMARY KEY numbers itself.
  const bool numbers_itself = column.key_position > 0 && table.primary_key.size() == 1 &&
                              !table.without_rowid &&
                              text::equal_ignoring_case(column.declared_type, "INTEGER");
  // What a view needs, its triggers know.
  if (table.kind == catalog::TableKind::kView) return false;
  return column.not_null && column.default_sql.empty() && !column.generated && !numbers_itself;
}

void write_row_schema(JsonWriter& out, const Relation& relation, bool dialect) {
  const Table& table = *relation.table;
  out.begin_object();
  if (dialect) out.member("$schema", "https://json-schema.org/draft/2020-12/schema");
  out.member("title", table.name);
  if (!table.description.empty()) out.member("description", table.description);
  out.member("type", "object");
  write_properties(out, table, relation.readable, true);
  write_required(out, relation.readable, [](const Column*) { return true; });
  out.end_object();
}

void write_new_row_schema(JsonWriter& out, const Relation& relation) {
  const Table& table = *relation.table;
  out.begin_object();
  out.member("title", table.name + ", a new row");
  out.member("type", "object");
  write_properties(out, table, relation.insertable, false);
  write_required(out, relation.insertable,
                 [&](const Column* column) { return is_required(table, *column); });
  out.end_object();
}

void write_change_schema(JsonWriter& out, const Relation& relation) {
  out.begin_object();
  out.member("title", relation.table->name + ", what changes");
  out.member("type", "object");
  write_properties(out, *relation.table, relation.updatable, false);
  out.key("minProperties").number(1);
  out.end_object();
}

std::string example_of_new_row(const Relation& relation) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  const Columns& columns = relation.insertable;
  const bool any = std::any_of(columns.begin(), columns.end(), [&](const Column* column) {
    return is_required(*relation.table, *column);
  });
  for (const Column* column : columns) {
    if (any ? is_required(*relation.table, *column) : column == columns.front())
      out.key(column->name).raw(example_of(*column));
  }
  out.end_object();
  return json;
}

}  // namespace prodev::openapi
