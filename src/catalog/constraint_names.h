// What only the text of CREATE TABLE says: the names of foreign keys, and what an FTS5 table
// indexes.
#pragma once

#include <string_view>

#include "catalog/catalog.h"

namespace prodev::catalog {

// Names the foreign keys of `table`, which are in the order of their declaration, from
// `create_table` (the statement as stored by SQLite): the name of its CONSTRAINT, else PostgreSQL's
// default "<table>_<columns>_fkey".
void name_foreign_keys(std::string_view create_table, Table& table);

// Notes that a virtual table is one of FTS5, and content= and content_rowid= of CREATE VIRTUAL
// TABLE ... USING fts5(...) in `table` (sqlite.org/fts5, External Content Tables).
void note_content(std::string_view create_table, Table& table);

}  // namespace prodev::catalog
