#include "rest/responses.h"

#include <optional>

#include "access/system_tables.h"
#include "rest/query_parameters.h"
#include "text/json_string.h"
#include "text/url.h"

namespace prodev::rest {

namespace {

using http::Method;

void append_member(std::string& body, std::string_view name, std::string_view value) {
  body.append(body.empty() ? "{" : ",");
  text::append_json_string(body, name);
  body += ':';
  if (value.empty()) {
    body += "null";
  } else {
    text::append_json_string(body, value);
  }
}

std::string content_range(uint64_t first, uint64_t rows, std::optional<uint64_t> total) {
  std::string range =
      rows == 0 ? "*" : std::to_string(first) + "-" + std::to_string(first + rows - 1);
  range += '/';
  range += total ? std::to_string(*total) : "*";
  return range;
}

void add_applied(http::Response& response, const RequestOptions& options, Method method) {
  const std::string applied = options.preferences.applied(method);
  if (!applied.empty()) response.add_header("Preference-Applied", applied);
}

int write_status(const WriteCall& call, const records::WriteResult& result) {
  const Preferences& preferences = call.options.preferences;
  if (call.method == Method::kPost) {
    const bool merges = preferences.resolution == ResolutionPreference::kMerge;
    return merges && !result.inserted ? 200 : 201;
  }
  if (!preferences.represents()) return 204;
  return call.method == Method::kPut && result.inserted ? 201 : 200;
}

// Where the row that was written can be read.
std::string location_of(const WriteCall& call, const records::WriteResult& result) {
  std::string location = call.location;
  char glue = '?';
  for (const auto& [column, value] : result.key) {
    location.push_back(glue);
    glue = '&';
    text::append_percent_encoded(location, filter_name(column));
    location += "=eq.";
    text::append_percent_encoded(location, value);
  }
  return location;
}

void add_location(http::Response& response, const WriteCall& call,
                  const records::WriteResult& result) {
  if (result.key.empty()) return;
  const std::string location = location_of(call, result);
  if (location.size() <= call.max_target_bytes) response.add_header("Location", location);
}

}  // namespace

void begin_response(http::Response& response) {
  response.add_header_lines("Vary: Accept, Prefer, Range\r\n");
}

void respond_error(http::Response& response, const query::ApiError& error, std::string_view role) {
  response.clear();
  begin_response(response);
  response.status = error.status;
  response.undo = true;  // 300 is an error, too
  if (error.code == "42501" && role == access::kAnonymousRole) {
    response.status = 401;
    response.add_header("WWW-Authenticate", "Bearer");
  }
  if (error.status == 503) response.add_header("Retry-After", "1");
  if (error.total) response.add_header("Content-Range", content_range(0, 0, error.total));
  response.add_header("Proxy-Status", "PostgREST; error=" + error.code);
  std::string body;
  append_member(body, "code", error.code);
  if (error.details_json.empty()) {
    append_member(body, "details", error.details);
  } else {
    body += R"(,"details":)" + error.details_json;
  }
  append_member(body, "hint", error.hint);
  append_member(body, "message", error.message);
  body += '}';
  response.set_body(std::move(body), "application/json; charset=utf-8");
}

query::Outcome<void> check_affected(std::optional<uint64_t> most, uint64_t rows) {
  if (!most || rows <= *most) return {};
  return query::refuse({400, "PGRST124", "Query result exceeds max-affected preference constraint",
                        "The query affects " + std::to_string(rows) + " rows"});
}

query::ApiError not_singular(uint64_t rows) {
  return {406, "PGRST116", "Cannot coerce the result to a single JSON object",
          "The result contains " + std::to_string(rows) + " rows"};
}

query::Outcome<void> describe_read(http::Response& response, const RequestOptions& options,
                                   uint64_t rows_before, const records::ReadResult& result) {
  const uint64_t offset = options.read.offset;
  if (result.total && rows_before == 0 && offset > *result.total) {
    query::ApiError error(416, "PGRST103", "Requested range not satisfiable",
                          "An offset of " + std::to_string(offset) +
                              " was requested, but there are only " +
                              std::to_string(*result.total) + " rows.");
    error.total = result.total;  // RFC 9110, 15.5.17
    return query::refuse(std::move(error));
  }
  if (options.media.format == records::RowFormat::kJsonObject && result.rows != 1)
    return query::refuse(not_singular(result.rows));
  response.status = result.total && result.rows < *result.total ? 206 : 200;
  response.add_header("Content-Range",
                      content_range(rows_before + offset, result.rows, result.total));
  add_applied(response, options, Method::kGet);
  return {};
}

void describe_write(http::Response& response, const WriteCall& call,
                    const records::WriteResult& result) {
  response.status = write_status(call, result);
  const Preferences& preferences = call.options.preferences;
  if (call.method != Method::kPut) {
    const bool counts = preferences.count && preferences.count != CountPreference::kPlanned;
    std::optional<uint64_t> total;
    if (counts) total = result.rows;
    const bool ranged = call.method == Method::kPatch;
    response.add_header("Content-Range", content_range(0, ranged ? result.rows : 0, total));
  }
  add_location(response, call, result);
  add_applied(response, call.options, call.method);
}

}  // namespace prodev::rest
