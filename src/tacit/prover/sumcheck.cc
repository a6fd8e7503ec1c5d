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
  std::vector<std::array<E, 2>> part(pairs.size());
  auto starts_at = [&](const SumcheckPair<E>& pair, int t) { return pair.bits() > t; };
  for (size_t k = 0; k < pairs.size(); ++k) {
    const SumcheckPair<E>& pair = pairs[k];
    TACIT_CHECK(pair.a.size() == pair.c.size() && pair.bits() <= bits);
    if (!starts_at(pair, bits - 1)) waiting[k] = pair.top ? pair.top->sum() : dot<E>(pair.a, pair.c);
    if (pair.bits() > 0) part[k] = pair.top ? pair.top->message() : quadratic_message<E>(pair.a, pair.c);
  }
  for (int t = bits; t-- > 0;) {
    std::array<E, 2> message{E::zero(), E::zero()};
    for (size_t k = 0; k < pairs.size(); ++k) {
      const bool waits = !starts_at(pairs[k], t);
      message[0] += pairs[k].scale * (waits ? waiting[k] : part[k][0]);
      message[1] += pairs[k].scale * (waits ? -waiting[k] : part[k][1]);
    }
    if (planted(Fault::kWrongRound)) message[0] += E::one();
    veil.send(labels.round, std::span<const E>(message));
    E r = veil.challenge(labels.point);
    while (labels.outside_01 && (r == E::zero() || r == E::one())) r = veil.challenge(labels.point);
    if (planted(Fault::kZeroProductPoint) && labels.outside_01 && t + 1 == bits) r = E::zero();
    point[static_cast<size_t>(t)] = r;
    for (size_t k = 0; k < pairs.size(); ++k) {
      SumcheckPair<E>& pair = pairs[k];
      if (!starts_at(pair, t)) {
        pair.scale *= E::one() - r;
      } else if (pair.top) {
        if (!pair.top->bind(r)) {
          part[k] = pair.top->message();
          continue;
        }
        pair.top->rest(pair.a, pair.c);
        pair.top.reset();
        if (pair.bits() > 0) part[k] = quadratic_message<E>(pair.a, pair.c);
      } else if (pair.a.size() >= 4) {
        part[k] = fold_and_message<E>(pair.a, pair.c, r);
      } else {
        fold_top<E>(pair.a, r);
        fold_top<E>(pair.c, r);
      }
    }
  }
  return point;
}

#define TACIT_INSTANTIATE(E)                                                                      \
  template std::vector<E> prove_sumcheck<E>(VeilWriter<E>&, const verifier::SumcheckLabels&, int, \
                                            std::vector<SumcheckPair<E>>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
