#include "openapi/functions.h"

#include <algorithm>
#include <set>

#include "openapi/json_schema.h"
#include "openapi/operations.h"
#include "text/url.h"

namespace prodev::openapi {

namespace {

using catalog::Argument;
using catalog::Column;
using catalog::Function;
using catalog::ValueKind;
using text::JsonWriter;

bool has_rows(const Function& function) {
  return function.returns == Function::Returns::kTable ||
         function.returns == Function::Returns::kColumns;
}

// A single argument without a name is the whole body.
const Argument* whole_body(const Function& function) {
  const bool whole =
      function.arguments.size() == 1 && function.arguments.front().column.name.empty();
  return whole ? &function.arguments.front() : nullptr;
}

std::string_view body_type(const Argument& whole) {
  if (whole.column.kind == ValueKind::kBlob) return "application/octet-stream";
  return whole.column.kind == ValueKind::kJson ? "application/json" : "text/plain";
}

// "{...}" of one schema; several: any of them.
std::string any_of(const std::set<std::string>& schemas) {
  if (schemas.size() == 1) return *schemas.begin();
  std::string json = R"({"anyOf":[)";
  for (const std::string& schema : schemas) json.append(schema).push_back(',');
  json.back() = ']';
  return json + "}";
}

void write_argument(JsonWriter& out, const Argument& argument) {
  if (!argument.element) {
    write_value_schema(out, argument.column);
    return;
  }
  Column element;
  element.kind = *argument.element;
  out.begin_object().member("type", "array").key("items");
  write_value_schema(out, element);
  out.end_object();
}

// The object that names the arguments of a call.
std::string arguments_schema(const Function& function) {
  std::string json;
  JsonWriter out(json);
  out.begin_object().member("type", "object").key("properties").begin_object();
  std::vector<std::string_view> required;
  for (const Argument& argument : function.arguments) {
    out.key(argument.column.name);
    write_argument(out, argument);
    if (argument.required()) required.push_back(argument.column.name);
  }
  out.end_object();
  if (!required.empty()) {
    out.key("required").begin_array();
    for (const std::string_view name : required) out.string(name);
    out.end_array();
  }
  out.end_object();
  return json;
}

class FunctionPath {
 public:
  FunctionPath(JsonWriter& out, Components& components, Names& schema_names, Names& operation_names,
               const Overloads& functions)
      : out_(out),
        components_(components),
        schema_names_(schema_names),
        operation_names_(operation_names),
        functions_(functions),
        first_(*functions.front()),
        schema_(schema_names.take("rpc." + first_.name)) {}

  void write() {
    add_results();
    const bool reads = std::any_of(functions_.begin(), functions_.end(), [](const Function* one) {
      return one->reads_only && whole_body(*one) == nullptr;
    });
    std::string path = "/rest/v1/rpc/";
    text::append_percent_encoded(path, first_.name);
    out_.key(path).begin_object();
    if (reads) write_get();
    write_post();
    out_.end_object();
  }

 private:
  // What a row or value of `function` looks like.
  std::string item_of(const Function& function) {
    std::string json;
    JsonWriter out(json);
    if (!has_rows(function)) {
      write_value_schema(out, function.rows.columns.front());
      return json;
    }
    Relation result;
    result.table = &function.rows;
    for (const Column& column : function.rows.columns) {
      if (!column.hidden) result.readable.push_back(&column);
    }
    write_row_schema(out, result);
    const std::string name = row_schemas_++ == 0 ? schema_ : schema_names_.take(schema_);
    components_.add("schemas", name, std::move(json));
    if (filters_.empty()) filters_ = add_filters(components_, name, filterable(function));
    return reference_to("schemas", name);
  }

  // The columns of the result that no argument is called like.
  static std::vector<const Column*> filterable(const Function& function) {
    std::vector<const Column*> columns;
    for (const Column& column : function.rows.columns) {
      const bool taken =
          std::any_of(function.arguments.begin(), function.arguments.end(),
                      [&](const Argument& one) { return one.column.name == column.name; });
      if (!column.hidden && !taken) columns.push_back(&column);
    }
    return columns;
  }

  void add_results() {
    std::set<std::string> results, items;
    for (const Function* function : functions_) {
      if (function->returns == Function::Returns::kNothing) {
        returns_nothing_ = true;
        continue;
      }
      const std::string item = item_of(*function);
      items.insert(item);
      if (function->returns_set) {
        results.insert(R"({"type":"array","items":)" + item + "}");
      } else {
        // NULL, or no row at all.
        results.insert(has_rows(*function) ? R"({"anyOf":[)" + item + R"(,{"type":"null"}]})"
                                           : item);
      }
    }
    if (results.empty()) return;
    response_ = "rows." + schema_;
    add_rows_response(components_, response_, any_of(results), any_of(items));
  }

