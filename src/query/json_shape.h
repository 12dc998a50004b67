// JsonShape: what the objects of an embed look like, for the SQL functions that make them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace prodev::query {

struct JsonShape {
  struct Member {
    std::string prefix;  // "name": with its colon
    catalog::ValueKind kind = catalog::ValueKind::kAny;
    bool always_json = false;
  };
  std::vector<Member> members;
  bool bare = false;  // the one member's value instead of an object
};

// A shape and the parameter that it is bound to.
struct BoundShape {
  int parameter = 0;
  std::shared_ptr<const JsonShape> shape;  // shared by copies of the query
};

// The type that sqlite3_bind_pointer() and sqlite3_value_pointer() agree on.
inline constexpr const char* kJsonShapeType = "prodev-json-shape";

}  // namespace prodev::query
