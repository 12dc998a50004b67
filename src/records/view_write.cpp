#include "records/view_write.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "catalog/rowid.h"
#include "db/sql_tokens.h"
#include "records/returned_rows.h"
#include "records/stored_value.h"

namespace prodev::records {

using access::Verb;
using catalog::Table;
using query::LoweredQuery;
using query::Outcome;
using query::Value;

namespace {

constexpr size_t kMostKeys = 10'000;  // each is looked up by itself

// Different for different keys.
std::string text_of(const std::vector<Value>& key) {
  std::string text;
  for (const Value& part : key) {
    text += std::to_string(static_cast<int>(part.type)) + ':' + std::to_string(part.integer) + ':' +
            std::to_string(part.real) + ':' + std::to_string(part.bytes.size()) + ':' + part.bytes;
  }
  return text;
}

bool has_null(const std::vector<Value>& key) {
  return std::any_of(key.begin(), key.end(),
                     [](const Value& part) { return part.type == db::StorageClass::kNull; });
}

// The value that "?5" stands for; nullptr: `expression` is another one.
const Value* bound_value(const LoweredQuery& query, std::string_view expression) {
  size_t number = 0;
  if (!expression.starts_with('?')) return nullptr;
  std::from_chars(expression.data() + 1, expression.data() + expression.size(), number);
  return &query.values[number - query::kFirstValue];
}

// The key of a row of `origin`; empty: it has no rowids.
std::string key_by_rowid_sql(const Table& origin) {
  const std::string_view rowid = catalog::rowid_name(origin);
  if (rowid.empty()) return {};
  std::string sql;
  for (const size_t part : origin.primary_key) {
    sql += sql.empty() ? "SELECT " : ",";
    db::append_name(sql, origin.columns[part].name);
  }
  sql += " FROM ";
  db::append_name(sql, origin.name);
  return sql.append(" WHERE ").append(rowid).append("=?1");
}

}  // namespace

PreparedWrite::ViewRun::ViewRun(const PreparedWrite& write, db::BatchWriter& writer,
                                std::string& body)
    : write_(write),
      writer_(writer),
      body_(body),
      judge_(write, writer),
      row_writer_(
          write.options_.format,
          write.verb_ == Verb::kDelete ? write.view_->meant.columns : write.view_->by_key.columns,
          write.verb_ == Verb::kDelete ? 0 : 1, write.options_.strips_nulls) {
  row_writer_.drain_at(kMostReturnedBytes, no_more());
  if (write.verb_ == Verb::kInsert && looks_again())
    watch_.emplace(writer.connection(), write.view_->key.origin->name);
}

Outcome<WriteResult> PreparedWrite::ViewRun::run() {
  if (write_.returns(Returned::kRows)) row_writer_.begin(body_);
  for (const NewRow& row : write_.rows_) TRY(insert(row));
  if (write_.verb_ == Verb::kUpdate) TRY(update());
  if (write_.verb_ == Verb::kDelete) TRY(remove());
  if (writer_.connection().has_unresolved_references())
    return query::refuse(query::broken_reference(write_.table_->name));
  if (write_.returns(Returned::kRows)) row_writer_.end(body_);
  if (result_.rows != 1) result_.key.clear();
  return std::move(result_);
}

Outcome<void> PreparedWrite::ViewRun::insert(const NewRow& row) {
  const Form& form = write_.forms_[row.shape];
  ++result_.rows;
  result_.inserted = true;
  if (!looks_again()) return execute(form, row.values);
  // Without a rowid that tells which row it was, one that was there before must
  // not be taken for it.
  bool was_there = false;
  const std::optional<Key> sent = sent_key(form, row);
  if (sent && write_.view_->key.origin->without_rowid) {
    TRY_ASSIGN(db::RowStatement * before, prepare(write_.view_->by_key));
    const db::StatementUse use(*before);
    for (size_t i = 0; i < sent->size(); ++i)
      (*sent)[i].bind(*before, query::kFirstValue + static_cast<int>(i));
    TRY_ASSIGN(was_there, step(*before));
  }
  watch_->clear();
  TRY(execute(form, row.values));
  const Outcome<void> shown = show_inserted(form, row, was_there);
  const bool missed = !shown && shown.error().code == query::no_view_key(*write_.table_).code;
  return missed && only_locates() ? Outcome<void>() : shown;
}

Outcome<void> PreparedWrite::ViewRun::show_inserted(const Form& form, const NewRow& row,
                                                    bool was_there) {
  if (was_there) return cannot_tell();
  TRY_ASSIGN(const Key key, inserted_key(form, row));
  TRY_ASSIGN(const bool shown, show(key, true));
  return check_shown(shown);
}

Outcome<void> PreparedWrite::ViewRun::update() {
  const Form& form = write_.forms_.front();
  if (!looks_again()) {
    TRY_ASSIGN(result_.rows, count_meant());
    return execute(form, {});
  }
  TRY_ASSIGN(const std::vector<Key> keys, keys_meant());
  TRY(execute(form, {}));
  result_.rows = keys.size();
  for (const Key& key : keys) {
    TRY_ASSIGN(bool shown, show(key, true));
    TRY_ASSIGN(const std::optional<Key> changed, changed_key(form, key));
    if (changed) {
      TRY_ASSIGN(const bool moved, show(*changed, !shown));
      shown = shown || moved;
    }
    TRY(check_shown(shown));
  }
  return {};
}

Outcome<void> PreparedWrite::ViewRun::remove() {
  if (write_.returns(Returned::kRows)) {
    TRY_ASSIGN(db::RowStatement * rows, prepare(write_.view_->meant));
    const db::StatementUse use(*rows);
    for (;;) {
      TRY_ASSIGN(const bool row, step(*rows));
      if (!row) break;
      ++result_.rows;
      const bool second = write_.options_.format == RowFormat::kJsonObject && result_.rows > 1;
      if (!second && !row_writer_.add(body_, *rows)) return query::refuse(returns_too_much());
    }
  } else {
    TRY_ASSIGN(result_.rows, count_meant());
  }
  return execute(write_.forms_.front(), {});
}

// With the caller and the values of the query bound.
auto PreparedWrite::ViewRun::prepare(const LoweredQuery& query) const
    -> Outcome<db::RowStatement*> {
  const base::Result<db::RowStatement*> prepared = writer_.statements().get(query.sql);
  if (!prepared) return judge_.failed();
  write_.caller_.bind(**prepared);
  query.bind(**prepared);
  return *prepared;
}

auto PreparedWrite::ViewRun::step(db::RowStatement& statement) const -> Outcome<bool> {
  const base::Result<bool> row = statement.step();
  if (!row) return judge_.failed();
  return *row;
}

Outcome<void> PreparedWrite::ViewRun::execute(const Form& form,
                                              const std::vector<Value>& row) const {
  TRY_ASSIGN(db::RowStatement * statement, prepare(form.query));
  const db::StatementUse use(*statement);
  judge_.bind(form.query, row, *statement);
  if (!statement->step()) return judge_.refused(form, row);
  return {};
}

auto PreparedWrite::ViewRun::count_meant() const -> Outcome<uint64_t> {
  TRY_ASSIGN(db::RowStatement * count, prepare(write_.view_->meant));
  const db::StatementUse use(*count);
  TRY(step(*count));
  return static_cast<uint64_t>(count->column_int(0));
}

auto PreparedWrite::ViewRun::keys_meant() const -> Outcome<std::vector<Key>> {
  std::vector<Key> keys;
  std::unordered_set<std::string> distinct;
  TRY_ASSIGN(db::RowStatement * rows, prepare(write_.view_->meant));
  const db::StatementUse use(*rows);
  for (;;) {
    TRY_ASSIGN(const bool row, step(*rows));
    if (!row) return keys;
    Key& key = keys.emplace_back();
    for (int i = 0; i < rows->column_count(); ++i) key.push_back(stored_value(*rows, i));
    if (has_null(key) || !distinct.insert(text_of(key)).second) return cannot_tell();
    if (keys.size() <= kMostKeys) continue;
    return query::refuse({413,
                          "54000",
                          "a write changes at most " + std::to_string(kMostKeys) +
                              " rows of view \"" + write_.table_->name + "\"",
                          {},
                          "Narrow it by a filter."});
  }
}

auto PreparedWrite::ViewRun::key_by_rowid(int64_t rowid) const -> Outcome<Key> {
  const std::string sql = key_by_rowid_sql(*write_.view_->key.origin);
  if (sql.empty()) return cannot_tell();
  const base::Result<db::RowStatement*> prepared = writer_.statements().get(sql);
  if (!prepared) return judge_.failed();
  const db::StatementUse use(**prepared);
  (*prepared)->bind_int(1, rowid);
  TRY_ASSIGN(const bool there, step(**prepared));
  if (!there) return cannot_tell();
  Key key;
  for (int i = 0; i < (*prepared)->column_count(); ++i) key.push_back(stored_value(**prepared, i));
  return key;
}

// Of the one row that the triggers inserted into the table that the key is of,
// or changed there.
auto PreparedWrite::ViewRun::inserted_key(const Form& form, const NewRow& row) const
    -> Outcome<Key> {
  if (write_.view_->key.origin->without_rowid) {
    std::optional<Key> sent = sent_key(form, row);
    if (!sent) return cannot_tell();
    return std::move(*sent);
  }
  const std::optional<int64_t> rowid = watch_->only_row();
  return rowid ? key_by_rowid(*rowid) : cannot_tell();
}

auto PreparedWrite::ViewRun::sent_key(const Form& form, const NewRow& row) const
    -> std::optional<Key> {
  Key key;
  for (const size_t place : write_.view_->key.columns) {
    const auto sent =
        std::find(form.shape.begin(), form.shape.end(), &write_.table_->columns[place]);
    if (sent == form.shape.end()) return std::nullopt;
    key.push_back(row.values[static_cast<size_t>(sent - form.shape.begin())]);
  }
  if (has_null(key)) return std::nullopt;
  return key;
}

// Nothing: the update does not touch the key.
auto PreparedWrite::ViewRun::changed_key(const Form& form, const Key& key) const
    -> Outcome<std::optional<Key>> {
  Key changed = key;
  bool touched = false;
  for (size_t i = 0; i < key.size(); ++i) {
    const size_t place = write_.view_->key.columns[i];
    const std::string& expression = form.updated.values[place];
    std::string itself;
    db::append_name(itself, write_.table_->columns[place].name);
    if (expression == itself) continue;
    const Value* value = bound_value(form.query, expression);
    if (value == nullptr) return cannot_tell();
    changed[i] = *value;
    touched = true;
  }
  if (!touched || text_of(changed) == text_of(key)) return std::optional<Key>();
  return std::optional(std::move(changed));
}

// Judges the row of `key`, and gives it back if it `returns`. False: the view
// does not show it.
Outcome<bool> PreparedWrite::ViewRun::show(const Key& key, bool returns) {
  TRY_ASSIGN(db::RowStatement * row, prepare(write_.view_->by_key));
  const db::StatementUse use(*row);
  for (size_t i = 0; i < key.size(); ++i)
    key[i].bind(*row, query::kFirstValue + static_cast<int>(i));
  TRY_ASSIGN(const bool shown, step(*row));
  if (!shown) return false;
  if (row->column_int(0) != 1) return query::refuse(judge_.violation());
  const bool second = write_.options_.format == RowFormat::kJsonObject && row_writer_.rows() > 0;
  const bool wanted = returns && write_.returns(Returned::kRows) && !second;
  if (wanted && !row_writer_.add(body_, *row)) return query::refuse(returns_too_much());
  if (write_.returns(Returned::kKey)) note_key(*row);
  TRY_ASSIGN(const bool ambiguous, step(*row));
  if (ambiguous) return cannot_tell();
  return true;
}

void PreparedWrite::ViewRun::note_key(const db::RowStatement& row) {
  result_.key.clear();
  int i = write_.view_->by_key.lead_columns;
  for (const query::OutputColumn& column : write_.view_->by_key.columns)
    result_.key.emplace_back(column.name, value_text(row, i++, column.kind));
}

// A row that the view does not show can fulfil no condition on it.
Outcome<void> PreparedWrite::ViewRun::check_shown(bool shown) const {
  if (shown || write_.check_.empty()) return {};
  return query::refuse(judge_.violation());
}

tl::unexpected<query::ApiError> PreparedWrite::ViewRun::cannot_tell() const {
  return query::refuse(query::no_view_key(*write_.table_));
}

}  // namespace prodev::records
