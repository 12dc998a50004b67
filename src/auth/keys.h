// The secret that tokens are signed with, and the two keys that applications are given.
#pragma once

#include <string>

#include "auth/jwt.h"
#include "base/result.h"

namespace prodev::auth {

constexpr size_t kLeastSecretBytes = 32;  // RFC 7518 section 3.2: not less than the hash

struct Keys {
  SigningKey signing;
  // Tokens of the roles anon and service_role that never expire: the same at every start. The
  // first is meant to be public, the second opens everything.
  std::string anon_key;
  std::string service_key;
};

// The keys made of `jwt_secret` or, when that is empty, of the text in `data_dir`/keys/jwt.key,
// which is made when it is missing: 32 random bytes in base64url, mode 0600, in a folder of mode
// 0700. `data_dir` must exist. After a crash the file is either missing or whole; of several
// processes that make it at once, one wins and all use its file.
//
// kUsage for a secret that is too short; kCorrupt for a file that is too short, too long or not
// text; kForbidden for one that others may read; kUnavailable when it cannot be read or made.
base::Result<Keys> load_or_make_keys(const std::string& data_dir, const std::string& jwt_secret);

}  // namespace prodev::auth
