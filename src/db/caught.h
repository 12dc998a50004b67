// What SQLiteCpp throws, made an error: every call of it that may throw goes through here, so that
// none of its exceptions is seen elsewhere.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <string>
#include <type_traits>

#include "base/result.h"
#include "db/errors.h"

namespace prodev::db {

// What `work` returns, or the error "<what>: <SQLite's message>". `connection` is null where there
// is none yet.
template <class Work>
auto caught(const std::string& what, sqlite3* connection, const Work& work)
    -> base::Result<std::invoke_result_t<const Work&>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<const Work&>>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const SQLite::Exception& thrown) {
    return fail_sqlite(thrown, connection, what);
  }
}

}  // namespace prodev::db
