#include "server/carry_notes.h"

namespace prodev::server {

namespace {

std::string not_kept(int64_t rows, const std::string& what, const std::string& since,
                     const std::string& why, const std::string& left_in) {
  return "not kept  " + what + std::to_string(rows) + " rows" + since + " (" + why +
         "): they are in " + left_in;
}

}  // namespace

std::vector<std::string> carry_notes(const db::CarriedRows& rows, const std::string& since,
                                     const std::string& left_in) {
  const std::string written = " of " + rows.table + " written since " + since;
  std::vector<std::string> notes;
  if (rows.kept > 0) notes.push_back("kept      " + std::to_string(rows.kept) + " rows" + written);
  if (rows.lost > 0) notes.push_back(not_kept(rows.lost, "", written, rows.why, left_in));
  for (const db::LostColumn& column : rows.lost_columns) {
    notes.push_back(not_kept(column.rows,
                             "the values of " + rows.table + "." + column.column + " in ",
                             " written since " + since, "the file makes no such column", left_in) +
                    ". A column keeps its values under another name when this file stays as it was"
                    " and a later one says ALTER TABLE " +
                    rows.table + " RENAME COLUMN " + column.column + " TO its new name");
  }
  return notes;
}

}  // namespace prodev::server
