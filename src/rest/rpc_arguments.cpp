#include "rest/rpc_arguments.h"

#include <algorithm>

#include "query/array_literal.h"
#include "query/cell.h"
#include "rest/grammar.h"
#include "text/ascii.h"
#include "text/json_reader.h"

namespace prodev::rest {

namespace {

using catalog::Argument;
using catalog::Column;
using catalog::Function;
using catalog::ValueKind;
using query::Outcome;
using query::Value;
using records::ArgumentValues;
using Form = records::GivenArguments::Form;
using text::JsonReader;
using Names = std::vector<std::string>;

// More than a function has arguments (catalog::kMaxArguments): such a call is of none.
constexpr size_t kMostNames = 1'000;

// Parameters about the result that have a name of their own.
bool is_about_result(std::string_view name) {
  static constexpr std::string_view kNames[] = {"select",  "order",       "limit", "offset",
                                                "columns", "on_conflict", "and",   "or",
                                                "not.and", "not.or"};
  // "actors.order": about an embed.
  return name.find('.') != std::string_view::npos ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_filter(const Parameter& parameter) {
  return is_about_result(parameter.name) ||
         parse_filter({parameter.name, {}, false}, parameter.value).has_value();
}

void sort_names(Names& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

tl::unexpected<query::ApiError> malformed(const JsonReader& reader) {
  return query::refuse({400, "PGRST102", "Empty or invalid json", reader.error()});
}

// Which keys of a body count: those that columns= names, which may be as many as the keys.
class Chosen {
 public:
  explicit Chosen(const std::optional<Names>& columns) : columns_(columns) {
    if (columns_) sort_names(*columns_);
  }
  bool has(const std::string& name) const {
    return !columns_ || std::binary_search(columns_->begin(), columns_->end(), name);
  }

 private:
  std::optional<Names> columns_;
};

void add_name(Names& names, const std::string& name) {
  if (names.size() == 2 * kMostNames) {
    sort_names(names);
    names.resize(std::min(names.size(), kMostNames));
  }
  names.push_back(name);
}

// The object that holds the arguments: of an array it is the first, as in PostgREST, which calls a
// function once.
std::string_view arguments_in(std::string_view body) {
  JsonReader reader(body);
  if (reader.peek() != JsonReader::Kind::kArray) return body;
  reader.begin_array();
  if (!reader.next_element() || reader.peek() != JsonReader::Kind::kObject) return body;
  const std::string_view first = reader.read_raw();
  while (reader.next_element()) reader.read_raw();
  reader.finish();
  return reader.failed() ? body : first;
}

Outcome<Names> names_of_object(std::string_view body, const std::optional<Names>& columns) {
  Names names;
  const Chosen chosen(columns);
  JsonReader reader(body);
  if (reader.peek() == JsonReader::Kind::kObject) {
    std::string name;
    reader.begin_object();
    while (reader.next_member(name)) {
      reader.read_raw();
      if (chosen.has(name)) add_name(names, name);
    }
  } else {
    // It may be meant for one argument as a whole.
    reader.read_raw();
  }
  reader.finish();
  if (reader.failed()) return malformed(reader);
  sort_names(names);
  return names;
}

bool is_blank(std::string_view body) {
  return body.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool wants_one_object(const http::Request& request) {
  std::string joined;
  std::string_view list = request.head.find_list("prefer", joined);
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    if (text::trim(item) == "params=single-object") return true;
  }
  return false;
}

Column element_column(const Argument& argument) {
  Column column = argument.column;
  column.kind = *argument.element;
  return column;
}

void append_value(std::string& json, const Column& column, const Value& value) {
  query::append_json(json, {value.type, value.integer, value.real, value.bytes}, column.kind, true);
}

// SQLite's JSON has no blobs.
Outcome<void> check_element(const Argument& argument) {
  if (*argument.element != ValueKind::kBlob) return {};
  return query::refuse({400, "0A000", "arrays of bytea are not supported"});
}

// An array's elements, read as JSON.
Outcome<Value> array_value(const Argument& argument, JsonReader& reader) {
  TRY(check_element(argument));
  const Column element = element_column(argument);
  std::string json = "[";
  reader.begin_array();
  while (reader.next_element()) {
    if (json.size() > 1) json += ',';
    TRY_ASSIGN(const Value value, query::stored_json(element, reader));
    append_value(json, element, value);
  }
  return Value::of_text(json + "]");
}

// `hint`: to what would be right in the place of `literal`.
Outcome<Value> array_of_literal(const Argument& argument, std::string_view literal,
                                const char* hint) {
  TRY(check_element(argument));
  const Column element = element_column(argument);
  std::string json = "[";
  query::ArrayLiteral array(literal);
  while (array.next()) {
    if (json.size() > 1) json += ',';
    Value value;
    if (!array.is_null()) {
      TRY_ASSIGN(value, query::stored_text(element, array.text()));
    }
    append_value(json, element, value);
  }
  if (array.failed()) return query::refuse(array.error(hint));
  return Value::of_text(json + "]");
}

Outcome<Value> value_of_json(const Argument& argument, JsonReader& reader) {
  if (!argument.element || reader.peek() == JsonReader::Kind::kNull)
    return query::stored_json(argument.column, reader);
  if (reader.peek() == JsonReader::Kind::kArray) return array_value(argument, reader);
  std::string literal;
  if (reader.peek() == JsonReader::Kind::kString) {
    reader.read_string(literal);
  } else {
    literal = reader.read_raw();
  }
  if (reader.failed()) return Value();
  return array_of_literal(argument, literal, query::kArrayOrJsonHint);
}

Outcome<Value> value_of_texts(const Argument& argument, const Names& texts) {
  if (!argument.element) return query::stored_text(argument.column, texts.back());
  const std::string_view first = text::trim(texts.front());
  if (texts.size() == 1 && (first.starts_with('{') || first.starts_with('[')))
    return array_of_literal(argument, texts.front(), query::kArrayHint);
  TRY(check_element(argument));
  const Column element = element_column(argument);
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ',';
    TRY_ASSIGN(const Value value, query::stored_text(element, text));
    append_value(json, element, value);
  }
  return Value::of_text(json + "]");
}

Outcome<ArgumentValues> values_of_object(const Function& function, std::string_view body,
                                         const std::optional<Names>& columns) {
  ArgumentValues values(function.arguments.size());
  if (is_blank(body)) return values;
  JsonReader reader(body);
  if (reader.peek() != JsonReader::Kind::kObject) {
    return query::refuse(
        {400, "PGRST102", "Empty or invalid json", "expected an object of arguments"});
  }
  const Chosen chosen(columns);
  std::string name;
  reader.begin_object();
  while (reader.next_member(name)) {
    const auto argument =
        std::find_if(function.arguments.begin(), function.arguments.end(),
                     [&](const Argument& one) { return one.column.name == name; });
    if (argument == function.arguments.end() || !chosen.has(name)) {
      reader.read_raw();
      continue;
    }
    std::optional<Value>& value =
        values[static_cast<size_t>(argument - function.arguments.begin())];
    if (value) return query::refuse({400, "PGRST102", "an argument comes twice: " + name});
    TRY_ASSIGN(value, value_of_json(*argument, reader));
  }
  reader.finish();
  if (reader.failed()) return malformed(reader);
  return values;
}

}  // namespace

std::vector<Parameter> take_arguments(const records::Schema& schema, std::string_view name,
                                      std::vector<Parameter>& parameters) {
  std::vector<Parameter> arguments;
  std::vector<Parameter> others;
  for (Parameter& parameter : parameters) {
    const bool is_argument =
        records::is_argument(schema, name, parameter.name) || !is_filter(parameter);
    (is_argument ? arguments : others).push_back(std::move(parameter));
  }
  parameters = std::move(others);
  return arguments;
}

Names names_of(const std::vector<Parameter>& parameters) {
  Names names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  sort_names(names);
  return names;
}

Outcome<CallBody> CallBody::read(const http::Request& request, std::string_view body,
                                 const std::optional<Names>& columns) {
  CallBody call;
  std::string_view type = request.header("content-type");
  type = text::trim(type.substr(0, type.find(';')));
  if (text::equal_ignoring_case(type, "application/x-www-form-urlencoded")) {
    TRY_ASSIGN(call.form, parse_form(body));
    call.given.names = names_of(call.form);
  } else if (text::equal_ignoring_case(type, "text/plain")) {
    call.given.form = Form::kText;
  } else if (text::equal_ignoring_case(type, "application/octet-stream")) {
    call.given.form = Form::kBytes;
  } else if (type.empty() || text::equal_ignoring_case(type, "application/json")) {
    call.given.form = Form::kJson;
    call.given.one_object = wants_one_object(request);
    if (!is_blank(body)) {
      TRY_ASSIGN(call.given.names, names_of_object(arguments_in(body), columns));
    }
  } else {
    return query::refuse({415,
                          "PGRST102",
                          "Content-Type not acceptable: " + std::string(type),
                          {},
                          "Send application/json, application/x-www-form-urlencoded, text/plain or "
                          "application/octet-stream."});
  }
  return call;
}

Outcome<ArgumentValues> values_of_parameters(const Function& function,
                                             const std::vector<Parameter>& parameters) {
  ArgumentValues values(function.arguments.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Argument& argument = function.arguments[i];
    Names texts;
    for (const Parameter& parameter : parameters) {
      if (parameter.name == argument.column.name) texts.push_back(parameter.value);
    }
    if (!texts.empty()) {
      TRY_ASSIGN(values[i], value_of_texts(argument, texts));
    }
  }
  return values;
}

Outcome<ArgumentValues> values_of_body(const records::FoundFunction& found, const CallBody& call,
                                       std::string_view body, const std::optional<Names>& columns) {
  const Function& function = *found.function;
  if (call.given.form == Form::kNamed) return values_of_parameters(function, call.form);
  if (!found.takes_whole) return values_of_object(function, arguments_in(body), columns);
  ArgumentValues values(1);
  if (call.given.form == Form::kBytes) {
    values[0] = Value::of_blob(std::string(body));
  } else if (!is_blank(body) || call.given.form == Form::kText) {
    TRY_ASSIGN(values[0], query::stored_text(function.arguments.front().column, body));
  } else {
    return query::refuse({400, "PGRST102", "Empty or invalid json", "expected a JSON value"});
  }
  return values;
}

}  // namespace prodev::rest
