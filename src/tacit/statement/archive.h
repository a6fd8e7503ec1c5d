// Saver and Loader: one description of a type serves writing and reading.
//
//   template <class A> void describe(A& ar, Axis& v) { ar(v.length), ar(v.log_strip), ar(v.batched); }
//
// Fields go in order: integers and enumerations little-endian at their width, bool as one byte, a list as a
// u32 count and its items, a text as a u32 length and its bytes. An enumeration needs its largest value in
// kLargest. Loader stops at the first error: kTruncated, kNonCanonical (a bool or an enumeration out of
// range), kTooLarge (a text).
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/statement/system.h"

namespace tacit::statement {

template <class T>
inline constexpr uint8_t kLargest = 0;
template <>
inline constexpr uint8_t kLargest<OracleKind> = 2;
template <>
inline constexpr uint8_t kLargest<PublicKind> = 1;
template <>
inline constexpr uint8_t kLargest<Source> = 2;
template <>
inline constexpr uint8_t kLargest<Role> = 3;
template <>
inline constexpr uint8_t kLargest<ColumnKind> = 1;

inline constexpr size_t kMaxText = 1 << 16;

class Saver {
 public:
  explicit Saver(Writer& out) : out_(out) {}

  template <class T>
  void operator()(const T& v) {
    if constexpr (std::is_enum_v<T>) {
      out_.u8(static_cast<uint8_t>(v));
    } else if constexpr (std::is_integral_v<T>) {
      static_assert(sizeof(T) == 1 || sizeof(T) == 4 || sizeof(T) == 8);
      if constexpr (sizeof(T) == 1) out_.u8(static_cast<uint8_t>(v));
      if constexpr (sizeof(T) == 4) out_.u32(static_cast<uint32_t>(v));
      if constexpr (sizeof(T) == 8) out_.u64(static_cast<uint64_t>(v));
    } else {
      describe(*this, const_cast<T&>(v));
    }
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    out_.u32(static_cast<uint32_t>(list.size()));
    for (const T& item : list) (*this)(item);
  }

  void operator()(const std::string& text) { out_.text(text); }

 private:
  Writer& out_;
};

class Loader {
 public:
  explicit Loader(Reader& in) : in_(in) {}

  template <class T>
  void operator()(T& v) {
    if (!status_) return;
    if constexpr (std::is_same_v<T, bool>) {
      const uint8_t raw = take(in_.u8());
      if (raw > 1) status_ = fail(Code::kNonCanonical, "system", in_.offset());
      v = raw == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const uint8_t raw = take(in_.u8());
      if (raw > kLargest<T>) status_ = fail(Code::kNonCanonical, "system", in_.offset());
      v = static_cast<T>(raw);
    } else if constexpr (std::is_integral_v<T>) {
      if constexpr (sizeof(T) == 1) v = static_cast<T>(take(in_.u8()));
      if constexpr (sizeof(T) == 4) v = static_cast<T>(take(in_.u32()));
      if constexpr (sizeof(T) == 8) v = static_cast<T>(take(in_.u64()));
    } else {
      describe(*this, v);
    }
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    if (!status_) return;
    list.clear();
    const uint32_t n = take(in_.count(1));
    for (uint32_t i = 0; i < n && status_; ++i) (*this)(list.emplace_back());
  }
  void operator()(std::string& text) {
    if (status_) text = take(in_.text(kMaxText));
  }
  const Status& status() const { return status_; }

 private:
  template <class T>
  T take(Result<T> result) {
    if (result) return *result;
    if (status_) status_ = tl::unexpected(result.error());
    return T{};
  }
  Reader& in_;
  Status status_;
};

// clang-format off
template <class A> void describe(A& ar, Axis& v) { ar(v.length), ar(v.log_strip), ar(v.batched); }
template <class A> void describe(A& ar, Space& v) { ar(v.axes); }
template <class A> void describe(A& ar, Oracle& v) { ar(v.kind), ar(v.log_rows), ar(v.limbs); }
template <class A> void describe(A& ar, Interval& v) { ar(v.low), ar(v.high); }
template <class A> void describe(A& ar, Tensor& v) { ar(v.oracle), ar(v.space), ar(v.base), ar(v.range); }
template <class A> void describe(A& ar, Public& v) { ar(v.kind), ar(v.space), ar(v.range), ar(v.values); }
template <class A> void describe(A& ar, AxisMap::Step& v) { ar(v.label), ar(v.stride); }
template <class A> void describe(A& ar, AxisMap& v) { ar(v.steps), ar(v.offset); }
template <class A> void describe(A& ar, Term& v) { ar(v.source), ar(v.id), ar(v.coefficient), ar(v.maps); }
template <class A> void describe(A& ar, View& v) { ar(v.terms), ar(v.constant), ar(v.log_denominator); }
template <class A> void describe(A& ar, Contraction& v) { ar(v.labels), ar(v.roles), ar(v.a), ar(v.c); }
template <class A> void describe(A& ar, Column& v) { ar(v.kind), ar(v.start), ar(v.step), ar(v.tensor); }
template <class A> void describe(A& ar, Segment& v) { ar(v.log_rows), ar(v.columns), ar(v.multiplicity); }
template <class A> void describe(A& ar, Table& v) { ar(v.width), ar(v.segments); }
template <class A> void describe(A& ar, Lookup& v) { ar(v.labels), ar(v.table), ar(v.columns); }
template <class A> void describe(A& ar, Identity& v) { ar(v.labels), ar(v.view); }
template <class A>
void describe(A& ar, System& v) {
  ar(v.oracles), ar(v.tensors), ar(v.publics), ar(v.contractions);
  ar(v.tables), ar(v.lookups), ar(v.identities);
}
// clang-format on

// A whole value from its bytes.
template <class T>
Result<T> load(Reader& in) {
  T value;
  Loader loader(in);
  loader(value);
  if (!loader.status()) return tl::unexpected(loader.status().error());
  return value;
}

}  // namespace tacit::statement
