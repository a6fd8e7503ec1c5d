#include "tacit/statement/system.h"

namespace tacit::statement {

std::vector<uint32_t> Contraction::output_labels() const {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < roles.size(); ++i)
    if (roles[i] != Role::kInner) out.push_back(i);
  return out;
}

}  // namespace tacit::statement
