#include "tacit/model/quant/program.h"

#include <algorithm>
#include <cmath>

#include "tacit/base/check.h"
#include "tacit/model/quant/contract.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::model {
namespace {

using statement::Space;
using statement::TensorId;

Space resized(Space space, uint32_t samples) {
  for (statement::Axis& axis : space.axes)
    if (axis.batched) axis.length = samples;
  return space;
}

// Calls f(storage, logical) with the position of every element of a port in the order of its labels and in
// row-major order of [samples, logical axes…].
template <class F>
void for_each_element(const Form& form, uint32_t samples, F f) {
  const Space space = resized(form.labels, samples);
  const std::vector<int64_t> strides = form.strides();
  std::vector<uint32_t> index(strides.size(), 0);
  int64_t logical = 0;
  for (size_t at = 0; at < space.elements(); ++at) {
    f(at, static_cast<size_t>(logical));
    for (size_t i = index.size(); i-- > 0;) {
      logical += strides[i];
      if (++index[i] < space.axes[i].length) break;
      logical -= strides[i] * space.axes[i].length;
      index[i] = 0;
    }
  }
}

class Machine {
 public:
  Machine(Execution& execution, std::span<const std::vector<int64_t>> inputs, const PublicModel& open, uint32_t samples)
      : s_(execution.system), a_(execution.assignment), inputs_(inputs), open_(open), samples_(samples) {}

  // Runs a step, and checks that what it wrote lies in the declared ranges: all bounds on later sums rest on
  // them.
  Status run(const Step& step) {
    TACIT_TRY(write(step));
    for (size_t i = step.kind == StepKind::kTable ? 1 : 0; i < step.tensors.size(); ++i) {
      const statement::Interval range = s_.tensors[step.tensors[i]].range;
      for (const int64_t v : cells(step, i))
        if (v < range.low || v > range.high)
          return fail(Code::kBadModel, "step", step.node, "a value is outside its declared range");
    }
    return {};
  }

 private:
  Status write(const Step& step) {
    const Space labels = resized(step.labels, samples_);
    switch (step.kind) {
      case StepKind::kInput:
        input(step);
        return {};
      case StepKind::kContract:
        model::contract(s_, a_, static_cast<statement::ContractionId>(step.numbers[0]));
        return {};
      case StepKind::kCopy:
        cells(step, 0) = view(step, labels, 0);
        return {};
      case StepKind::kClamp:
        clamp(step, view(step, labels, 0));
        return {};
      case StepKind::kDigits:
        digits(step, view(step, labels, 0));
        return {};
      case StepKind::kTable:
        return table(step, view(step, labels, 0));
      case StepKind::kRowMax:
        row_max(step, labels);
        return {};
      case StepKind::kDivide:
        return divide(step, view(step, labels, 0), view(step, labels, 1));
      case StepKind::kIsZero:
        cells(step, 0) = view(step, labels, 0);
        for (int64_t& v : cells(step, 0)) v = v == 0;
        return {};
      case StepKind::kNormalise:
        return normalise(step, view(step, labels, 0));
      case StepKind::kOneHot:
        return one_hot(step, labels.axes.back().length, view(step, labels, 0));
    }
    return {};
  }

  std::vector<int64_t>& cells(const Step& step, size_t i) { return a_.tensors[step.tensors[i]]; }
  std::vector<int64_t> view(const Step& step, const Space& labels, size_t i) const {
    return statement::evaluate(s_, a_, labels, step.views[i]);
  }

  void input(const Step& step) {
    const size_t which = static_cast<size_t>(step.numbers[0]);
    std::vector<int64_t>& x = cells(step, 0);
    x.resize(inputs_[which].size());
    for_each_element(open_.inputs[which].form, samples_,
                     [&](size_t at, size_t logical) { x[at] = inputs_[which][logical]; });
  }

  void clamp(const Step& step, const std::vector<int64_t>& acc) {
    const int64_t s = step.numbers[0], low = step.numbers[1], high = step.numbers[2], w = step.numbers[3];
    const size_t skip = static_cast<size_t>(step.numbers[4]);
    const int64_t half = s > 0 ? int64_t{1} << (s - 1) : 0, mask = (int64_t{1} << w) - 1;
    const size_t n_limbs = step.tensors.size() - 1;
    for (TensorId id : step.tensors) a_.tensors[id].resize(acc.size());
    for (size_t i = 0; i < acc.size(); ++i) {
      const int64_t q = (acc[i] + half) >> s, out = std::clamp(q, low, high);
      cells(step, 0)[i] = out;
      const int64_t excess = q >= out ? q - out : out - q, sign = q >= out ? 1 : -1;
      for (size_t limb = 0; limb < n_limbs; ++limb)
        cells(step, limb + 1)[i] = sign * (excess >> (w * static_cast<int64_t>(limb + skip)) & mask);
    }
  }

