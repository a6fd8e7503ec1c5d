// Whole models and the public operator cases: import, fold, run in double, compare with recorded outputs.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/io/formats.h"
#include "tacit/model/io/inputs.h"
#include "tacit/model/onnx/import.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {
namespace {

namespace fs = std::filesystem;

// The folder of public models, beside the source tree or where TACIT_SHARED says.
fs::path shared_folder() {
  const char* path = std::getenv("TACIT_SHARED");
  return path != nullptr ? fs::path(path) : fs::path(TACIT_SOURCE_DIR) / ".." / "shared";
}

#define SKIP_WITHOUT(folder) \
  if (!fs::exists(folder))   \
  GTEST_SKIP() << "the public models are missing: " << (folder).string() << " (set TACIT_SHARED to their folder)"

struct Expected {
  const char* name;
  std::map<std::string, int> operators;  // left after folding
  std::vector<double> outputs;           // of onnxruntime 1.32 for input.json: the first ones
};

class EzklModel : public ::testing::TestWithParam<Expected> {};

TEST_P(EzklModel, ImportsFoldsAndAgreesWithOnnxruntime) {
  const fs::path folder = shared_folder() / "models" / "ezkl" / GetParam().name;
  SKIP_WITHOUT(folder);
  Result<Graph> graph = import_onnx_file((folder / "network.onnx").string());
  ASSERT_TRUE(graph.has_value()) << graph.error().message();
  const Status folded = fold(*graph);
  ASSERT_TRUE(folded.has_value()) << folded.error().message();
  std::map<std::string, int> operators;
  for (const Node& node : graph->nodes) ++operators[node.op];
  EXPECT_EQ(operators, GetParam().operators);
  EXPECT_EQ(graph->values[graph->inputs[0]].batch_axis, 0u);
  EXPECT_EQ(graph->values[graph->outputs[0]].batch_axis, 0u);

  const Result<std::vector<Sample>> samples = read_samples({(folder / "input.json").string()}, *graph);
  ASSERT_TRUE(samples.has_value()) << samples.error().message();
  ASSERT_EQ(samples->size(), 1u);
  const Result<std::vector<Tensor>> outputs = run_float(*graph, (*samples)[0]);
  ASSERT_TRUE(outputs.has_value()) << outputs.error().message();
  ASSERT_GE((*outputs)[0].size(), GetParam().outputs.size());
  for (size_t i = 0; i < GetParam().outputs.size(); ++i) {
    const double expected = GetParam().outputs[i];
    EXPECT_NEAR((*outputs)[0].as_real(i), expected, 1e-5 * std::max(1.0, std::fabs(expected))) << "output " << i;
  }
  const auto all = run_float_all(*graph, (*samples)[0]);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(*(*all)[graph->outputs[0]], (*outputs)[0]);
}

// The Expand of large_mlp changes nothing; its Tile makes ten rows of one.
INSTANTIATE_TEST_SUITE_P(
    All, EzklModel,
    ::testing::Values(
        Expected{"1l_mlp", {{"Gemm", 1}, {"Relu", 1}}, {0.2736676037311554, 0.6484845280647278, 0.0, 0.0}},
        Expected{"2l_relu_fc", {{"Gemm", 1}, {"Relu", 1}}, {0.0}},
        Expected{"4l_relu_conv_fc",
                 {{"Conv", 2}, {"Relu", 3}, {"Flatten", 1}, {"Gemm", 2}},
                 {0.028133917599916458, -0.010460657067596912, 0.10830141603946686, 0.1528637409210205,
                  0.13507921993732452, 0.030953112989664078, 0.043102823197841644, 0.1466112583875656,
                  -0.09223883599042892, -0.02490217238664627}},
        Expected{"large_mlp",
                 {{"Identity", 1}, {"Tile", 1}, {"Gemm", 9}, {"Relu", 8}},
                 {0.10041427612304688, 0.053111206740140915, -0.02044212445616722, -0.020138155668973923,
                  -0.10424655675888062, -0.013754949904978275, -0.06447655707597733, -0.011252989992499352,
                  0.11068212240934372, 0.03570731729269028}},
        Expected{
            "lenet_5",
            {{"Conv", 2}, {"Mul", 2}, {"Add", 2}, {"AveragePool", 2}, {"Flatten", 1}, {"Gemm", 3}},
            {0.0912596806883812, 0.06488041579723358, 0.05490841716527939, -0.05230129510164261, 0.06041250377893448,
             0.131649449467659, 0.09005685895681381, 0.08224821835756302, 0.041242025792598724, 0.047059401869773865}}),
    [](const auto& info) { return std::string("model_") + info.param.name; });

TEST(Interpreter, RefusesInputsOfTheWrongType) {
  Graph graph;
  const ValueId x = graph.add_value("x");
  graph.values[x].type = ValueType{DType::kFloat32, {2}};
  graph.inputs = graph.outputs = {x};
  ASSERT_TRUE(fold(graph).has_value());
  EXPECT_TRUE(run_float(graph, {Tensor({DType::kFloat32, {2}})}).has_value());
  EXPECT_EQ(run_float(graph, {}).error().code, Code::kBadInput);
  const Result<std::vector<Tensor>> wrong = run_float(graph, {Tensor({DType::kFloat32, {3}})});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, Code::kBadInput);
  EXPECT_EQ(wrong.error().place, "input x");
}

