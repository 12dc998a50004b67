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

query::ApiError policy_violation(const Table& table) {
  return {403, "42501",
          "new row violates row-level security policy for table \"" + table.name + "\""};
}

// What an insert gives back when only its key is wanted.
std::vector<query::SelectItem> key_columns(const Table& table) {
  std::vector<query::SelectItem> items;
  for (const size_t i : table.primary_key) {
    items.emplace_back().field.column = table.columns[i].name;
  }
  return items;
}

// Where the key of `conflict` is among the columns of a shape; nothing when a part of it is left to
// a DEFAULT, which no row has yet.
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

// One run of a write, in the transaction of the writer.
class PreparedWrite::Run {
 public:
  Run(const PreparedWrite& write, db::BatchWriter& writer, std::string& body)
      : write_(write),
        writer_(writer),
        body_(body),
        row_writer_(write.options_.format, write.forms_.front().query.columns,
                    write.forms_.front().query.lead_columns, write.options_.strips_nulls) {}

  Outcome<WriteResult> run() {
    if (write_.returns(Returned::kRows)) row_writer_.begin(body_);
    if (!write_.is_insert_) TRY(run_form(write_.forms_.front(), {}));
    for (const NewRow& row : write_.rows_) TRY(insert(row));
    // Left to the commit, it would take the other requests of the batch with it.
    if (writer_.connection().has_unresolved_references())
      return query::refuse(query::broken_reference(write_.table_->name));
    if (write_.returns(Returned::kRows)) row_writer_.end(body_);
    if (result_.rows != 1) result_.key.clear();
    return std::move(result_);
  }

 private:
  tl::unexpected<query::ApiError> failed() const {
    return query::refuse(query::sqlite_error(writer_.connection().handle(), write_.table_->name));
  }

  Outcome<void> insert(const NewRow& row) {
    const Form& form = write_.forms_[row.shape];
    TRY_ASSIGN(const bool taken, is_taken(form, row));
    const uint64_t before = result_.rows;
    TRY(run_form(form, row.values));
    result_.inserted = result_.inserted || (!taken && result_.rows > before);
    return {};
  }

  // Whether there is a row of the same key. Not asked any more once one was inserted.
  Outcome<bool> is_taken(const Form& form, const NewRow& row) {
    if (form.lookup.empty() || result_.inserted) return false;
    const base::Result<db::Statement*> prepared = writer_.statements().get(form.lookup);
    if (!prepared) return failed();
    const db::StatementUse use(**prepared);
    for (size_t i = 0; i < form.key.size(); ++i)
      row.values[form.key[i]].bind(**prepared, query::kFirstValue + static_cast<int>(i));
    const base::Result<bool> found = (*prepared)->step();
    if (!found) return failed();
    return *found;
  }

  // `row`: the values of one to insert.
  Outcome<void> run_form(const Form& form, const std::vector<query::Value>& row) {
    const base::Result<db::Statement*> prepared = writer_.statements().get(form.query.sql);
    if (!prepared) return failed();
    db::Statement& statement = **prepared;
    const db::StatementUse use(statement);
    write_.caller_.bind(statement);
    form.query.bind(statement);
    for (size_t i = 0; i < row.size(); ++i)
      row[i].bind(statement, query::kFirstValue + static_cast<int>(i));
    uint64_t returned = 0;
    for (;;) {
      const base::Result<bool> stepped = statement.step();
      if (!stepped) return failed();
      if (!*stepped) break;
      ++returned;
      if (form.query.lead_columns > 0 && statement.column_int(0) != 1)
        return query::refuse(policy_violation(*write_.table_));
      keep(form, statement);
    }
    if (write_.must_return_ && returned == 0)
      return query::refuse(policy_violation(*write_.table_));
    const bool returns = !write_.returns(Returned::kNothing) || form.query.lead_columns > 0;
    result_.rows += returns ? returned : writer_.connection().changed_rows();
    return {};
  }

  void keep(const Form& form, const db::Statement& row) {
    if (write_.returns(Returned::kKey)) {
      result_.key.clear();
      int i = form.query.lead_columns;
      for (const query::OutputColumn& column : form.query.columns)
        result_.key.emplace_back(column.name, value_text(row, i++, column.kind));
    }
    if (!write_.returns(Returned::kRows)) return;
    // A second row of what must be one is not written: there will be an error.
    const bool second = write_.options_.format == RowFormat::kJsonObject && row_writer_.rows() > 0;
    if (!second) row_writer_.add(body_, row);
  }

  const PreparedWrite& write_;
  db::BatchWriter& writer_;
  std::string& body_;
  RowWriter row_writer_;
  WriteResult result_;
};

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
  const query::Context context = context_of(*schema, identity.role);
  write.is_insert_ = true;
  write.check_ = rights->check_sql;
  if (options.returned == Returned::kKey) {
    options.read = {};
    options.read.select = key_columns(table);
    if (options.read.select.empty()) options.returned = Returned::kNothing;
  }
  query::Returning returning;
  returning.rows = options.returned != Returned::kNothing;
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
    conflict.merged = std::move(rows.merged);
    // A taken key whose row the caller may not change is an error, not a row left alone.
    write.must_return_ = !update->bypass;
    if (write.must_return_ && write.check_.empty()) write.check_ = "1";
  }
  returning.check = write.check_;
  if (rows.shapes.empty()) rows.shapes.emplace_back();
  for (const auto& shape : rows.shapes) {
    Form form;
    TRY_ASSIGN(form.query, query::lower_insert(context, table, shape, conflict, returning));
    if (merges) form.key = key_places(table, conflict, shape);
    if (!form.key.empty()) {
      std::vector<const catalog::Column*> key;
      for (const size_t place : form.key) key.push_back(shape[place]);
      form.lookup = query::key_lookup_sql(table, key);
    }
    write.forms_.push_back(std::move(form));
  }
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
  const query::Context context = context_of(*schema, identity.role);
  // The filter reads: so both the old and the new row must be ones that the caller may see
  // (PostgreSQL, CREATE POLICY, "Policies Applied by Command Type").
  write.check_ = both(rights->check_sql, select->using_sql);
  query::Returning returning;
  returning.rows = options.returned == Returned::kRows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  returning.check = write.check_;
  TRY(check_returning(table, returning, "update"));
  Form form;
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
  PreparedWrite write(schema, identity, table);
  const query::Context context = context_of(*schema, identity.role);
  query::Returning returning;
  returning.rows = options.returned == Returned::kRows;
  returning.read = std::move(options.read);
  returning.readable = guard_of(*select);
  TRY(check_returning(table, returning, "delete from"));
  Form form;
  TRY_ASSIGN(form.query, query::lower_delete(context, table, where, guard_of(*rights), returning));
  write.forms_.push_back(std::move(form));
  write.options_ = std::move(options);
  return write;
}

Outcome<WriteResult> PreparedWrite::run(db::BatchWriter& writer, std::string& body) const {
  return Run(*this, writer, body).run();
}

}  // namespace prodev::records
