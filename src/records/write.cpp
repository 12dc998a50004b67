#include "records/write.h"

#include <algorithm>

namespace prodev::records {

namespace {

using access::Rights;
using access::Verb;
using catalog::Table;
using query::Outcome;

// One expression that holds when both do; empty holds always.
std::string both(std::string_view a, std::string_view b) {
  if (a.empty() || a == b) return std::string(b);
  if (b.empty()) return std::string(a);
  return "(" + std::string(a) + " AND " + std::string(b) + ")";
}

Outcome<void> check_supported(const Table& table, bool supported, std::string_view verb) {
  if (supported) return {};
  return query::refuse({405, "55000",
                        "cannot " + std::string(verb) + " view \"" + table.name + "\"",
                        "Views take writes through INSTEAD OF triggers."});
}

// SQLite has no RETURNING there (sqlite.org, lang_returning 3), which is also
// how a new row is checked.
Outcome<void> check_returning(const Table& table, const query::Returning& returning,
                              std::string_view verb) {
  if (table.kind != catalog::TableKind::kVirtual) return {};
  if (!returning.rows && returning.check.empty()) return {};
  return query::refuse(
      {400, "0A000",
       "cannot " + std::string(verb) + " virtual table \"" + table.name +
           (returning.rows ? "\" and return its rows" : "\" under a policy"),
       returning.rows ? "Ask for return=minimal." : "Delete the row and insert it anew."});
}

// What an insert gives back when only its key is wanted.
std::vector<query::SelectItem> key_columns(const Table& table) {
  std::vector<query::SelectItem> items;
  for (const size_t i : table.primary_key) {
    items.emplace_back().field.column = table.columns[i].name;
  }
  return items;
}

// Where the key of `conflict` is among the columns of a shape; nothing when a
// part of it is left to a DEFAULT, which no row has yet.
std::vector<size_t> key_places(const Table& table, const query::OnConflict& conflict,
                               const std::vector<const catalog::Column*>& shape) {
  std::vector<std::string> names = conflict.columns;
  if (names.empty()) {
    for (const size_t i : table.primary_key) names.push_back(table.columns[i].name);
  }
  std::vector<size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find_if(shape.begin(), shape.end(), [&](const catalog::Column* column) {
      return column->name == name;
    });
    if (found == shape.end()) return {};
    places.push_back(static_cast<size_t>(found - shape.begin()));
  }
  return places;
}

}  // namespace

// A key only where rows must be found again by it.
Outcome<PreparedWrite::ViewParts> PreparedWrite::view_parts(const query::Context& context,
                                                            const Table& view,
                                                            const query::Returning& returning) {
  ViewParts parts;
  if (!returning.rows && returning.check.empty()) return parts;
  parts.key = query::view_key(context.catalog, view);
  if (parts.key.columns.empty()) return query::refuse(query::no_view_key(view));
  TRY_ASSIGN(parts.by_key, query::lower_by_key(context, view, parts.key, returning));
  return parts;
}

Outcome<query::Guard> writable(const Schema& schema, const auth::Identity& identity,
                               const Table& table, Verb verb) {
  TRY_ASSIGN(const Rights* rights, authorize(schema, identity.role, table, verb));
  return guard_of(*rights);
}

Outcome<PreparedWrite> PreparedWrite::insert(const SchemaPointer& schema,
                                             const auth::Identity& identity, const Table& table,
                                             NewRows rows, query::OnConflict conflict,
                                             WriteOptions options) {
  TRY(check_supported(table, table.insertable, "insert into"));
  TRY_ASSIGN(const Rights* rights, authorize(*schema, identity.role, table, Verb::kInsert));
  PreparedWrite write(schema, identity, table, Verb::kInsert);
  const query::Context context = context_of(*schema, identity.role);
  write.ignores_ = conflict.action == query::OnConflict::Action::kIgnore;
  write.merges_ = conflict.action == query::OnConflict::Action::kMerge;
  write.check_ = rights->check_sql;
  if (options.returned == Returned::kKey) {
    options.read = {};
    options.read.select = key_columns(table);
    if (options.read.select.empty()) options.returned = Returned::kNothing;
  }
  query::Returning returning;
  returning.rows = options.returned != Returned::kNothing;
  returning.read = std::move(options.read);
  std::string changeable;  // rows that a merge may change
  if (returning.rows || write.merges_ || write.ignores_) {
    TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
    conflict.readable = returning.readable = guard_of(*select);
    if (!write.ignores_ || returning.rows) write.check_ = both(write.check_, select->using_sql);
    changeable = select->using_sql;
  }
  write.proposal_ = write.check_;
  if (write.merges_) {
    conflict.merged = std::move(rows.merged);
    TRY_ASSIGN(const Rights* update, authorize(*schema, identity.role, table, Verb::kUpdate));
    write.prepare_merge(*update, changeable, conflict);
  }
  returning.check = write.check_;
  if (table.kind == catalog::TableKind::kView) {
    TRY_ASSIGN(write.view_, view_parts(context, table, returning));
    returning = {};
  }
  if (rows.shapes.empty()) rows.shapes.emplace_back();
  for (const auto& shape : rows.shapes) {
    TRY_ASSIGN(Form form, write.insert_form(context, shape, conflict, returning));
    write.forms_.push_back(std::move(form));
  }
  write.note_numbers(rows);
  write.rows_ = std::move(rows.rows);
  write.options_ = std::move(options);
  return write;
}

