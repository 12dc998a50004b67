// From the bytes of a schema file to the SQL that runs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace prodev::db {

// The SQL of `bytes`, which `path` names in errors. A byte order mark and the parts that goose
// (-- +goose Down), sql-migrate (-- +migrate Down) and dbmate (-- migrate:down) would run to undo
// the file are left out; line ends stay, so that errors point at the right line. kBadInput, with
// the line, for text that is not UTF-8, for what those tools would do otherwise (without a
// transaction, or with variables of the environment put in), and for the way back of other tools.
base::Result<std::string> migration_sql(std::string_view bytes, const std::string& path);

}  // namespace prodev::db
