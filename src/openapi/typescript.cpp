#include "openapi/typescript.h"

#include <algorithm>

#include "catalog/relationships.h"
#include "openapi/functions.h"
#include "openapi/json_schema.h"
#include "openapi/relations.h"
#include "text/ascii.h"
#include "text/json_string.h"

namespace prodev::openapi {

namespace {

using catalog::Argument;
using catalog::Column;
using catalog::Function;
using catalog::Table;
using catalog::TableKind;
using catalog::ValueKind;
using Columns = std::vector<const Column*>;

constexpr std::string_view kBegin = R"(export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  // The PostgREST whose protocol the server speaks: supabase-js chooses its types by it.
  __InternalSupabase: {
    PostgrestVersion: "13.0.5"
  }
  public: {
)";

constexpr std::string_view kNothing = "      [_ in never]: never\n";

// A string literal: those of JSON are ones of TypeScript.
std::string quoted(std::string_view text) {
  std::string out;
  text::append_json_string(out, text);
  return out;
}

// A property's name, quoted where it is no identifier.
std::string property(std::string_view name) {
  const auto is_letter = [](char c) {
    return (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z') || c == '_';
  };
  const bool plain = !name.empty() && is_letter(name.front()) &&
                     std::all_of(name.begin(), name.end(),
                                 [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  return plain ? std::string(name) : quoted(name);
}

std::string type_of(const Column& column) {
  std::string type;
  for (const std::string& word : column.allowed)
    type.append(type.empty() ? "" : " | ").append(quoted(word));
  if (type.empty()) {
    switch (column.kind) {
      case ValueKind::kInteger:
      case ValueKind::kReal:
      case ValueKind::kNumeric:
        type = "number";
        break;
      case ValueKind::kBoolean:
        type = "boolean";
        break;
      case ValueKind::kJson:
        type = "Json";
        break;
      case ValueKind::kAny:
        type = "string | number";
        break;
      default:
        type = "string";
    }
  }
  // Json holds null already; a column of no type may be null whatever is declared.
  return column.not_null || column.kind == ValueKind::kJson ? type : type + " | null";
}

void append_comment(std::string& out, std::string_view indent, std::string text) {
  if (text.empty()) return;
  for (size_t end = text.find("*/"); end != std::string::npos; end = text.find("*/", end))
    text.replace(end, 2, "* /");
  out.append(indent).append("/**");
  const bool lines = text.find('\n') != std::string::npos;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (lines) out.append("\n").append(indent).append(" *");
    if (end > at) out.append(" ").append(text, at, end - at);
    at = end + 1;
  }
  if (lines) out.append("\n").append(indent);
  out += " */\n";
}

void append_columns(std::string& out, std::string_view indent, const Columns& columns) {
  for (const Column* column : columns) {
    append_comment(out, indent, column->description);
    out.append(indent).append(property(column->name)).append(": ").append(type_of(*column)) += '\n';
  }
}

// Columns that cannot be written are `never`, so that a row that was read is not sent back whole.
void append_written(std::string& out, std::string_view name, const Relation& relation,
                    const Columns& columns, bool all_optional) {
  const Table& table = *relation.table;
  out.append("        ").append(name).append(": {\n");
  for (const Column& column : table.columns) {
    if (column.hidden) continue;
    const bool writable = std::find(columns.begin(), columns.end(), &column) != columns.end();
    const bool readable = std::find(relation.readable.begin(), relation.readable.end(), &column) !=
                          relation.readable.end();
    if (!writable && !readable) continue;
    const bool optional = all_optional || !writable || !is_required(table, column);
    out.append("          ").append(property(column.name)).append(optional ? "?: " : ": ");
    out.append(writable ? type_of(column) : "never") += '\n';
  }
  out += "        }\n";
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(quoted(name));
  return "[" + list + "]";
}

void append_relationships(std::string& out, const records::Schema& schema, const Table& table,
                          const std::vector<Relation>& relations) {
  std::string items;
  for (const catalog::Relationship& one : schema.catalog->relationships(table.name)) {
    const bool visible = std::any_of(
        relations.begin(), relations.end(),
        [&](const Relation& other) { return other.can_read() && other.table->name == one.to; });
    if (!one.holds_key || !visible) continue;
    std::vector<std::string> columns, referenced;
    for (const catalog::ColumnPair& pair : one.columns) {
      columns.push_back(pair.from);
      referenced.push_back(pair.to);
    }
    items += "          {\n            foreignKeyName: " + quoted(one.constraint) + "\n";
    items += "            columns: " + list_of(columns) + "\n";
    items.append("            isOneToOne: ")
        .append(one.cardinality == catalog::Cardinality::kOneToOne ? "true\n" : "false\n");
    items += "            referencedRelation: " + quoted(one.to) + "\n";
    items += "            referencedColumns: " + list_of(referenced) + "\n          },\n";
  }
  out += items.empty() ? "        Relationships: []\n"
                       : "        Relationships: [\n" + items + "        ]\n";
}

// The functions of a row that are columns of it: read when they are asked for.
void append_computed(std::string& out, const records::Schema& schema, std::string_view role,
                     const Table& table) {
  for (const Function& function : schema.catalog->functions()) {
    if (function.row_table != table.name || function.is_relationship() ||
        !schema.rules->may_execute(role, function.id)) {
      continue;
    }
    append_comment(out, "          ", function.description);
    out.append("          ").append(property(function.name)).append(": ");
    out.append(type_of(function.rows.columns.front())) += '\n';
  }
}

void append_relation(std::string& out, const records::Schema& schema, std::string_view role,
                     const Relation& relation, const std::vector<Relation>& relations) {
  const bool is_view = relation.table->kind == TableKind::kView;
  append_comment(out, "      ", relation.table->description);
  out.append("      ").append(property(relation.table->name)).append(": {\n");
  out += "        Row: {\n";
  append_columns(out, "          ", relation.readable);
  append_computed(out, schema, role, *relation.table);
  out += "        }\n";
  if (!is_view || !relation.insertable.empty())
    append_written(out, "Insert", relation, relation.insertable, false);
  if (!is_view || !relation.updatable.empty())
    append_written(out, "Update", relation, relation.updatable, true);
  append_relationships(out, schema, *relation.table, relations);
  out += "      }\n";
}

void append_relations(std::string& out, std::string_view name, bool views,
                      const records::Schema& schema, std::string_view role,
                      const std::vector<Relation>& relations) {
  out.append("    ").append(name).append(": {\n");
  const size_t before = out.size();
  for (const Relation& relation : relations) {
    if ((relation.table->kind == TableKind::kView) == views)
      append_relation(out, schema, role, relation, relations);
  }
  if (out.size() == before) out += kNothing;
  out += "    }\n";
}

std::string type_of(const Argument& argument) {
  if (!argument.element) return type_of(argument.column);
  Column element;
  element.kind = *argument.element;
  element.not_null = true;
  return "(" + type_of(element) + ")[]";
}

void append_arguments(std::string& out, const Function& function) {
  out += "        Args: ";
  if (function.arguments.empty()) {
    out += "never\n";
    return;
  }
  const char* glue = "{ ";
  for (const Argument& argument : function.arguments) {
    out.append(glue).append(property(argument.column.name));
    out.append(argument.required() ? ": " : "?: ").append(type_of(argument));
    glue = "; ";
  }
  out += " }\n";
}

void append_result(std::string& out, const Function& function) {
  out += "        Returns: ";
  if (function.returns == Function::Returns::kNothing) {
    out += "undefined\n";
    return;
  }
  if (function.returns == Function::Returns::kScalar) {
    const std::string type = type_of(function.rows.columns.front());
    out += function.returns_set ? "(" + type + ")[]\n" : type + "\n";
    return;
  }
  Columns columns;
  for (const Column& column : function.rows.columns) {
    if (!column.hidden) columns.push_back(&column);
  }
  out += "{\n";
  append_columns(out, "          ", columns);
  out += function.returns_set ? "        }[]\n" : "        } | null\n";
}

void append_functions(std::string& out, const std::vector<Overloads>& functions) {
  out += "    Functions: {\n";
  if (functions.empty()) out += kNothing;
  for (const Overloads& overloads : functions) {
    append_comment(out, "      ", overloads.front()->description);
    out.append("      ").append(property(overloads.front()->name)).append(":");
    for (const Function* function : overloads) {
      out += overloads.size() > 1 ? "\n      | {\n" : " {\n";
      append_arguments(out, *function);
      append_result(out, *function);
      out += "      }";
    }
    out += '\n';
  }
  out += "    }\n";
}

}  // namespace

std::string make_typescript(const records::Schema& schema, std::string_view role) {
  const std::vector<Relation> relations = relations_of(schema, role);
  std::string out(kBegin);
  append_relations(out, "Tables", false, schema, role, relations);
  append_relations(out, "Views", true, schema, role, relations);
  append_functions(out, functions_of(schema, role));
  for (const std::string_view name : {"Enums", "CompositeTypes"})
    out.append("    ").append(name).append(": {\n").append(kNothing).append("    }\n");
  return out + "  }\n}\n";
}

}  // namespace prodev::openapi
