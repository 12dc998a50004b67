// A table of text for a terminal:
//
//    id | title
//   ----+-------------
//     1 | Tea
//    12 | Earl Grey
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace prodev::cli {

// `text` without what a terminal would obey or could not show: control characters and bytes that
// are no UTF-8 become \n, \t and \x1b.
std::string printable(std::string_view text);

// The widths of columns are those of the first rows, which are kept until there are enough; rows
// behind them are printed as they come, so that memory stays small.
class TextTable {
 public:
  struct Cell {
    std::string text;
    bool to_the_right = false;  // as numbers are
  };

  // `out` outlives this.
  TextTable(const std::vector<std::string>& names, std::ostream& out);
  void add(std::vector<Cell> row);
  void finish();

  // Whether a value was longer than a column may be wide. One that is alone may be of any width.
  bool has_cut() const { return has_cut_; }

 private:
  void lay_out();
  void print(const std::vector<Cell>& row) const;
  void cut(Cell& cell);

  std::ostream& out_;
  std::vector<Cell> names_;
  std::vector<size_t> widths_;
  std::vector<std::vector<Cell>> kept_;
  size_t kept_bytes_ = 0;
  bool laid_out_ = false;
  bool has_cut_ = false;
};

}  // namespace prodev::cli
