#include "http/request.h"

#include <algorithm>

namespace prodev::http {

void Request::detach(std::string_view head_bytes) {
  auto storage = std::make_unique<char[]>(head_bytes.size());
  std::copy(head_bytes.begin(), head_bytes.end(), storage.get());
  const auto rebase = [&](std::string_view& view) {
    const bool inside =
        view.data() >= head_bytes.data() && view.data() <= head_bytes.data() + head_bytes.size();
    if (inside) view = {storage.get() + (view.data() - head_bytes.data()), view.size()};
  };
  for (std::string_view* view :
       {&head.method_text, &head.target, &head.path, &head.query, &head.host}) {
    rebase(*view);
  }
  for (Field& field : head.fields) {
    rebase(field.name);
    rebase(field.value);
  }
  body.detach();
  head_storage_ = std::move(storage);
}

void Request::clear() {
  head.clear();
  path.clear();
  body.clear();
  id.clear();
  route = nullptr;
  relayed = false;
  started_ns = 0;
  head_storage_.reset();
}

}  // namespace prodev::http
