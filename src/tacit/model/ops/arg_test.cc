// ArgMax and ArgMin: the reference rule.
#include "tacit/model/ops/testing.h"

namespace tacit::model {
namespace {

TEST(Arg, FindsTheFirstOrTheLastAlongAnAxis) {
  const Tensor x = reals({2, 3}, {1, 5, 5, -2, -7, -7});
  const auto at = [&](const char* op, int64_t axis, int64_t last) {
    return run_one({op, {x}, {{"axis", axis}, {"select_last_index", last}, {"keepdims", int64_t{0}}}});
  };
  EXPECT_EQ(at("ArgMax", 1, 0), ints({2}, {1, 0}));
  EXPECT_EQ(at("ArgMax", -1, 1), ints({2}, {2, 0}));
  EXPECT_EQ(at("ArgMin", 1, 0), ints({2}, {0, 1}));
  EXPECT_EQ(at("ArgMin", 1, 1), ints({2}, {0, 2}));
  EXPECT_EQ(at("ArgMax", 0, 0), ints({3}, {0, 0, 0}));
  EXPECT_EQ(at("ArgMin", 0, 0), ints({3}, {1, 1, 1}));
  EXPECT_EQ(run_one({"ArgMax", {ints({2, 2}, {3, 4, 9, 9})}}), ints({1, 2}, {1, 1}));
}

TEST(Arg, RefusesWhatHasNoAnswer) {
  EXPECT_EQ(refusal({"ArgMax", {reals({2, 0}, {})}, {{"axis", int64_t{1}}}}), Code::kBadModel);
  EXPECT_EQ(refusal({"ArgMax", {reals({2}, {1, 2})}, {{"axis", int64_t{1}}}}), Code::kBadModel);
}

}  // namespace
}  // namespace tacit::model
