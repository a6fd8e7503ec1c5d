// Whole proofs, with everything a verifier is given and a trace of its transcript.
#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/prover/prove.h"
#include "tacit/statement/codec.h"
#include "vectors/examples.h"
#include "vectors/vectors.h"

namespace tacit::vectors {

namespace {

using transcript::Label;
using verifier::Parameters;

// Fiat–Shamir coins that write down every call and the state after it.
class TracingCoins final : public verifier::Coins {
 public:
  void absorb(Label label, ByteView data) override {
    coins_.absorb(label, data);
    note("absorb", label, data.size());
  }
  void chain(uint64_t steps) override {
    coins_.chain(steps);
    note("chain", Label::kChain, steps);
  }
  void open(Label label) override {
    coins_.open(label);
    note("challenge", label, 0);
  }
  uint64_t next_word() override { return coins_.next_word(); }
  uint64_t work(Label label, uint32_t bits) override { return coins_.work(label, bits); }
  bool check_work(Label label, uint64_t nonce, uint32_t bits) override { return coins_.check_work(label, nonce, bits); }
  const Json& trace() const { return trace_; }

 private:
  void note(const char* operation, Label label, uint64_t size) {
    const hash::Digest& state = coins_.transcript().state();
    trace_.push_back({operation, label_name(label), size, hex(state).substr(0, 16)});
  }
  verifier::FiatShamirCoins coins_{verifier::kProtocolName};
  Json trace_ = Json::array();
};

template <class E>
Json proof_case(const Example& e, const Parameters& parameters, Bytes context) {
  // Oracles that are committed beforehand are committed with the seeds 1, 3.
  std::vector<prover::Matrix<F>> fixed;
  std::vector<const prover::Matrix<F>*> commitments;
  std::vector<hash::Digest> roots;
  fixed.reserve(e.system.oracles.size());
  for (uint32_t o = 0; o < e.system.oracles.size(); ++o) {
    if (e.system.oracles[o].kind == statement::OracleKind::kActivations) continue;
    const auto holds = [&](const verifier::Stack& s) { return std::ranges::count(s.oracles, o) > 0; };
    const verifier::Stack& stack = *std::ranges::find_if(parameters.stacks, holds);
    prover::SeededRandomness<F> seeded{hash::Seed({static_cast<uint8_t>(2 * fixed.size() + 1)})};
    fixed.push_back(prover::commit_fixed<F>(e.system, e.assignment, o, stack, seeded));
    commitments.push_back(&fixed.back());
    roots.push_back(fixed.back().root());
  }
  const verifier::Statement statement{e.system, parameters, {e.assignment.publics}, roots, context};
  prover::SeededRandomness<F> random{hash::Seed({2})};
  verifier::FiatShamirCoins coins(verifier::kProtocolName);
  const Result<Bytes> proof = prover::prove<E>({statement, e.assignment, commitments, random, nullptr}, coins);
  TACIT_CHECK(proof.has_value());
  TACIT_CHECK(verifier::check_shape(e.system, parameters).has_value());
  TracingCoins tracing;
  const Status verdict = verifier::verify<E>(statement, *proof, tracing);
  TACIT_CHECK(verdict.has_value());
  Json out{{"profile", parameters.profile == verifier::Profile::k100 ? "k100" : "k128"}};
  out["system"] = hex(encode(e.system));
  out["parameters"] = hex(encode(parameters));
  out["publics"] = e.assignment.publics;
  out["roots"] = digests(statement.roots);
  out["context"] = hex(context);
  out["statement_digest"] = hex(verifier::statement_digest(statement));
  out["pads"] = verifier::count_pads<E>(e.system, parameters, statement.publics);
  out["proof"] = hex(*proof);
  out["trace"] = tracing.trace();
  return out;
}

// One stack for each oracle, with the least blinding and domain that check_shape allows. Far too few queries
// to be secure: vectors have to be small.
Parameters tiny_parameters(const statement::System& system, verifier::Profile profile, uint8_t pads_log_rows) {
  const auto domain = [](uint8_t log_rows, uint8_t log_blinding) {
    return static_cast<uint8_t>(1 + statement::log2_ceil((uint64_t{1} << log_rows) + (uint64_t{1} << log_blinding)));
  };
  Parameters p;
  p.profile = profile;
  for (uint32_t o = 0; o < system.oracles.size(); ++o) {
    const uint8_t rows = system.oracles[o].log_rows;
    const uint8_t blinding = system.oracles[o].kind == statement::OracleKind::kActivations ? 2 : 4;
    p.stacks.push_back({{o}, {blinding}, rows, domain(rows, blinding), 3, 0});
  }
  p.pads = {pads_log_rows, 2, domain(pads_log_rows, 2), 3, 0};
  return p;
}

}  // namespace

// No level: H stands in the proof.
Json proof_dense_2x2() {
  const Example e = dense_2x2();
  return proof_case<E2>(e, tiny_parameters(e.system, verifier::Profile::k100, 7), {});
}

// Weights alone: no lookups, no cells of its own, a known factor, coordinates of ρ.
Json proof_public_input() {
  const Example e = public_input();
  return proof_case<E2>(e, tiny_parameters(e.system, verifier::Profile::k100, 6), {});
}

// Committed data in a stack of their own; their tree has a number that the oracle's doesn't decide.
Json proof_data() {
  const Example e = committed_input();
  return proof_case<E2>(e, tiny_parameters(e.system, verifier::Profile::k100, 7), {});
}

// Three levels, the second with an out-of-domain sample; every kind of work.
Json proof_dense_levels() {
  const Example e = dense_3x5x3();
  Parameters p = tiny_parameters(e.system, verifier::Profile::k100, 8);
  p.levels = {{6, 8, 4, 0, 0}, {4, 7, 4, 3, 2}, {2, 5, 4, 0, 0}};
  p.query_grinding = 3;
  p.alpha_grinding = 2;
  p.stacks[1].fold_grinding = 4;
  p.pads.fold_grinding = 5;
  return proof_case<E2>(e, p, {'c', 't', 'x'});
}

// 128 bits, no level.
Json proof_window() {
  const Example e = window();
  return proof_case<E3>(e, tiny_parameters(e.system, verifier::Profile::k128, 8), {});
}

// 128 bits, one stack of two oracles, a first level with an out-of-domain sample.
Json proof_window_levels() {
  const Example e = window({4, 4});
  Parameters p = tiny_parameters(e.system, verifier::Profile::k128, 8);
  p.stacks = {{{1, 0}, {2, 4}, 4, 6, 3, 1}};
  p.levels = {{6, 8, 3, 3, 1}, {3, 5, 3, 0, 0}};
  return proof_case<E3>(e, p, {});
}

// The weights of two epochs: two fixed oracles with one tree number, identities alone.
Json proof_handover() {
  const Example e = handover();
  Parameters p = tiny_parameters(e.system, verifier::Profile::k100, 6);
  p.stacks = {{{0, 1}, {4, 4}, 2, 6, 3, 0}};
  p.levels = {{4, 6, 3, 0, 0}};
  return proof_case<E2>(e, p, {'t', 'w', 'o'});
}

}  // namespace tacit::vectors
