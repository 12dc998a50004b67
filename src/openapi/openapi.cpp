#include "openapi/openapi.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "http/conditional.h"
#include "openapi/document.h"
#include "openapi/json_schema.h"
#include "text/json_writer.h"

namespace prodev::openapi {

namespace {

using http::Request;
using http::Response;

std::string etag_of(std::string_view bytes) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  std::array<char, 2 * crypto_generichash_BYTES_MIN + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return "\"" + std::string(hex.data()) + "\"";
}

}  // namespace

Openapi::Openapi(size_t loops, const records::CurrentSchema& schema,
                 const auth::Authenticator& authenticator)
    : schema_(schema), authenticators_(loops, authenticator) {}

const auth::Identity* Openapi::identify(const Request& request, Response& response) {
  const auto identity = authenticators_[request.loop].identify(
      request.header("authorization"), request.header("apikey"), base::wall_ms() / 1'000);
  if (identity) return *identity;
  const auth::TokenError& error = identity.error();
  http::set_error(response, 401, error.code, error.message);
  response.add_header("WWW-Authenticate", auth::challenge_of(error));
  return nullptr;
}

Openapi::DocumentPointer Openapi::document_for(const records::Schema& schema,
                                               const std::string& role) {
  // Roles that the schema does not know see the same: nothing. So the cache is bounded.
  const std::string known = schema.rules->has_role(role) ? role : "none";
  const std::lock_guard lock(mutex_);
  if (version_ != schema.version) {
    by_role_.clear();
    version_ = schema.version;
  }
  DocumentPointer& document = by_role_[known];
  if (!document) {
    std::string json = make_document(schema, known, routes_);
    std::string etag = etag_of(json);
    document = std::make_shared<const Document>(Document{std::move(json), std::move(etag)});
  }
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
  const records::SchemaPointer schema = schema_.get();
  send(document_for(*schema, identity->role), "application/openapi+json; charset=utf-8", request,
       response);
}

void Openapi::answer_table_schema(const Request& request, Response& response) {
  const auth::Identity* identity = identify(request, response);
  if (identity == nullptr) return;
  const records::SchemaPointer schema = schema_.get();
  const std::string name = request.path.substr(request.path.rfind('/') + 1);
  const std::vector<Relation> relations = relations_of(*schema, identity->role);
  const auto found = std::find_if(relations.begin(), relations.end(), [&](const Relation& one) {
    return one.table->name == name && one.can_read();
  });
  if (found == relations.end()) {
    http::set_error(response, 404, "PGRST205",
                    "Could not find the table '" + name + "' in the schema cache");
    return;
  }
  std::string json;
  text::JsonWriter out(json);
  write_row_schema(out, *found, true);
  std::string etag = etag_of(json);
  send(std::make_shared<const Document>(Document{std::move(json), std::move(etag)}),
       "application/schema+json; charset=utf-8", request, response);
}

}  // namespace prodev::openapi
