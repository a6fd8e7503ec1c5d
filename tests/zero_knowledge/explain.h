// Re-explanation, the exact test of zero knowledge: is a transcript made from one witness explained by
// another?
//
// For programmed coins, t = f₁(x₁) with witness 1 and a random tape x₁. Newton's iteration with exact linear
// algebra looks for a tape x₂ with f₂(x₂) = t, f₂ of witness 2. A system of equations without solution is a
// leak: an equation between transcript and witness that no randomness hides. Where x₂ exists, equal ranks of
// the two Jacobians say that equally many tapes lead to t.
#pragma once

#include <string>

#include "zero_knowledge/session.h"

namespace tacit::zero_knowledge {

// A tape under which the session's transcript is `target`; none when Newton ends in an inconsistent system.
std::optional<Tape> explain(const Session& session, const std::vector<Toy>& target, Tape start);

// Does the transcript `value` lie outside the affine hull of the session's transcripts?
bool outside_hull(const Session& session, const std::vector<Toy>& value, std::mt19937_64& random);

enum class Verdict { kZeroKnowledge, kLeaks };
const char* verdict_name(Verdict verdict);

struct Report {
  Verdict verdict = Verdict::kLeaks;
  bool complete = false;  // witness 1's proofs are accepted
  size_t coordinates = 0, tape = 0, rank_1 = 0, rank_2 = 0;
  bool explained = false;
  // A linear functional of the transcript is constant over the tape and has another value for the other
  // witness: a leak without any doubt about Newton's iteration. Looked for only when there is no explanation.
  bool separated = false;
  std::string text() const;
};

// Draws two sets of witnesses (other weights, other inputs, the same stated values) and compares them.
Report compare_witnesses(const Setting& setting, uint64_t seed);

}  // namespace tacit::zero_knowledge