  void begin_operation(std::string_view method) {
    out_.key(method).begin_object();
    out_.member("operationId", operation_names_.take(std::string(method) + "_rpc_" + first_.name));
    out_.key("tags").begin_array().string(kFunctionsTag).end_array();
    out_.member("summary", "Call " + first_.name);
    if (!first_.description.empty()) out_.member("description", first_.description);
  }

  void write_shared_parameters() {
    if (response_.empty()) return;
    for (const std::string_view name : {"select", "order", "limit", "offset"}) {
      if (!filters_.empty()) components_.refer(out_, "parameters", name);
    }
    components_.refer(out_, "parameters", "prefer-call");
  }

  // The arguments of all overloads; required when there is one function, and it needs it.
  void write_argument_parameters() {
    std::set<std::string_view> written;
    for (const Function* function : functions_) {
      for (const Argument& argument : function->arguments) {
        if (argument.column.name.empty() || !written.insert(argument.column.name).second) continue;
        out_.begin_object().member("name", argument.column.name).member("in", "query");
        if (argument.required() && functions_.size() == 1) out_.key("required").boolean(true);
        out_.member("description", "The argument `" + argument.column.name + "`.");
        out_.key("schema");
        Column as_text;
        as_text.kind = argument.element || argument.column.kind == ValueKind::kJson
                           ? ValueKind::kText
                           : argument.column.kind;
        as_text.not_null = true;
        write_value_schema(out_, as_text);
        out_.end_object();
      }
    }
  }

  void write_get() {
    begin_operation("get");
    out_.key("parameters").begin_array();
    write_argument_parameters();
    for (const std::string& filter : filters_) components_.refer(out_, "parameters", filter);
    write_shared_parameters();
    out_.end_array();
    write_outcome();
  }

  void write_post() {
    begin_operation("post");
    out_.key("parameters").begin_array();
    for (const std::string& filter : filters_) components_.refer(out_, "parameters", filter);
    write_shared_parameters();
    out_.end_array();
    write_body();
    write_outcome();
  }

  void write_body() {
    std::map<std::string_view, std::set<std::string>> bodies;  // by media type
    for (const Function* function : functions_) {
      const Argument* whole = whole_body(*function);
      if (whole == nullptr) {
        bodies["application/json"].insert(arguments_schema(*function));
        bodies["application/x-www-form-urlencoded"].insert(R"({"type":"string"})");
        continue;
      }
      const std::string_view type = body_type(*whole);
      bodies[type].insert(type == "application/json" ? "{}" : R"({"type":"string"})");
    }
    out_.key("requestBody").begin_object().key("content").begin_object();
    for (const auto& [type, schemas] : bodies)
      out_.key(type).begin_object().key("schema").raw(any_of(schemas)).end_object();
    out_.end_object().end_object();
  }

  void write_outcome() {
    std::vector<Status> own = {
        {"404", "not-found"}, {"409", "conflict"}, {"415", "unsupported-media"}};
    if (!response_.empty()) {
      own.insert(own.begin(), {{"200", response_}, {"206", response_}});
      own.push_back({"416", "range-not-satisfiable"});
    }
    if (returns_nothing_) own.insert(own.begin(), {"204", "done"});
    write_responses(out_, components_, own);
    out_.end_object();
  }

  JsonWriter& out_;
  Components& components_;
  Names& schema_names_;
  Names& operation_names_;
  const Overloads& functions_;
  const Function& first_;
  const std::string schema_;  // the name of the component of its rows
  size_t row_schemas_ = 0;
  std::string response_;  // empty: none of them returns anything
  bool returns_nothing_ = false;
  std::vector<std::string> filters_;
};

}  // namespace

std::vector<Overloads> functions_of(const records::Schema& schema, std::string_view role) {
  std::vector<Overloads> all;
  for (const Function& function : schema.catalog->functions()) {
    if (function.takes_row()) continue;
    if (!schema.rules->may_execute(role, function.id)) continue;
    if (all.empty() || all.back().front()->name != function.name) all.emplace_back();
    all.back().push_back(&function);
  }
  return all;
}

void write_function_path(JsonWriter& out, Components& components, Names& schema_names,
                         Names& operation_names, const Overloads& functions) {
  FunctionPath(out, components, schema_names, operation_names, functions).write();
}

}  // namespace prodev::openapi
