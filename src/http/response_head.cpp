#include "http/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/status.h"
#include "text/http_date.h"

namespace prodev::http {

namespace {

void append_number(std::string& out, uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<size_t>(end - digits.data()));
}

// Types that a browser may show as a page of this origin, scripts and all.
bool is_document(std::string_view header_lines) {
  constexpr std::string_view kName = "Content-Type: ";
  while (!header_lines.empty() && !header_lines.starts_with(kName))
    header_lines.remove_prefix(std::min(header_lines.find('\n'), header_lines.size() - 1) + 1);
  if (header_lines.empty()) return false;
  std::string_view type = header_lines.substr(kName.size());
  type = type.substr(0, type.find_first_of(";\r"));
  return type.ends_with("html") || type.ends_with("xml") || type == "application/pdf";
}

}  // namespace

std::string_view DateLine::at(int64_t unix_s) {
  if (unix_s != unix_s_) {
    unix_s_ = unix_s;
    line_ = "Date: " + text::format_http_date(unix_s) + "\r\n";
  }
  return line_;
}

void append_response_head(std::string& out, const Site& site, const Request& request,
                          const Response& response, const Framing& framing,
                          std::string_view date_line) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<uint64_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  out += date_line;
  out += response.headers();
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (const auto length = response.length();
             length && !response.length_unknown && !forbids_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, *length);
    out += "\r\n";
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (request.head.minor_version == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "X-Request-Id: ";
  out += request.id;
  out += "\r\n";
  out += site.options.all_lines;
  if (is_document(response.headers())) out += site.options.document_lines;
  out += "\r\n";
}

}  // namespace prodev::http
