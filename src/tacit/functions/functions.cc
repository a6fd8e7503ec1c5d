#include "tacit/functions/functions.h"

#include <algorithm>
#include <bit>
#include <string>

#include "tacit/base/check.h"

namespace tacit::functions {
namespace {

// Non-negative fixed point: value = raw / 2^120, below 2^8. Each operation cuts off less than one unit of
// 2^−120.
using Wide = unsigned __int128;
constexpr int kFraction = 120;
constexpr Wide kOne = Wide{1} << kFraction;
// Twice the error of a value: at most some thousand operations of one unit, scaled by at most 2^6. Only erf's
// is larger.
constexpr int kLogDoubt = 20;

// ⌊a·b / 2^120⌋. Requires a product below 2^8.
Wide multiply(Wide a, Wide b) {
  const uint64_t a0 = static_cast<uint64_t>(a), a1 = static_cast<uint64_t>(a >> 64);
  const uint64_t b0 = static_cast<uint64_t>(b), b1 = static_cast<uint64_t>(b >> 64);
  const Wide low = Wide{a0} * b0, cross0 = Wide{a1} * b0, cross1 = Wide{a0} * b1, high = Wide{a1} * b1;
  const Wide middle = (low >> 64) + static_cast<uint64_t>(cross0) + static_cast<uint64_t>(cross1);
  const Wide top = high + (cross0 >> 64) + (cross1 >> 64) + (middle >> 64);
  return top << 8 | static_cast<uint64_t>(middle) >> 56;
}

// ⌊a·2^120 / b⌋ by long division. Requires a quotient below 2^8.
Wide divide(Wide a, Wide b) {
  Wide quotient = a / b, rest = a % b;
  for (int i = 0; i < kFraction; ++i) {
    const bool carry = rest >> 127 != 0;
    rest <<= 1;
    quotient <<= 1;
    if (carry || rest >= b) {
      rest -= b;
      quotient |= 1;
    }
  }
  return quotient;
}

// ln 2 = Σ 1 / (k·2^k).
Wide ln2() {
  static const Wide value = [] {
    Wide sum = 0;
    for (int k = 1; k < kFraction; ++k) sum += (kOne >> k) / static_cast<unsigned>(k);
    return sum;
  }();
  return value;
}

// e^−t for 0 ≤ t < 2^7: t = k·ln 2 + r, and the Taylor series of e^−r with its even and odd terms apart.
Wide exp_minus(Wide t) {
  const Wide k = t / ln2(), r = t % ln2();
  Wide plus = kOne, minus = 0, term = kOne;
  for (unsigned n = 1; term != 0; ++n) {
    term = multiply(term, r) / n;
    (n % 2 == 0 ? plus : minus) += term;
  }
  return k >= kFraction ? 0 : (plus - minus) >> static_cast<int>(k);
}

// √v for v < 4, bit by bit.
Wide root_of(Wide v) {
  Wide root = 0;
  for (int bit = kFraction; bit >= 0; --bit) {
    const Wide next = root | Wide{1} << bit;
    if (multiply(next, next) <= v) root = next;
  }
  return root;
}

// 2/√π from π = 16·atan(1/5) − 4·atan(1/239).
Wide two_over_root_pi() {
  static const Wide value = [] {
    auto atan_inverse = [](unsigned x) {
      Wide sum = 0, power = kOne / x;
      for (unsigned n = 1; power != 0; n += 2, power /= x * x) sum += n % 4 == 1 ? power / n : -(power / n);
      return sum;
    };
    return root_of(divide(4 * kOne, 16 * atan_inverse(5) - 4 * atan_inverse(239)));
  }();
  return value;
}

// erf(t) = 2/√π · e^−t² · Σ_n (2t²)^n·t / (1·3·5…(2n+1)), all terms positive; the sum grows like e^t², and
// with it the error of a product with e^−t² taken first: `log_doubt` is raised by t²·log₂e < 1.5·t². From 6
// on, 1 − erf < 2^−55.
Wide erf_positive(Wide t, int& log_doubt) {
  if (t >= 6 * kOne) {
    log_doubt = kFraction - 54;
    return kOne - 1;
  }
  const Wide square_eighth = multiply(t / 8, t / 8) * 8;  // t²/8 < 8
  log_doubt = kLogDoubt + 1 + static_cast<int>((square_eighth * 12) >> kFraction);
  Wide scale = kOne;
  const Wide eighth = exp_minus(square_eighth);
  for (int i = 0; i < 8; ++i) scale = multiply(scale, eighth);
  Wide term = multiply(scale, t), sum = 0;
  for (unsigned n = 1; term != 0; ++n) {
    sum += term;
    // term · 2t² / (2n + 1), with 2t² = 16·(t²/8) taken in steps that fit
    term = multiply(term / (2 * n + 1), square_eighth) * 16;
  }
  return multiply(sum, two_over_root_pi());
}

tl::unexpected<Error> undecided(Function f, int64_t x) {
  return fail(Code::kUnsupported, std::string("table of ") + function_name(f), static_cast<uint64_t>(x),
              "a rounding is undecided");
}

// round(v · 2^shift / 2^120) for a value known up to half of 2^log_doubt.
Result<int64_t> round(Function f, int64_t x, Wide v, int shift, int log_doubt = kLogDoubt) {
  const int drop = kFraction - shift;  // binary digits below the unit
  if (drop > 127) return 0;
  if (drop < 64 || v >> drop > static_cast<Wide>(INT64_MAX))
    return fail(Code::kUnsupported, std::string("table of ") + function_name(f), static_cast<uint64_t>(x),
                "a value is too large for its scale");
  const Wide half = Wide{1} << (drop - 1), mask = (Wide{1} << drop) - 1;
  const Wide fraction = v & mask;
  if ((fraction > half ? fraction - half : half - fraction) >> log_doubt == 0) return undecided(f, x);
  return static_cast<int64_t>((v + half) >> drop);
}

int width_of(Wide magnitude) { return static_cast<int>(std::bit_width(static_cast<uint64_t>(magnitude))); }

// |x| · 2^in in fixed point. Requires a value below 2^7.
Wide argument(int64_t x, int in) {
  const Wide magnitude = x < 0 ? -static_cast<Wide>(x) : static_cast<Wide>(x);
  TACIT_CHECK(in + kFraction >= 0 && (magnitude == 0 || width_of(magnitude) + in <= 7));
  return magnitude << (in + kFraction);
}

// ⌊√n⌋ for n < 2^126.
Wide integer_sqrt(Wide n) {
  Wide root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const Wide next = root | Wide{1} << bit;
    if (next * next <= n) root = next;
  }
  return root;
}

// round(√(x·2^in)·2^−out), exactly: the root of x·2^(in − 2·out + 2) in units of one half.
Result<int64_t> rounded_sqrt(int64_t x, int in, int out) {
  if (x <= 0) return 0;
  const int shift = in - 2 * out + 2;
  const int width = width_of(static_cast<Wide>(x));
  if (width + shift > 126) return fail(Code::kUnsupported, "table of sqrt", static_cast<uint64_t>(x), "too large");
  // ⌊√⌊v⌋⌋ = ⌊√v⌋, so a negative shift may cut.
  const Wide v = shift >= 0 ? static_cast<Wide>(x) << shift : shift > -64 ? static_cast<Wide>(x) >> -shift : 0;
  return static_cast<int64_t>((integer_sqrt(v) + 1) / 2);
}

// ln(x·2^in) = ln m + (width + in)·ln 2 with m in [1/2, 1): −ln m = 2·atanh((1 − m)/(1 + m)).
Result<int64_t> rounded_log(int64_t x, int in, int out) {
  if (x <= 0) return fail(Code::kUnsupported, "table of log", static_cast<uint64_t>(x), "not positive");
  const int width = width_of(static_cast<Wide>(x)), exponent = width + in;
  if (x == int64_t{1} << (width - 1) && exponent == 1) return 0;
  const Wide m = static_cast<Wide>(x) << (kFraction - width);
  const Wide ratio = divide(kOne - m, kOne + m), square = multiply(ratio, ratio);
  Wide minus = 0, power = ratio;
  for (unsigned n = 1; power != 0; n += 2, power = multiply(power, square)) minus += 2 * (power / n);
  const Wide whole = ln2() * static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  const bool negative = exponent <= 0 || minus > whole;
  const Wide size = exponent <= 0 ? whole + minus : negative ? minus - whole : whole - minus;
  TACIT_ASSIGN(const int64_t y, round(Function::kLog, x, size, -out));
  return negative ? -y : y;
}

// x·2^(in − out), a half rounded up.
Result<int64_t> rescaled(Function f, int64_t x, int in, int out) {
  const int up = in - out;
  if (up <= -64) return x < 0 ? -1 : 0;
  const __int128 wide = up >= 0 && up < 64 ? static_cast<__int128>(x) << up : x;
  if (up >= 64 || wide > INT64_MAX || wide < INT64_MIN)
    return fail(Code::kUnsupported, std::string("table of ") + function_name(f), static_cast<uint64_t>(x),
                "a value is too large for its scale");
  return static_cast<int64_t>(up >= 0 ? wide : (wide + (__int128{1} << (-up - 1))) >> -up);
}

// ln(1 + e) for 0 ≤ e ≤ 1: 2·atanh(e / (2 + e)).
Wide log_1_plus(Wide e) {
  const Wide ratio = divide(e, 2 * kOne + e), square = multiply(ratio, ratio);
  Wide sum = 0, power = ratio;
  for (unsigned n = 1; power != 0; n += 2, power = multiply(power, square)) sum += 2 * (power / n);
  return sum;
}

// 2·√(2/π)·(t + 0.044715·t³) for t < 11: below 2^7.
Wide gelu_exponent(Wide t) {
  const Wide square = multiply(t / 8, t / 8) * 64;
  const Wide factor = kOne + multiply(square, kOne / 1000000 * 44715 + kOne % 1000000 * 44715 / 1000000);
  return multiply(multiply(t, factor), multiply(two_over_root_pi(), root_of(2 * kOne)));
}

// |x|·weight with the sign of x, for the functions x·weight(x).
Result<int64_t> weighted(Function f, int64_t x, Wide t, Wide weight, int out, int log_doubt = kLogDoubt) {
  TACIT_ASSIGN(const int64_t y, round(f, x, multiply(t, weight), -out, log_doubt + 8));
  return x > 0 ? y : -y;
}

// Gelu, Silu, Mish: x times a weight that tends to 1 on one side and to 0 on the other.
Result<int64_t> gated(Function f, int64_t x, int in, int out) {
  if (x == 0) return 0;
  const Wide t = argument(x, in);
  if (f == Function::kGelu) {
    int log_doubt = 0;
    static const Wide half_root = root_of(kOne / 2);  // 1/√2
    const Wide erf = erf_positive(multiply(t, half_root), log_doubt);
    return weighted(f, x, t, (x > 0 ? kOne + erf : kOne - erf) / 2, out, log_doubt);
  }
  const Wide e = f != Function::kGeluTanh ? exp_minus(t) : t < 11 * kOne ? exp_minus(gelu_exponent(t)) : 0;
  if (f != Function::kMish) return weighted(f, x, t, divide(x > 0 ? kOne : e, kOne + e), out);
  const Wide square = multiply(e, e);
  if (x > 0) return weighted(f, x, t, divide(kOne + 2 * e, kOne + 2 * e + 2 * square), out);
  return weighted(f, x, t, divide(square + 2 * e, square + 2 * e + 2 * kOne), out);
}

// f((x + 1/2)·2^in)·2^−out for roots and inverses, exactly: d = 2x + 1 counts steps of 2^(in − 1).
Result<int64_t> of_middle(Function f, int64_t x, int in, int out) {
  const auto bad = [&] {
    return fail(Code::kUnsupported, std::string("table of ") + function_name(f), static_cast<uint64_t>(x),
                "outside the function's domain");
  };
  if (x < 0 || x >> 40 != 0) return bad();
  const int64_t d = 2 * x + 1;
  if (f == Function::kSqrtOfMiddle) return rounded_sqrt(d, in - 1, out);
  // Twice the value, cut: ⌊2^k / d⌋, or its root.
  const bool root = f == Function::kInverseSqrtOfMiddle;
  const int k = root ? 3 - in - 2 * out : 2 - in - out;
  if (k > 126) return bad();
  const Wide quotient = k < 0 ? 0 : (Wide{1} << k) / static_cast<Wide>(d);
  const Wide twice = root ? integer_sqrt(quotient) : quotient;
  if (twice >> 63 != 0) return bad();
  return static_cast<int64_t>((twice + 1) / 2);
}

}  // namespace

