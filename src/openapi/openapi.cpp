#include "openapi/openapi.h"

#include <algorithm>

#include "base/clock.h"
#include "http/conditional.h"
#include "openapi/document.h"
#include "openapi/json_schema.h"
#include "text/json_writer.h"

namespace prodev::openapi {

namespace {

using http::Request;
using http::Response;

// "." for /openapi.json, "../.." for /rest/v1/: what the paths of a document there are put behind
// (OpenAPI 3.1, "Server Object"), so that they hold under whatever prefix a proxy serves it.
std::string root_seen_from(std::string_view path) {
  std::string root = ".";
  const auto folders = std::count(path.begin(), path.end(), '/') - 1;
  for (auto i = folders; i > 0; --i) root += i == folders ? "." : "/..";
  return root;
}

}  // namespace

Openapi::Openapi(size_t loops, const records::CurrentSchema& schema,
                 const auth::Authenticator& authenticator, std::string public_url)
    : schema_(schema), authenticators_(loops, authenticator), public_url_(std::move(public_url)) {}

const auth::Identity* Openapi::identify(const Request& request, Response& response) {
  const auto identity = authenticators_[request.loop].identify(
      request.header("authorization"), request.header("apikey"), base::wall_ms() / 1'000);
  if (identity) return *identity;
  const auth::TokenError& error = identity.error();
  http::set_error(response, 401, error.code, error.message);
  response.add_header("WWW-Authenticate", auth::challenge_of(error));
  return nullptr;
}

Openapi::Key Openapi::key_of(const records::Schema& schema, const std::string& role,
                             std::string_view path) const {
  // Roles that the schema does not know see the same: nothing. So the number of keys is bounded.
  Key key{schema.rules->has_role(role) ? role : "none", public_url_};
  if (public_url_.empty()) key.server_url = root_seen_from(path);
  return key;
}

Openapi::DocumentPointer Openapi::find(const records::Schema& schema, const Key& key) {
  const std::lock_guard lock(mutex_);
  if (version_ != schema.version) return nullptr;
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

void Openapi::keep(const records::Schema& schema, const Key& key, const DocumentPointer& document) {
  const std::lock_guard lock(mutex_);
  if (version_ > schema.version) return;
  if (version_ < schema.version) by_key_.clear();
  version_ = schema.version;
  by_key_[key] = document;
}

Openapi::DocumentPointer Openapi::find_or_make(const records::Schema& schema, const Key& key) {
  const std::lock_guard lock(making_);
  DocumentPointer document = find(schema, key);
  if (document) return document;
  std::string json = make_document(schema, key.role, routes_, key.server_url);
  std::string etag = http::content_etag(json);
  document = std::make_shared<const Document>(Document{std::move(json), std::move(etag)});
  keep(schema, key, document);
  return document;
}

void Openapi::send(const DocumentPointer& document, std::string_view content_type,
                   const Request& request, Response& response) {
  response.add_header("ETag", document->etag);
  response.add_header_lines("Cache-Control: no-cache\r\nVary: Authorization, apikey\r\n");
  const auto precondition = http::evaluate_preconditions(request.head, {document->etag, 0});
  if (precondition == http::Precondition::kNotModified) {
    response.status = 304;
    return;
  }
  response.set_segment({document->json, -1, 0, document->json.size(), document}, content_type);
}

void Openapi::answer_document(const Request& request, Response& response) {
  const auth::Identity* identity = identify(request, response);
  if (identity == nullptr) return;
  static constexpr std::string_view kType = "application/openapi+json; charset=utf-8";
  const records::SchemaPointer schema = schema_.get();
  Key key = key_of(*schema, identity->role, request.path);
  if (const DocumentPointer document = find(*schema, key))
    return send(document, kType, request, response);
  response.continue_on(http::Lane::kRead,
                       [this, schema, key = std::move(key)](const Request& same, Response& out) {
                         send(find_or_make(*schema, key), kType, same, out);
                       });
}

void Openapi::answer_table_schema(const Request& request, Response& response) {
  const auth::Identity* identity = identify(request, response);
  if (identity == nullptr) return;
  const records::SchemaPointer schema = schema_.get();
  const std::string name = request.path.substr(std::string_view("/schemas/").size());
  const std::optional<Relation> found = find_readable(*schema, identity->role, name);
  if (!found) {
    http::set_error(response, 404, "PGRST205",
                    "Could not find the table '" + name + "' in the schema cache");
    return;
  }
  std::string json;
  text::JsonWriter out(json);
  write_row_schema(out, *found, true);
  std::string etag = http::content_etag(json);
  send(std::make_shared<const Document>(Document{std::move(json), std::move(etag)}),
       "application/schema+json; charset=utf-8", request, response);
}

}  // namespace prodev::openapi
