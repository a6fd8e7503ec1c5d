#include "tacit/model/graph/graph.h"

#include "tacit/base/check.h"

namespace tacit::model {

namespace {

// The attribute's content, or nullptr if it is absent.
template <class T>
const T* read(const Node& node, std::string_view key) {
  auto it = node.attributes.find(key);
  if (it == node.attributes.end()) return nullptr;
  const T* content = std::get_if<T>(&it->second);
  TACIT_CHECK(content != nullptr);
  return content;
}

template <class T>
T read_or(const Node& node, std::string_view key, T fallback) {
  const T* content = read<T>(node, key);
  return content != nullptr ? *content : fallback;
}

}  // namespace

std::string printable(std::string_view name) {
  constexpr size_t kMaxShown = 120;
  std::string text;
  size_t i = 0;
  while (i < name.size() && text.size() < kMaxShown) {
    const auto lead = static_cast<unsigned char>(name[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    bool is_valid = length != 0 && length <= name.size() - i && lead >= 0x20 && lead != 0x7f;
    for (size_t k = 1; is_valid && k < length; ++k) is_valid = (name[i + k] & 0xc0) == 0x80;
    text += is_valid ? name.substr(i, length) : "?";
    i += is_valid ? length : 1;
  }
  return i < name.size() ? text + "..." : text;
}

std::string Node::place() const { return "node " + printable(name) + " (" + printable(op) + ")"; }

int64_t Node::integer(std::string_view key, int64_t fallback) const { return read_or(*this, key, fallback); }

double Node::real(std::string_view key, double fallback) const { return read_or(*this, key, fallback); }

std::string Node::text(std::string_view key, std::string_view fallback) const {
  return read_or(*this, key, std::string(fallback));
}

std::vector<int64_t> Node::integers(std::string_view key) const { return read_or(*this, key, std::vector<int64_t>{}); }

std::vector<double> Node::reals(std::string_view key) const { return read_or(*this, key, std::vector<double>{}); }

const Tensor* Node::tensor(std::string_view key) const {
  const auto* content = read<std::shared_ptr<const Tensor>>(*this, key);
  return content != nullptr ? content->get() : nullptr;
}

}  // namespace tacit::model