  void digits(const Step& step, const std::vector<int64_t>& v) {
    const int64_t t = step.numbers[0], mask = (int64_t{1} << t) - 1;
    for (size_t d = 0; d < step.tensors.size(); ++d) {
      std::vector<int64_t>& out = cells(step, d);
      out.resize(v.size());
      for (size_t i = 0; i < v.size(); ++i) out[i] = v[i] >> (t * static_cast<int64_t>(d)) & mask;
    }
  }

  Status table(const Step& step, const std::vector<int64_t>& x) {
    const std::vector<int64_t>& column = cells(step, 0);
    std::vector<int64_t> out;
    out.reserve(x.size());
    for (int64_t v : x) {
      const int64_t row = v - step.numbers[0];
      if (row == -1 && step.numbers.size() > 1) {
        out.push_back(step.numbers[1]);
        continue;
      }
      if (row < 0 || row >= static_cast<int64_t>(column.size()))
        return fail(Code::kBadModel, "step", step.node, "a value is outside its table");
      out.push_back(column[static_cast<size_t>(row)]);
    }
    cells(step, 1) = std::move(out);
    return {};
  }

  void row_max(const Step& step, const Space& labels) {
    std::vector<size_t> strides(labels.axes.size(), 0);
    size_t size = 1;
    for (size_t i = step.numbers.size(); i-- > 1;) {
      const size_t label = static_cast<size_t>(step.numbers[i]);
      strides[label] = size;
      size *= labels.axes[label].length;
    }
    const int64_t s = step.numbers[0];
    std::vector<int64_t>& out = cells(step, 0);
    out.assign(size, INT64_MIN);
    for (size_t which = 0; which < step.views.size(); ++which) {
      std::vector<uint32_t> index(strides.size(), 0);
      size_t at = 0;
      for (int64_t x : view(step, labels, which)) {
        out[at] = std::max(out[at], -(-x >> s));
        for (size_t i = index.size(); i-- > 0;) {
          at += strides[i];
          if (++index[i] < labels.axes[i].length) break;
          at -= strides[i] * labels.axes[i].length;
          index[i] = 0;
        }
      }
    }
  }

  Status normalise(const Step& step, const std::vector<int64_t>& v) {
    const int64_t t = step.numbers[0], size = step.numbers[1], top = step.numbers[2];
    for (TensorId id : step.tensors) a_.tensors[id].resize(v.size());
    for (size_t i = 0; i < v.size(); ++i) {
      int64_t k = 0;
      while (k < top && v[i] >> (size * k) >= int64_t{1} << (t + size)) ++k;
      cells(step, 0)[i] = v[i] >> (size * k);
      cells(step, 1)[i] = int64_t{1} << (size * k);
      cells(step, 2)[i] = int64_t{1} << (step.numbers[3] != 0 ? top - k : k);
    }
    return {};
  }

  Status one_hot(const Step& step, uint32_t length, const std::vector<int64_t>& v) {
    std::vector<int64_t>& out = cells(step, 0);
    out.resize(v.size());
    for (size_t i = 0; i < v.size(); ++i) {
      if (v[i] < 0 || v[i] >= length)
        return fail(Code::kBadInput, "index", i,
                    "an index is " + std::to_string(v[i]) + ", outside of [0, " + std::to_string(length) + ")");
      out[i] = v[i] == static_cast<int64_t>(i % length);
    }
    return {};
  }

  Status divide(const Step& step, const std::vector<int64_t>& n, const std::vector<int64_t>& d) {
    std::vector<int64_t>& out = cells(step, 0);
    out.resize(n.size());
    for (size_t i = 0; i < n.size(); ++i) {
      if (n[i] < 0 || d[i] <= 0) return fail(Code::kBadModel, "step", step.node, "a division by less than 1");
      out[i] = n[i] / d[i];
    }
    return {};
  }

  const statement::System& s_;
  statement::Assignment& a_;
  std::span<const std::vector<int64_t>> inputs_;
  const PublicModel& open_;
  uint32_t samples_;
};

Status check_inputs(const PublicModel& open, std::span<const std::vector<int64_t>> inputs, uint32_t samples) {
  if (samples == 0 || inputs.size() != open.inputs.size())
    return fail(Code::kBadInput, "inputs", inputs.size(), "the model takes another number of inputs");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Form& form = open.inputs[i].form;
    if (inputs[i].size() != static_cast<size_t>(form.strides()[0]) * samples)
      return fail(Code::kBadInput, open.inputs[i].name, i, "the input has another number of elements");
    for (int64_t v : inputs[i])
      if (v < form.bounds.low || v > form.bounds.high)
        return fail(Code::kBadInput, open.inputs[i].name, i, "an integer lies outside the input's range");
  }
  return {};
}

}  // namespace

statement::Port public_port(const Port& port) {
  const Form& form = port.form;
  statement::Port out{
      port.name, onnx_number(port.type.dtype), {}, port.batched != 0, form.exponent, {}, form.labels, form.axes,
      form.view};
  for (const int64_t length : form.shape()) out.shape.push_back(static_cast<uint32_t>(length));
  out.range = {static_cast<int64_t>(form.bounds.low), static_cast<int64_t>(form.bounds.high)};
  return out;
}

