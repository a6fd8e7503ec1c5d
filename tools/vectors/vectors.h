// Test vectors: what the C++ implementation computes, as JSON (schema: docs/spec/10-test-vectors.md).
//
// Each file is a function of nothing: inputs come from fixed generators and stand in the file.
#pragma once

#include <string>
#include <vector>

#include "vectors/json.h"

namespace tacit::vectors {

struct File {
  std::string name;  // without ".json"
  Json (*make)();
};
const std::vector<File>& files();

// The text of a file: one line for each key, and for each item of a list of objects.
std::string render(const Json& json);

Json field_vectors();
Json hash_vectors();
Json transcript_vectors();
Json poly_vectors();
Json system_vectors();
Json parameter_vectors();
Json functional_vectors();
Json lookup_vectors();
Json product_vectors();
Json proof_dense_2x2();
Json proof_public_input();
Json proof_data();
Json proof_dense_levels();
Json proof_window();
Json proof_window_levels();
Json proof_handover();

}  // namespace tacit::vectors
