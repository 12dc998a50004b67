#include "catalog/function.h"

#include <algorithm>
#include <set>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

bool has_name(const RowBody& body, std::string_view name) {
  return std::any_of(body.names.begin(), body.names.end(),
                     [&](const std::string& one) { return text::equal_ignoring_case(one, name); });
}

void append_column(std::string& sql, std::string_view qualifier, std::string_view column) {
  sql.append(qualifier) += '.';
  db::append_name(sql, column);
}

std::string put_together(const RowBody& body, std::string_view qualifier) {
  std::string sql = "(";
  for (const RowBody::Piece& piece : body.pieces) {
    sql += piece.sql;
    if (piece.column.empty()) continue;
    append_column(sql, qualifier, piece.column);
    sql += ' ';
  }
  sql += ')';
  return sql;
}

}  // namespace

bool shadows(const Function& function, std::string_view qualifier) {
  return has_name(function.row_body, db::SqlTokens(qualifier).next().value());
}

std::string row_source(const Function& function, std::string_view qualifier) {
  std::set<std::string_view> columns;
  for (const RowBody::Piece& piece : function.row_body.pieces) {
    if (!piece.column.empty()) columns.insert(piece.column);
  }
  std::string sql;
  for (const std::string_view column : columns) {
    sql += sql.empty() ? "(SELECT " : ",";
    append_column(sql, qualifier, column);
    sql += " AS ";
    db::append_name(sql, column);
  }
  return sql.empty() ? "(SELECT 1)" : sql + ")";
}

std::string inline_body(const Function& function, std::string_view qualifier) {
  if (function.is_relationship() || !shadows(function, qualifier))
    return put_together(function.row_body, qualifier);
  std::string row = "_row";
  while (has_name(function.row_body, row)) row += '_';
  return "(SELECT " + put_together(function.row_body, row) + " FROM " +
         row_source(function, qualifier) + " AS " + row + ")";
}

}  // namespace prodev::catalog
