#include "openapi/document.h"

#include <algorithm>

#include "base/build_info.h"
#include "openapi/functions.h"
#include "openapi/table_paths.h"

namespace prodev::openapi {

namespace {

using text::JsonWriter;

struct Tag {
  std::string_view name;
  std::string_view description;
};

constexpr Tag kRouteTags[] = {
    {kFunctionsTag, "What the schema can be asked beside its tables."},
    {"Sign-in", "Tokens for those who call."},
    {"Documents", "What there is to ask, for programs."},
    {"Operations", "How the server is."},
};

constexpr std::string_view kDescription =
    "Tables and views as PostgREST serves them, with what the role `ROLE` may use of them.\n\n"
    "Filters are query parameters named like columns: `?price=lt.30&name=like.A*`. "
    "`Prefer: count=exact` counts, `Accept: application/vnd.pgrst.object+json` asks for one row, "
    "`text/csv` and `application/x-ndjson` are forms for other programs. Errors have the members "
    "`code`, `message`, `details` and `hint`.";

void write_info(JsonWriter& out, std::string_view role) {
  constexpr std::string_view kRole = "ROLE";
  std::string description(kDescription);
  description.replace(description.find(kRole), kRole.size(), role);
  out.key("info").begin_object();
  out.member("title", "prodev").member("version", base::version());
  out.member("description", description);
  out.key("license").begin_object();
  out.member("name", "As the operator of this server says").member("url", "./");
  out.end_object().end_object();
}

void write_tags(JsonWriter& out, const std::vector<Relation>& relations) {
  out.key("tags").begin_array();
  for (const Relation& relation : relations) {
    const catalog::Table& table = *relation.table;
    const bool is_view = table.kind == catalog::TableKind::kView;
    out.begin_object().member("name", table.name);
    out.member("description", !table.description.empty()
                                  ? table.description
                                  : (is_view ? "The view " : "The table ") + table.name + ".");
    out.end_object();
  }
  for (const Tag& tag : kRouteTags) {
    const bool taken = std::any_of(relations.begin(), relations.end(), [&](const Relation& one) {
      return one.table->name == tag.name;
    });
    if (taken) continue;
    out.begin_object().member("name", tag.name).member("description", tag.description);
    out.end_object();
  }
  out.end_array();
}

// No token is a way to call, too: that of anon.
void write_security(JsonWriter& out, Components& components) {
  out.key("security").begin_array().begin_object().end_object();
  for (const std::string_view scheme : {"bearer", "apikey"}) {
    out.begin_object().key(scheme).begin_array().end_array().end_object();
    components.note_use("securitySchemes", scheme);
  }
  out.end_array();
}

}  // namespace

std::string make_document(const records::Schema& schema, std::string_view role,
                          const std::vector<RouteEntry>& routes, std::string_view server_url) {
  std::string json;
  JsonWriter out(json);
  Components components;
  Names schema_names, operation_names;
  for (const std::string_view taken : {"Error", "AuthError", "Session"}) schema_names.take(taken);
  const std::vector<Relation> relations = relations_of(schema, role);
  out.begin_object().member("openapi", "3.1.0");
  write_info(out, role);
  out.key("servers").begin_array().begin_object().member("url", server_url);
  out.end_object().end_array();
  write_security(out, components);
  write_tags(out, relations);
  out.key("paths").begin_object();
  for (const Relation& relation : relations)
    write_table_path(out, components, schema_names, operation_names, relation);
  for (const Overloads& functions : functions_of(schema, role))
    write_function_path(out, components, schema_names, operation_names, functions);
  write_route_paths(out, components, operation_names, routes);
  out.end_object();
  out.key("components");
  components.write(out);
  out.end_object();
  return json;
}

}  // namespace prodev::openapi
