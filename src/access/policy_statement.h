// The statements about policies, after their first two words (statement.h).
#pragma once

#include "access/token_cursor.h"

namespace prodev::access {

db::StatementResult<AccessStatement> parse_create_policy(TokenCursor& cursor);
db::StatementResult<AccessStatement> parse_alter_policy(TokenCursor& cursor);
db::StatementResult<AccessStatement> parse_drop_policy(TokenCursor& cursor);

}  // namespace prodev::access
