#include "catch.h"
#include "query/lower.h"
#include "rest/query_parameters.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

const catalog::Catalog& catalog_of_notes() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    test::TempFolder folder;
    db::Connection connection =
        std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
    REQUIRE(
        connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, at TIMESTAMP,"
                           " parent INTEGER REFERENCES note (id));"));
    return *catalog::Catalog::load(connection);
  }();
  return *catalog;
}

struct Asked {
  std::string select;
  std::vector<rest::Parameter> filters;
};

// Embeds within each other, of which each is filtered by the next one `times` times.
Asked nested(size_t depth, size_t times, const std::string& filter) {
  const std::string names = "abcdefgh";
  Asked asked;
  for (size_t i = depth; i-- > 0;) {
    const std::string inner = asked.select.empty() ? "" : "," + asked.select;
    asked.select = names.substr(i, 1) + ":parent(id" + inner + ")";
  }
  asked.select = "id," + asked.select;
  std::string path;
  for (size_t i = 0; i < depth; ++i) {
    const std::string name = names.substr(i, 1);
    std::string logic;
    for (size_t k = 0; k < times; ++k) logic += (k == 0 ? "" : ",") + name + filter;
    asked.filters.push_back({path + "or", "(" + logic + ")"});
    path += name + ".";
  }
  return asked;
}

// The code of the error; empty: there is none.
std::string refusal(const Asked& asked) {
  const Context context{catalog_of_notes(),
                        [](const catalog::Table&) -> Outcome<Guard> { return Guard{"(body)"}; },
                        [](const catalog::Function&) { return false; }};
  std::vector<rest::Parameter> parameters = asked.filters;
  parameters.push_back({"select", asked.select});
  rest::QueryParameters parsed;
  REQUIRE(rest::parse_query_parameters(std::move(parameters), parsed));
  const Outcome<LoweredQuery> query =
      lower_read(context, catalog_of_notes().tables().front(), parsed.read, Guard{"(body)"});
  return query ? "" : std::to_string(query.error().status) + " " + query.error().code;
}

}  // namespace

TEST_CASE("filters on embeds that multiply at each level are refused before they are written") {
  CHECK(refusal(nested(8, 1, ".not.is.null")).empty());
  CHECK(refusal(nested(3, 5, ".not.is.null")).empty());
  CHECK(refusal(nested(5, 5, ".not.is.null")) == "413 54001");
  CHECK(refusal(nested(8, 20, ".is.null")) == "413 54001");
}

TEST_CASE("so are embeds that must be there, and orders by what is embedded") {
  Asked inner = nested(8, 20, ".not.is.null");
  inner.select =
      "id,a:parent!inner(id,b:parent!inner(id,c:parent!inner(id,d:parent!inner(id,"
      "e:parent!inner(id,f:parent!inner(id,g:parent!inner(id,h:parent!inner(id))))))))";
  CHECK(refusal(inner) == "413 54001");
  Asked ordered = nested(3, 7, ".not.is.null");
  CHECK(refusal(ordered).empty());
  std::string order = "a(id)";
  for (int i = 0; i < 20; ++i) order += ",a(id)";
  ordered.filters.push_back({"order", order});
  CHECK(refusal(ordered) == "413 54001");
}

TEST_CASE("long lists are refused for the SQL that they become, wherever they stand") {
  std::string times;
  for (int i = 0; i < 1'900; ++i)
    times += (i == 0 ? "" : ",") + std::string("2026-11-28T09:00:00Z");
  Asked asked{"id", {{"at", "in.(" + times + ")"}}};
  CHECK(refusal(asked).empty());
  for (int i = 0; i < 9; ++i) asked.filters.push_back(asked.filters.front());
  CHECK(refusal(asked) == "413 54001");
}

}  // namespace prodev::query
