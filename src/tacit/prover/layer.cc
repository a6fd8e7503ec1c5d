#include "tacit/prover/layer.h"

#include <algorithm>

#include "tacit/parallel/parallel.h"
#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {
namespace {

// The four arrays of a layer's sumcheck, one element after the other.
template <class E>
struct LayerTables {
  std::vector<E> u0, p1, q0, q1;  // u0 = p0 + θ·q0

  // t(0) and t(∞) when bit `b` of the index is the variable; eq over the remaining bits.
  std::array<E, 2> message(int b, std::span<const E> eq) const {
    std::array<E, 2> out{E::zero(), E::zero()};
    const size_t mask = (size_t{1} << b) - 1;
    for (size_t i = 0; i < eq.size(); ++i) {
      const size_t low = ((i & ~mask) << 1) | (i & mask), high = low | (mask + 1);
      out[0] += eq[i] * (u0[low] * q1[low] + p1[low] * q0[low]);
      out[1] += eq[i] * ((u0[high] - u0[low]) * (q1[high] - q1[low]) + (p1[high] - p1[low]) * (q0[high] - q0[low]));
    }
    return out;
  }
  void bind(int b, const E& r) {
    const size_t mask = (size_t{1} << b) - 1, half = u0.size() / 2;
    for (std::vector<E>* v : {&u0, &p1, &q0, &q1}) {
      for (size_t i = 0; i < half; ++i) {
        const size_t low = ((i & ~mask) << 1) | (i & mask), high = low | (mask + 1);
        (*v)[i] = (*v)[low] + r * ((*v)[high] - (*v)[low]);
      }
      v->resize(half);
    }
  }
};

// The coordinates of `point` that belong to the bits left after binding coordinate t of a layer of 2^s nodes.
template <class E>
std::vector<E> remaining_coordinates(const std::vector<E>& point, int t) {
  std::vector<E> out;
  if (t >= 3) {
    out.assign(point.begin(), point.begin() + 3);
    out.insert(out.end(), point.begin() + t + 1, point.end());
  } else {
    out.assign(point.begin() + t + 1, point.begin() + std::min<long>(static_cast<long>(point.size()), 3));
  }
  return out;
}

// One round: sends the message, draws the challenge.
template <class E>
E exchange(VeilWriter<E>& veil, std::array<E, 2> message) {
  if (planted(Fault::kWrongRound)) message[1] += E::one();
  veil.send(Label::kGkrRound, std::span<const E>(message));
  return veil.challenge(Label::kGkrPoint);
}

// The rounds for coordinates `first`, … in binding order, on plain arrays; then the children's values.
template <class E>
void finish_layer(VeilWriter<E>& veil, LayerTables<E> tables, const E& theta, const std::vector<int>& order,
                  std::vector<E>& next, std::vector<E>& point) {
  for (int t : order) {
    const int bit = t >= 3 ? 3 : 0;
    const E c = exchange(veil, tables.message(bit, poly::eq_table<E>(remaining_coordinates(point, t))));
    tables.bind(bit, c);
    next[static_cast<size_t>(t)] = c;
  }
  const std::array<E, 4> child{tables.u0[0] - theta * tables.q0[0], tables.p1[0], tables.q0[0], tables.q1[0]};
  veil.send(Label::kGkrEvaluations, std::span<const E>(child));
  next.push_back(veil.challenge(Label::kGkrPoint));
  point = std::move(next);
}

template <class E>
LayerTables<E> plain_tables(const Fractions<E>& children, const E& theta) {
  LayerTables<E> out;
  const size_t half = children.size() / 2;
  for (size_t i = 0; i < half; ++i) {
    out.q0.push_back(children.q.get(i));
    out.u0.push_back(children.p.get(i) + theta * out.q0.back());
    out.p1.push_back(children.p.get(i + half));
    out.q1.push_back(children.q.get(i + half));
  }
  return out;
}

// ---- the 100-bit profile's field: vector kernels while there are two blocks or more

using Q = field::Goldilocks2;

// tables[t]: eq over coordinates t + 1 … s − 1, lowest first; t from 3.
std::vector<std::vector<Q>> suffix_tables(const std::vector<Q>& point) {
  const size_t s = point.size();
  std::vector<std::vector<Q>> tables(s);
  tables[s - 1] = {Q::one()};
  for (size_t t = s - 1; t-- > 3;) {
    const std::vector<Q>& above = tables[t + 1];
    tables[t].resize(2 * above.size());
    parallel::parallel_for(0, above.size(), 1 << 12, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        tables[t][2 * i + 1] = above[i] * point[t + 1];
        tables[t][2 * i] = above[i] - tables[t][2 * i + 1];
      }
    });
  }
  return tables;
}

