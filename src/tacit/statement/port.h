// Ports: what a user sees of a system. Named inputs and outputs, each held by cells, in units of their own.
//
//   real[x] = 2^exponent · integer[x]
//
// Vocabulary
//   label     an axis of the port's view; label 0 is the axis of samples
//   axis      an axis of the value as the model file declares it, for one sample: a list of labels, the most significant
//             first. An axis of length 1 may have none, a flattened axis has several.
//   open      stated by a receipt; an input or output that is not open is hidden
#pragma once

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

struct Visibility {
  bool inputs = false;
  bool outputs = true;
  bool operator==(const Visibility&) const = default;
};

// Do a port's parts fit together: label 0 batched, every other label in exactly one axis, lengths of an axis's labels
// multiply to its length, at most 15 axes, 2^28 elements and 256 bytes of name, a
// sane exponent? Errors: kBadStatement ("port").
// Says nothing about the view, which statement::check sees once the port is stated.
Status check(const Port& port);

// The template with a stated public for each open port (inputs first, in order) and the identity that equates it with the
// port's view. A public holds [samples, shape…] in row-major order. Requires ports that pass `check`.
System with_visibility(const System& model, const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                       Visibility visibility);

// Canonical bytes: the fields in order (archive.h). Call `check` on the result of parse_port before use.
template <class A>
void describe(A& ar, Port& v) {
  ar(v.name), ar(v.dtype), ar(v.shape), ar(v.batched), ar(v.exponent);
  ar(v.range), ar(v.labels), ar(v.axes), ar(v.view);
}
void write(Writer& out, const Port& port);
Result<Port> parse_port(Reader& in);

}  // namespace tacit::statement
