#include "tacit/model/onnx/import.h"

#include <google/protobuf/io/coded_stream.h>

#include <climits>
#include <filesystem>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "tacit/model/onnx/attributes.h"
#include "tacit/model/onnx/input_shapes.h"
#include "tacit/model/ops/operator.h"

namespace tacit::model {

namespace {

constexpr int kMaxNodes = 1 << 20;
constexpr int kMaxNesting = 16;  // a model without subgraphs needs 6 levels of messages

// The two spellings of the standard domain are one.
std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? std::string() : domain; }

// Builds a Graph from a parsed model, one step per method, in this order.
class Importer {
 public:
  Importer(const pb::ModelProto& model, const ImportOptions& options)
      : model_(model),
        file_(model.graph()),
        options_(options),
        external_(options.folder, options.max_bytes),
        shapes_(file_, options) {}

  Result<Graph> run() {
    TACIT_TRY(read_opsets());
    TACIT_TRY(read_initialisers());
    TACIT_TRY(read_inputs());
    TACIT_TRY(read_nodes());
    TACIT_TRY(connect_nodes());
    TACIT_TRY(sort_nodes());
    TACIT_TRY(read_outputs());
    return std::move(graph_);
  }

 private:
  Status read_opsets();
  Status read_initialisers();
  Status read_inputs();
  Status fix_input(const pb::ValueInfoProto& input, ValueId id, const Tensor& tensor);
  Status read_nodes();     // makes the nodes and the values that they produce
  Status connect_nodes();  // resolves their inputs and checks them against the operator table
  Status sort_nodes();     // in topological order, otherwise as in the file
  Status read_outputs();

  // A new value under a name that is not in use yet.
  Result<ValueId> declare(const std::string& name, const std::string& place);

  const pb::ModelProto& model_;
  const pb::GraphProto& file_;
  const ImportOptions& options_;
  ExternalData external_;
  InputShapes shapes_;
  Graph graph_;
  std::map<std::string, int> opsets_;
  std::unordered_map<std::string, ValueId> ids_;
};

Result<ValueId> Importer::declare(const std::string& name, const std::string& place) {
  if (name.empty()) return fail(Code::kBadModel, place, 0, "a value has no name");
  const auto [it, is_new] = ids_.emplace(name, static_cast<ValueId>(graph_.values.size()));
  if (!is_new) return fail(Code::kBadModel, place, 0, "the name '" + printable(name) + "' is given twice");
  return graph_.add_value(name);
}

Status Importer::read_opsets() {
  for (const pb::OperatorSetIdProto& set : model_.opset_import()) {
    const std::string domain = domain_of(set.domain());
    const std::string place = "opset of domain '" + printable(domain) + "'";
    if (set.version() < 1 || set.version() > INT_MAX) return fail(Code::kBadModel, place, 0, "no such version");
    if (domain.empty() && (set.version() < kMinOpset || set.version() > kMaxOpset)) {
      return fail(
          Code::kUnsupported, place, static_cast<uint64_t>(set.version()),
          "export the model with an opset from " + std::to_string(kMinOpset) + " to " + std::to_string(kMaxOpset));
    }
    if (!opsets_.emplace(domain, static_cast<int>(set.version())).second) {
      return fail(Code::kBadModel, place, 0, "the model asks for two versions");
    }
  }
  if (opsets_.empty()) return fail(Code::kBadModel, "model", 0, "the model names no operator set");
  return {};
}

Status Importer::read_initialisers() {
  if (file_.sparse_initializer_size() != 0) return fail(Code::kUnsupported, "model", 0, "sparse initialisers");
  for (const pb::TensorProto& t : file_.initializer()) {
    const std::string place = "initialiser " + printable(t.name());
    TACIT_ASSIGN(const ValueId id, declare(t.name(), place));
    TACIT_ASSIGN(std::shared_ptr<const Tensor> tensor, decode_constant(t, &external_, place));
    graph_.values[id].type = tensor->type();
    graph_.values[id].constant = std::move(tensor);
  }
  return {};
}

// An input that is an initialiser as well is a default that nobody overrides: a constant.
Status Importer::read_inputs() {
  std::unordered_set<std::string> seen;
  for (const pb::ValueInfoProto& input : file_.input()) {
    const std::string place = "input " + printable(input.name());
    if (!seen.insert(input.name()).second) return fail(Code::kBadModel, place, 0, "the name is given twice");
    if (ids_.contains(input.name())) continue;
    TACIT_ASSIGN(const ValueId id, declare(input.name(), place));
    if (const auto fixed = options_.fixed.find(input.name()); fixed != options_.fixed.end()) {
      TACIT_TRY(fix_input(input, id, *fixed->second));
      continue;
    }
    TACIT_ASSIGN(graph_.values[id].type, shapes_.resolve(input, graph_.values[id].batch_axis));
    graph_.inputs.push_back(id);
  }
  for (const auto& [name, tensor] : options_.fixed) {
    if (!seen.contains(name)) return fail(Code::kUsage, "input " + printable(name), 0, "no input has this name");
  }
  return shapes_.check_all_used();
}

Status Importer::fix_input(const pb::ValueInfoProto& input, ValueId id, const Tensor& tensor) {
  const std::string place = "input " + printable(input.name());
  TACIT_ASSIGN(const DType declared, dtype_from_onnx(input.type().tensor_type().elem_type(), place));
  if (declared != tensor.dtype() || !tensor.is_finite()) {
    return fail(Code::kUsage, place, 0, std::string("the fixed value must be finite ") + dtype_name(declared));
  }
  graph_.values[id].type = tensor.type();
  graph_.values[id].constant = std::make_shared<const Tensor>(tensor);
  return {};
}

Status Importer::read_nodes() {
  if (file_.node_size() > kMaxNodes) {
    return fail(Code::kTooLarge, "model", static_cast<uint64_t>(file_.node_size()), "too many nodes");
  }
  std::unordered_set<std::string> names;
  for (int i = 0; i < file_.node_size(); ++i) {
    const pb::NodeProto& message = file_.node(i);
    Node node;
    node.name = message.name();
    node.op = message.op_type();
    node.domain = domain_of(message.domain());
    // Exporters repeat names of nodes; errors need them to be unique.
    if (node.name.empty() || names.contains(node.name)) node.name.append("#").append(std::to_string(i));
    while (!names.insert(node.name).second) node.name += '_';
    if (message.has_overload() && !message.overload().empty()) {
      return fail(Code::kUnsupported, node.place(), 0, "overloads of functions");
    }
    const auto opset = opsets_.find(node.domain);
    if (opset == opsets_.end()) {
      return fail(Code::kBadModel, node.place(), 0, "the model names no operator set for this node's domain");
    }
    node.opset = opset->second;
    TACIT_TRY(find_operator(node));
    TACIT_TRY(read_attributes(message, &external_, node));
    for (const std::string& name : message.output()) {
      ValueId id = kNoValue;
      if (!name.empty()) {
        TACIT_ASSIGN(id, declare(name, node.place()));
      }
      node.outputs.push_back(id);
    }
    graph_.nodes.push_back(std::move(node));
  }
  return {};
}

Status Importer::connect_nodes() {
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    Node& node = graph_.nodes[i];
    for (const std::string& name : file_.node(static_cast<int>(i)).input()) {
      const auto it = ids_.find(name);
      if (!name.empty() && it == ids_.end()) {
        return fail(Code::kBadModel, node.place(), node.inputs.size(),
                    "its input '" + printable(name) + "' is neither an input, nor an initialiser, nor a node's output");
      }
      node.inputs.push_back(name.empty() ? kNoValue : it->second);
    }
    while (!node.inputs.empty() && node.inputs.back() == kNoValue) node.inputs.pop_back();
    TACIT_TRY(check_node(node));
  }
  return {};
}

