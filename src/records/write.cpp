#include "records/write.h"

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

// SQLite has no RETURNING there (sqlite.org, lang_returning 3), which is also how a new row is
// checked.
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

// The values of a row to insert, after those of the rest of its statement.
void bind_row(const std::vector<query::Value>& row, db::Statement& statement) {
  for (size_t i = 0; i < row.size(); ++i)
    row[i].bind(statement, query::kFirstValue + static_cast<int>(i));
}

query::ApiError policy_violation(const Table& table) {
  return {403, "42501",
          "new row violates row-level security policy for table \"" + table.name + "\""};
}

}  // namespace

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
  PreparedWrite write(schema, identity, table);
  write.is_insert_ = true;
  write.check_ = rights->check_sql;
  query::Returning returning;
  returning.rows = options.return_rows;
  returning.read = std::move(options.read);
  const bool merges = conflict.action == query::OnConflict::Action::kMerge;
  std::string changeable;  // rows that a merge may change
  if (returning.rows || merges) {
    TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
    returning.readable = guard_of(*select);
    write.check_ = both(write.check_, select->using_sql);
    changeable = select->using_sql;
  }
  if (merges) {
    TRY_ASSIGN(const Rights* update, authorize(*schema, identity.role, table, Verb::kUpdate));
    write.check_ = both(write.check_, update->check_sql);
    changeable = both(update->using_sql, changeable);
    conflict.updatable = guard_of(*update);
    conflict.updatable.rows = changeable;
    // A taken key whose row the caller may not change is an error, not a row left alone.
    write.must_return_ = !update->bypass;
    if (write.must_return_ && write.check_.empty()) write.check_ = "1";
  }
  returning.check = write.check_;
  TRY_ASSIGN(write.query_, query::lower_insert(context_of(*schema, identity.role), table,
                                               rows.columns, conflict, returning));
  write.rows_ = std::move(rows.rows);
  write.options_ = std::move(options);
  return write;
}

Outcome<PreparedWrite> PreparedWrite::update(const SchemaPointer& schema,
                                             const auth::Identity& identity, const Table& table,
                                             std::vector<query::Assignment> assignments,
                                             const query::Condition& where, WriteOptions options) {
  TRY(check_supported(table, table.updatable, "update"));
  TRY_ASSIGN(const Rights* rights, authorize(*schema, identity.role, table, Verb::kUpdate));
  TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
  PreparedWrite write(schema, identity, table);
  // The filter reads: so both the old and the new row must be ones that the caller may see
  // (PostgreSQL, CREATE POLICY, "Policies Applied by Command Type").
  write.check_ = both(rights->check_sql, select->using_sql);
  query::Returning returning;
  returning.rows = options.return_rows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  returning.check = write.check_;
  TRY(check_returning(table, returning, "update"));
  TRY_ASSIGN(write.query_,
             query::lower_update(context_of(*schema, identity.role), table, std::move(assignments),
                                 where, guard_of(*rights), returning));
  write.options_ = std::move(options);
  return write;
}

Outcome<PreparedWrite> PreparedWrite::remove(const SchemaPointer& schema,
                                             const auth::Identity& identity, const Table& table,
                                             const query::Condition& where, WriteOptions options) {
  TRY(check_supported(table, table.deletable, "delete from"));
  TRY_ASSIGN(const Rights* rights, authorize(*schema, identity.role, table, Verb::kDelete));
  TRY_ASSIGN(const Rights* select, authorize(*schema, identity.role, table, Verb::kSelect));
  PreparedWrite write(schema, identity, table);
  query::Returning returning;
  returning.rows = options.return_rows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  TRY(check_returning(table, returning, "delete from"));
  TRY_ASSIGN(write.query_, query::lower_delete(context_of(*schema, identity.role), table, where,
                                               guard_of(*rights), returning));
  write.options_ = std::move(options);
  return write;
}

Outcome<void> PreparedWrite::run_once(db::BatchWriter& writer, db::Statement& statement,
                                      RowWriter& rows, std::string& body, uint64_t& written) const {
  uint64_t returned = 0;
  for (;;) {
    const base::Result<bool> row = statement.step();
    if (!row) {
      return query::refuse(query::sqlite_error(writer.connection().handle(), table_->name));
    }
    if (!*row) break;
    ++returned;
    if (query_.lead_columns > 0 && statement.column_int(0) != 1)
      return query::refuse(policy_violation(*table_));
    if (!options_.return_rows) continue;
    const bool second = options_.format == RowFormat::kJsonObject && rows.rows() > 0;
    if (!second) rows.add(body, statement);
  }
  const bool returns = options_.return_rows || query_.lead_columns > 0;
  if (is_insert_ && must_return_ && returned == 0) return query::refuse(policy_violation(*table_));
  written += returns ? returned : writer.connection().changed_rows();
  return {};
}

Outcome<uint64_t> PreparedWrite::run(db::BatchWriter& writer, std::string& body) const {
  const base::Result<db::Statement*> prepared = writer.statements().get(query_.sql);
  if (!prepared)
    return query::refuse(query::sqlite_error(writer.connection().handle(), table_->name));
  db::Statement& statement = **prepared;
  RowWriter rows(options_.format, query_.columns, query_.lead_columns);
  if (options_.return_rows) rows.begin(body);
  uint64_t written = 0;
  const size_t runs = is_insert_ ? rows_.size() : 1;
  for (size_t i = 0; i < runs; ++i) {
    const db::StatementUse use(statement);
    caller_.bind(statement);
    query_.bind(statement);
    if (is_insert_) bind_row(rows_[i], statement);
    TRY(run_once(writer, statement, rows, body, written));
  }
  // Left to the commit, it would take the other requests of the batch with it.
  if (writer.connection().has_unresolved_references())
    return query::refuse(query::broken_reference(table_->name));
  if (options_.return_rows) rows.end(body);
  return written;
}

}  // namespace prodev::records
