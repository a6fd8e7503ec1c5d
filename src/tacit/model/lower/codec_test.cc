// The bytes of a model: one encoding, read back exactly; damaged ones give an error and nothing worse.
#include "tacit/model/quant/codec.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/model/lower/small_model_test.h"

namespace tacit::model {
namespace {

Bytes bytes_of(const IntegerModel& model) {
  Writer out;
  write(out, model);
  return out.take();
}

Result<IntegerModel> parse(const Bytes& bytes, const IntegerModel& model) {
  Reader in(bytes);
  TACIT_ASSIGN(IntegerModel read, parse_private(in, model.open));
  TACIT_TRY(in.finish());
  return read;
}

TEST(Codec, RoundTrip) {
  const IntegerModel model = small_model();
  ASSERT_TRUE(validate(model)) << validate(model).error().message();
  const Bytes bytes = bytes_of(model);
  const auto again = parse(bytes, model);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(bytes_of(*again), bytes);
  EXPECT_EQ(again->weights, model.weights);
  const std::vector<std::vector<int64_t>> input = {std::vector<int64_t>(32, 3)};
  EXPECT_EQ(execute(*again, input, 2, {})->outputs, execute(model, input, 2, {})->outputs);
}

TEST(Codec, EveryTruncationIsAnError) {
  const IntegerModel model = small_model();
  const Bytes bytes = bytes_of(model);
  for (size_t n = 0; n < bytes.size(); n += n + 200 < bytes.size() ? 7 : 1)
    ASSERT_FALSE(parse(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)), model));
}

TEST(Codec, DamageNeverCrashes) {
  const IntegerModel original = small_model();
  const Bytes bytes = bytes_of(original);
  std::mt19937_64 random(11);
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = bytes;
    damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1u << random() % 8);
    const auto model = parse(damaged, original);
    if (!model) continue;
    const int64_t v = static_cast<int64_t>(model->open.inputs[0].form.bounds.low);
    const auto elements = static_cast<size_t>(model->open.inputs[0].form.strides()[0]);
    (void)execute(*model, std::vector<std::vector<int64_t>>{std::vector<int64_t>(elements, v)}, 1, {true, true});
  }
}

}  // namespace
}  // namespace tacit::model
