#include "tacit/simd/layer.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tacit/parallel/parallel.h"
#include "tacit/simd/levels_for_test.h"

namespace tacit::simd {
namespace {

using F = field::Goldilocks;
using E = field::Goldilocks2;

struct Array {
  std::vector<uint64_t> words;
  explicit Array(size_t blocks) : words(blocks * kBlockWords) {}
  E get(size_t i) const { return E({F(words[block_word(i)]), F(words[block_word(i) + 8])}); }
};

class LayerTest : public testing::Test {
 protected:
  std::mt19937_64 random_{11};
  uint64_t word() {
    const uint64_t edge[] = {0, 1, F::kModulus - 1, F::kModulus - 2, 0xffffffff, 0xffffffff00000000};
    return random_() % 5 == 0 ? edge[random_() % 6] : F(random_()).value();
  }
  E element() { return E({F(word()), F(word())}); }
  Array array(size_t blocks) {
    Array a(blocks);
    for (uint64_t& w : a.words) w = word();
    return a;
  }
};

TEST_F(LayerTest, AgreesWithTheDefinitionAtEveryLevel) {
  for (size_t blocks : {2, 4, 8, 64, 1032}) {
    const Array p0 = array(blocks), p1 = array(blocks), q0 = array(blocks), q1 = array(blocks);
    const E theta = element(), r = element();
    std::array<E, 8> eq_low;
    for (E& x : eq_low) x = element();
    std::vector<E> eq1(blocks / 2), eq2(blocks / 4);
    for (E& x : eq1) x = element();
    for (E& x : eq2) x = element();
    auto sum = [&](const std::array<std::vector<E>, 4>& t, const std::vector<E>& eq) {
      LayerMessage out{E::zero(), E::zero()};
      for (size_t v = 0; v < eq.size(); ++v)
        for (size_t i = 0; i < 8; ++i) {
          const size_t l = 16 * v + i, h = l + 8;
          const E w = eq[v] * eq_low[i];
          out[0] += w * (t[0][l] * t[3][l] + t[1][l] * t[2][l]);
          out[1] += w * ((t[0][h] - t[0][l]) * (t[3][h] - t[3][l]) + (t[1][h] - t[1][l]) * (t[2][h] - t[2][l]));
        }
      return out;
    };
    std::array<std::vector<E>, 4> whole, bound;
    for (size_t i = 0; i < 8 * blocks; ++i) {
      whole[0].push_back(p0.get(i) + theta * q0.get(i));
      whole[1].push_back(p1.get(i));
      whole[2].push_back(q0.get(i));
      whole[3].push_back(q1.get(i));
    }
    for (int a = 0; a < 4; ++a)
      for (size_t i = 0; i < 4 * blocks; ++i) {
        const size_t low = i / 8 * 16 + i % 8;
        bound[a].push_back(whole[a][low] + r * (whole[a][low + 8] - whole[a][low]));
      }
    const Level before = active_level();
    for (Level level : available_levels()) {
      set_level(level);
      for (Loop loop : {serial, parallel::run}) {
        const LayerView in{p0.words.data(), p1.words.data(), q0.words.data(), q1.words.data()};
        EXPECT_EQ(layer_message(in, theta, blocks, eq_low, eq1, loop), sum(whole, eq1));
        Array o[4] = {Array(blocks / 2), Array(blocks / 2), Array(blocks / 2), Array(blocks / 2)};
        const LayerStore out{o[0].words.data(), o[1].words.data(), o[2].words.data(), o[3].words.data()};
        const LayerMessage message = layer_fold(in, &theta, r, blocks, eq_low, eq2, out, loop);
        if (blocks > 2) {
          EXPECT_EQ(message, sum(bound, eq2));
        }
        for (int a = 0; a < 4; ++a)
          for (size_t i = 0; i < bound[a].size(); ++i) ASSERT_EQ(o[a].get(i), bound[a][i]);
        Array p(blocks / 2), q(blocks / 2);
        add_fractions(p0.words.data(), q0.words.data(), blocks / 2, p.words.data(), q.words.data(), loop);
        for (size_t i = 0; i < 4 * blocks; ++i) {
          const size_t j = i + 4 * blocks;
          ASSERT_EQ(p.get(i), p0.get(i) * q0.get(j) + p0.get(j) * q0.get(i));
          ASSERT_EQ(q.get(i), q0.get(i) * q0.get(j));
        }
      }
    }
    set_level(before);
  }
}

}  // namespace
}  // namespace tacit::simd