Status Importer::sort_nodes() {
  std::vector<size_t> producer(graph_.values.size(), SIZE_MAX);
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (ValueId id : graph_.nodes[i].outputs) {
      if (id != kNoValue) producer[id] = i;
    }
  }
  std::vector<size_t> missing(graph_.nodes.size());
  std::vector<std::vector<size_t>> users(graph_.nodes.size());
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (ValueId id : graph_.nodes[i].inputs) {
      if (id == kNoValue || producer[id] == SIZE_MAX) continue;
      users[producer[id]].push_back(i);
      ++missing[i];
    }
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<Node> sorted;
  while (!ready.empty()) {
    const size_t i = ready.top();
    ready.pop();
    sorted.push_back(graph_.nodes[i]);
    for (size_t user : users[i]) {
      if (--missing[user] == 0) ready.push(user);
    }
  }
  for (size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] != 0) return fail(Code::kBadModel, graph_.nodes[i].place(), 0, "the node depends on itself");
  }
  graph_.nodes = std::move(sorted);
  return {};
}

Status Importer::read_outputs() {
  std::unordered_set<std::string> seen;
  for (const pb::ValueInfoProto& output : file_.output()) {
    const std::string place = "output " + printable(output.name());
    const auto it = ids_.find(output.name());
    if (it == ids_.end()) return fail(Code::kBadModel, place, 0, "no node computes it");
    if (!seen.insert(output.name()).second) return fail(Code::kBadModel, place, 0, "the name is given twice");
    graph_.outputs.push_back(it->second);
    if (shapes_.carries_batch(output)) graph_.values[it->second].batch_axis = 0;
  }
  if (graph_.outputs.empty()) return fail(Code::kBadModel, "model", 0, "the model has no outputs");
  return {};
}

Result<Graph> parse_and_import(ByteView bytes, const ImportOptions& options) {
  if (bytes.size() > std::min<size_t>(options.max_bytes, INT_MAX)) {
    return fail(Code::kTooLarge, "model", bytes.size(), "store the weights as external data");
  }
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxNesting);
  pb::ModelProto model;
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return fail(Code::kBadModel, "model", 0, "the bytes are not an ONNX model");
  }
  if (!model.has_graph()) return fail(Code::kBadModel, "model", 0, "the model has no graph");
  return Importer(model, options).run();
}

}  // namespace

Result<Graph> import_onnx(ByteView bytes, const ImportOptions& options) {
  try {
    return parse_and_import(bytes, options);
  } catch (const std::bad_alloc&) {
    return fail(Code::kTooLarge, "model", bytes.size(), "the memory doesn't suffice");
  } catch (const std::exception& e) {
    return fail(Code::kBadModel, "model", 0, e.what());
  }
}

Result<Graph> import_onnx_file(const std::string& path, ImportOptions options) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, options.max_bytes));
  if (options.folder.empty()) {
    options.folder = std::filesystem::path(path).parent_path().string();
    if (options.folder.empty()) options.folder = ".";
  }
  return import_onnx(bytes, options);
}

}  // namespace tacit::model
