#include "tacit/model/io/inputs.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <new>

#include "tacit/model/io/formats.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {

namespace {

constexpr int64_t kMaxSamples = 1 << 20;

// The arrays of one file.
Result<std::vector<NamedArray>> parse_file(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxInputBytes));
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".json") return parse_json(bytes, path);
  if (extension == ".npz") return parse_npz(bytes, path);
  if (extension == ".npy") {
    TACIT_ASSIGN(Tensor tensor, parse_npy(bytes, path));
    return std::vector<NamedArray>{{"", std::move(tensor)}};
  }
  if (extension == ".pb") {
    TACIT_ASSIGN(NamedArray array, parse_pb(bytes, path));
    return std::vector<NamedArray>{std::move(array)};
  }
  return fail(Code::kBadInput, path, 0, "the file name must end in .json, .npy, .npz or .pb");
}

// The arrays in the order of the model's inputs: by name if any array has an input's name, else by position.
Result<std::vector<NamedArray>> match_inputs(std::vector<NamedArray> arrays, const Graph& graph,
                                             const std::string& place) {
  if (arrays.size() != graph.inputs.size()) {
    return fail(Code::kBadInput, place, arrays.size(),
                "the model takes " + std::to_string(graph.inputs.size()) + " input(s), the data hold " +
                    std::to_string(arrays.size()));
  }
  const auto has_name = [&](const std::string& name) {
    return [&name](const NamedArray& a) { return a.name == name; };
  };
  const bool by_name = std::any_of(graph.inputs.begin(), graph.inputs.end(), [&](ValueId id) {
    return std::any_of(arrays.begin(), arrays.end(), has_name(graph.values[id].name));
  });
  if (!by_name) return arrays;
  std::vector<NamedArray> ordered;
  for (ValueId id : graph.inputs) {
    const std::string& name = graph.values[id].name;
    const auto it = std::find_if(arrays.begin(), arrays.end(), has_name(name));
    if (it == arrays.end())
      return fail(Code::kBadInput, place + ", input " + printable(name), 0, "the array is missing");
    ordered.push_back(std::move(*it));
    arrays.erase(it);  // a name serves once
  }
  return ordered;
}

// How many samples an array holds for an input of a type; 0 if the shapes don't fit.
int64_t sample_count(const NamedArray& array, const ValueType& type, size_t sample_size) {
  const Shape& found = array.tensor.shape();
  if (found == type.shape) return 1;
  if (sample_size == 0) return array.is_flat && array.tensor.size() == 0 ? 1 : 0;
  if (array.tensor.size() % sample_size != 0) return 0;
  const int64_t count = static_cast<int64_t>(array.tensor.size() / sample_size);
  if (array.is_flat) return count;
  // One more axis in front, or a longer first axis.
  const bool has_front =
      found.size() == type.shape.size() + 1 && std::equal(type.shape.begin(), type.shape.end(), found.begin() + 1);
  const bool is_longer = !found.empty() && found.size() == type.shape.size() &&
                         std::equal(type.shape.begin() + 1, type.shape.end(), found.begin() + 1);
  return has_front || is_longer ? count : 0;
}

// One element in the declared type: real(i) or an integer in range.
Result<Tensor> convert(const Tensor& from, size_t first, const ValueType& type, const std::string& place) {
  Tensor to(type);
  for (size_t i = 0; i < to.size(); ++i) {
    const double real = from.as_real(first + i);
    if (!std::isfinite(real)) return fail(Code::kBadInput, place, first + i, "the value is NaN or infinite");
    if (to.is_real()) {
      to.reals()[i] = round_to(type.dtype, real);
      if (std::isinf(to.reals()[i])) return fail(Code::kBadInput, place, first + i, "the value is too large");
      continue;
    }
    const IntRange range = int_range(type.dtype);
    const bool is_whole = !from.is_real() || (std::trunc(real) == real && std::fabs(real) < 0x1p63);
    const int64_t whole = !is_whole ? 0 : from.is_real() ? static_cast<int64_t>(real) : from.ints()[first + i];
    if (!is_whole || whole < range.min || whole > range.max) {
      return fail(Code::kBadInput, place, first + i, std::string("the value is not a ") + dtype_name(type.dtype));
    }
    to.ints()[i] = whole;
  }
  return to;
}

