#include "tacit/merkle/multiproof.h"

#include <algorithm>
#include <iterator>

#include "tacit/hash/blake3.h"

namespace tacit::merkle {
namespace {

constexpr uint32_t kMaxLog = 62;

Status check_positions(uint32_t log_n, std::span<const uint64_t> positions) {
  if (log_n > kMaxLog || positions.empty()) return fail(Code::kBadParameters, "Merkle opening");
  for (size_t i = 0; i < positions.size(); ++i) {
    bool increasing = i == 0 || positions[i - 1] < positions[i];
    if (!increasing || positions[i] >> log_n != 0) return fail(Code::kNonCanonical, "Merkle opening", i);
  }
  return {};
}

Status check_length(size_t given, size_t expected, const char* place) {
  if (given < expected) return fail(Code::kTruncated, place, given);
  if (given > expected) return fail(Code::kTrailingBytes, place, expected);
  return {};
}

// The digests of `nodes` and `missing` in the order of their indices.
std::vector<Digest> merged_digests(std::span<const uint64_t> nodes, std::span<const Digest> digests,
                                   std::span<const uint64_t> missing, std::span<const Digest> siblings) {
  std::vector<Digest> all;
  all.reserve(nodes.size() + missing.size());
  size_t m = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    while (m < missing.size() && missing[m] < nodes[i]) all.push_back(siblings[m++]);
    all.push_back(digests[i]);
  }
  all.insert(all.end(), siblings.begin() + m, siblings.end());
  return all;
}

}  // namespace

Step step_up(uint64_t half, std::span<const uint64_t> nodes) {
  auto middle = std::ranges::lower_bound(nodes, half);
  std::span<const uint64_t> lower(nodes.begin(), middle);
  std::vector<uint64_t> upper(middle, nodes.end());
  for (uint64_t& node : upper) node -= half;
  Step step;
  std::ranges::set_union(lower, upper, std::back_inserter(step.parents));
  std::ranges::set_difference(upper, lower, std::back_inserter(step.missing));
  size_t n_lower = step.missing.size();
  std::ranges::set_difference(lower, upper, std::back_inserter(step.missing));
  for (size_t i = n_lower; i < step.missing.size(); ++i) step.missing[i] += half;
  return step;
}

Result<size_t> sibling_count(uint32_t log_n, std::span<const uint64_t> positions) {
  TACIT_TRY(check_positions(log_n, positions));
  size_t count = 0;
  std::vector<uint64_t> nodes(positions.begin(), positions.end());
  for (uint64_t half = (uint64_t{1} << log_n) / 2; half != 0; half /= 2) {
    Step step = step_up(half, nodes);
    count += step.missing.size();
    nodes = std::move(step.parents);
  }
  return count;
}

Status verify(const Digest& root, uint32_t log_n, std::span<const uint64_t> positions, std::span<const Digest> leaves,
              std::span<const Digest> siblings) {
  TACIT_ASSIGN(size_t expected, sibling_count(log_n, positions));
  TACIT_TRY(check_length(leaves.size(), positions.size(), "Merkle leaves"));
  TACIT_TRY(check_length(siblings.size(), expected, "Merkle siblings"));

  std::vector<uint64_t> nodes(positions.begin(), positions.end());
  std::vector<Digest> digests(leaves.begin(), leaves.end());
  for (uint64_t half = (uint64_t{1} << log_n) / 2; half != 0; half /= 2) {
    Step step = step_up(half, nodes);
    size_t n_missing = step.missing.size();
    std::vector<Digest> level = merged_digests(nodes, digests, step.missing, siblings.first(n_missing));
    siblings = siblings.subspan(n_missing);
    nodes = std::move(step.parents);
    digests.resize(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i) digests[i] = hash::hash_pair(level[i], level[nodes.size() + i]);
  }
  if (digests[0] != root) return fail(Code::kMerklePath, "Merkle root");
  return {};
}

}  // namespace tacit::merkle
