// The integer model: a constraint system and the program that computes its witness. This is what a model
// means.
//
//   PublicModel   what a verifier holds (NAME.pub): the system of one proof as a template, inputs, outputs
//   IntegerModel  the rest (NAME.tacit): the steps that fill every tensor in order, and the weights
//
// Both are plain data with one encoding each (codec.h). All arithmetic is on integers, exact; the same steps
// in the same order give the same witness everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/functions/functions.h"
#include "tacit/model/graph/tensor.h"
#include "tacit/model/quant/form.h"
#include "tacit/statement/assignment.h"
#include "tacit/statement/port.h"
#include "tacit/statement/system.h"

namespace tacit::model {

using functions::Function;
using functions::function_value;
using functions::generate;
using functions::GeneratedTable;

// An input or an output of the model for one sample: real = 2^exponent · integer.
struct Port {
  std::string name;
  ValueType type;       // of one sample, as the ONNX file declares it (batch length 1)
  uint8_t batched = 0;  // 1: samples are stacked along the first axis; 0: the file knows one sample only
  Form form;            // the cells that hold it; form.exponent, form.bounds
};

struct PublicModel {
  statement::System system;  // a template (statement/instance.h)
  std::vector<GeneratedTable> tables;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

using statement::Visibility;

// The same port as the verifier's side has it, and back. Requires bounds that fit int64, as all ports have.
statement::Port public_port(const Port& port);
// Errors: kUnsupported (an unknown element type). Requires statement::check(port).
Result<Port> model_port(const statement::Port& port);

// statement::with_visibility of the template and its ports.
statement::System with_visibility(const PublicModel& model, const Visibility& visibility);

enum class StepKind : uint8_t {
  kInput = 0,     // tensors {x}; number {input}: the integers of an input
  kContract = 1,  // number {contraction}: fills its accumulator
  kCopy = 2,      // views {v}, tensors {out}: out = v
  kClamp = 3,     // views {v}, tensors {out, e_0 …}, numbers {s, low, high, w, skip}: q = ⌊(v + 2^(s−1)) / 2^s⌋
                  // (no rounding term when s = 0), out = clamp(q, low, high), q − out = Σ 2^(w·i)·e_i, all e_i
                  // of one sign; `skip` = 1: e_0 has no tensor
  kDigits = 4,    // views {v}, tensors {d_0 …}, numbers {t}: d_i = ⌊v / 2^(t·i)⌋ mod 2^t, for v ≥ 0
  kTable = 5,     // views {v}, tensors {column, out}, numbers {start[, y]}: out = column[v − start], or y at
                  // start − 1
  kRowMax = 6,  // views {v …}, tensors {out}, numbers {s, labels that `out` keeps}: the maximum over the other labels
                // and the views, in units of 2^s, rounded up
  kDivide = 7,  // views {n, d}, tensors {out}: out = ⌊n / d⌋ for n ≥ 0, d > 0
  kIsZero = 8,  // views {v}, tensors {out}: out = 1 where v = 0, else 0
  kNormalise = 9,  // views {v}, tensors {m, 2^(step·k), 2^k}, numbers {t, step, top, falling}: m = ⌊v / 2^(step·k)⌋ in
                   // [2^t, 2^(t + step)), k ≤ top; falling: the last tensor is 2^(top − k)
  kOneHot = 10,  // views {v}, tensors {out}: out = 1 where v is the index of the last label, else 0
};

struct Step {
  StepKind kind = StepKind::kCopy;
  statement::Space labels;  // of the views; the tensors' elements follow the same order
  std::vector<statement::View> views;
  std::vector<statement::TensorId> tensors;
  std::vector<int64_t> numbers;
  uint32_t node = 0;  // index into IntegerModel::nodes
  bool operator==(const Step&) const = default;
};

// A value of the graph as the program holds it, for reports.
struct Probe {
  uint32_t value = 0;  // ValueId in the graph that was lowered
  uint32_t node = 0;   // its producer
  Port port;
};

// Where the relations of a node begin; those of the next mark's node follow.
struct Mark {
  uint32_t node = 0;
  uint32_t first_tensor = 0;
  uint32_t first_lookup = 0;
  uint32_t first_identity = 0;
  bool operator==(const Mark&) const = default;
};

struct IntegerModel {
  PublicModel open;
  std::vector<Step> steps;
  std::vector<std::vector<int64_t>> weights;  // by tensor; empty for tensors of other oracles
  std::vector<std::string> nodes;             // places of the graph's nodes, for messages
  std::vector<Mark> marks;                    // in order; nodes[node] or, beyond, the inputs and outputs
  std::vector<Probe> probes;                  // not part of the file: empty in a model that was read

  // The node that a relation comes from; `what` is "tensor", "lookup" or "identity" as errors name it. Empty
  // if none.
  std::string origin(std::string_view what, uint64_t index) const;
};

// The integers of an input: round(real / 2^exponent), ties away from zero, saturated; integer types exactly.
// Errors: kBadInput (wrong shape or kind, not finite, an integer outside the declared range).
Result<std::vector<int64_t>> quantise(const Port& port, const Tensor& sample);
// The tensor that integers of one sample stand for.
Tensor dequantise(const Port& port, std::span<const int64_t> integers);

// Is the public part well formed: system, ports and generated tables? Errors: those of statement::check;
// kBadModel.
Status validate(const PublicModel& model);

// Is the model consistent: structure and ports fit, every tensor is written exactly once, in order, by a step
// that knows all it reads, and no value can leave int64? `execute` requires it; what `emit` makes passes.
// Errors: those of statement::check for structure; kBadModel at the step's node.
Status validate(const IntegerModel& model);

// The execution of one proof's witness program.
struct Execution {
  statement::System system;                   // the instance for these samples; tensors not placed
  statement::Assignment assignment;           // all tensors, accumulators and multiplicities
  std::vector<std::vector<int64_t>> outputs;  // per output: [samples, logical axes…]
};

// Runs the program. inputs[i]: integers of input i, [samples, logical axes…] row-major. The system is that of
// with_visibility; its stated publics are filled. Committed ports are the caller's to add (statement::with_data).
// Errors: kBadInput (counts, ranges); kBadModel where a step meets a value that its table, division or
// declared range doesn't take.
Result<Execution> execute(const IntegerModel& model, std::span<const std::vector<int64_t>> inputs, uint32_t samples,
                          const Visibility& visibility);
// The same for a model whose weights were taken out: they become part of the execution, without a copy.
Result<Execution> execute(const IntegerModel& model, std::vector<std::vector<int64_t>> weights,
                          std::span<const std::vector<int64_t>> inputs, uint32_t samples, const Visibility& visibility);

// The integers of a port after an execution: [samples, logical axes…] row-major.
std::vector<int64_t> read(const Execution& execution, const Port& port, uint32_t samples);

}  // namespace tacit::model
