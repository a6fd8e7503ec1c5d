// Functionals against their dense definitions, on random small spaces with strips.

#include "tacit/verifier/functional.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/field/fields.h"
#include "tacit/poly/eq.h"
#include "tacit/statement/assignment.h"

namespace tacit::verifier {
namespace {

using namespace statement;

template <class E>
class FunctionalTest : public testing::Test {
 protected:
  using F = typename E::Base;

  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  E element() {
    E out;
    for (int i = 0; i < E::kDegree; ++i) out[i] = F(random_() % F::kModulus);
    return out;
  }
  std::vector<E> elements(size_t n) {
    std::vector<E> out(n);
    for (E& x : out) x = element();
    return out;
  }
  Space space(uint32_t max_axes, uint32_t max_length) {
    Space out;
    for (uint32_t n = below(max_axes + 1); n > 0; --n) {
      const uint32_t length = 1 + below(max_length);
      out.axes.push_back({length, static_cast<uint8_t>(below(static_cast<uint32_t>(log2_ceil(length)) + 1)), false});
    }
    return out;
  }
  // A weight given on a random range of every axis.
  Weight<E> weight(const Space& space) {
    Weight<E> out{element(), {}};
    for (const Axis& axis : space.axes) {
      const uint32_t begin = below(axis.length);
      out.axes.push_back({begin, elements(1 + below(axis.length - begin))});
    }
    return out;
  }
  // Every entry of a weight, row-major.
  static std::vector<E> dense(const Space& space, const Weight<E>& weight) {
    std::vector<E> out{weight.factor};
    for (size_t a = 0; a < space.axes.size(); ++a) {
      std::vector<E> next;
      for (const E& x : out)
        for (uint32_t i = 0; i < space.axes[a].length; ++i) {
          const AxisWeight<E>& w = weight.axes[a];
          next.push_back(i < w.begin || i >= w.begin + w.values.size() ? E::zero() : x * w.values[i - w.begin]);
        }
      out = std::move(next);
    }
    return out;
  }
  static E inner(const std::vector<E>& weight, const std::vector<int64_t>& values) {
    EXPECT_EQ(weight.size(), values.size());
    E out = E::zero();
    for (size_t i = 0; i < weight.size(); ++i) out += weight[i] * F::from_i64(values[i]);
    return out;
  }
  std::vector<int64_t> values(const Space& space) {
    std::vector<int64_t> out(space.elements());
    for (int64_t& v : out) v = static_cast<int64_t>(below(11)) - 5;
    return out;
  }
  View view(const System& system, const Space& labels) {
    View out;
    out.constant = static_cast<int64_t>(below(5)) - 2;
    out.log_denominator = static_cast<uint8_t>(below(4));
    for (uint32_t n = below(4); n > 0; --n) {
      const Source source = static_cast<Source>(below(3));
      Term term{source, 0, static_cast<int64_t>(below(7)) - 3, {}};
      const size_t axes = source == Source::kTensor   ? system.tensors[0].space.axes.size()
                          : source == Source::kPublic ? system.publics[0].space.axes.size()
                                                      : system.contractions[0].output_labels().size();
      std::vector<uint32_t> unused;
      for (uint32_t l = 0; l < labels.axes.size(); ++l) unused.push_back(l);
      std::shuffle(unused.begin(), unused.end(), random_);
      for (size_t a = 0; a < axes; ++a) {
        AxisMap map{{}, static_cast<int64_t>(below(4)) - 1};
        for (uint32_t steps = below(3); steps > 0 && !unused.empty(); --steps, unused.pop_back())
          map.steps.push_back({unused.back(), std::array<int64_t, 5>{1, 1, 2, -1, 3}[below(5)]});
        term.maps.push_back(map);
      }
      out.terms.push_back(term);
    }
    return out;
  }

