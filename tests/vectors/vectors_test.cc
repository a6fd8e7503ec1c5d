// The vectors that stand in the repository are those that this code makes, and its verifier accepts their
// proofs.
#include "vectors/vectors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tacit/statement/check.h"
#include "tacit/verifier/verify.h"

namespace tacit::vectors {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream in(TACIT_SOURCE_DIR "/tests/vectors/" + name + ".json");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Vectors : public testing::TestWithParam<File> {};

TEST_P(Vectors, AreWhatTheCodeComputes) {
  const Json expected = Json::parse(read_file(GetParam().name));
  const Json actual = GetParam().make();
  ASSERT_EQ(expected.size(), actual.size());
  for (const auto& [key, value] : expected.items()) {
    ASSERT_TRUE(actual.contains(key)) << key;
    EXPECT_TRUE(actual[key] == value) << key << " differs; if that is meant, run make_vectors tests/vectors";
  }
}

INSTANTIATE_TEST_SUITE_P(All, Vectors, testing::ValuesIn(files()), [](const auto& info) { return info.param.name; });

class Proofs : public testing::TestWithParam<const char*> {};

// From the file alone: nothing here knows the examples or the prover.
TEST_P(Proofs, VerifyFromTheFile) {
  const Json file = Json::parse(read_file(GetParam()));
  const Bytes system_bytes = from_hex(file["system"].get<std::string>());
  Reader system_reader(system_bytes);
  const auto system = statement::parse(system_reader);
  ASSERT_TRUE(system && system_reader.finish() && statement::check(*system));
  const Bytes parameter_bytes = from_hex(file["parameters"].get<std::string>());
  Reader parameter_reader(parameter_bytes);
  const auto parameters = verifier::parse_parameters(parameter_reader);
  ASSERT_TRUE(parameters && parameter_reader.finish() && verifier::check_shape(*system, *parameters));
  verifier::Statement statement{
      *system, *parameters, {file["publics"]}, {}, from_hex(file["context"].get<std::string>())};
  for (const std::string root : file["roots"]) {
    const Bytes bytes = from_hex(root);
    std::copy(bytes.begin(), bytes.end(), statement.roots.emplace_back().bytes.begin());
  }
  EXPECT_EQ(hex(verifier::statement_digest(statement)), file["statement_digest"].get<std::string>());
  Bytes proof = from_hex(file["proof"].get<std::string>());
  const Status verdict = verifier::verify(statement, proof);
  EXPECT_TRUE(verdict) << verdict.error().message();
  for (size_t at = 0; at < proof.size(); at += 97) {
    proof[at] ^= 1;
    EXPECT_FALSE(verifier::verify(statement, proof)) << at;
    proof[at] ^= 1;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Proofs,
                         testing::Values("proof_dense_2x2", "proof_public_input", "proof_dense_levels", "proof_data",
                                         "proof_window", "proof_window_levels", "proof_handover"));

}  // namespace
}  // namespace tacit::vectors
