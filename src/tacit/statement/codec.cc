#include "tacit/statement/codec.h"

#include <type_traits>

#include "tacit/hash/blake3.h"

namespace tacit::statement {
namespace {

// One description of each type serves both directions: `archive(fields…)` writes or reads them in order.
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
    const uint32_t n = take(in_.count(1));
    for (uint32_t i = 0; i < n && status_; ++i) (*this)(list.emplace_back());
  }
  const Status& status() const { return status_; }

 private:
  template <class T>
  static constexpr uint8_t kLargest = 0;

  template <class T>
  T take(Result<T> result) {
    if (result) return std::move(*result);
    if (status_) status_ = tl::unexpected(result.error());
    return T{};
  }
  Reader& in_;
  Status status_;
};
template <>
constexpr uint8_t Loader::kLargest<OracleKind> = 2;
template <>
constexpr uint8_t Loader::kLargest<PublicKind> = 1;
template <>
constexpr uint8_t Loader::kLargest<Source> = 2;
template <>
constexpr uint8_t Loader::kLargest<Role> = 3;
template <>
constexpr uint8_t Loader::kLargest<ColumnKind> = 1;

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
template <class A> void describe(A& ar, System& v) {
  ar(v.oracles), ar(v.tensors), ar(v.publics), ar(v.contractions);
  ar(v.tables), ar(v.lookups), ar(v.identities);
}

template <class T>
Result<T> parse_one(Reader& in) {
  T value;
  Loader loader(in);
  loader(value);
  if (!loader.status()) return tl::unexpected(loader.status().error());
  return value;
}

}  // namespace

void write(Writer& out, const System& system) { Saver{out}(system); }
void write(Writer& out, const Space& space) { Saver{out}(space); }
void write(Writer& out, const View& view) { Saver{out}(view); }

Result<System> parse(Reader& in) { return parse_one<System>(in); }
Result<Space> parse_space(Reader& in) { return parse_one<Space>(in); }
Result<View> parse_view(Reader& in) { return parse_one<View>(in); }

hash::Digest digest(const System& system) {
  Writer out;
  out.raw(as_bytes("tacit system v1"));
  write(out, system);
  return hash::blake3(out.bytes());
}

}  // namespace tacit::statement