const char* function_name(Function f) {
  static constexpr const char* kNames[] = {"sigmoid",
                                           "tanh",
                                           "erf",
                                           "exp",
                                           "exp of minus",
                                           "sqrt",
                                           "log",
                                           "gelu",
                                           "gelu with tanh",
                                           "silu",
                                           "elu",
                                           "softplus",
                                           "mish",
                                           "centred sigmoid",
                                           "sqrt of the middle",
                                           "inverse sqrt of the middle",
                                           "inverse of the middle"};
  static_assert(std::size(kNames) == static_cast<size_t>(kLastFunction) + 1);
  return kNames[static_cast<size_t>(f)];
}

Result<int64_t> function_value(Function f, int64_t x, int in, int out) {
  switch (f) {
    case Function::kSigmoid: {
      // At 0 the value is 1/2 exactly.
      if (x == 0) return out <= -1 ? int64_t{1} << (-out - 1) : out == 0 ? 1 : 0;
      const Wide e = exp_minus(argument(x, in));
      return round(f, x, x > 0 ? divide(kOne, kOne + e) : divide(e, kOne + e), -out);
    }
    case Function::kTanh: {
      if (x == 0) return 0;
      const Wide e = exp_minus(argument(x, in + 1));
      TACIT_ASSIGN(const int64_t y, round(f, x, divide(kOne - e, kOne + e), -out));
      return x > 0 ? y : -y;
    }
    case Function::kSigmoidCentred: {
      if (x == 0) return 0;
      const Wide e = exp_minus(argument(x, in));
      TACIT_ASSIGN(const int64_t y, round(f, x, divide(kOne - e, kOne + e) / 2, -out));
      return x > 0 ? y : -y;
    }
    case Function::kErf: {
      if (x == 0) return 0;
      int log_doubt = 0;
      const Wide v = erf_positive(argument(x, in), log_doubt);
      TACIT_ASSIGN(const int64_t y, round(f, x, v, -out, log_doubt));
      return x > 0 ? y : -y;
    }
    case Function::kExpMinus:
    case Function::kExp: {
      if (x == 0) return out <= 0 ? int64_t{1} << -out : out == 1 ? 1 : 0;
      if (f == Function::kExpMinus || x < 0) return round(f, x, exp_minus(argument(x, in)), -out);
      // e^x = 2^k · e^−(k·ln 2 − x) for the least k with k·ln 2 ≥ x.
      const Wide t = argument(x, in), k = (t + ln2() - 1) / ln2();
      return round(f, x, exp_minus(k * ln2() - t), -out + static_cast<int>(k));
    }
    case Function::kSqrt:
      return rounded_sqrt(x, in, out);
    case Function::kLog:
      return rounded_log(x, in, out);
    case Function::kGelu:
    case Function::kGeluTanh:
    case Function::kSilu:
    case Function::kMish:
      return gated(f, x, in, out);
    case Function::kElu: {
      if (x >= 0) return rescaled(f, x, in, out);
      TACIT_ASSIGN(const int64_t y, round(f, x, kOne - exp_minus(argument(x, in)), -out));
      return -y;
    }
    case Function::kSoftplus: {
      const Wide t = argument(x, in);
      return round(f, x, (x > 0 ? t : 0) + log_1_plus(exp_minus(t)), -out);
    }
    case Function::kSqrtOfMiddle:
    case Function::kInverseSqrtOfMiddle:
    case Function::kInverseOfMiddle:
      return of_middle(f, x, in, out);
  }
  return fail(Code::kUnsupported, "table", 0, "unknown function");
}

