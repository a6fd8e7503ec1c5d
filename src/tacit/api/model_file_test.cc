// The bytes of a private file: read back exactly; damaged ones give an error and nothing worse.

#include "tacit/api/model_file.h"

#include <random>

#include "tacit/hash/blake3.h"
#include "tacit/model/lower/small_model_test.h"

namespace tacit::api {
namespace {

ModelFile small_file() {
  ModelFile file;
  file.program = model::small_model();
  file.open = public_model(file.program.open);
  file.commitment = {10, 8, 12, 40};
  return file;
}

// The bytes with a checksum that fits them.
Bytes sealed(Bytes content) {
  const hash::Digest sum = hash::blake3(content);
  content.insert(content.end(), sum.bytes.begin(), sum.bytes.end());
  return content;
}

TEST(ModelFile, ReadsBackWhatItWrites) {
  const ModelFile file = small_file();
  const Bytes bytes = encode(file);
  const auto again = parse_model_file(bytes);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(encode(*again), bytes);
  EXPECT_EQ(again->open, file.open);
  EXPECT_EQ(again->commitment, file.commitment);
  EXPECT_EQ(again->program.weights, file.program.weights);
}

TEST(ModelFile, EveryTruncationIsAnError) {
  Bytes bytes = encode(small_file());
  EXPECT_EQ(parse_model_file(ByteView(bytes).first(bytes.size() - 1)).error().code, Code::kBadChecksum);
  bytes.resize(bytes.size() - 32);
  for (size_t n = 0; n < bytes.size(); n += n + 200 < bytes.size() ? 7 : 1)
    ASSERT_FALSE(parse_model_file(sealed({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)}))) << n;
}

// What is accepted also runs.
TEST(ModelFile, DamageNeverCrashes) {
  Bytes bytes = encode(small_file());
  bytes.resize(bytes.size() - 32);
  std::mt19937_64 random(11);
  int accepted = 0;
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = bytes;
    damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1u << random() % 8);
    const auto file = parse_model_file(sealed(damaged));
    if (!file || file->program.open.inputs.size() != 1) continue;
    // Large ones are well formed, but take their time.
    uint64_t effort = 0;
    for (const auto& lookup : file->open.system.lookups) effort += lookup.labels.elements();
    for (const auto& k : file->open.system.contractions) effort += k.labels.elements();
    if (effort > 1 << 20) continue;
    ++accepted;
    const model::Form& form = file->program.open.inputs[0].form;
    const std::vector<std::vector<int64_t>> input{
        std::vector<int64_t>(static_cast<size_t>(form.strides()[0]), static_cast<int64_t>(form.bounds.low))};
    (void)model::execute(file->program, input, 1, {true, true});
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace tacit::api