enum class Verdict { kPassed, kRefused, kWrong };

Result<NamedArray> read_tensor(const fs::path& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path.string(), kMaxInputBytes));
  return parse_pb(bytes, path.string());
}

Result<Graph> import_and_fold(const fs::path& model, const ImportOptions& options) {
  TACIT_ASSIGN(Graph graph, import_onnx_file(model.string(), options));
  TACIT_TRY(fold(graph));
  return graph;
}

// The graph of a case and its inputs. Cases pass shapes and axes as inputs; where the model can't be folded
// that way, its int64 inputs become constants.
Result<Graph> load_case(const fs::path& folder, std::vector<Tensor>& inputs) {
  TACIT_ASSIGN(const Graph raw, import_onnx_file((folder / "model.onnx").string()));
  ImportOptions options;
  Result<Graph> graph = import_and_fold(folder / "model.onnx", options);
  const bool fix = !graph && graph.error().code == Code::kUnsupported;
  for (size_t i = 0; i < raw.inputs.size(); ++i) {
    TACIT_ASSIGN(NamedArray array, read_tensor(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb")));
    if (fix && array.tensor.dtype() == DType::kInt64) {
      options.fixed[raw.values[raw.inputs[i]].name] = std::make_shared<const Tensor>(std::move(array.tensor));
    } else {
      inputs.push_back(std::move(array.tensor));
    }
  }
  return fix ? import_and_fold(folder / "model.onnx", options) : std::move(graph);
}

// Runs one case of the ONNX backend test suite. A case is refused only as unsupported.
Verdict run_case(const fs::path& folder, std::string& reason) {
  std::vector<Tensor> inputs;
  const Result<Graph> graph = load_case(folder, inputs);
  if (!graph) {
    reason = graph.error().message();
    return graph.error().code == Code::kUnsupported ? Verdict::kRefused : Verdict::kWrong;
  }
  const Result<std::vector<Tensor>> outputs = run_float(*graph, inputs);
  if (!outputs) {
    reason = outputs.error().message();
    return outputs.error().code == Code::kUnsupported ? Verdict::kRefused : Verdict::kWrong;
  }
  for (size_t i = 0; i < outputs->size(); ++i) {
    const Result<NamedArray> expected =
        read_tensor(folder / "test_data_set_0" / ("output_" + std::to_string(i) + ".pb"));
    if (!expected || expected->tensor.type() != (*outputs)[i].type()) {
      reason = "the type of output " + std::to_string(i);
      return Verdict::kWrong;
    }
    const double tolerance = (*outputs)[i].is_real() ? 1e-3 : 0;
    double largest = 1;
    for (size_t k = 0; k < expected->tensor.size(); ++k)
      largest = std::max(largest, std::fabs(expected->tensor.as_real(k)));
    for (size_t k = 0; k < expected->tensor.size(); ++k) {
      if (!(std::fabs(expected->tensor.as_real(k) - (*outputs)[i].as_real(k)) <= tolerance * largest)) {
        reason = "element " + std::to_string(k) + " of output " + std::to_string(i);
        return Verdict::kWrong;
      }
    }
  }
  return Verdict::kPassed;
}

TEST(OperatorCases, NoneIsWrong) {
  const fs::path root = shared_folder() / "conformance" / "onnx-node";
  SKIP_WITHOUT(root);
  const bool verbose = std::getenv("TACIT_VERBOSE") != nullptr;
  int passed = 0, refused = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    std::string reason;
    const Verdict verdict = run_case(entry.path(), reason);
    passed += verdict == Verdict::kPassed;
    refused += verdict == Verdict::kRefused;
    if (verbose && verdict == Verdict::kRefused) std::printf("%s\n", reason.c_str());
    EXPECT_TRUE(verdict != Verdict::kWrong) << entry.path().filename().string() << ": " << reason;
  }
  std::printf("operator cases: %d passed, %d refused\n", passed, refused);
  EXPECT_GT(passed, 0);
}

}  // namespace
}  // namespace tacit::model
