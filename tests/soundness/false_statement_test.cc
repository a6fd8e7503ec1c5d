// False statements: one changed integer anywhere, run through the honest prover's code. Either that code
// meets a lookup that does not add up, or its proof is rejected at the last vector, where all claims come
// together.

#include "sample.h"

namespace tacit::soundness {
namespace {

using prover::Fault;

template <class E>
class FalseStatement : public testing::Test {
 protected:
  // The statement that `change` makes false, with the commitments of the changed weights and data.
  template <class Change>
  void expect_refused(Change&& change, const std::string& what) {
    for (size_t levels : {0, 3}) {
      Instance<E> instance(changed(std::forward<Change>(change)), make_parameters<E>(Work::kNone, levels));
      ASSERT_FALSE(statement::satisfies(instance.sample.system, instance.sample.assignment)) << what;
      const Result<Bytes> proof = instance.try_prove(1);
      if (!proof) {
        EXPECT_EQ(proof.error().code, Code::kConstraintViolated) << what;
        EXPECT_EQ(proof.error().place, "lookup tree") << what;
        ++refused_by_prover_;
        continue;
      }
      SCOPED_TRACE(what);
      expect_code(instance.verify(*proof), Code::kFinalCheck, "last vector");
      ++rejected_by_verifier_;
    }
  }
  template <class Change>
  static Sample changed(Change&& change) {
    Sample sample = make_sample();
    change(sample);
    return sample;
  }
  size_t refused_by_prover_ = 0, rejected_by_verifier_ = 0;
};

using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(FalseStatement, Fields);

// Every cell of every tensor, multiplicities among them: all are in some relation.
TYPED_TEST(FalseStatement, EveryCell) {
  const Sample sample = make_sample();
  for (size_t t = 0; t < sample.assignment.tensors.size(); ++t)
    for (size_t i = 0; i < sample.assignment.tensors[t].size(); ++i) {
      const bool unused_row = t == sample.d && i != 0 &&
                              std::count(sample.assignment.tensors[sample.x].begin(),
                                         sample.assignment.tensors[sample.x].end(), static_cast<int64_t>(i)) == 0;
      if (unused_row) continue;  // a table's row that nothing reads: another true statement
      this->expect_refused([&](Sample& s) { ++s.assignment.tensors[t][i]; },
                           "tensor " + std::to_string(t) + " cell " + std::to_string(i));
    }
  EXPECT_GT(this->refused_by_prover_, 100u);
  EXPECT_GT(this->rejected_by_verifier_, 30u);
}

// Each relation on its own, with everything else adapted to the lie.
TYPED_TEST(FalseStatement, OneRelationEach) {
  using statement::count_multiplicities;
  const auto recount = [](Sample& s) { (void)count_multiplicities(s.system, s.assignment); };
  // Identities: z and its public; s; pair, where padding is read.
  this->expect_refused([&](Sample& s) { s.assignment.publics[s.out][2] = ++s.assignment.tensors[s.z][2]; },
                       "z off by one");
  this->expect_refused([&](Sample& s) { ++s.assignment.tensors[s.s][1]; }, "s off by one");
  this->expect_refused([&](Sample& s) { --s.assignment.tensors[s.pair][5]; }, "pair at the padding");
  // Lookups: another value of the table, with true counts.
  this->expect_refused(
      [&](Sample& s) {
        std::swap(s.assignment.tensors[s.v][0], s.assignment.tensors[s.v][1]);
        if (s.assignment.tensors[s.v][0] == s.assignment.tensors[s.v][1]) s.assignment.tensors[s.v][0] ^= 1;
      },
      "another row's value");
  // Requantisation: one output more and the remainder four less, which is no longer in its range.
  this->expect_refused(
      [&](Sample& s) { ++s.assignment.tensors[s.o][0], s.assignment.tensors[s.rem][0] -= 4, recount(s); },
      "output and remainder shifted together");
  // Contractions: the accumulator differs from its operands, all that use it follow.
  this->expect_refused(
      [&](Sample& s) {
        Assignment& a = s.assignment;
        for (size_t i = 0; i < a.accumulators[0].size(); ++i)
          if (a.tensors[s.rem][i] < 3) {
            ++a.accumulators[0][i], ++a.tensors[s.rem][i], ++a.tensors[s.z][i];
            break;
          }
        a.publics[s.out] = a.tensors[s.z];
        recount(s);
      },
      "an accumulator off by one");
  this->expect_refused(
      [&](Sample& s) {
        Assignment& a = s.assignment;
        ++a.accumulators[1][0], ++a.tensors[s.s][0];
        recount(s);
      },
      "a batched accumulator off by one");
  // A batch of two: the samples' results exchanged.
  this->expect_refused(
      [&](Sample& s) {
        Assignment& a = s.assignment;
        if (a.accumulators[1][0] == a.accumulators[1][1]) ++a.accumulators[1][0];
        std::swap(a.accumulators[1][0], a.accumulators[1][1]);
        a.tensors[s.s] = a.accumulators[1];
        recount(s);
      },
      "batched accumulators exchanged");
  EXPECT_GT(this->rejected_by_verifier_, 10u);
}

TYPED_TEST(FalseStatement, EveryAccumulatorAndPublic) {
  const Sample sample = make_sample();
  for (size_t k = 0; k < 2; ++k)
    for (size_t i = 0; i < sample.assignment.accumulators[k].size(); ++i)
      for (size_t levels : {0, 3}) {
        // `satisfies` computes accumulators itself: the assignment is true, the prover's word is not.
        Instance<TypeParam> instance(this->changed([&](Sample& s) { ++s.assignment.accumulators[k][i]; }),
                                     make_parameters<TypeParam>(Work::kNone, levels));
        const Result<Bytes> proof = instance.try_prove(1);
        ASSERT_FALSE(proof);  // its range lookup does not add up
        EXPECT_EQ(proof.error().code, Code::kConstraintViolated);
      }
  for (size_t i = 0; i < sample.assignment.publics[sample.out].size(); ++i)
    this->expect_refused([&](Sample& s) { ++s.assignment.publics[s.out][i]; }, "public " + std::to_string(i));
}

TYPED_TEST(FalseStatement, OtherWeightsThanCommitted) {
  Instance<TypeParam> instance(make_sample(), make_parameters<TypeParam>(Work::kNone));
  // The prover computes with the weights of `instance` and opens the commitment of `other`.
  for (size_t o : {0u, 1u}) {
    Sample changed = make_sample();
    ++changed.assignment.tensors[o == 0 ? changed.w : changed.d][1];
    Instance<TypeParam> other(changed, instance.parameters);
    Instance<TypeParam> mixed(make_sample(), instance.parameters);
    mixed.fixed[o] = std::move(other.fixed[o]);
    mixed.roots[o] = other.roots[o];
    expect_code(mixed.verify(mixed.prove(1)), Code::kFinalCheck, "last vector");
    // It opens its own under the root of the other.
    Instance<TypeParam> posing(make_sample(), instance.parameters);
    posing.roots[o] = other.roots[o];
    expect_code(posing.verify(posing.prove(1)), Code::kMerklePath);
  }
}

// One corrupted step of the prover each.
TYPED_TEST(FalseStatement, OneWrongStepOfTheProver) {
  for (Fault fault : {Fault::kWrongRound, Fault::kWrongFoldFunctional, Fault::kWrongFold, Fault::kWrongLevelVector}) {
    for (size_t levels : {0, 1, 3}) {
      if (levels == 0 && fault == Fault::kWrongLevelVector) continue;
      SCOPED_TRACE(static_cast<int>(fault));
      const Instance<TypeParam> instance(make_sample(), make_parameters<TypeParam>(Work::kNone, levels));
      prover::plant(fault);
      const Bytes proof = instance.prove(1);
      prover::plant(Fault::kNone);
      expect_code(instance.verify(proof), Code::kFinalCheck, "last vector");
    }
  }
}

// What stands in cells that belong to no tensor, or in the padding of a strip, changes nothing that is
// proven.
TYPED_TEST(FalseStatement, JunkInUnusedPlacesIsHarmless) {
  // A tensor that no relation uses, first on free places, then over the padding of x (which `check` would
  // refuse).
  for (bool over_padding : {false, true}) {
    Sample sample = make_sample();
    const statement::Tensor x = sample.system.tensors[sample.x];
    ASSERT_EQ(x.space.places(), 12u);
    ASSERT_EQ(x.space.elements(), 10u);
    statement::Tensor junk{2, {}, 0, {0, 0}};
    // The third strip holds one column of two: its places 8 and 10 are cells, 9 and 11 padding.
    junk.base = over_padding ? x.base + 9 : sample.system.oracles[2].capacity() - 1;
    sample.system.tensors.push_back(junk);
    sample.assignment.tensors.push_back({123456789});
    const Status admitted = statement::check(sample.system);
    if (over_padding) {
      expect_code(admitted, Code::kOverlap, "oracle");
    } else {
      ASSERT_TRUE(admitted);
    }
    const Instance<TypeParam> instance(sample, make_parameters<TypeParam>(Work::kNone));
    const Status verdict = instance.verify(instance.prove(1));
    EXPECT_TRUE(verdict) << verdict.error().message();
    // A cell of the tensor in that place would have been seen.
    Sample wrong = sample;
    wrong.system.tensors.back().base = x.base;
    const Instance<TypeParam> seen(wrong, make_parameters<TypeParam>(Work::kNone));
    expect_code(seen.verify(seen.prove(1)), Code::kFinalCheck, "last vector");
  }
}

}  // namespace
}  // namespace tacit::soundness
