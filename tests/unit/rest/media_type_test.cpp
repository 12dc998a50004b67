#include "rest/media_type.h"

#include "catch.h"

namespace prodev::rest {
namespace {

std::string negotiated(std::string_view accept) {
  const query::Outcome<MediaType> media = negotiate(accept);
  return media ? media->content_type() : media.error().code;
}

}  // namespace

TEST_CASE("the media type that is liked best is taken, the first of two that are liked as much") {
  CHECK(negotiated("") == "application/json; charset=utf-8");
  CHECK(negotiated("text/csv, application/json") == "text/csv; charset=utf-8");
  CHECK(negotiated("text/csv;q=0.5, application/json;q=0.6") == "application/json; charset=utf-8");
  CHECK(negotiated("TEXT/CSV;Q=1") == "text/csv; charset=utf-8");
  CHECK(negotiated("image/png, */*;q=0.1") == "application/json; charset=utf-8");
  CHECK(negotiated("image/png") == "PGRST107");
  CHECK(negotiated("text/csv;q=0") == "PGRST107");
}

TEST_CASE("nulls=stripped is a parameter of PostgREST's own types") {
  CHECK(negotiated("application/vnd.pgrst.array+json;nulls=stripped") ==
        "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8");
  CHECK(negotiated("application/vnd.pgrst.object; nulls=\"stripped\"") ==
        "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8");
  CHECK_FALSE(negotiate("application/json;nulls=stripped")->strips_nulls);
}

TEST_CASE("a plan says of what it is, with what was asked for") {
  const MediaType media = *negotiate(
      "application/vnd.pgrst.plan+text; for=\"application/vnd.pgrst.object+json;nulls=stripped\"; "
      "options=verbose|analyze|nosuch");
  REQUIRE(media.plan);
  CHECK_FALSE(media.plan->json);
  CHECK(media.plan->has(PlanMedia::kAnalyze));
  CHECK_FALSE(media.plan->has(PlanMedia::kWal));
  CHECK(media.format == records::RowFormat::kJsonObject);
  CHECK(media.strips_nulls);
  CHECK(media.content_type() ==
        "application/vnd.pgrst.plan+text; "
        "for=\"application/vnd.pgrst.object+json;nulls=stripped\"; options=verbose|analyze; "
        "charset=utf-8");
  CHECK_FALSE(negotiate("application/vnd.pgrst.plan")->plan->json);
  CHECK(negotiate("application/vnd.pgrst.plan+json")->plan->json);
  CHECK(negotiated("application/vnd.pgrst.plan+xml") == "PGRST107");
  CHECK(negotiated("application/vnd.pgrst.plan; for=\"image/png\"") == "PGRST107");
}

}  // namespace prodev::rest
