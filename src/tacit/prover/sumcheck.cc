#include "tacit/prover/sumcheck.h"

#include "tacit/poly/multilinear.h"
#include "tacit/prover/kernels.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {

template <class E>
std::vector<E> prove_sumcheck(VeilWriter<E>& veil, const verifier::SumcheckLabels& labels, int bits,
                              std::vector<SumcheckPair<E>>& pairs) {
  std::vector<E> point(static_cast<size_t>(bits));
  // A pair on fewer bits waits; meanwhile its scale takes the factors 1 − r_t, and its polynomial is s·(1 − X).
  std::vector<E> waiting(pairs.size());
  for (size_t k = 0; k < pairs.size(); ++k) {
    TACIT_CHECK(pairs[k].a.size() == pairs[k].c.size() && pairs[k].a.size() <= (size_t{1} << bits));
    if (pairs[k].a.size() < (size_t{1} << bits)) waiting[k] = dot<E>(pairs[k].a, pairs[k].c);
  }
  for (int t = bits; t-- > 0;) {
    std::array<E, 2> message{E::zero(), E::zero()};
    for (size_t k = 0; k < pairs.size(); ++k) {
      const SumcheckPair<E>& pair = pairs[k];
      if (pair.a.size() <= (size_t{1} << t)) {
        const E s = pair.scale * waiting[k];
        message[0] += s;
        message[1] -= s;
        continue;
      }
      const std::array<E, 2> part = quadratic_message<E>(pair.a, pair.c);
      message[0] += pair.scale * part[0];
      message[1] += pair.scale * part[1];
    }
    if (planted(Fault::kWrongRound)) message[0] += E::one();
    veil.send(labels.round, std::span<const E>(message));
    E r = veil.challenge(labels.point);
    while (labels.outside_01 && (r == E::zero() || r == E::one())) r = veil.challenge(labels.point);
    if (planted(Fault::kZeroProductPoint) && labels.outside_01 && t + 1 == bits) r = E::zero();
    point[static_cast<size_t>(t)] = r;
    for (SumcheckPair<E>& pair : pairs) {
      if (pair.a.size() <= (size_t{1} << t)) {
        pair.scale *= E::one() - r;
        continue;
      }
      fold_top<E>(pair.a, r);
      fold_top<E>(pair.c, r);
    }
  }
  return point;
}

#define TACIT_INSTANTIATE(E)                                                                             \
  template std::vector<E> prove_sumcheck<E>(VeilWriter<E>&, const verifier::SumcheckLabels&, int,        \
                                            std::vector<SumcheckPair<E>>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
