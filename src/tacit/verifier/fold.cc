#include "tacit/verifier/fold.h"

#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

uint32_t stack_limbs(const statement::System& system, const Stack& stack) {
  uint32_t limbs = 0;
  for (uint32_t o : stack.oracles) limbs += system.oracles[o].limbs;
  return limbs;
}

template <class E>
std::vector<StackFold<E>> verify_folds(Veil<E>& veil, const statement::System& system, const Parameters& parameters,
                                       const CellPoint<E>& cells) {
  Channel<E>& channel = veil.channel();
  const std::span<const E> point(cells.point);
  std::vector<StackFold<E>> out(parameters.stacks.size());
  std::vector<std::vector<Affine<E>>> u(out.size());
  std::vector<Affine<E>> mask(out.size());
  for (size_t s = 0; s < out.size(); ++s) {
    const Stack& stack = parameters.stacks[s];
    const auto row_point = point.first(stack.log_rows);
    out[s].row_point.assign(row_point.begin(), row_point.end());
    u[s] = veil.receive(Label::kFoldFunctional, stack_limbs(system, stack));
    mask[s] = veil.receive(Label::kMaskFunctional);
    size_t limb = 0;
    for (uint32_t o : stack.oracles) {
      const size_t bits = static_cast<size_t>(system.oracles[o].log_address());
      const std::vector<E> column = poly::eq_table<E>(point.subspan(stack.log_rows, bits - stack.log_rows));
      std::vector<std::pair<E, Affine<E>>> sum{{-E::one(), cells.value[o]}};
      for (uint32_t b = 0; b < system.oracles[o].limbs; ++b) sum.emplace_back(column[b], u[s][limb++]);
      veil.assert_zero(veil.sum(sum), "fold of cells");
    }
  }
  for (size_t s = 0; s < out.size(); ++s) {
    channel.check_work(Label::kMu, parameters.stacks[s].fold_grinding);
    out[s].limb_weight =
        poly::eq_table<E>(channel.challenges(Label::kMu, static_cast<size_t>(statement::log2_ceil(u[s].size()))));
    out[s].limb_weight.resize(u[s].size());
    out[s].beta = channel.challenge(Label::kBeta);
  }
  for (size_t s = 0; s < out.size(); ++s) {
    out[s].value = channel.receive(Label::kFoldValue);
    std::vector<std::pair<E, Affine<E>>> sum{{E::one(), mask[s]}};
    for (size_t b = 0; b < u[s].size(); ++b) sum.emplace_back(out[s].beta * out[s].limb_weight[b], u[s][b]);
    veil.assert_zero(veil.sum(sum) - out[s].value, "fold value");
  }
  return out;
}

#define TACIT_INSTANTIATE(E)                                                                                \
  template std::vector<StackFold<E>> verify_folds<E>(Veil<E>&, const statement::System&, const Parameters&, \
                                                     const CellPoint<E>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
