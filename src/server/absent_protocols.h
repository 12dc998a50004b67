// Paths of protocols whose clients may ask here, and which this version does not speak: each is
// answered in its protocol's own shape of an error, so that a client tells its user what is
// missing instead of that it met an answer it cannot read.
#pragma once

#include <vector>

#include "http/router.h"

namespace prodev::server {

// They yield to every route that is there, and are told of in no document.
std::vector<http::Route> absent_protocol_routes();

}  // namespace prodev::server
