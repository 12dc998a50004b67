#include "openapi/table_paths.h"

#include <initializer_list>

#include "openapi/fixed_parts.h"
#include "openapi/json_schema.h"
#include "text/url.h"

namespace prodev::openapi {

namespace {

using text::JsonWriter;

struct Status {
  std::string_view code;
  std::string_view response;  // name of the component
};

// What any operation on a table may answer.
constexpr Status kRefusals[] = {{"300", "multiple-choices"}, {"400", "bad-request"},
                                {"401", "unauthorized"},     {"403", "forbidden"},
                                {"406", "not-acceptable"},   {"413", "too-large"},
                                {"503", "unavailable"},      {"504", "timeout"}};

class TablePath {
 public:
  TablePath(JsonWriter& out, Components& components, Names& operation_names,
            const Relation& relation, std::string schema)
      : out_(out),
        components_(components),
        operation_names_(operation_names),
        relation_(relation),
        name_(relation.table->name),
        schema_(std::move(schema)) {}

  void write() {
    add_schemas();
    if (relation_.can_read()) {
      add_filters();
      add_rows_response();
    }
    std::string path = "/rest/v1/";
    text::append_percent_encoded(path, name_);
    out_.key(path).begin_object();
    if (relation_.can_read()) write_read();
    if (!relation_.insertable.empty()) write_insert();
    if (!relation_.updatable.empty()) write_update();
    if (relation_.deletable) write_delete();
    out_.end_object();
  }

 private:
  using Schema = void (*)(JsonWriter&, const Relation&);

  void add_schema(const std::string& name, Schema write_schema) {
    std::string json;
    JsonWriter schema(json);
    write_schema(schema, relation_);
    components_.add("schemas", name, std::move(json));
  }

  void add_schemas() {
    if (relation_.can_read()) {
      add_schema(schema_, [](JsonWriter& schema, const Relation& relation) {
        write_row_schema(schema, relation);
      });
    }
    if (!relation_.insertable.empty()) add_schema(schema_ + ".insert", write_new_row_schema);
    if (!relation_.updatable.empty()) add_schema(schema_ + ".update", write_change_schema);
  }

  void add_filters() {
    Names taken;
    for (const catalog::Column* column : relation_.readable) {
      if (is_parameter_name(column->name)) continue;
      filters_.push_back("filter." + schema_ + "." + taken.take(column->name));
      std::string json;
      JsonWriter parameter(json);
      parameter.begin_object().member("name", column->name).member("in", "query");
      parameter.member("description", "A filter, such as `eq." + example_value(*column) +
                                          "`, `not.is.null` or `in.(...)`.");
      parameter.key("schema").begin_object().member("type", "string").end_object();
      components_.add("parameters", filters_.back(), std::move(json += '}'));
    }
  }

  static std::string example_value(const catalog::Column& column) {
    if (!column.allowed.empty()) return column.allowed.front();
    switch (column.kind) {
      case catalog::ValueKind::kInteger:
      case catalog::ValueKind::kReal:
      case catalog::ValueKind::kNumeric:
        return "1";
      case catalog::ValueKind::kBoolean:
        return "true";
      case catalog::ValueKind::kDate:
      case catalog::ValueKind::kTimestamp:
        return "2026-01-31";
      default:
        return "text";
    }
  }

  void write_rows_content(JsonWriter& out) {
    out.key("content").begin_object();
    out.key("application/json").begin_object().key("schema").begin_object();
    out.member("type", "array").key("items");
    components_.refer(out, "schemas", schema_);
    out.end_object().end_object();
    out.key("application/vnd.pgrst.object+json").begin_object().key("schema");
    components_.refer(out, "schemas", schema_);
    out.end_object();
    for (const std::string_view type : {"text/csv", "application/x-ndjson"}) {
      out.key(type).begin_object().key("schema").begin_object();
      out.member("type", "string").end_object().end_object();
    }
    out.end_object();
  }

