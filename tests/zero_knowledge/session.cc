#include "zero_knowledge/session.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/prover/prove.h"

namespace tacit::zero_knowledge {
namespace {

using statement::OracleKind;

// The prover's randomness, read from a tape.
class TapeRandomness final : public prover::Randomness<Toy> {
 public:
  TapeRandomness(TapeReader& tape, size_t pads_used, size_t pad_rows)
      : tape_(tape), spare_begin_(pads_used * Toy2::kDegree), spare_end_(pad_rows * Toy2::kDegree) {}

  void fill(std::string_view label, std::span<Toy> out) override {
    const bool pads = label == "pads";
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = pads && i >= spare_begin_ && i < spare_end_ ? Toy::zero() : tape_.next();
    if (pads) pads_end_ = tape_.read() - (out.size() - spare_end_);
  }
  hash::Seed salt_seed() override { return hash::Seed(std::array<uint8_t, 32>{}); }
  // Where the pads that are used end on the tape.
  size_t pads_end() const { return pads_end_; }

 private:
  TapeReader& tape_;
  size_t spare_begin_, spare_end_, pads_end_ = 0;
};

}  // namespace

Session::Session(Setting setting, std::vector<statement::Assignment> witnesses)
    : setting_(std::move(setting)), witnesses_(std::move(witnesses)) {
  TACIT_CHECK(witnesses_.size() == setting_.programs.size());
  const Example& example = setting_.example;
  pads_used_ = verifier::count_pads<Toy2>(example.system, setting_.parameters, example.publics);
  for (const verifier::Stack& stack : setting_.parameters.stacks)
    for (size_t i = 0; i < stack.oracles.size(); ++i) {
      const statement::Oracle& oracle = example.system.oracles[stack.oracles[i]];
      if (oracle.kind != OracleKind::kActivations) fixed_length_ += size_t{oracle.limbs} << stack.log_blinding[i];
    }
  TapeReader zeros;
  const One one = prove(0, commit(Tape(fixed_length_)), zeros);
  transcript_length_ = one.transcript.values.size();
  proof_length_ = zeros.read();
  pads_end_ = one.pads_end;
}

Session::Commitment Session::commit(const Tape& tape) const {
  Commitment out;
  TapeReader reader(std::span<const Toy>(tape).first(fixed_length_));
  const statement::System& system = setting_.example.system;
  for (uint32_t o = 0; o < system.oracles.size(); ++o) {
    if (system.oracles[o].kind == OracleKind::kActivations) continue;
    const auto has = [&](const verifier::Stack& s) { return std::ranges::count(s.oracles, o) > 0; };
    const auto stack = std::ranges::find_if(setting_.parameters.stacks, has);
    TapeRandomness random(reader, 0, 0);
    out.matrices.push_back(prover::commit_fixed<Toy>(system, witnesses_[0], o, *stack, random));
    out.roots.push_back(out.matrices.back().root());
  }
  return out;
}

verifier::Statement Session::statement(const std::vector<hash::Digest>& roots) const {
  return {setting_.example.system, setting_.parameters, setting_.example.publics, roots, {}};
}

Session::One Session::prove(size_t i, const Commitment& commitment, TapeReader& tape) const {
  const verifier::Statement statement = this->statement(commitment.roots);
  std::vector<const prover::Matrix<Toy>*> fixed;
  for (const auto& matrix : commitment.matrices) fixed.push_back(&matrix);
  TapeRandomness random(tape, pads_used_, size_t{1} << setting_.parameters.pads.log_rows);
  ProgrammedCoins coins(setting_.programs[i]);
  const Result<Bytes> proof = prover::prove<Toy2>({statement, witnesses_[i], fixed, random}, coins);
  TACIT_CHECK(proof.has_value());
  return {decode(statement, coins.events(), *proof), *proof, coins.events(), random.pads_end()};
}

Session::One Session::prove(size_t i, const Commitment& commitment, const Tape& tape) const {
  const size_t place = setting_.seeding == Seeding::kSame ? 0 : i;
  TapeReader reader(std::span<const Toy>(tape).subspan(fixed_length_ + place * proof_length_, proof_length_));
  return prove(i, commitment, reader);
}

Session::Run Session::run(const Tape& tape) const {
  TACIT_CHECK(tape.size() == tape_length());
  const Commitment commitment = commit(tape);
  Run out;
  out.roots = commitment.roots;
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    One one = prove(i, commitment, tape);
    out.proofs.push_back(std::move(one.transcript));
    out.bytes.push_back(std::move(one.bytes));
    out.events.push_back(std::move(one.events));
  }
  return out;
}

std::vector<Toy> Session::Run::values() const {
  std::vector<Toy> out;
  for (const Transcript& t : proofs) out.insert(out.end(), t.values.begin(), t.values.end());
  return out;
}

DenseMatrix Session::jacobian(const Tape& tape) const {
  if (setting_.seeding == Seeding::kSame) return central_differences(tape, *this);
  // A proof's own randomness moves this proof alone.
  DenseMatrix out(witnesses_.size() * transcript_length_, tape_length());
  for (size_t c = 0; c < fixed_length_; ++c) central_difference(out, c, 0, tape, *this);
  const Commitment commitment = commit(tape);
  for (size_t i = 0; i < witnesses_.size(); ++i)
    for (size_t k = 0; k < proof_length_; ++k)
      central_difference(out, fixed_length_ + i * proof_length_ + k, i * transcript_length_, tape,
                         [&](const Tape& x) { return prove(i, commitment, x).transcript.values; });
  return out;
}

std::vector<size_t> Session::pad_places() const {
  std::vector<size_t> out(pads_used_ * Toy2::kDegree);
  for (size_t k = 0; k < out.size(); ++k) out[k] = fixed_length_ + pads_end_ - out.size() + k;
  return out;
}

Status Session::verify(const Run& run) const {
  const verifier::Statement statement = this->statement(run.roots);
  for (size_t i = 0; i < run.bytes.size(); ++i) {
    ProgrammedCoins coins(setting_.programs[i]);
    TACIT_TRY(verifier::verify<Toy2>(statement, run.bytes[i], coins));
  }
  return {};
}

Tape random_tape(size_t length, std::mt19937_64& random) {
  Tape out(length);
  for (Toy& x : out) x = field::sample<Toy>([&] { return random(); });
  return out;
}

}  // namespace tacit::zero_knowledge
