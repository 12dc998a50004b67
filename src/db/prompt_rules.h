// What statements that the owner of a database types may do.
#pragma once

#include <string>

#include "db/connection.h"

namespace prodev::db {

// For as long as it lives, statements of `connection` are held to the project's rows, which they
// change only where they may write, and to reading what the schema is. The rest is refused with a
// sentence: tables of the system (other than from within a trigger or view), changes of the schema,
// ATTACH, extensions, and pragmas that set something.
class PromptRules {
 public:
  PromptRules(Connection& connection, bool may_write);
  ~PromptRules();
  PromptRules(const PromptRules&) = delete;
  PromptRules& operator=(const PromptRules&) = delete;

  // Why a statement was refused since it was last asked; empty: none was by these rules.
  std::string take_refusal();

 private:
  static int ask(void* rules, int action, const char* first, const char* second, const char*,
                 const char* context) noexcept;
  int judge(int action, const char* first, const char* second, const char* context);
  int judge_change(const char* table);
  int refuse(std::string sentence);

  Connection& connection_;
  const bool may_write_;
  std::string refusal_;
};

}  // namespace prodev::db
