#include "db/table_carry.h"

#include <algorithm>
#include <string>
#include <vector>

#include "db/row_settling.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::db {

namespace {

using text::equal_ignoring_case;

// The name by which all three states answer with a row's number; empty: none.
std::string row_number_name(const TableStates& states) {
  if (!states.was.has_rowid || !states.is.has_rowid || !states.target.has_rowid) return {};
  for (const char* name : {"_rowid_", "rowid", "oid"}) {
    if (!states.was.has_column(name) && !states.is.has_column(name) &&
        !states.target.has_column(name))
      return name;
  }
  return {};
}

// A primary key that is the row's number, or the number of a virtual table's rows, which have no
// other.
bool is_numbered(const TableShape& table) {
  return !table.rowid_column.empty() || !table.declaration.empty();
}

// In any order.
bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::is_permutation(a.begin(), a.end(), b.begin(), b.end(), equal_ignoring_case);
}

// The pieces of SQL that are about one table. Its three states are called w, i and t.
class TableCarry {
 public:
  TableCarry(Connection& target, const TableStates& states)
      : target_(target),
        states_(states),
        result_{states.is.name, 0, 0, {}, {}},
        number_(row_number_name(states)),
        was_(states.was.sql_name()),
        is_(states.is.sql_name()) {}

  base::Result<CarriedRows> run() {
    choose_key();
    if (key_.empty() && number_.empty()) {
      TRY_ASSIGN(result_.lost, load_number(target_, "SELECT count(*) FROM " + is_));
      result_.why = "rows are not known again without their primary key";
      return std::move(result_);
    }
    choose_columns();
    TRY(count_lost_columns());
    if (has_key_in_target_) {
      TRY(remove());
      TRY(change());
    } else {
      TRY(count_unknown());
    }
    TRY(insert());
    return std::move(result_);
  }

 private:
  void choose_key() {
    const auto& [was, is, target] = states_;
    const bool all_numbered = is_numbered(was) && is_numbered(is) && is_numbered(target);
    if (!number_.empty() && all_numbered) {
      key_ = {number_};
      has_key_in_target_ = true;
      return;
    }
    if (same_names(was.key, is.key)) key_ = is.key;
    has_key_in_target_ = !key_.empty() && same_names(target.key, key_);
  }

  // Those of the target that were there; the number of a row is carried for itself.
  void choose_columns() {
    const bool by_number = !number_.empty() && key_ == std::vector<std::string>{number_};
    for (const std::string& column : states_.is.columns) {
      if (by_number && equal_ignoring_case(column, states_.is.rowid_column)) continue;
      if (by_number && equal_ignoring_case(column, states_.target.rowid_column)) continue;
      (states_.target.has_column(column) ? columns_ : gone_).push_back(column);
    }
  }

  // "x.id IS y.id AND ...". A row has a number, so that "=" says the same, and FTS5 knows it.
  std::string same_key(const std::string& x, const std::string& y) const {
    if (key_.empty() || key_[0] == number_) return x + "." + number_ + " = " + y + "." + number_;
    std::vector<std::string> pairs;
    for (const std::string& column : key_)
      pairs.push_back(x + "." + quoted_name(column) + " IS " + y + "." + quoted_name(column));
    return text::joined(pairs, " AND ");
  }

  // Another value, not just one that compares as the same: neither 'a' and 'A' nor 1 and 1.0 are.
  std::string changed(const std::string& column) const {
    const std::string is = "i." + quoted_name(column);
    if (!states_.was.has_column(column)) return is + " IS NOT NULL";  // added by hand
    const std::string was = "w." + quoted_name(column);
    return "(" + is + " IS NOT " + was + " COLLATE BINARY OR typeof(" + is + ") <> typeof(" + was +
           "))";
  }

  // Where a row of i has none in w.
  std::string is_new() const {
    return "NOT EXISTS (SELECT 1 FROM " + was_ + " AS w WHERE " + same_key("w", "i") + ")";
  }

  base::Result<void> count_lost_columns() {
    for (const std::string& column : gone_) {
      TRY_ASSIGN(const int64_t rows,
                 load_number(target_, "SELECT count(*) FROM " + is_ + " AS i WHERE CASE WHEN " +
                                          is_new() + " THEN i." + quoted_name(column) +
                                          " IS NOT NULL ELSE EXISTS (SELECT 1 FROM " + was_ +
                                          " AS w WHERE " + same_key("w", "i") + " AND " +
                                          changed(column) + ") END"));
      if (rows > 0) result_.lost_columns.push_back({column, rows});
    }
    return {};
  }

  void lose(int64_t rows, const std::string& why) {
    if (rows <= 0) return;
    result_.lost += rows;
    result_.why = why;
  }

  void take(const SettledRows& settled) {
    result_.kept += settled.settled;
    lose(settled.refused, settled.why);
  }

