// The split sumcheck on cells against the plain one, message for message, over tensors of many shapes.
#include "tacit/prover/block_claim.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/prover/claim.h"
#include "tacit/prover/kernels.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::prover {
namespace {

using namespace statement;
using verifier::AxisWeight;
using verifier::Functional;

template <class E>
class BlockClaim : public testing::Test {
 protected:
  using F = typename E::Base;

  E element() {
    E out;
    for (int k = 0; k < E::kDegree; ++k) out[k] = F(random());
    return out;
  }
  // A range of an axis with weights that all tensors of this length share up to a factor.
  AxisWeight<E> axis_weight(uint32_t length, uint32_t begin, uint32_t end) {
    std::vector<E>& whole = shared[length];
    while (whole.size() < length) whole.push_back(element());
    AxisWeight<E> out{begin, {whole.begin() + begin, whole.begin() + end}};
    const E factor = element();
    for (E& x : out.values) x *= factor;
    return out;
  }

  void check(int log_rows, int log_row) {
    SCOPED_TRACE(testing::Message() << "rows 2^" << log_rows << ", split at " << log_row);
    Builder b;
    const OracleId oracle = b.oracle(OracleKind::kWeights);
    const std::vector<std::vector<uint32_t>> shapes{{40, 24}, {64}, {3, 5, 16}, {7}, {}, {33, 48}, {2, 2, 2, 2, 2, 2}};
    for (const auto& shape : shapes) {
      Space space;
      for (const uint32_t n : shape) space.axes.push_back(strip_axis(n));
      b.tensor(oracle, space, {-40000, 70000});
    }
    System system = b.take();
    place(system, {static_cast<uint8_t>(log_rows)});
    Assignment assignment;
    for (const Tensor& tensor : system.tensors) {
      auto& values = assignment.tensors.emplace_back();
      for (uint64_t i = 0; i < tensor.space.elements(); ++i)
        values.push_back(static_cast<int64_t>(random() % 110001) - 40000);
    }
    std::vector<Functional<E>> functionals;
    for (uint32_t i = 0; i < system.tensors.size(); ++i)
      for (int n = 0; n < 2; ++n) {
        Functional<E>& f = functionals.emplace_back();
        f.id = i;
        f.weight.factor = element();
        for (const Axis& axis : system.tensors[i].space.axes) {
          const uint32_t begin = n == 0 ? 0 : static_cast<uint32_t>(random() % axis.length);
          const uint32_t end =
              n == 0 ? axis.length : begin + static_cast<uint32_t>(random() % (axis.length - begin + 1));
          f.weight.axes.push_back(axis_weight(axis.length, begin, end));
        }
      }
    std::vector<ScaledFunctional<E>> scaled;
    for (const Functional<E>& f : functionals) scaled.push_back({&f, element()});

    const Cells cells(system, assignment.tensors, oracle);
    const size_t size = size_t{1} << system.oracles[oracle].log_address(), rows = size_t{1} << log_rows;
    std::vector<E> a(size, E::zero()), c(size, E::zero());
    for (const auto& [f, scale] : scaled) add_weight<E>(system.tensors[f->id], f->weight, scale, a);
    for (size_t limb = 0; limb < cells.limbs(); ++limb) {
      std::vector<F> row(rows);
      cells.read<F>(limb, 0, row);
      for (size_t i = 0; i < rows; ++i) c[limb * rows + i] = E(row[i]);
    }
    auto top = block_rounds<E>(cells, *block_weights<E>(system, oracle, log_row, scaled, 1000));
    ASSERT_EQ(top->bits(), system.oracles[oracle].log_address());
    EXPECT_EQ(top->sum(), (dot<E>(a, c)));
    for (bool last = false; !last;) {
      EXPECT_EQ(top->message(), (quadratic_message<E>(a, c)));
      const E r = element();
      fold_top<E>(a, r);
      fold_top<E>(c, r);
      last = top->bind(r);
    }
    std::vector<E> rest_a, rest_c;
    top->rest(rest_a, rest_c);
    EXPECT_EQ(rest_a, a);
    EXPECT_EQ(rest_c, c);
  }

  std::mt19937_64 random{3};
  std::map<uint32_t, std::vector<E>> shared;
};

using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3, field::Toy2>;
TYPED_TEST_SUITE(BlockClaim, Fields);

TYPED_TEST(BlockClaim, EverySplit) {
  for (const int log_rows : {5, 8, 11})
    for (int log_row = 1; log_row <= log_rows; ++log_row) this->check(log_rows, log_row);
}

// Weights that are products of few vectors have few patterns, however many functionals there are.
TEST(BlockWeights, SharedPointsSharePatterns) {
  using E = field::Goldilocks2;
  Builder b;
  const OracleId oracle = b.oracle(OracleKind::kWeights);
  for (int i = 0; i < 5; ++i) b.tensor(oracle, {{strip_axis(96), strip_axis(192)}}, {-100, 100});
  System system = b.take();
  place(system, {12});
  const auto point = [](int n) {
    std::vector<E> out;
    for (int i = 0; i < n; ++i) out.push_back(E(field::Goldilocks(static_cast<uint64_t>(1000 + 37 * i))).inverse());
    return out;
  };
  std::vector<Functional<E>> functionals;
  for (uint32_t i = 0; i < 5; ++i)
    functionals.push_back(
        {i, {E::one(), {verifier::eq_weight<E>(point(7), 96), verifier::eq_weight<E>(point(8), 192)}}});
  std::vector<ScaledFunctional<E>> scaled;
  for (const auto& f : functionals) scaled.push_back({&f, E::one()});
  EXPECT_EQ((block_weights<E>(system, oracle, 8, scaled, 16)->patterns.size()), 1u);
}

}  // namespace
}  // namespace tacit::prover