void PreparedWrite::prepare_merge(const Rights& update, std::string& changeable,
                                  query::OnConflict& conflict) {
  check_ = both(proposal_, update.check_sql);
  merged_check_ = both(changeable, update.check_sql);
  changeable = both(update.using_sql, changeable);
  conflict.updatable = guard_of(update);
  conflict.updatable.rows = changeable;
  merged_ = conflict.merged;
  // A taken key whose row the caller may not change is an error, not a row left alone.
  must_return_ = !update.bypass;
  if (must_return_ && check_.empty()) check_ = "1";
}

void PreparedWrite::note_numbers(const NewRows& rows) {
  for (const NewRow& row : rows.rows) {
    const auto& shape = rows.shapes[row.shape];
    for (size_t i = 0; i < shape.size(); ++i)
      number_.note(*schema_->catalog, *table_, *shape[i], row.values[i]);
  }
}

// PostgreSQL's CREATE POLICY: a row whose key is free meets the policies of INSERT, one that merges
// those of UPDATE as well. Where that is not known before, a row must fulfil both.
Outcome<PreparedWrite::Form> PreparedWrite::insert_form(
    const query::Context& context, const std::vector<const catalog::Column*>& shape,
    const query::OnConflict& conflict, query::Returning returning) const {
  Form form;
  form.shape = shape;
  if (merges_) form.key = key_places(*table_, conflict, shape);
  if (!form.key.empty()) {
    std::vector<const catalog::Column*> key;
    for (const size_t place : form.key) key.push_back(shape[place]);
    form.taken_row = query::row_of_key_sql(*table_, key);
    if (!check_.empty()) {
      // Never empty: the forms of a write have as many columns before the returned ones.
      const auto asked = [](const std::string& check) -> std::string_view {
        return check.empty() ? "1" : std::string_view(check);
      };
      returning.check = asked(proposal_);
      TRY_ASSIGN(form.plain, query::lower_insert(context, *table_, shape, {}, returning));
      returning.check = asked(merged_check_);
    }
  }
  TRY_ASSIGN(form.query, query::lower_insert(context, *table_, shape, conflict, returning));
  return form;
}

Outcome<PreparedWrite> PreparedWrite::update(const SchemaPointer& schema,
                                             const auth::Identity& identity, const Table& table,
                                             std::vector<query::Assignment> assignments,
                                             const query::Condition& where, WriteOptions options) {
  TRY(check_supported(table, table.updatable, "update"));
  TRY_ASSIGN(const Rights* rights, authorize(*schema, identity.role, table, Verb::kUpdate));
  TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
  PreparedWrite write(schema, identity, table, Verb::kUpdate);
  const query::Context context = context_of(*schema, identity.role);
  // The filter reads: so both the old and the new row must be ones that the
  // caller may see (PostgreSQL, CREATE POLICY, "Policies Applied by Command
  // Type").
  write.check_ = both(rights->check_sql, select->using_sql);
  query::Returning returning;
  returning.rows = options.returned == Returned::kRows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  returning.check = write.check_;
  TRY(check_returning(table, returning, "update"));
  if (table.kind == catalog::TableKind::kView) {
    TRY_ASSIGN(write.view_, view_parts(context, table, returning));
    TRY_ASSIGN(write.view_->meant, query::lower_keys(context, table, write.view_->key, where,
                                                     guard_of(*rights), returning.readable));
    returning = {false, {}, returning.readable, {}};
  }
  for (const query::Assignment& assignment : assignments)
    write.number_.note(*schema->catalog, table, *assignment.column, assignment.value);
  Form form;
  if (write.view_ || !write.check_.empty()) {
    TRY_ASSIGN(form.updated, query::updated_rows(context, table, assignments, where,
                                                 guard_of(*rights), returning.readable));
  }
  TRY_ASSIGN(form.query, query::lower_update(context, table, std::move(assignments), where,
                                             guard_of(*rights), returning));
  write.forms_.push_back(std::move(form));
  write.options_ = std::move(options);
  return write;
}

Outcome<PreparedWrite> PreparedWrite::remove(const SchemaPointer& schema,
                                             const auth::Identity& identity, const Table& table,
                                             const query::Condition& where, WriteOptions options) {
  TRY(check_supported(table, table.deletable, "delete from"));
  TRY_ASSIGN(const Rights* rights, authorize(*schema, identity.role, table, Verb::kDelete));
  TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
  PreparedWrite write(schema, identity, table, Verb::kDelete);
  const query::Context context = context_of(*schema, identity.role);
  query::Returning returning;
  returning.rows = options.returned == Returned::kRows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  TRY(check_returning(table, returning, "delete from"));
  if (table.kind == catalog::TableKind::kView) {
    const query::Guard guard = guard_of(*rights);
    write.view_.emplace();
    TRY_ASSIGN(write.view_->meant,
               returning.rows
                   ? query::lower_shown(context, table, where, guard, returning)
                   : query::lower_keys(context, table, {}, where, guard, returning.readable));
    returning = {false, {}, returning.readable, {}};
  }
  Form form;
  TRY_ASSIGN(form.query, query::lower_delete(context, table, where, guard_of(*rights), returning));
  write.forms_.push_back(std::move(form));
  write.options_ = std::move(options);
  return write;
}

}  // namespace prodev::records
