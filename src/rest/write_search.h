// Finding the rows of a PATCH or DELETE where reads run, before the one writer is asked to.
#pragma once

#include "query/api_error.h"
#include "records/read.h"
#include "rest/writes.h"

namespace prodev::rest {

// Whether the rows of `call` are looked for first: not where its filter names their key and asks
// nothing else that could take long.
bool is_searched_first(const WriteCall& call);

// On the read lane, within `options.budget_ns` (57014): narrows the filter of `call` to the keys of
// the rows that it found, where they are few, so that the writer looks at these alone; it still
// asks the whole filter of each, since rows may have changed. What took long to find and is many is
// refused: the writer would look for as long again.
query::Outcome<void> search_rows(WriteCall& call, records::ReadOptions options,
                                 records::ReadSession session);

}  // namespace prodev::rest