void prove_large_layer(VeilWriter<Q>& veil, const Fractions<Q>& children, const Q& theta, std::vector<Q>& point) {
  const size_t s = point.size();
  size_t blocks = children.q.blocks() / 2;
  const std::vector<std::vector<Q>> eq_high = suffix_tables(point);
  std::array<Q, 8> eq_low;
  const std::vector<Q> low = poly::eq_table<Q>(std::span<const Q>(point).first(3));
  std::copy(low.begin(), low.end(), eq_low.begin());
  std::vector<Q> next(s);

  const uint64_t *p = children.p.words(), *q = children.q.words();
  simd::LayerView view{p, p + blocks * simd::kBlockWords, q, q + blocks * simd::kBlockWords};
  // Two workspaces take turns; each fold halves the arrays.
  const size_t words = blocks / 2 * simd::kBlockWords;
  Buffer<uint64_t> space[2] = {Buffer<uint64_t>(4 * words), Buffer<uint64_t>(2 * words)};
  auto message = simd::layer_message(view, theta, blocks, eq_low, eq_high[3], parallel::run);
  for (size_t t = 3; t < s; ++t, blocks /= 2) {
    next[t] = exchange<Q>(veil, message);
    const size_t n = blocks / 2 * simd::kBlockWords;
    uint64_t* w = space[(t - 3) % 2].data();
    const simd::LayerStore out{w, w + n, w + 2 * n, w + 3 * n};
    message = simd::layer_fold(view, t == 3 ? &theta : nullptr, next[t], blocks, eq_low,
                               t + 1 < s ? eq_high[t + 1] : std::vector<Q>{}, out, parallel::run);
    view = {out.u0, out.p1, out.q0, out.q1};
  }
  auto load = [](const uint64_t* w) {
    std::vector<Q> out;
    for (size_t i = 0; i < 8; ++i)
      out.push_back(Q({field::Goldilocks::from_canonical(w[i]), field::Goldilocks::from_canonical(w[8 + i])}));
    return out;
  };
  finish_layer<Q>(veil, {load(view.u0), load(view.p1), load(view.q0), load(view.q1)}, theta, {0, 1, 2}, next, point);
}

}  // namespace

template <class E>
Fractions<E> parents(const Fractions<E>& children) {
  const size_t half = children.size() / 2;
  Fractions<E> out(half);
  if constexpr (std::is_same_v<E, Q>) {
    if (half >= 8) {
      simd::add_fractions(children.p.words(), children.q.words(), half / 8, out.p.words(), out.q.words(),
                          parallel::run);
      return out;
    }
  }
  parallel::parallel_for(0, half, 1 << 12, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const E q0 = children.q.get(i), q1 = children.q.get(i + half);
      out.p.set(i, children.p.get(i) * q1 + children.p.get(i + half) * q0);
      out.q.set(i, q0 * q1);
    }
  });
  return out;
}

template <class E>
void prove_layer(VeilWriter<E>& veil, const Fractions<E>& children, std::vector<E>& point) {
  const E theta = veil.challenge(Label::kTheta);
  if constexpr (std::is_same_v<E, Q>) {
    if (point.size() >= 4) return prove_large_layer(veil, children, theta, point);
  }
  std::vector<E> next(point.size());
  finish_layer<E>(veil, plain_tables(children, theta), theta, verifier::binding_order(static_cast<int>(point.size())),
                  next, point);
}

#define TACIT_INSTANTIATE(E)                             \
  template Fractions<E> parents<E>(const Fractions<E>&); \
  template void prove_layer<E>(VeilWriter<E>&, const Fractions<E>&, std::vector<E>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
