// PreparedWrite::ViewRun: a write to a view, done by its INSTEAD OF triggers.
//
// SQLite tells little of it: RETURNING repeats what was asked for, with NULL
// where the trigger did not look, and no row is counted. So the rows that are
// meant are read before it, counted and remembered by the key that the view
// shows (query/lower_view.h), and what is judged and given back is what the
// view shows by that key afterwards. A trigger may also have written another
// row than the one that was named: where a key changes, the rows of both keys
// are judged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/row_watch.h"
#include "records/write.h"
#include "records/write_judge.h"

namespace prodev::records {

// One run, in the transaction of the writer.
class PreparedWrite::ViewRun {
 public:
  ViewRun(const PreparedWrite& write, db::BatchWriter& writer, std::string& body);

  query::Outcome<WriteResult> run();

 private:
  using Key = std::vector<query::Value>;

  query::Outcome<void> insert(const NewRow& row);
  query::Outcome<void> show_inserted(const Form& form, const NewRow& row, bool was_there);
  query::Outcome<void> update();
  query::Outcome<void> remove();

  query::Outcome<db::RowStatement*> prepare(const query::LoweredQuery& query) const;
  query::Outcome<bool> step(db::RowStatement& statement) const;
  query::Outcome<void> execute(const Form& form, const std::vector<query::Value>& row) const;
  query::Outcome<uint64_t> count_meant() const;
  query::Outcome<std::vector<Key>> keys_meant() const;
  query::Outcome<Key> key_by_rowid(int64_t rowid) const;
  query::Outcome<Key> inserted_key(const Form& form, const NewRow& row) const;
  std::optional<Key> sent_key(const Form& form, const NewRow& row) const;
  query::Outcome<std::optional<Key>> changed_key(const Form& form, const Key& key) const;
  query::Outcome<bool> show(const Key& key, bool returns);
  void note_key(const db::RowStatement& row);
  query::Outcome<void> check_shown(bool shown) const;
  tl::unexpected<query::ApiError> cannot_tell() const;

  // Whether the row is looked for only to say where it is, so that it may be missed.
  bool only_locates() const { return write_.returns(Returned::kKey) && write_.check_.empty(); }
  bool looks_again() const { return !write_.view_->by_key.sql.empty(); }

  const PreparedWrite& write_;
  db::BatchWriter& writer_;
  std::string& body_;
  const Judge judge_;
  RowWriter row_writer_;
  std::optional<db::RowWatch> watch_;  // of an insert that looks again
  WriteResult result_;
};

}  // namespace prodev::records
