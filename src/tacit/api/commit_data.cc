#include <algorithm>
#include <cmath>

#include "tacit/api/data.h"
#include "tacit/api/resources.h"
#include "tacit/api/values.h"

namespace tacit::api {
namespace {

// Real data without a model take as many bits as activations at their widest.
constexpr int kDataBits = 16;

Status check_free(const DataPaths& paths, bool replace) {
  for (const std::string& path : {paths.data, paths.ledger, paths.open}) {
    if (!replace && file_exists(path)) return fail(Code::kExists, path, 0, "use --force to replace it");
    TACIT_TRY(check_writable(path));
  }
  return {};
}

Result<size_t> find_input(const std::vector<model::Port>& inputs, const std::string& name) {
  if (name.empty() && inputs.size() == 1) return size_t{0};
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].name == name) return i;
  std::string names;
  for (const model::Port& port : inputs) names += " " + port.name;
  return fail(Code::kUsage, "--input-name " + name, 0, "the model's inputs are" + names);
}

// In the integers of a model's input.
Result<DataFile> quantised_for(const CommitDataOptions& options) {
  TACIT_ASSIGN(const Bytes bytes, read_file(options.model, receipt::kMaxPublicFile));
  TACIT_ASSIGN(const receipt::PublicFile file, receipt::parse_public_file(bytes));
  TACIT_ASSIGN(const receipt::Admitted admitted, receipt::admit(file));
  TACIT_ASSIGN(const std::vector<model::Port> inputs, model_ports(file.model.inputs));
  TACIT_ASSIGN(const size_t which, find_input(inputs, options.input));
  TACIT_ASSIGN(const std::vector<model::Sample> samples,
               model::read_samples({options.data}, input_graph({inputs[which]})));
  const statement::Port& port = file.model.inputs[which];
  DataFile out;
  out.open = {file.profile, port.shape, port.dtype, port.exponent, port.range, static_cast<uint32_t>(samples.size())};
  for (const model::Sample& sample : samples) {
    TACIT_ASSIGN(const std::vector<int64_t> integers, model::quantise(inputs[which], sample[0]));
    out.values.insert(out.values.end(), integers.begin(), integers.end());
  }
  return out;
}

// The least e with all of |values| ≤ (2^15 − 1)·2^e.
int exponent_of(std::span<const double> values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::fabs(v));
  if (largest == 0) return 0;
  constexpr double kMost = (1 << (kDataBits - 1)) - 1;
  const int exponent = static_cast<int>(std::ceil(std::log2(largest / kMost)));
  return std::ldexp(kMost, exponent) < largest ? exponent + 1 : exponent;
}

// The least interval [−2^k, 2^k) that holds all.
statement::Interval range_of(const std::vector<int64_t>& values) {
  int64_t end = 1;
  for (const int64_t v : values)
    while (end < int64_t{1} << 62 && (v < -end || v >= end)) end *= 2;
  return {-end, end - 1};
}

// In integers of their own.
Result<DataFile> quantised_alone(const CommitDataOptions& options) {
  TACIT_ASSIGN(const model::Tensor tensor, model::read_array(options.data));
  if (tensor.rank() == 0 || tensor.size() == 0 || !tensor.is_finite())
    return fail(Code::kBadInput, options.data, 0, "expected finite numbers with an axis of samples in front");
  DataFile out;
  out.open.profile = options.profile;
  out.open.samples = static_cast<uint32_t>(tensor.shape()[0]);
  for (size_t axis = 1; axis < tensor.rank(); ++axis)
    out.open.shape.push_back(static_cast<uint32_t>(tensor.shape()[axis]));
  out.open.dtype = model::onnx_number(tensor.dtype());
  if (tensor.is_real()) {
    out.open.exponent = exponent_of(tensor.reals());
    for (const double v : tensor.reals()) out.values.push_back(std::llround(std::ldexp(v, -out.open.exponent)));
  } else {
    out.values.assign(tensor.ints().begin(), tensor.ints().end());
  }
  out.open.range = range_of(out.values);
  return out;
}

}  // namespace

Result<CommitDataReport> commit_data(const CommitDataOptions& options) {
  const std::string name = options.name.empty() ? options.data.substr(0, options.data.rfind('.')) : options.name;
  const DataPaths paths = data_paths(name);
  TACIT_TRY(check_free(paths, options.replace));
  Stages stages(options.progress);
  stages.begin("read");
  TACIT_ASSIGN(DataFile file, options.model.empty() ? quantised_alone(options) : quantised_for(options));
  if (file.open.samples > statement::kMaxDataSamples)
    return fail(Code::kTooLarge, options.data, file.open.samples, "a commitment takes at most 2^24 samples");
  stages.begin("commit");
  TACIT_ASSIGN(NewData made, make_data(std::move(file), name, options.min_proofs));
  stages.begin("write");
  TACIT_TRY(keep(made, options.replace ? Overwrite::kYes : Overwrite::kNo));
  return made.report(stages.finish());
}

}  // namespace tacit::api
