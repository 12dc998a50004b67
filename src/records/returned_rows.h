// How much a write may give back: it is made while others' writes wait, and in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "query/api_error.h"

namespace prodev::records {

constexpr size_t kMostReturnedBytes = 32 << 20;

// The drain of a RowWriter that ends there.
inline const std::function<bool(std::string&)>& no_more() {
  static const std::function<bool(std::string&)> kEnd = [](std::string&) { return false; };
  return kEnd;
}

inline query::ApiError returns_too_much() {
  return {413,
          "54000",
          "the rows that the write returns are larger than " + std::to_string(kMostReturnedBytes) +
              " bytes",
          {},
          "Ask for return=minimal, or for less of them with select."};
}

}  // namespace prodev::records
