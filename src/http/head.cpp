#include "http/head.h"

#include <array>

#include "text/ascii.h"
#include "text/authority.h"

namespace prodev::http {

namespace {

// RFC 9110 section 5.6.2: tchar.
constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}

// RFC 9110 section 5.5: field-vchar, SP and HTAB.
constexpr std::array<bool, 256> make_value_table() {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 256; ++c) table[c] = c != 0x7f;
  table['\t'] = true;
  return table;
}

constexpr std::array<bool, 256> kToken = make_token_table();
constexpr std::array<bool, 256> kValue = make_value_table();

bool all_of(std::string_view text, const std::array<bool, 256>& table) {
  for (const char c : text) {
    if (!table[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

using Outcome = std::optional<HeadError>;

Outcome refuse(int status, const char* message) { return HeadError{status, message}; }

// RFC 9112 section 2.3.
Outcome parse_version(std::string_view text, Head& out) {
  if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || text[6] != '.' || text[5] < '0' ||
      text[5] > '9' || text[7] < '0' || text[7] > '9') {
    return refuse(400, "the request line does not end with an HTTP version");
  }
  if (text[5] != '1') return refuse(505, "only HTTP/1.0 and HTTP/1.1 are served");
  out.minor_version = text[7] == '0' ? 0 : 1;
  return {};
}

// RFC 9112 section 3.2: origin-form, absolute-form, and asterisk-form for OPTIONS.
Outcome parse_target(Head& out) {
  std::string_view rest = out.target;
  for (const char c : rest) {
    if (c <= 0x20 || c == 0x7f || c == '#' || static_cast<unsigned char>(c) >= 0x80) {
      return refuse(400, "the request target has a character that must be percent-encoded");
    }
  }
  if (rest == "*") {
    if (out.method != Method::kOptions) return refuse(400, "the target * goes with OPTIONS only");
    out.path = rest;
    return {};
  }
  const size_t scheme = rest.find("://");
  if (rest.front() != '/' && scheme != std::string_view::npos) {
    const std::string_view name = rest.substr(0, scheme);
    if (!equal_name(name, "http") && !equal_name(name, "https")) {
      return refuse(400, "the request target has a scheme that is not served");
    }
    rest.remove_prefix(scheme + 3);
    const size_t slash = rest.find_first_of("/?");
    out.host = rest.substr(0, slash);
    if (out.host.empty() || !text::parse_authority(out.host)) {
      return refuse(400, "the request target has a malformed host");
    }
    rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    if (rest.front() == '?') return refuse(400, "the request target has no path");
  }
  if (rest.front() != '/') return refuse(400, "the request target does not begin with a slash");
  const size_t question = rest.find('?');
  out.path = rest.substr(0, question);
  out.query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  return {};
}

Outcome parse_request_line(std::string_view line, Head& out) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last) {
    return refuse(400, "the request line is not: method, one space, target, one space, version");
  }
  out.method_text = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  if (!is_token(out.method_text)) return refuse(400, "the method is malformed");
  if (out.target.empty()) return refuse(400, "the request target is empty");
  if (Outcome error = parse_version(line.substr(last + 1), out)) return error;
  out.method = find_method(out.method_text);
  if (out.method == Method::kOther) return refuse(501, "the method is not implemented");
  return parse_target(out);
}

Outcome parse_field(std::string_view line, Head& out) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(400, "a header field is folded over two lines");
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "a header field has no colon");
  const Field field{line.substr(0, colon), text::trim(line.substr(colon + 1))};
  if (!is_token(field.name)) return refuse(400, "a header field has a malformed name");
  if (!all_of(field.value, kValue)) return refuse(400, "a header field has a control character");
  out.fields.push_back(field);
  return {};
}

struct ConnectionTokens {
  bool close = false;
  bool keep_alive = false;
};

// Comma-separated tokens of Connection (RFC 9110 section 7.6.1).
void read_connection(std::string_view value, ConnectionTokens& out) {
  while (!value.empty()) {
    const size_t comma = value.find(',');
    const std::string_view token = text::trim(value.substr(0, comma));
    out.close = out.close || equal_name(token, "close");
    out.keep_alive = out.keep_alive || equal_name(token, "keep-alive");
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
  }
}

