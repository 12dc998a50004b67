// KnownMeanings: what policies, functions and views said before a schema file changed what they
// name, for telling whether they say the same afterwards. What the file itself states anew means
// what it means then.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "db/connection.h"
#include "statements/meaning.h"
#include "statements/stored_text.h"

namespace prodev::statements {

class KnownMeanings {
 public:
  // Notes those that are not known yet, or that the file has stated anew. What does not fit the
  // schema has no meaning to keep. To be called before each statement that may change one.
  base::Result<void> remember(db::Connection& connection);

  // What a renaming does to the texts that follow it.
  void renamed_table(std::string_view from, std::string_view to);
  void renamed_table(const StoredText& text, std::string_view from, std::string_view to);
  void renamed_column(std::string_view table, std::string_view from, std::string_view to);
  void rewritten(const StoredText& text);
  // A view that is dropped or made: another one means what it says.
  void forget_view(std::string_view name);

  // The statement `number` of the file changes this table or view.
  void touched(std::string_view relation, size_t number);

  struct Change {
    std::string sentence;  // "policy p on msg says room_id of member, and would mean msg.room_id"
    std::string way_out;   // what to do with it: "ALTER POLICY", for people
    size_t statement = 0;  // which has brought it about
  };
  // The first that does not mean the same now; nullopt: there is none.
  base::Result<std::optional<Change>> find_change(db::Connection& connection) const;
  // The same of one text, which is the one that is known.
  base::Result<std::optional<Change>> find_change(db::Connection& connection,
                                                  const StoredText& text) const;

 private:
  struct Known {
    std::string text;
    Meaning meaning;
  };
  std::optional<Change> compared(const std::string& rule, const Meaning& before,
                                 const std::optional<Meaning>& after) const;

  std::map<StoredText::Key, Known> texts_;
  std::map<std::string, Meaning> views_;   // by name, as created
  std::map<std::string, size_t> touched_;  // by name in lower case
  size_t last_touched_ = 0;
};

}  // namespace prodev::statements
