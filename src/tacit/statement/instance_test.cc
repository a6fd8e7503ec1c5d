// Axes, strips, placement and instances.

#include "tacit/statement/instance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"

namespace tacit::statement {
namespace {

TEST(Axis, StripsCoverTheLengthWithLittleWaste) {
  for (uint32_t waste : {2u, 8u, 20u})
    for (uint32_t length = 1; length <= 600; ++length) {
      const Axis axis = strip_axis(length, waste);
      const uint64_t padded = axis.strips() * axis.strip();
      EXPECT_GE(padded, length);
      EXPECT_LT(padded - axis.strip(), length);
      EXPECT_LE((padded - length) * waste, length);
    }
  EXPECT_EQ(strip_axis(768).log_strip, 8);
  EXPECT_EQ(whole_axis(5).strips(), 1u);
}

// The formula of space.h, element by element.
uint64_t place_by_definition(const Space& space, std::vector<uint32_t> index) {
  uint64_t block = 0, inside = 0;
  for (size_t a = 0; a < space.axes.size(); ++a) {
    block = block * space.axes[a].strips() + (index[a] >> space.axes[a].log_strip);
    inside = (inside << space.axes[a].log_strip) + index[a] % space.axes[a].strip();
  }
  return (block << space.log_block()) + inside;
}

TEST(Space, PlacesOfAllTinyShapes) {
  std::vector<Axis> axes;
  for (uint32_t length = 1; length <= 5; ++length)
    for (uint8_t k = 0; k <= log2_ceil(length); ++k) axes.push_back({length, k, false});
  std::vector<Space> spaces{{}};
  for (const Axis& x : axes) {
    spaces.push_back({{x}});
    for (const Axis& y : axes) {
      spaces.push_back({{x, y}});
      for (const Axis& z : axes) spaces.push_back({{x, y, z}});
    }
  }
  for (const Space& space : spaces) {
    const std::vector<uint64_t> places = places_of(space);
    ASSERT_EQ(places.size(), space.elements());
    std::vector<uint32_t> index(space.axes.size(), 0);
    std::set<uint64_t> seen;
    for (uint64_t place : places) {
      ASSERT_EQ(place, place_by_definition(space, index));
      ASSERT_LT(place, space.places());
      ASSERT_TRUE(seen.insert(place).second);
      for (size_t a = index.size(); a-- > 0;) {
        if (++index[a] < space.axes[a].length) break;
        index[a] = 0;
      }
    }
  }
}

System batched() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space x_space{{batch_axis(), strip_axis(5)}};
  b.tensor(weights, {{strip_axis(3)}}, {0, 1});
  const TensorId x = b.tensor(act, x_space, {0, 3});
  const TensorId y = b.tensor(act, x_space, {0, 3});
  b.lookup(x_space, b.range_table(act, 0, 2), {b.cell(x)});
  b.identity(x_space, b.cell(x) + b.cell(y, -1));
  return b.take();
}

TEST(Instantiate, GivesEveryBatchedAxisItsLength) {
  const System model = batched();
  for (uint32_t samples : {1u, 2u, 7u, 100u}) {
    System system = instantiate(model, samples);
    for (const Space* space : {&system.tensors[1].space, &system.lookups[0].labels, &system.identities[0].labels}) {
      EXPECT_EQ(space->axes[0].length, samples);
      EXPECT_TRUE(space->axes[0].batched);
    }
    EXPECT_EQ(system.tensors[0], model.tensors[0]);
    place(system, {2, 4});
    EXPECT_TRUE(check(system));
  }
}

TEST(Place, AlignedDisjointAndTight) {
  for (uint32_t samples : {1u, 3u, 10u})
    for (uint8_t rows : {2, 3, 6}) {
      System system = instantiate(batched(), samples);
      place(system, {1, rows});
      ASSERT_TRUE(check(system));
      for (OracleId o = 0; o < 2; ++o) {
        uint64_t end = 0;
        for (const Tensor& tensor : system.tensors) {
          if (tensor.oracle != o) continue;
          EXPECT_EQ(tensor.base % (uint64_t{1} << tensor.space.log_block()), 0u);
          end = std::max(end, tensor.base + tensor.space.places());
        }
        EXPECT_EQ(end, places_used(system, o));
        EXPECT_GE(system.oracles[o].capacity(), end);
        EXPECT_LT(system.oracles[o].capacity() - end, uint64_t{1} << system.oracles[o].log_rows);
      }
    }
}

}  // namespace
}  // namespace tacit::statement
