// Rows as JSON Schema (draft 2020-12, which OpenAPI 3.1 takes as it is).
#pragma once

#include <string>
#include <string_view>

#include "openapi/relations.h"
#include "text/json_writer.h"

namespace prodev::openapi {

// Each writes one schema as a value. They take the columns that the role may use.

// A row as it is read without `select`: every column is there. `dialect`: with $schema, as a
// document of its own.
void write_row_schema(text::JsonWriter& out, const Relation& relation, bool dialect = false);

// A row as it is inserted: columns that SQLite has a value for may be left out. Defaults are told
// in words: as `default` they make generated clients ask for the column.
void write_new_row_schema(text::JsonWriter& out, const Relation& relation);

// What an update sets: any of the columns.
void write_change_schema(text::JsonWriter& out, const Relation& relation);

// One value of the column's type.
void write_value_schema(text::JsonWriter& out, const catalog::Column& column);

// Whether a new row must name the column.
bool is_required(const catalog::Table& table, const catalog::Column& column);

// A new row with a value for each column that it must name, or for its first one, as JSON.
std::string example_of_new_row(const Relation& relation);

}  // namespace prodev::openapi
