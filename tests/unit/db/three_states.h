// A database as it was after a file, as it is, and as the file done anew makes it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "db/backup.h"
#include "db/row_carry.h"
#include "temp_folder.h"

namespace prodev::test {

class Three {
 public:
  Three(const std::string& was, const std::string& since, const std::string& anew)
      : target_(open("anew.db")) {
    db::Connection was_db = open("was.db");
    REQUIRE(was_db.execute(was));
    db::Connection is_db = open("is.db");
    REQUIRE(db::copy_database(was_db, is_db));
    REQUIRE(is_db.execute(since));
    REQUIRE(target_.execute(anew));
  }

  std::vector<db::CarriedRows> carry() {
    target_ = open("anew.db");
    auto carried = *db::carry_rows(target_, folder_.path("was.db"), folder_.path("is.db"));
    target_ = open("anew.db");
    return carried;
  }
  // "note 2/1 note.body:1;": kept and lost, and the values that were lost in all.
  std::string told() {
    std::string told;
    for (const db::CarriedRows& one : carry()) {
      told += one.table + " " + std::to_string(one.kept) + "/" + std::to_string(one.lost);
      for (const db::LostColumn& column : one.lost_columns)
        told += " " + one.table + "." + column.column + ":" + std::to_string(column.rows);
      told += ";";
    }
    return told;
  }
  std::string rows(const std::string& sql) {
    db::Statement all = *target_.prepare("SELECT group_concat(r, ' ') FROM (" + sql + ")");
    REQUIRE(*all.step());
    return std::string(all.column_text(0));
  }

 private:
  db::Connection open(const std::string& name) {
    return std::move(*db::Connection::open(folder_.path(name), db::OpenMode::kCreate));
  }

  TempFolder folder_;
  db::Connection target_;
};

}  // namespace prodev::test
