// What a CREATE TABLE says and SQLite's pragmas do not tell.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace prodev::cli {

// By the name, in small letters, of what it is a part of:
//   CREATE TABLE Note (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT COLLATE NOCASE UNIQUE ON
//   CONFLICT REPLACE, w INTEGER REFERENCES a DEFERRABLE, x AS (v || w) STORED)
//     "column note.id" AUTOINCREMENT            "column note.v" COLLATE NOCASE
//     "unique note (v)" ON CONFLICT REPLACE     "foreign key note (w)" DEFERRABLE
//     "column note.x" AS (v || w) STORED
// and "primary key note" with its columns, where there are several or their order is told.
std::map<std::string, std::string> table_details(std::string_view table,
                                                 std::string_view create_table);

}  // namespace prodev::cli