  // Rows that were changed or deleted and cannot be found in the target.
  base::Result<void> count_unknown() {
    std::string same = same_key("w", "i");
    for (const std::string& column : columns_) same += " AND NOT " + changed(column);
    TRY_ASSIGN(const int64_t unknown,
               load_number(target_, "SELECT count(*) FROM " + was_ +
                                        " AS w WHERE NOT EXISTS (SELECT 1 FROM " + is_ +
                                        " AS i WHERE " + same + ")"));
    lose(unknown, "changed or deleted rows are not known again without their primary key");
    return {};
  }

  base::Result<void> remove() {
    TRY(target_.execute("DELETE FROM " + target_name() + " AS t WHERE EXISTS (SELECT 1 FROM " +
                        was_ + " AS w WHERE " + same_key("w", "t") +
                        ") AND NOT EXISTS (SELECT 1 FROM " + is_ + " AS i WHERE " +
                        same_key("i", "t") + ")"));
    result_.kept += static_cast<int64_t>(target_.changed_rows());
    return {};
  }

  // The rows as they are to be: what has changed as it is now, all else as the file has made it.
  base::Result<void> change() {
    std::vector<std::string> differs;
    for (const std::string& column : columns_) differs.push_back(changed(column));
    if (differs.empty()) return {};
    const std::string pairs = is_ + " AS i JOIN " + was_ + " AS w ON " + same_key("w", "i") +
                              " WHERE (" + text::joined(differs, " OR ") + ")";
    TRY_ASSIGN(const int64_t wanted, load_number(target_, "SELECT count(*) FROM " + pairs));
    if (wanted == 0) return {};
    RowTable rows{target_name(), {}, target_key()};
    std::vector<std::string> values;
    if (!number_.empty()) {
      rows.columns.push_back(number_);
      values.push_back("t." + number_);
    }
    for (const std::string& column : states_.target.columns) {
      if (!number_.empty() && column == states_.target.rowid_column) continue;
      rows.columns.push_back(quoted_name(column));
      values.push_back(value_of(column));
    }
    TRY_ASSIGN(
        const SettledRows settled,
        replace_rows(target_, rows, text::joined(values) + " FROM " + pairs_with_target(pairs)));
    take(settled);
    lose(wanted - settled.settled - settled.refused, "the row is gone");
    return {};
  }

  // iif(i.c IS NOT w.c COLLATE BINARY OR ..., i.c, t.c)
  std::string value_of(const std::string& column) const {
    const auto carried = std::find_if(columns_.begin(), columns_.end(), [&](const auto& one) {
      return equal_ignoring_case(one, column);
    });
    std::string made = "t." + quoted_name(column);
    if (carried == columns_.end()) return made;
    return "iif(" + changed(column) + ", i." + quoted_name(column) + ", " + made + ")";
  }

  std::string pairs_with_target(const std::string& pairs) const {
    return target_name() + " AS t JOIN " + pairs + " AND " + same_key("t", "i");
  }

  // A row keeps its number where that is free: what refers to rows by their numbers, as full text
  // does, may be carried beside it.
  base::Result<void> insert() {
    if (columns_.empty() && !gone_.empty() && !has_key_in_target_) {
      TRY_ASSIGN(const int64_t rows,
                 load_number(target_, "SELECT count(*) FROM " + is_ + " AS i WHERE " + is_new()));
      lose(rows, "none of its columns is left");
      return {};
    }
    RowTable rows{target_name(), {}, {}};
    std::vector<std::string> values;
    if (!number_.empty()) {
      rows.columns.push_back(number_);
      values.push_back("i." + number_);
      rows.is_number_optional = key_.empty() || key_[0] != number_;
    }
    for (const std::string& column : columns_) {
      if (!number_.empty() && equal_ignoring_case(column, states_.target.rowid_column)) {
        // Here the key has become the row's number, or has been it.
        values[0] = "i." + quoted_name(column);
        rows.is_number_optional = false;
        continue;
      }
      rows.columns.push_back(quoted_name(column));
      values.push_back("i." + quoted_name(column));
    }
    TRY_ASSIGN(const SettledRows settled,
               insert_rows(target_, rows,
                           text::joined(values) + " FROM " + is_ + " AS i WHERE " + is_new()));
    take(settled);
    return {};
  }

  std::string target_name() const { return states_.target.sql_name(); }

  std::vector<std::string> target_key() const {
    if (key_[0] == number_ || !states_.target.rowid_column.empty()) return {number_};
    std::vector<std::string> names;
    for (const std::string& column : key_) names.push_back(quoted_name(column));
    return names;
  }

  Connection& target_;
  const TableStates& states_;
  CarriedRows result_;
  const std::string number_;
  const std::string was_;
  const std::string is_;
  std::vector<std::string> columns_;  // that are carried, by name
  std::vector<std::string> gone_;     // that the target has not
  std::vector<std::string> key_;      // of was and is; empty: the number stands for it
  bool has_key_in_target_ = false;    // the same
};

}  // namespace

base::Result<CarriedRows> carry_table(Connection& target, const TableStates& states) {
  return TableCarry(target, states).run();
}

}  // namespace prodev::db
