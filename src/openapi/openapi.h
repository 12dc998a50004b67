// Openapi: answers with the OpenAPI document and with the JSON Schema of one table, each as the
// role of the caller has it.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "openapi/route_paths.h"
#include "records/schema.h"

namespace prodev::openapi {

class Openapi {
 public:
  // `schema` outlives this. `public_url`: where clients find the server; empty: where they found
  // the document.
  Openapi(size_t loops, const records::CurrentSchema& schema,
          const auth::Authenticator& authenticator, std::string public_url);

  // What the document tells of besides tables. REQUIRES: before the first request.
  void set_routes(const std::vector<http::Route>& routes) { routes_ = entries_of(routes); }

  // Handlers for the inline lane. A document is made once for a role and a schema, on the read lane
  // (that of 2,000 tables takes most of a second); after that a request costs a lookup, and 304
  // for a client that has it.
  void answer_document(const http::Request& request, http::Response& response);
  // The path ends in the table's name: 404 PGRST205 when the caller may not read it.
  void answer_table_schema(const http::Request& request, http::Response& response);

 private:
  // Bytes with their ETag; shared by the cache and by responses on their way.
  struct Document {
    std::string json;
    std::string etag;
  };
  using DocumentPointer = std::shared_ptr<const Document>;
  // What documents of one schema differ by.
  struct Key {
    std::string role;
    std::string server_url;
    // NOLINTNEXTLINE(modernize-use-nullptr): it takes the comparison with 0 in there for one
    auto operator<=>(const Key&) const = default;
  };

  // nullptr, with the refusal made, for a token that cannot be trusted.
  const auth::Identity* identify(const http::Request& request, http::Response& response);
  Key key_of(const records::Schema& schema, const std::string& role, std::string_view path) const;
  // nullptr: it has not been made yet.
  DocumentPointer find(const records::Schema& schema, const Key& key);
  DocumentPointer find_or_make(const records::Schema& schema, const Key& key);
  void keep(const records::Schema& schema, const Key& key, const DocumentPointer& document);
  static void send(const DocumentPointer& document, std::string_view content_type,
                   const http::Request& request, http::Response& response);

  const records::CurrentSchema& schema_;
  std::vector<auth::Authenticator> authenticators_;  // one for each loop
  const std::string public_url_;
  std::vector<RouteEntry> routes_;

  std::mutex making_;     // held while a document is made, so that no other thread makes it, too
  std::mutex mutex_;      // never held for long: loops take it
  uint64_t version_ = 0;  // guarded by mutex_: of the schema
  std::map<Key, DocumentPointer> by_key_;  // guarded by mutex_: of that version
};

}  // namespace prodev::openapi
