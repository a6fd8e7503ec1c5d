// Reads an ONNX model into a Graph.
//
// The file is hostile until proven otherwise: sizes are checked before anything is allocated, every name is
// resolved once, cycles and dangling names are found, weights must be finite, and external data stays inside
// the model's folder.
//
// Vocabulary. An *initialiser* is a constant stored with the model. A *symbolic* axis has a name or nothing
// instead of a length; the importer gives it one. The *batch axis* is the first axis of an input where it is
// symbolic. Thread-safety: all functions may run at once. Source: the ONNX IR specification.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tacit/base/bytes.h"
#include "tacit/model/graph/graph.h"

namespace tacit::model {

struct ImportOptions {
  int64_t batch = 1;                          // length of the batch axis
  std::map<std::string, int64_t> dimensions;  // lengths of symbolic axes by name ("sequence" → 128); go before `batch`
  std::map<std::string, Shape> shapes;        // whole shapes of inputs by name; go before everything else
  std::map<std::string, std::shared_ptr<const Tensor>> fixed;  // inputs that become constants of the model
  std::string folder;            // where external data lie; empty: the model must not use any
  size_t max_bytes = INT32_MAX;  // of the model file (2 GiB at most) and of each external file
};

// The graph of a model file; its folder serves as `options.folder` where that is empty.
// Errors: kIo; kTooLarge (a size beyond its limit); kBadModel (malformed: the place names the node or
// tensor); kUnsupported (operator, domain, opset, type or feature); kUsage (options that don't fit the
// model).
Result<Graph> import_onnx_file(const std::string& path, ImportOptions options = {});

// The same from bytes.
Result<Graph> import_onnx(ByteView bytes, const ImportOptions& options = {});

}  // namespace tacit::model
