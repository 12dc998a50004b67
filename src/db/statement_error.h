// An error about a spot of a statement's text.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace prodev::db {

struct StatementError {
  // NOLINTNEXTLINE(google-explicit-constructor): lets TRY convert
  StatementError(base::Error cause, size_t at = 0) : error(std::move(cause)), offset(at) {}

  base::Error error;
  size_t offset = 0;  // in bytes, from the statement's first one
};

template <class T>
using StatementResult = tl::expected<T, StatementError>;

// An error at `offset` of a statement, kBadInput.
inline tl::unexpected<StatementError> fail_statement_at(size_t offset, std::string message) {
  return tl::make_unexpected(StatementError({base::Code::kBadInput, std::move(message)}, offset));
}

}  // namespace prodev::db
