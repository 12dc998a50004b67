#include "rest/spool.h"

#include "base/temporary_file.h"

namespace prodev::rest {

base::Result<Spool> Spool::make(const std::string& directory) {
  TRY_ASSIGN(base::UniqueFd file, base::make_temporary_file(directory));
  return Spool(std::move(file));
}

base::Result<void> Spool::write(std::string_view bytes) {
  TRY(base::write_all(file_.get(), bytes));
  size_ += bytes.size();
  return {};
}

http::Segment Spool::segment() && {
  const auto owner = std::make_shared<const base::UniqueFd>(std::move(file_));
  return {{}, owner->get(), 0, size_, owner};
}

}  // namespace prodev::rest