  std::mt19937_64 random_{5};
};

using Fields = testing::Types<field::Toy2, field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(FunctionalTest, Fields);

TYPED_TEST(FunctionalTest, ExpansionsArePullBacks) {
  using E = TypeParam;
  using F = typename E::Base;
  for (int round = 0; round < 1000; ++round) {
    System s;
    Assignment a;
    s.oracles.emplace_back();
    s.tensors.push_back({0, this->space(3, 5), 0, {-5, 5}});
    s.publics.push_back({PublicKind::kStated, this->space(2, 4), {-5, 5}, {}});
    s.contractions.emplace_back();
    s.contractions[0].labels = this->space(3, 4);
    s.contractions[0].roles.assign(s.contractions[0].labels.axes.size(), Role::kLeft);
    if (!s.contractions[0].roles.empty()) s.contractions[0].roles[0] = Role::kInner;
    Space accumulator;
    for (uint32_t l : s.contractions[0].output_labels()) accumulator.axes.push_back(s.contractions[0].labels.axes[l]);
    a.tensors = {this->values(s.tensors[0].space)};
    a.publics = {this->values(s.publics[0].space)};
    a.accumulators = {this->values(accumulator)};
    const Space labels = this->space(4, 4);
    const View view = this->view(s, labels);
    const Weight<E> weight = this->weight(labels);
    const E scale = this->element();

    Expansion<E> parts;
    expand<E>(s, labels, view, weight, scale, parts);
    E got = parts.constant;
    for (const auto& f : parts.tensors) got += this->inner(this->dense(s.tensors[0].space, f.weight), a.tensors[0]);
    for (const auto& f : parts.publics) {
      const E term = this->inner(this->dense(s.publics[0].space, f.weight), a.publics[0]);
      ASSERT_EQ(evaluate<E>(s.publics[0].space, a.publics[0], f.weight), term);
      got += term;
    }
    for (const auto& f : parts.accumulators) got += this->inner(this->dense(accumulator, f.weight), a.accumulators[0]);
    const E unit = E(F(uint64_t{1} << view.log_denominator).inverse());
    ASSERT_EQ(got, scale * unit * this->inner(this->dense(labels, weight), statement::evaluate(s, a, labels, view)))
        << "round " << round;
  }
}

TYPED_TEST(FunctionalTest, TotalsAreSums) {
  using E = TypeParam;
  for (int round = 0; round < 200; ++round) {
    const Space space = this->space(4, 5);
    const Weight<E> weight = this->weight(space);
    E sum = E::zero();
    for (const E& x : this->dense(space, weight)) sum += x;
    ASSERT_EQ(total(weight), sum);
  }
}

TYPED_TEST(FunctionalTest, WeightsAtAPointOfTheOracle) {
  using E = TypeParam;
  for (int round = 0; round < 500; ++round) {
    Tensor tensor{0, this->space(3, 6), 0, {}};
    tensor.base = uint64_t{this->below(3)} << tensor.space.log_block();
    const int bits = log2_ceil(tensor.base + tensor.space.places()) + static_cast<int>(this->below(2));
    const std::vector<E> point = this->elements(static_cast<size_t>(bits));
    const Weight<E> weight = this->weight(tensor.space);
    const std::vector<E> eq = poly::eq_table<E>(point), dense = this->dense(tensor.space, weight);
    const std::vector<uint64_t> places = places_of(tensor.space);
    E want = E::zero();
    for (size_t i = 0; i < places.size(); ++i) want += dense[i] * eq[tensor.base + places[i]];
    EqTables<E> tables(point);
    ASSERT_EQ(evaluate_at<E>(tensor, weight, bits, tables), want) << "round " << round;
    ASSERT_EQ(evaluate_at<E>(tensor, weight, bits, tables), want) << "from tables that are there";
  }
}

TYPED_TEST(FunctionalTest, LeafWeightsAreEqWithDisjointSupports) {
  using E = TypeParam;
  for (int round = 0; round < 500; ++round) {
    const Space space = this->space(4, 6);
    const uint64_t base = uint64_t{this->below(3)} << space.log_block();
    const std::vector<E> point = this->elements(static_cast<size_t>(log2_ceil(base + space.places())));
    const std::vector<E> eq = poly::eq_table<E>(point);
    const std::vector<uint64_t> places = places_of(space);
    std::vector<E> sum(places.size(), E::zero());
    std::vector<int> supports(places.size(), 0);
    for (const Weight<E>& w : leaf_weights<E>(space, base, point)) {
      const std::vector<E> values = this->dense(space, w);
      Weight<E> ones = w;
      ones.factor = E::one();
      for (auto& axis : ones.axes) std::fill(axis.values.begin(), axis.values.end(), E::one());
      const std::vector<E> support = this->dense(space, ones);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += values[i], supports[i] += support[i] == E::one();
    }
    for (size_t i = 0; i < sum.size(); ++i) {
      ASSERT_EQ(sum[i], eq[base + places[i]]) << "round " << round;
      ASSERT_EQ(supports[i], 1);
    }
  }
}

TYPED_TEST(FunctionalTest, PointWeightsAreEqOnDisjointCoordinates) {
  using E = TypeParam;
  for (int round = 0; round < 300; ++round) {
    const Space space = this->space(4, 5);
    const std::vector<E> point = this->elements(static_cast<size_t>(point_bits(space)));
    const std::vector<E> got = this->dense(space, point_weight<E>(space, point));
    // Padded to powers of two, row-major, the last axis lowest: one eq table over all coordinates.
    Space padded = space;
    for (Axis& axis : padded.axes) axis = whole_axis(uint32_t{1} << log2_ceil(axis.length));
    const std::vector<E> eq = poly::eq_table<E>(point);
    size_t flat = 0;
    for (uint64_t at = 0; at < padded.elements(); ++at) {
      uint64_t rest = at;
      bool inside = true;
      for (size_t a = space.axes.size(); a-- > 0; rest /= padded.axes[a].length)
        inside = inside && rest % padded.axes[a].length < space.axes[a].length;
      if (!inside) continue;
      ASSERT_EQ(got[flat++], eq[at]);
    }
    ASSERT_EQ(flat, got.size());
  }
}

}  // namespace
}  // namespace tacit::verifier
