#include "tacit/model/graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tacit::model {
namespace {

TEST(Printable, KeepsTextAndHidesTheRest) {
  EXPECT_EQ(printable("conv1/weight"), "conv1/weight");
  EXPECT_EQ(printable("größe"), "größe");
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a?[2Jb?");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  EXPECT_EQ(printable(std::string(500, 'a')), std::string(120, 'a') + "...");
}

TEST(Tensor, CountsElementsWithinLimits) {
  EXPECT_EQ(element_count({}, "t").value(), 1);
  EXPECT_EQ(element_count({2, 3}, "t").value(), 6);
  EXPECT_EQ(element_count({0, 3}, "t").value(), 0);
  EXPECT_EQ(element_count({kMaxElements}, "t").value(), kMaxElements);
  EXPECT_EQ(element_count({kMaxElements, 2}, "t").error().code, Code::kTooLarge);
  EXPECT_EQ(element_count({0, INT64_MAX}, "t").error().code, Code::kTooLarge);
  EXPECT_EQ(element_count({-1}, "t").error().code, Code::kBadModel);
  EXPECT_EQ(element_count(Shape(17, 1), "t").error().code, Code::kTooLarge);
}

TEST(Tensor, RoundsToDeclaredTypes) {
  EXPECT_EQ(round_to(DType::kFloat32, 0.1), static_cast<double>(0.1f));
  EXPECT_EQ(round_to(DType::kFloat32, 1e-45), static_cast<double>(1e-45f));
  EXPECT_EQ(round_to(DType::kFloat16, 65519.9), 65504);
  EXPECT_TRUE(std::isinf(round_to(DType::kFloat16, 65520)));
  EXPECT_EQ(round_to(DType::kFloat16, 0x1p-25), 0);  // a tie, to even
  EXPECT_EQ(round_to(DType::kBFloat16, 1.00390625), 1);
  EXPECT_EQ(round_to(DType::kFloat64, 0.1), 0.1);
}

}  // namespace
}  // namespace tacit::model
