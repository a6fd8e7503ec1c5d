#include "tacit/parallel/parallel.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tacit::parallel {
namespace {

class Parallel : public testing::TestWithParam<size_t> {
 protected:
  Parallel() { set_threads(GetParam()); }
  ~Parallel() override { set_threads(0); }
};

TEST_P(Parallel, PiecesAreCutAtTheGrain) {
  for (size_t begin : {0, 3})
    for (size_t end : {0, 3, 4, 10, 100})
      for (size_t grain : {0, 1, 7, 1000}) {
        size_t step = std::max<size_t>(grain, 1);
        std::vector<size_t> last_of(100, 0);
        parallel_for(begin, end, grain, [&](size_t first, size_t last) { last_of[first] += last; });
        for (size_t i = 0; i < 100; ++i) {
          bool starts = i >= begin && i < end && (i - begin) % step == 0;
          EXPECT_EQ(last_of[i], starts ? std::min(end, i + step) : 0);
        }
      }
}

TEST_P(Parallel, LoopsNest) {
  std::vector<std::vector<size_t>> counts(50, std::vector<size_t>(200, 0));
  parallel_for(0, 50, 1, [&](size_t i, size_t) {
    parallel_for(0, 200, 3, [&](size_t first, size_t last) {
      for (size_t j = first; j < last; ++j) ++counts[i][j];
    });
  });
  for (const auto& row : counts)
    for (size_t count : row) EXPECT_EQ(count, 1);
}

INSTANTIATE_TEST_SUITE_P(Threads, Parallel, testing::Values(0, 1, 2, 5));

TEST(ParallelThreads, AreWhatWasAskedFor) {
  set_threads(3);
  EXPECT_EQ(threads(), 3);
  set_threads(0);
  EXPECT_GE(threads(), 1);
}

}  // namespace
}  // namespace tacit::parallel
