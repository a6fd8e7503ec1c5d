#include "tacit/functions/functions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tacit::functions {
namespace {

// long double has 64 significant bits: enough to tell the rounding of a 15-bit value unless it is a near tie.
using Real = long double (*)(long double);

long double sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double exp_minus(long double x) { return std::exp(-x); }

void expect_rounded(Function f, Real real, int64_t start, uint8_t bits, int in, int out) {
  const auto table = tabulate(f, start, bits, in, out);
  ASSERT_TRUE(table) << table.error().message();
  for (size_t i = 0; i < table->size(); ++i) {
    const long double x = std::ldexp(static_cast<long double>(start + static_cast<int64_t>(i)), in);
    const long double y = std::ldexp(real(x), -out);
    ASSERT_LE(std::fabs(y - static_cast<long double>((*table)[i])), 0.5L + 1e-10L)
        << function_name(f) << " at " << static_cast<double>(x);
  }
}

TEST(Functions, AreCorrectlyRounded) {
  for (int out : {-14, -20, -30}) {
    expect_rounded(Function::kSigmoid, sigmoid, -(1 << 13), 14, -9, out);
    expect_rounded(
        Function::kTanh, [](long double x) { return std::tanh(x); }, -(1 << 13), 14, -10, out);
    expect_rounded(
        Function::kErf, [](long double x) { return std::erf(x); }, -(1 << 13), 14, -10, out);
    expect_rounded(Function::kExpMinus, exp_minus, 0, 14, -9, out);
  }
  expect_rounded(
      Function::kExp, [](long double x) { return std::exp(x); }, -(1 << 10), 11, -7, -10);
  expect_rounded(
      Function::kSqrt, [](long double x) { return std::sqrt(x); }, 0, 14, -3, -9);
  expect_rounded(
      Function::kSqrt, [](long double x) { return std::sqrt(x); }, 0, 14, 3, 1);
  expect_rounded(
      Function::kLog, [](long double x) { return std::log(x); }, 1, 14, -9, -12);
}

TEST(Functions, GatesAreCorrectlyRounded) {
  using R = long double;
  static const R factor = std::sqrt(8 / std::acos(-1.0L));
  for (int out : {-11, -14}) {
    auto expect = [&](Function f, auto real) { expect_rounded(f, real, -(1 << 14), 15, -11, out); };
    expect_rounded(
        Function::kGelu, [](R x) { return x / 2 * std::erfc(-x / std::sqrt(2.0L)); }, -(1 << 14), 15, -11, out);
    expect(Function::kGeluTanh, [](R x) { return x * sigmoid(factor * (x + 0.044715L * x * x * x)); });
    expect(Function::kSilu, [](R x) { return x * sigmoid(x); });
    expect(Function::kElu, [](R x) { return x < 0 ? std::expm1(x) : x; });
    expect(Function::kSigmoidCentred, [](R x) { return std::tanh(x / 2) / 2; });
    expect(Function::kSoftplus, [](R x) { return std::log1p(std::exp(x)); });
    expect(Function::kMish, [](R x) { return x * std::tanh(std::log1p(std::exp(x))); });
  }
}

TEST(Functions, MiddlesAreCorrectlyRounded) {
  using R = long double;
  static const R middle = std::ldexp(0.5L, -3);  // half a step of 2^−3
  expect_rounded(
      Function::kSqrtOfMiddle, [](R x) { return std::sqrt(x + middle); }, 0, 12, -3, -9);
  expect_rounded(
      Function::kInverseSqrtOfMiddle, [](R x) { return 1 / std::sqrt(x + middle); }, 0, 12, -3, -13);
  expect_rounded(
      Function::kInverseOfMiddle, [](R x) { return 1 / (x + middle); }, 0, 12, -3, -20);
  EXPECT_EQ(function_value(Function::kInverseOfMiddle, -1, 0, 0).error().code, Code::kUnsupported);
}

TEST(Functions, ExactValues) {
  EXPECT_EQ(function_value(Function::kSigmoid, 0, -10, -14).value(), 1 << 13);
  EXPECT_EQ(function_value(Function::kTanh, 0, -10, -14).value(), 0);
  EXPECT_EQ(function_value(Function::kExpMinus, 0, -10, -14).value(), 1 << 14);
  EXPECT_EQ(function_value(Function::kSqrt, 9, 0, 0).value(), 3);
  EXPECT_EQ(function_value(Function::kLog, 1 << 10, -10, -12).value(), 0);
}

TEST(Functions, Refuse) {
  EXPECT_EQ(function_value(Function::kLog, 0, 0, 0).error().code, Code::kUnsupported);
  EXPECT_EQ(function_value(Function::kExp, 60, 0, -14).error().code, Code::kUnsupported);
}

TEST(GeneratedTable, LimitsOfTablesAreWithinWhatCanBeComputed) {
  for (int f = 0; f <= static_cast<int>(kLastFunction); ++f)
    for (int in = -60; in <= 20; ++in)
      for (const int out : {-60, -20, 0, 20})
        for (const int64_t start : {int64_t{-8}, int64_t{1}, -(int64_t{1} << 14), int64_t{1} << 31}) {
          const GeneratedTable table{0, static_cast<Function>(f), 3, start, in, out};
          if (check(table)) (void)generate(table);  // a value or an error, never an abort
        }
}

}  // namespace
}  // namespace tacit::functions
