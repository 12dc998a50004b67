// Result<T>: a value or an Error; how every fallible function in the project reports failure.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace prodev::base {

// Named for what the caller does next.
enum class Code {
  kBadInput,      // the request or file is wrong: tell its author, do not retry
  kUsage,         // the command line or a setting is wrong: exit code 2
  kNotFound,      // nothing there
  kUnauthorized,  // who are you? 401
  kForbidden,     // known, and not allowed: 403
  kConflict,      // the state of the world says no: 409
  kTooLarge,      // over a limit: 413
  kTimeout,       // a deadline passed
  kBusy,          // a queue is full: retry later, 503
  kUnavailable,   // a resource is gone for now (disk, network): 503
  kCorrupt,       // stored bytes are not what was written
  kInternal,      // a bug
};

struct [[nodiscard]] Error {
  Code code = Code::kInternal;
  std::string message;  // one sentence: what happened, where, and how to mend it
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string message) {
  return tl::make_unexpected(Error{code, std::move(message)});
}

// "<what>: <strerror(errno_value)>", code kUnavailable.
tl::unexpected<Error> fail_errno(const std::string& what, int errno_value);

}  // namespace prodev::base

// TRY(expr): returns the Error of `expr` from the enclosing function, or goes on.
#define TRY(expr)                                                                 \
  do {                                                                            \
    auto try_result_ = (expr);                                                    \
    if (!try_result_) return tl::make_unexpected(std::move(try_result_.error())); \
  } while (false)

// TRY_ASSIGN(auto x, expr): as TRY, and binds the value.
#define PRODEV_CONCAT_(a, b) a##b
#define PRODEV_CONCAT(a, b) PRODEV_CONCAT_(a, b)
#define TRY_ASSIGN(decl, expr) TRY_ASSIGN_(PRODEV_CONCAT(try_value_, __LINE__), decl, expr)
#define TRY_ASSIGN_(tmp, decl, expr)                            \
  auto tmp = (expr);                                            \
  if (!tmp) return tl::make_unexpected(std::move(tmp.error())); \
  decl = std::move(*tmp)
