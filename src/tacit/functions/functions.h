// Tables of functions over integers, correctly rounded, from integer arithmetic alone.
//
//   y[x] = round(f(x · 2^in) · 2^−out)
//
// Values are computed in fixed point with 120 fractional bits and an error below 2^−85 (erf, gelu: 2^−45); a value that
// lies closer than that to a rounding boundary is an error, never a guess (values that lie on one exactly, such as
// sigmoid(0) = 1/2, are treated apart and round up). The same tables come out of any implementation with the same
// definition. The functions "of the middle" are those of x + 1/2: x stands for all arguments in [x, x + 1).
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/base/error.h"

namespace tacit::functions {

enum class Function : uint8_t {
  kSigmoid = 0,  // 1 / (1 + e^−x)
  kTanh = 1,
  kErf = 2,
  kExp = 3,                   // e^x
  kExpMinus = 4,              // e^−x for x ≥ 0
  kSqrt = 5,                  // for x ≥ 0; 0 below
  kLog = 6,                   // for x > 0
  kGelu = 7,                  // x·Φ(x), Φ the normal distribution
  kGeluTanh = 8,              // x·sigmoid(2·√(2/π)·(x + 0.044715·x³))
  kSilu = 9,                  // x·sigmoid(x)
  kElu = 10,                  // x, or e^x − 1 for x < 0
  kSoftplus = 11,             // ln(1 + e^x)
  kMish = 12,                 // x·tanh(ln(1 + e^x))
  kSigmoidCentred = 13,       // sigmoid(x) − 1/2
  kSqrtOfMiddle = 14,         // √(x + 1/2), for x ≥ 0
  kInverseSqrtOfMiddle = 15,  // 1 / √(x + 1/2)
  kInverseOfMiddle = 16,      // 1 / (x + 1/2)
};
inline constexpr Function kLastFunction = Function::kInverseOfMiddle;

const char* function_name(Function f);

// One entry. Requires |x · 2^in| ≤ 2^6 (roots, inverses, kLog: x < 2^32), −60 ≤ in, out ≤ 20.
// Errors: kUnsupported (undecided rounding, a value outside the function's domain or int64).
Result<int64_t> function_value(Function f, int64_t x, int in, int out);

// The entries for x = start … start + 2^bits − 1.
Result<std::vector<int64_t>> tabulate(Function f, int64_t start, uint8_t bits, int in, int out);

// A committed column that everybody can compute: round(f(x · 2^in) · 2^−out), cut to int16, for x = start … start +
// 2^bits − 1. Registration shows that the tensor holds it.
struct GeneratedTable {
  uint32_t tensor = 0;  // in the model's system
  Function function = Function::kSigmoid;
  uint8_t bits = 0;
  int64_t start = 0;
  int32_t in_exponent = 0;
  int32_t out_exponent = 0;
  bool operator==(const GeneratedTable&) const = default;
};

// Its fields in the order of their encoding (statement/archive.h).
template <class A>
void describe(A& ar, GeneratedTable& v) {
  ar(v.tensor), ar(v.function), ar(v.bits), ar(v.start), ar(v.in_exponent), ar(v.out_exponent);
}

// Are the numbers within what function_value requires, for at most 2^16 entries? Errors: kUnsupported ("table").
Status check(const GeneratedTable& table);

// Requires a table that passes `check`. Errors: kUnsupported (tabulate).
Result<std::vector<int64_t>> generate(const GeneratedTable& table);

}  // namespace tacit::functions