Result<std::vector<int64_t>> tabulate(Function f, int64_t start, uint8_t bits, int in, int out) {
  std::vector<int64_t> table;
  table.reserve(size_t{1} << bits);
  for (int64_t x = start; x < start + (int64_t{1} << bits); ++x) {
    TACIT_ASSIGN(const int64_t y, function_value(f, x, in, out));
    table.push_back(y);
  }
  return table;
}

Status check(const GeneratedTable& table) {
  const auto bad = [&] { return fail(Code::kUnsupported, "table", table.tensor, "numbers outside a table's limits"); };
  constexpr int64_t kFarthest = int64_t{1} << 40;
  if (table.function > kLastFunction || table.bits > 16) return bad();
  if (table.start < -kFarthest || table.start > kFarthest) return bad();
  if (std::min(table.in_exponent, table.out_exponent) < -60) return bad();
  if (std::max(table.in_exponent, table.out_exponent) > 20) return bad();
  const int64_t end = table.start + (int64_t{1} << table.bits) - 1;
  const auto largest = static_cast<Wide>(std::max({table.start, -table.start, end}));
  const bool is_wide = table.function == Function::kSqrt || table.function == Function::kLog ||
                       table.function >= Function::kSqrtOfMiddle;
  const int limit = is_wide ? 32 : table.function == Function::kTanh ? 6 : 7;
  if (width_of(largest) + table.in_exponent > limit) return bad();
  return {};
}

Result<std::vector<int64_t>> generate(const GeneratedTable& table) {
  TACIT_ASSIGN(std::vector<int64_t> values,
               tabulate(table.function, table.start, table.bits, table.in_exponent, table.out_exponent));
  for (int64_t& v : values) v = std::clamp<int64_t>(v, INT16_MIN, INT16_MAX);
  return values;
}

}  // namespace tacit::functions
