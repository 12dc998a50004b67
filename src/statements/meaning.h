// Meaning: which columns the names of a stored text stand for. A name without a table in front
// stands for a column of the innermost query that has one of the name, so that the text can fit a
// changed schema and say something else:
//
//   policy on msg, EXISTS (SELECT 1 FROM member WHERE room_id = msg.room_id AND ...)
//     without member.room_id it compares msg.room_id with itself, and lets every row through
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "statements/stored_text.h"

namespace prodev::statements {

// A view as a text that has a meaning.
struct View {
  std::string name;
  std::string sql;  // its CREATE VIEW
};

class Meaning {
 public:
  // nullopt: it does not fit the schema.
  static base::Result<std::optional<Meaning>> of(db::Connection& connection,
                                                 const StoredText& text);
  static base::Result<std::optional<Meaning>> of(db::Connection& connection, const View& view);

  // What follows a renaming that the text follows.
  void rename_table(std::string_view from, std::string_view to);
  void rename_column(std::string_view table, std::string_view from, std::string_view to);

  struct Change {
    std::string sentence;  // goes on after the text's name: "says room_id of member, ..."
    std::vector<std::string> tables;  // whose columns it is about, in lower case
  };
  // nullopt: `after` says the same. What * stands for may grow, as it may for the text's author.
  std::optional<Change> change_to(const Meaning& after) const;

 private:
  friend class MeaningReader;
  using Column = std::pair<std::string, std::string>;  // table and column in lower case

  std::string own_;             // the table of the policy, which is {"", column} below
  std::vector<Column> named_;   // sorted; one for each time that it is named
  std::vector<Column> joined_;  // sorted; those that NATURAL and USING may compare
  size_t stars_ = 0;            // how many times the text says *
};

}  // namespace prodev::statements
