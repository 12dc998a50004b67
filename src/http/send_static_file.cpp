#include "base/random.h"
#include "http/byte_ranges.h"
#include "http/conditional.h"
#include "http/static_files.h"
#include "text/negotiation.h"

namespace prodev::http {

namespace {

// The variant with the highest quality; of equal ones the smallest.
const StaticFile::Variant& choose_variant(const StaticFile& file, const Head& head) {
  if (!file.brotli && !file.gzip) return file.identity;
  // A part of a compressed file is of no use to a client that resumes a download.
  if (head.has("range")) return file.identity;
  std::string joined;
  const std::string_view accept = head.find_list("accept-encoding", joined);
  if (accept.empty()) return file.identity;
  const int brotli = file.brotli ? text::coding_quality(accept, "br") : 0;
  const int gzip = file.gzip ? text::coding_quality(accept, "gzip") : 0;
  const int identity = text::coding_quality(accept, "identity");
  if (brotli > 0 && brotli >= gzip && brotli >= identity) return *file.brotli;
  if (gzip > 0 && gzip >= identity) return *file.gzip;
  return file.identity;
}

Segment part_of(const Segment& whole, const ByteRange& range) {
  Segment part = whole;
  if (whole.file < 0) part.bytes = whole.bytes.substr(range.first, range.size);
  part.offset = whole.offset + static_cast<off_t>(range.first);
  part.size = range.size;
  return part;
}

std::string content_range(const ByteRange& range, uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.first + range.size - 1) + "/" + std::to_string(size);
}

Segment text_segment(std::string text) {
  const auto owner = std::make_shared<const std::string>(std::move(text));
  return {*owner, -1, 0, owner->size(), owner};
}

// RFC 9110 section 14.6: multipart/byteranges.
void send_parts(const StaticFile& file, const Segment& whole, const std::vector<ByteRange>& ranges,
                Response& response) {
  const std::string boundary = "prodev-" + std::to_string(base::random_u64());
  std::vector<Segment> segments;
  for (const ByteRange& range : ranges) {
    segments.push_back(text_segment("\r\n--" + boundary + "\r\n" + file.type_line +
                                    "Content-Range: " + content_range(range, whole.size) +
                                    "\r\n\r\n"));
    segments.push_back(part_of(whole, range));
  }
  segments.push_back(text_segment("\r\n--" + boundary + "--\r\n"));
  response.set_segments(std::move(segments), "multipart/byteranges; boundary=" + boundary);
}

void send_ranges(const StaticFile& file, const Segment& whole, const ByteRanges& asked,
                 Response& response) {
  if (asked.verdict == ByteRanges::Verdict::kUnsatisfiable) {
    response.clear();
    set_error(response, 416, "range_not_satisfiable", "the file is shorter than the range begins");
    response.add_header("Content-Range", "bytes */" + std::to_string(whole.size));
    return;
  }
  response.status = 206;
  if (asked.ranges.size() == 1) {
    response.add_header("Content-Range", content_range(asked.ranges[0], whole.size));
    response.set_segment(part_of(whole, asked.ranges[0]), file.content_type);
  } else {
    send_parts(file, whole, asked.ranges, response);
  }
}

}  // namespace

void send_static_file(const StaticFile& file, const Request& request, Response& response) {
  const StaticFile::Variant& variant = choose_variant(file, request.head);
  const Validators validators{variant.etag, file.modified_s};
  switch (evaluate_preconditions(request.head, validators)) {
    case Precondition::kNotModified:
      response.status = 304;
      response.add_header_lines(variant.cached_lines);
      return;
    case Precondition::kFailed:
      set_error(response, 412, "precondition_failed",
                "the file is not the version that was asked for");
      return;
    case Precondition::kProceed:
      break;
  }
  response.add_header_lines(variant.lines);
  if (request.head.method == Method::kGet && request.head.has("range") &&
      range_applies(request.head, validators)) {
    const ByteRanges asked = parse_ranges(request.head.find("range"), variant.content.size);
    if (asked.verdict != ByteRanges::Verdict::kIgnore) {
      send_ranges(file, variant.content, asked, response);
      return;
    }
  }
  response.set_segment(variant.content, file.content_type);
}

}  // namespace prodev::http
