// What stored texts say once a table or column has another name.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "statements/alteration.h"
#include "statements/stored_text.h"

namespace prodev::statements {

struct Followed {
  std::vector<StoredText> changed;  // with their new text
  // Sentences about those that cannot follow with certainty: a name would come to stand for
  // something else, or SQLite cannot rewrite it.
  std::vector<std::string> lost;
};

// Tries the alteration in a savepoint, there and back, and leaves the database as it was. A text is
// followed when the way back gives it again: else one of its names has met another of the same
// spelling. Empty when SQLite refuses the alteration by itself. `texts` must fit the schema.
base::Result<Followed> follow(db::Connection& connection, const Alteration& alteration,
                              const std::vector<StoredText>& texts);

// Whether SQLite carries it out as things are. Leaves the database as it was.
bool is_possible(db::Connection& connection, const Alteration& alteration);

// Whether following it may change the text or its meaning, judged by names alone.
bool may_concern(const StoredText& text, const Alteration& alteration);

// For texts that name `from`, a table or view which is gone, and are to name `to` instead: those
// that change. Those that cannot are left as they are.
base::Result<std::vector<StoredText>> follow_to_successor(db::Connection& connection,
                                                          const std::string& from,
                                                          const std::string& to,
                                                          const std::vector<StoredText>& texts);

}  // namespace prodev::statements