Result<Port> model_port(const statement::Port& port) {
  TACIT_ASSIGN(const DType dtype, dtype_from_onnx(port.dtype, port.name));
  Port out{port.name, {dtype, Shape(port.shape.begin(), port.shape.end())}, port.batched, {}};
  out.form.labels = port.labels;
  out.form.axes = port.axes;
  out.form.view = port.view;
  out.form.exponent = port.exponent;
  out.form.bounds = {port.range.low, port.range.high};
  return out;
}

statement::System with_visibility(const PublicModel& model, const Visibility& visibility) {
  std::vector<statement::Port> inputs, outputs;
  for (const Port& port : model.inputs) inputs.push_back(public_port(port));
  for (const Port& port : model.outputs) outputs.push_back(public_port(port));
  return statement::with_visibility(model.system, inputs, outputs, visibility);
}

std::string IntegerModel::origin(std::string_view what, uint64_t index) const {
  uint32_t Mark::*first = what == "tensor"     ? &Mark::first_tensor
                          : what == "lookup"   ? &Mark::first_lookup
                          : what == "identity" ? &Mark::first_identity
                                               : nullptr;
  if (first == nullptr) return {};
  const Mark* found = nullptr;
  for (const Mark& mark : marks)
    if (mark.*first <= index) found = &mark;
  return found != nullptr && found->node < nodes.size() ? nodes[found->node] : std::string();
}

Result<std::vector<int64_t>> quantise(const Port& port, const Tensor& sample) {
  if (sample.shape() != port.type.shape || sample.is_real() != is_real(port.type.dtype) || !sample.is_finite()) {
    return fail(Code::kBadInput, port.name, 0,
                "expected finite values of type " + std::string(dtype_name(port.type.dtype)) + " and shape " +
                    shape_text(port.type.shape));
  }
  std::vector<int64_t> out;
  out.reserve(sample.size());
  const Bounds range = port.form.bounds;
  for (size_t i = 0; i < sample.size(); ++i) {
    if (sample.is_real()) {
      const double v = std::ldexp(sample.reals()[i], -port.form.exponent);
      out.push_back(std::llround(std::clamp(v, static_cast<double>(range.low), static_cast<double>(range.high))));
      continue;
    }
    const int64_t v = sample.ints()[i];
    if (v < range.low || v > range.high)
      return fail(Code::kBadInput, port.name, i, "an integer lies outside the input's range");
    out.push_back(v);
  }
  return out;
}

Tensor dequantise(const Port& port, std::span<const int64_t> integers) {
  if (!is_real(port.type.dtype)) return Tensor(port.type, std::vector<int64_t>(integers.begin(), integers.end()));
  std::vector<double> out;
  for (int64_t v : integers) out.push_back(std::ldexp(static_cast<double>(v), port.form.exponent));
  return Tensor(port.type, std::move(out));
}

Result<Execution> execute(const IntegerModel& model, std::span<const std::vector<int64_t>> inputs, uint32_t samples,
                          const Visibility& visibility) {
  return execute(model, model.weights, inputs, samples, visibility);
}

Result<Execution> execute(const IntegerModel& model, std::vector<std::vector<int64_t>> weights,
                          std::span<const std::vector<int64_t>> inputs, uint32_t samples,
                          const Visibility& visibility) {
  TACIT_TRY(check_inputs(model.open, inputs, samples));
  Execution e;
  e.system = statement::instantiate(with_visibility(model.open, visibility), samples);
  e.assignment.tensors = std::move(weights);
  e.assignment.publics.resize(e.system.publics.size());
  e.assignment.accumulators.resize(e.system.contractions.size());
  for (size_t i = 0; i < e.system.publics.size(); ++i) e.assignment.publics[i] = e.system.publics[i].values;
  Machine machine(e, inputs, model.open, samples);
  for (const Step& step : model.steps) TACIT_TRY(machine.run(step));
  TACIT_TRY(statement::count_multiplicities(e.system, e.assignment));
  for (const Port& port : model.open.outputs) e.outputs.push_back(read(e, port, samples));
  size_t next = model.open.system.publics.size();
  for (size_t i = 0; i < inputs.size(); ++i)
    if (visibility.inputs[i] == statement::Exposure::kPublic) e.assignment.publics[next++] = inputs[i];
  for (size_t i = 0; i < e.outputs.size(); ++i)
    if (visibility.outputs[i] == statement::Exposure::kPublic) e.assignment.publics[next++] = e.outputs[i];
  return e;
}

std::vector<int64_t> read(const Execution& execution, const Port& port, uint32_t samples) {
  const Form& form = port.form;
  const auto values =
      statement::evaluate(execution.system, execution.assignment, resized(form.labels, samples), form.view);
  std::vector<int64_t> out(values.size());
  for_each_element(form, samples, [&](size_t at, size_t logical) { out[logical] = values[at]; });
  return out;
}

}  // namespace tacit::model
