// Exposition writes the Prometheus text format 0.0.4.
#pragma once

#include <string>
#include <string_view>

namespace prodev::telemetry {

// `name="value"`, the value escaped.
std::string label(std::string_view name, std::string_view value);

// A number as the format writes it: no exponent for everyday figures, NaN, +Inf, -Inf.
std::string number_text(double number);

class Exposition {
 public:
  // Begins a family; its samples follow at once.
  void family(std::string_view name, std::string_view help, std::string_view type);
  // `labels` is `a="b",c="d"` or empty.
  void sample(std::string_view name, std::string_view labels, double value);
  // A family of one sample without labels.
  void single(std::string_view name, std::string_view help, std::string_view type, double value);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace prodev::telemetry
