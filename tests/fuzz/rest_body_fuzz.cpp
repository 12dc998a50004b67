// The body of a write to /rest/v1/TABLE: whatever it says, what is taken is rows of known shapes
// that a statement can be made of.
#include <array>
#include <string>

#include "catalog/catalog.h"
#include "pieces.h"
#include "rest/body_parser.h"

namespace {

using namespace prodev;
using fuzz::require;

const catalog::Table& table() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    auto connection = db::Connection::open(":memory:", db::OpenMode::kCreate);
    require(connection.has_value(), "a database in memory opens");
    require(
        connection
            ->execute("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT DEFAULT 'x', c REAL, d BLOB,"
                      "  e INTEGER CHECK (e IN (0, 1)), f TEXT CHECK (json_valid(f)), g,"
                      "  h AS (id + 1), \"odd \"\"name\" DECIMAL)")
            .has_value(),
        "a table is made");
    return *catalog::Catalog::load(*connection);
  }();
  return catalog->tables().front();
}

void check_rows(const records::NewRows& rows) {
  require(rows.shapes.size() <= rest::RowCollector::kMaxShapes, "shapes are bounded");
  for (const auto& shape : rows.shapes) {
    for (size_t i = 0; i < shape.size(); ++i) {
      require(!shape[i]->generated, "what SQLite computes is not written");
      for (size_t k = 0; k < i; ++k) require(shape[k] != shape[i], "a column comes once");
    }
  }
  for (const records::NewRow& row : rows.rows) {
    require(row.shape < rows.shapes.size(), "a row has a shape");
    require(row.values.size() == rows.shapes[row.shape].size(), "each column has a value");
  }
}

}  // namespace

// The first byte chooses the type of the body and what is asked of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::array kTypes = {"", "application/x-ndjson", "text/csv",
                                        "application/x-www-form-urlencoded"};
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const uint8_t choice = data[0];
  const query::Guard guard;
  std::optional<std::vector<std::string>> columns;
  if ((choice & 8) != 0) columns = {"b", "id", "c"};
  base::Budget::Lease memory;
  const rest::RowTarget target{table(), guard,       columns, (choice & 16) != 0,
                               100,     body.size(), memory};
  const auto rows = rest::parse_new_rows(kTypes[choice % 4], body, target);
  if (!rows) {
    const int status = rows.error().status;
    require(status == 400 || status == 413, "a refusal is of what was said, or of how much");
    require(!rows.error().message.empty(), "a refusal says why");
    return 0;
  }
  check_rows(*rows);
  require((choice & 16) != 0 || rows->shapes.size() <= 1, "all rows have the same keys");
  const auto assignments = rest::parse_assignments(kTypes[choice % 4], body, target);
  require(assignments.has_value() == (rows->rows.size() <= 1), "one row can be assigned");
  return 0;
}
