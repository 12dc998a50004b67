#include "openapi/table_paths.h"

#include <initializer_list>

#include "openapi/json_schema.h"
#include "openapi/operations.h"
#include "text/url.h"

namespace prodev::openapi {

namespace {

using text::JsonWriter;

// What a body of rows may be; JSON is told of with its schema.
constexpr std::string_view kOtherBodies[] = {"application/x-ndjson", "text/csv",
                                             "application/x-www-form-urlencoded"};

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
      filters_ = add_filters(components_, schema_, relation_.readable);
      const std::string row = reference_to("schemas", schema_);
      add_rows_response(components_, rows_, R"({"type":"array","items":)" + row + "}", row);
    }
    std::string path = "/rest/v1/";
    text::append_percent_encoded(path, name_);
    out_.key(path).begin_object();
    if (relation_.can_read()) write_read();
    if (!relation_.insertable.empty()) write_insert();
    if (relation_.can_replace()) write_replace();
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
      const bool hidden = name == "select" && !relation_.can_read();
      // A filter of a column called so has the same name, and takes both.
      const bool taken = name == "cursor" && relation_.table->find_column(name) != nullptr;
      if (!hidden && !taken) components_.refer(out_, "parameters", name);
    }
    out_.end_array();
  }

  // Rows, to a role that may read them.
  Status rows(std::string_view code) const {
    return {code, relation_.can_read() ? std::string_view(rows_) : "done"};
  }

  // `schema`: of one row; `several`: an array of them will do, too.
  void write_body(const std::string& schema, bool several, const std::string& example) {
    out_.key("requestBody").begin_object().key("required").boolean(true);
    out_.key("content").begin_object().key("application/json").begin_object().key("schema");
    if (several) {
      out_.begin_object().key("oneOf").begin_array();
      components_.refer(out_, "schemas", schema);
      out_.begin_object().member("type", "array").key("items");
      components_.refer(out_, "schemas", schema);
      out_.end_object().end_array().end_object();
    } else {
      components_.refer(out_, "schemas", schema);
    }
    if (!example.empty()) out_.key("example").raw(example);
    out_.end_object();
    for (const std::string_view type : kOtherBodies) {
      out_.key(type).begin_object().key("schema").begin_object();
      out_.member("type", "string").end_object().end_object();
    }
    out_.end_object().end_object();
  }

  void write_read() {
    begin_operation("get", "Read rows of", relation_.table->description);
    write_parameters(true, {"or", "and", "select", "order", "limit", "offset", "cursor", "range",
                            "range-unit", "prefer-read"});
    write_responses(out_, components_,
                    {rows("200"), rows("206"), {"416", "range-not-satisfiable"}});
    out_.end_object();
  }

  void write_insert() {
    begin_operation("post", "Insert rows into",
                    "One row, or several of which all or none are inserted.");
    write_parameters(false, {"select", "columns", "on_conflict", "prefer-insert"});
    write_body(schema_ + ".insert", true, example_of_new_row(relation_));
    write_responses(out_, components_,
                    {rows("200"), rows("201"), {"409", "conflict"}, {"415", "unsupported-media"}});
    out_.end_object();
  }

  void write_replace() {
    begin_operation("put", "Insert or replace one row of",
                    "The filters name the primary key, each column with `eq`, as the body does.");
    write_parameters(true, {"select", "columns", "prefer-write"});
    write_body(schema_ + ".insert", false, {});
    write_responses(out_, components_,
                    {rows("200"),
                     rows("201"),
                     {"204", "done"},
                     {"405", "not-allowed"},
                     {"409", "conflict"},
                     {"415", "unsupported-media"}});
    out_.end_object();
  }

  void write_update() {
    begin_operation("patch", "Update rows of",
                    "Sets columns in every row that passes the filters.");
    write_parameters(true, {"or", "and", "select", "columns", "prefer-write"});
    write_body(schema_ + ".update", false, {});
    write_responses(
        out_, components_,
        {rows("200"), {"204", "done"}, {"409", "conflict"}, {"415", "unsupported-media"}});
    out_.end_object();
  }

  void write_delete() {
    begin_operation("delete", "Delete rows of", "Deletes every row that passes the filters.");
    write_parameters(true, {"or", "and", "select", "prefer-write"});
    write_responses(out_, components_, {rows("200"), {"204", "done"}, {"409", "conflict"}});
    out_.end_object();
  }

  JsonWriter& out_;
  Components& components_;
  Names& operation_names_;
  const Relation& relation_;
  const std::string& name_;
  const std::string schema_;  // the name of its component
  const std::string rows_ = "rows." + schema_;
  std::vector<std::string> filters_;  // names of the parameters
};

}  // namespace

void write_table_path(JsonWriter& out, Components& components, Names& schema_names,
                      Names& operation_names, const Relation& relation) {
  TablePath(out, components, operation_names, relation, schema_names.take(relation.table->name))
      .write();
}

}  // namespace prodev::openapi
