#include "tacit/statement/instance.h"

#include <algorithm>
#include <numeric>

#include "tacit/base/check.h"

namespace tacit::statement {
namespace {

void resize(Space& space, uint32_t samples) {
  for (Axis& axis : space.axes) {
    if (!axis.batched) continue;
    axis = strip_axis(samples);
    axis.batched = true;
  }
}

}  // namespace

System instantiate(const System& model, uint32_t samples) {
  TACIT_CHECK(samples >= 1);
  System system = model;
  for (Tensor& tensor : system.tensors) resize(tensor.space, samples);
  for (Public& item : system.publics) resize(item.space, samples);
  for (Contraction& contraction : system.contractions) resize(contraction.labels, samples);
  for (Lookup& lookup : system.lookups) resize(lookup.labels, samples);
  for (Identity& identity : system.identities) resize(identity.labels, samples);
  return system;
}

uint64_t places_used(const System& system, OracleId oracle) {
  uint64_t sum = 0;
  for (const Tensor& tensor : system.tensors)
    if (tensor.oracle == oracle) sum += tensor.space.places();
  return sum;
}

void place(System& system, const std::vector<uint8_t>& log_rows) {
  TACIT_CHECK(log_rows.size() == system.oracles.size());
  std::vector<TensorId> order(system.tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](TensorId x, TensorId y) {
    return system.tensors[x].space.log_block() > system.tensors[y].space.log_block();
  });
  std::vector<uint64_t> used(system.oracles.size(), 0);
  for (TensorId id : order) {
    Tensor& tensor = system.tensors[id];
    tensor.base = used[tensor.oracle];
    used[tensor.oracle] += tensor.space.places();
  }
  for (size_t o = 0; o < system.oracles.size(); ++o) {
    const uint64_t rows = uint64_t{1} << log_rows[o];
    system.oracles[o].log_rows = log_rows[o];
    system.oracles[o].limbs = static_cast<uint32_t>(std::max<uint64_t>(1, (used[o] + rows - 1) / rows));
  }
}

}  // namespace tacit::statement