// Cuts arrays, one per input, into samples.
Result<std::vector<Sample>> cut_samples(const std::vector<NamedArray>& arrays, const Graph& graph,
                                        const std::string& file) {
  std::vector<Sample> samples;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Value& value = graph.values[graph.inputs[i]];
    const std::string place = file + ", input " + printable(value.name);
    TACIT_ASSIGN(const int64_t size, element_count(value.type->shape, place));
    const size_t sample_size = static_cast<size_t>(size);
    const int64_t count = sample_count(arrays[i], *value.type, sample_size);
    if (count == 0) {
      return fail(Code::kBadInput, place, i,
                  "expected " + shape_text(value.type->shape) + " or a multiple along the first axis, found " +
                      shape_text(arrays[i].tensor.shape()));
    }
    if (count > kMaxSamples) return fail(Code::kTooLarge, place, i, "too many samples in one file");
    if (i == 0) samples.resize(static_cast<size_t>(count));
    if (samples.size() != static_cast<size_t>(count)) {
      return fail(
          Code::kBadInput, place, i,
          "this input has " + std::to_string(count) + " sample(s), the first one " + std::to_string(samples.size()));
    }
    for (size_t k = 0; k < samples.size(); ++k) {
      TACIT_ASSIGN(Tensor tensor, convert(arrays[i].tensor, k * sample_size, *value.type, place));
      samples[k].push_back(std::move(tensor));
    }
  }
  if (arrays.empty()) samples.resize(1);  // a model without inputs
  return samples;
}

Result<std::vector<Sample>> read_all(const std::vector<std::string>& paths, const Graph& graph) {
  if (paths.empty()) return fail(Code::kBadInput, "inputs", 0, "no file is given");
  if (paths.size() == 1) {
    TACIT_ASSIGN(std::vector<NamedArray> arrays, parse_file(paths[0]));
    TACIT_ASSIGN(arrays, match_inputs(std::move(arrays), graph, paths[0]));
    return cut_samples(arrays, graph, paths[0]);
  }
  std::vector<NamedArray> arrays;
  for (const std::string& path : paths) {
    TACIT_ASSIGN(std::vector<NamedArray> file, parse_file(path));
    if (file.size() != 1) return fail(Code::kBadInput, path, file.size(), "one of several files must hold one input");
    file[0].name.clear();
    arrays.push_back(std::move(file[0]));
  }
  TACIT_ASSIGN(arrays, match_inputs(std::move(arrays), graph, paths[0]));
  return cut_samples(arrays, graph, paths[0]);
}

}  // namespace

namespace {

// What `read` gives; exceptions of third-party readers become errors.
template <class Read>
auto guarded(const std::string& place, Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    return fail(Code::kTooLarge, place, 0, "the memory doesn't suffice");
  } catch (const std::exception& e) {
    return fail(Code::kBadInput, place, 0, e.what());
  }
}

}  // namespace

Result<std::vector<Sample>> read_samples(const std::vector<std::string>& paths, const Graph& graph) {
  return guarded(paths.empty() ? "inputs" : paths[0], [&] { return read_all(paths, graph); });
}

Result<Tensor> read_array(const std::string& path) {
  return guarded(path, [&]() -> Result<Tensor> {
    TACIT_ASSIGN(std::vector<NamedArray> arrays, parse_file(path));
    if (arrays.size() != 1) return fail(Code::kBadInput, path, arrays.size(), "expected a file with one array");
    if (arrays[0].is_flat) return fail(Code::kBadInput, path, 0, "the file has no shapes: use .npy, or give --model");
    return std::move(arrays[0].tensor);
  });
}

}  // namespace tacit::model
