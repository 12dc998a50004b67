#include "db/dangling_rows.h"

#include "db/sql_tokens.h"

namespace prodev::db {

base::Result<void> remove_dangling_rows(Connection& target, const References& before,
                                        CarriedTables& carried) {
  for (;;) {
    TRY_ASSIGN(const References now, load_references(target));
    bool any = false;
    for (const DanglingReference& one : new_dangling(before, now)) {
      if (one.kind != DanglingReference::Kind::kRow || one.condition.empty()) continue;
      TRY(target.execute("DELETE FROM main." + quoted_name(one.table) + " WHERE " + one.condition));
      // It may refer to two rows that are not there.
      if (target.changed_rows() == 0) continue;
      any = true;
      CarriedRows& rows = carried[one.table];
      if (rows.table.empty()) rows.table = one.table;
      ++rows.lost;
      if (rows.kept > 0) --rows.kept;
      rows.why = "they refer to a row of " + one.parent + " that is not there";
    }
    if (!any) return {};
  }
}

}  // namespace prodev::db
