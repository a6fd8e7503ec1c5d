// Ports: what a user sees of a system. Named inputs and outputs, each held by cells, in units of their own.
//
//   real[x] = 2^exponent · integer[x]
//
// Vocabulary
//   label     an axis of the port's view; label 0 is the axis of samples
//   axis      an axis of the value as the model file declares it, for one sample: a list of labels, the most significant
//             first. An axis of length 1 may have none, a flattened axis has several.
//   exposure  what a receipt says about a port's values: nothing (private), the values themselves (public), or that they
//             are rows of data committed beforehand under a root (committed)
//   data      a tensor [samples, elements] of integers in an oracle of its own, real = 2^exponent · integer; its rows are
//             samples, its elements those of one sample in row-major order, whatever their shape
#pragma once

#include <span>
#include <string>

#include "tacit/base/bytes.h"
#include "tacit/statement/system.h"

namespace tacit::statement {

struct Port {
  std::string name;
  uint8_t dtype = 1;            // the number of ONNX's TensorProto.DataType; 1 is float32
  std::vector<uint32_t> shape;  // of one sample, as declared
  bool batched = false;         // samples are stacked along the first axis, which is 1 long here
  int32_t exponent = 0;
  Interval range;  // of its integers
  Space labels;
  std::vector<std::vector<uint32_t>> axes;  // one for each axis of the shape
  View view;
  bool operator==(const Port&) const = default;

  // Elements of one sample.
  uint64_t elements() const;
};

enum class Exposure : uint8_t { kPrivate = 0, kPublic = 1, kCommitted = 2 };

// The exposure of every input, or of every output: one for all of them, or a list.
class Exposures {
 public:
  Exposures(bool is_public) : all_(is_public ? Exposure::kPublic : Exposure::kPrivate) {}
  Exposures(std::vector<Exposure> each) : each_(std::move(each)) {}
  Exposure operator[](size_t port) const { return port < each_.size() ? each_[port] : all_; }

 private:
  Exposure all_ = Exposure::kPrivate;  // of ports beyond the list
  std::vector<Exposure> each_;
};

struct Visibility {
  Exposures inputs = false;
  Exposures outputs = true;
};

// The ports with this exposure, inputs first.
std::vector<const Port*> exposed(const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                                 const Visibility& visibility, Exposure exposure);

// The rows of committed data that a port's values are: row first + s is sample s.
struct DataRows {
  uint32_t samples = 0;  // of all data
  uint32_t first = 0;
  int32_t exponent = 0;
  bool operator==(const DataRows&) const = default;
};

inline constexpr uint32_t kMaxDataSamples = uint32_t{1} << 24;
// Data may be coarser than a port by this many bits.
inline constexpr int kMaxDataShift = 40;

// Do a port's parts fit together: label 0 batched, every other label in exactly one axis, lengths of an axis's labels
// multiply to its length, at most 15 axes, 2^28 elements and 256 bytes of name, a
// sane exponent? Errors: kBadStatement ("port").
// Says nothing about the view, which statement::check sees once the port is stated.
Status check(const Port& port);

// The template with a stated public for each public port (inputs first, in order) and the identity that equates it with the
// port's view. A public holds [samples, shape…] in row-major order. Requires ports that pass `check`.
System with_visibility(const System& model, const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                       const Visibility& visibility);

// Where data of this size stand in their oracle.
Space data_space(uint32_t samples, uint64_t elements);

// The system with an oracle of data for each of these ports, one tensor in it, and the identity
//
//   view[s, x] − 2^(data's exponent − port's exponent) · data[first + s, x] = 0.
//
// The data's declared range is what follows from the view's. Requires ports that pass `check`, a template that
// statement::check accepts with their views in it, and rows for each port.
// Errors: kWrongStatement ("data", which: rows that the data don't have; data finer than the port, or far coarser),
// kMayWrap (a view beyond 62 bits).
Result<System> with_data(System system, const std::vector<const Port*>& ports, std::span<const DataRows> data,
                         uint32_t samples);

// Canonical bytes: the fields in order (archive.h). Call `check` on the result of parse_port before use.
template <class A>
void describe(A& ar, Port& v) {
  ar(v.name), ar(v.dtype), ar(v.shape), ar(v.batched), ar(v.exponent);
  ar(v.range), ar(v.labels), ar(v.axes), ar(v.view);
}
void write(Writer& out, const Port& port);
Result<Port> parse_port(Reader& in);

}  // namespace tacit::statement