// RFC 9112 section 6.3; digits only, so that no other reading exists.
Outcome read_content_length(std::string_view value, Head& out) {
  if (out.content_length) return refuse(400, "the request has two Content-Length fields");
  if (value.empty() || value.size() > 18) return refuse(400, "the Content-Length is not a number");
  uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return refuse(400, "the Content-Length is not a number");
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  out.content_length = length;
  return {};
}

Outcome read_transfer_encoding(std::string_view value, Head& out) {
  if (out.chunked) return refuse(400, "the request has two Transfer-Encoding fields");
  if (out.minor_version == 0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  if (!equal_name(value, "chunked")) {
    return refuse(501, "the only Transfer-Encoding understood is chunked");
  }
  out.chunked = true;
  return {};
}

// The fields that frame the message, each looked at once. `hosts` counts Host fields.
Outcome read_field(const Field& field, Head& out, int& hosts, ConnectionTokens& connection) {
  switch (field.name.size()) {
    case 4:
      if (!equal_name(field.name, "host")) return {};
      if (!text::parse_authority(field.value)) return refuse(400, "the Host is malformed");
      ++hosts;
      if (out.host.empty()) out.host = field.value;
      return {};
    case 6:
      if (!equal_name(field.name, "expect")) return {};
      if (equal_name(field.value, "100-continue")) {
        out.expect_continue = out.minor_version > 0;  // RFC 9110 section 10.1.1
      } else {
        out.unknown_expectation = true;
      }
      return {};
    case 10:
      if (equal_name(field.name, "connection")) read_connection(field.value, connection);
      return {};
    case 14:
      return equal_name(field.name, "content-length") ? read_content_length(field.value, out)
                                                      : Outcome();
    case 17:
      return equal_name(field.name, "transfer-encoding") ? read_transfer_encoding(field.value, out)
                                                         : Outcome();
    default:
      return {};
  }
}

Outcome read_framing(Head& out) {
  int hosts = 0;
  ConnectionTokens connection;
  for (const Field& field : out.fields) {
    if (Outcome error = read_field(field, out, hosts, connection)) return error;
  }
  out.keep_alive = !connection.close && (out.minor_version > 0 || connection.keep_alive);
  if (hosts > 1) return refuse(400, "the request has two Host fields");
  if (hosts == 0 && out.minor_version > 0) return refuse(400, "the request has no Host field");
  if (out.chunked && out.content_length) {
    return refuse(400, "the request has both a Content-Length and a Transfer-Encoding");
  }
  return {};
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && all_of(text, kToken); }

bool equal_name(std::string_view name, std::string_view lower_name) {
  if (name.size() != lower_name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (text::to_lower(name[i]) != lower_name[i]) return false;
  }
  return true;
}

std::string_view Head::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (equal_name(field.name, name)) return field.value;
  }
  return {};
}

std::string_view Head::find_list(std::string_view name, std::string& joined) const {
  std::string_view list;
  for (const Field& field : fields) {
    if (!equal_name(field.name, name)) continue;
    if (list.data() == nullptr) {
      list = field.value;
      continue;
    }
    joined = std::string(list) + ", " + std::string(field.value);
    list = joined;
  }
  return list;
}

bool Head::has(std::string_view name) const {
  for (const Field& field : fields) {
    if (equal_name(field.name, name)) return true;
  }
  return false;
}

void Head::clear() {
  std::vector<Field> kept = std::move(fields);  // its capacity serves the next request
  kept.clear();
  *this = Head();
  fields = std::move(kept);
}

std::optional<HeadError> parse_head(std::string_view bytes, Head& out) {
  out.clear();
  if (bytes.substr(0, 2) == "\r\n") bytes.remove_prefix(2);
  bool first = true;
  for (;;) {
    const size_t end = bytes.find('\r');
    if (end == std::string_view::npos || end + 1 >= bytes.size() || bytes[end + 1] != '\n') {
      return refuse(400, "a line of the request head has a bare CR");
    }
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.empty()) break;
    if (Outcome error = first ? parse_request_line(line, out) : parse_field(line, out)) {
      return error;
    }
    first = false;
  }
  if (first) return refuse(400, "the request line is missing");
  return read_framing(out);
}

}  // namespace prodev::http