  void add_rows_response() {
    std::string json;
    JsonWriter response(json);
    response.begin_object().member("description", "The rows.").key("headers").begin_object();
    response.key("Content-Range");
    components_.refer(response, "headers", "content-range");
    response.key("Preference-Applied");
    components_.refer(response, "headers", "preference-applied");
    response.end_object();
    write_rows_content(response);
    response.end_object();
    components_.add("responses", "rows." + schema_, std::move(json));
  }

  void begin_operation(std::string_view method, std::string_view summary,
                       std::string_view description) {
    out_.key(method).begin_object();
    out_.member("operationId", operation_names_.take(std::string(method) + "_" + name_));
    out_.key("tags").begin_array().string(name_).end_array();
    out_.member("summary", std::string(summary) + " " + name_);
    if (!description.empty()) out_.member("description", description);
  }

  void write_parameters(bool filters, std::initializer_list<std::string_view> shared) {
    out_.key("parameters").begin_array();
    for (const std::string& filter : filters_) {
      if (filters) components_.refer(out_, "parameters", filter);
    }
    for (const std::string_view name : shared) {
      if (name != "select" || relation_.can_read()) components_.refer(out_, "parameters", name);
    }
    out_.end_array();
  }

  void write_responses(std::initializer_list<Status> own) {
    out_.key("responses").begin_object();
    for (const Status& status : own) {
      out_.key(status.code);
      if (status.response == "rows" && relation_.can_read()) {
        components_.refer(out_, "responses", "rows." + schema_);
      } else {
        components_.refer(out_, "responses", status.response == "rows" ? "done" : status.response);
      }
    }
    for (const Status& status : kRefusals) {
      out_.key(status.code);
      components_.refer(out_, "responses", status.response);
    }
    out_.end_object();
  }

  void write_read() {
    begin_operation("get", "Read rows of", relation_.table->description);
    write_parameters(true, {"or", "and", "select", "order", "limit", "offset", "range",
                            "range-unit", "prefer-read"});
    write_responses({{"200", "rows"}, {"206", "rows"}, {"416", "range-not-satisfiable"}});
    out_.end_object();
  }

  void write_insert() {
    begin_operation("post", "Insert rows into",
                    "One row, or several of which all or none are inserted.");
    write_parameters(false, {"select", "columns", "on_conflict", "prefer-insert"});
    out_.key("requestBody").begin_object().key("required").boolean(true);
    out_.key("content").begin_object();
    out_.key("application/json").begin_object().key("schema").begin_object();
    out_.key("oneOf").begin_array();
    components_.refer(out_, "schemas", schema_ + ".insert");
    out_.begin_object().member("type", "array").key("items");
    components_.refer(out_, "schemas", schema_ + ".insert");
    out_.end_object().end_array().end_object();
    out_.key("example").raw(example_of_new_row(relation_)).end_object();
    out_.end_object().end_object();
    write_responses({{"201", "rows"}, {"409", "conflict"}});
    out_.end_object();
  }

  void write_update() {
    begin_operation("patch", "Update rows of",
                    "Sets columns in every row that passes the filters.");
    write_parameters(true, {"or", "and", "select", "columns", "prefer-write"});
    out_.key("requestBody").begin_object().key("required").boolean(true);
    out_.key("content").begin_object().key("application/json").begin_object().key("schema");
    components_.refer(out_, "schemas", schema_ + ".update");
    out_.end_object().end_object().end_object();
    write_responses({{"200", "rows"}, {"204", "done"}, {"409", "conflict"}});
    out_.end_object();
  }

  void write_delete() {
    begin_operation("delete", "Delete rows of", "Deletes every row that passes the filters.");
    write_parameters(true, {"or", "and", "select", "prefer-write"});
    write_responses({{"200", "rows"}, {"204", "done"}, {"409", "conflict"}});
    out_.end_object();
  }

  JsonWriter& out_;
  Components& components_;
  Names& operation_names_;
  const Relation& relation_;
  const std::string& name_;
  const std::string schema_;          // the name of its component
  std::vector<std::string> filters_;  // names of the parameters
};

}  // namespace

void write_table_path(JsonWriter& out, Components& components, Names& schema_names,
                      Names& operation_names, const Relation& relation) {
  TablePath(out, components, operation_names, relation, schema_names.take(relation.table->name))
      .write();
}

}  // namespace prodev::openapi
