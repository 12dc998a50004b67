// Probe: a stored text as views and triggers of SQLite's, so that SQLite finds what a renaming does
// to it: it rewrites the names in views and triggers, and knows what each of them stands for.
//
//   policy own on note, USING (owner = auth.uid())
//     CREATE VIEW "policy own on note" AS SELECT 1 FROM "note" WHERE (owner = NULL)
//   function close(integer), UPDATE note SET open = 0 WHERE id = $1 RETURNING owner
//     CREATE TRIGGER "function close(integer)" AFTER INSERT ON main._prodev_role BEGIN
//       UPDATE note SET open = 0 WHERE id = NULL; SELECT owner FROM "note"; END
//
// Views and triggers hold no parameters and do not know who calls: NULL stands for these. They are
// temporary. SQLite replaces one token by one token, so that what has changed is found again in the
// source, whose white space and comments stay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "statements/stored_text.h"

namespace prodev::statements {

class Probe {
 public:
  // nullopt: it has a form that no view or trigger can hold (WITH before an INSERT), or SQLite does
  // not read it as we do.
  static std::optional<Probe> make(const StoredText& text);

  // Makes the views and triggers. REQUIRES: an open savepoint that will be rolled back.
  base::Result<void> create(db::Connection& connection) const;
  // The text as the views and triggers now have it; nullopt: they cannot be matched with it.
  base::Result<std::optional<std::string>> read(db::Connection& connection) const;

  const StoredText& text() const { return text_; }

 private:
  friend class ProbeMaker;

  // A token of an object, and of the source: where it stands there, if it does.
  struct Token {
    std::string value;
    std::optional<size_t> offset;
    size_t size = 0;
  };
  struct Object {
    std::string name;
    std::string sql;  // as SQLite stores it: without TEMP
    std::vector<Token> tokens;
  };

  StoredText text_;
  std::vector<Object> objects_;
};

}  // namespace prodev::statements
