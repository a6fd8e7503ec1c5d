#include "zero_knowledge/session.h"

#include <algorithm>
#include <numeric>

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

Setting repeated(const Example& example, const verifier::Parameters& parameters, std::vector<Program> programs,
                 Seeding seeding) {
  Setting out;
  std::vector<size_t> commitments(fixed_oracles(example.system).size());
  std::iota(commitments.begin(), commitments.end(), size_t{0});
  for (Program& program : programs) out.parts.push_back({example, parameters, std::move(program), commitments});
  out.witnesses = [example, n = out.parts.size()](std::mt19937_64& random) {
    return example.witnesses(example, n, random);
  };
  out.seeding = seeding;
  return out;
}

std::vector<uint32_t> fixed_oracles(const statement::System& system) {
  std::vector<uint32_t> out;
  for (uint32_t o = 0; o < system.oracles.size(); ++o)
    if (system.oracles[o].kind != OracleKind::kActivations) out.push_back(o);
  return out;
}

std::vector<CommitmentShape> commitment_shapes(const Setting& setting) {
  std::vector<CommitmentShape> out;
  for (size_t i = 0; i < setting.parts.size(); ++i) {
    const Part& part = setting.parts[i];
    const std::vector<uint32_t> oracles = fixed_oracles(part.example.system);
    TACIT_CHECK(oracles.size() == part.commitments.size());
    for (size_t k = 0; k < oracles.size(); ++k) {
      if (part.commitments[k] < out.size()) continue;
      TACIT_CHECK(part.commitments[k] == out.size());
      for (size_t s = 0; s < part.parameters.stacks.size(); ++s) {
        const std::vector<uint32_t>& members = part.parameters.stacks[s].oracles;
        const auto at = std::ranges::find(members, oracles[k]);
        if (at != members.end()) out.push_back({i, oracles[k], s, static_cast<size_t>(at - members.begin())});
      }
    }
  }
  return out;
}

Session::Session(Setting setting, std::vector<statement::Assignment> witnesses)
    : setting_(std::move(setting)), witnesses_(std::move(witnesses)), shapes_(commitment_shapes(setting_)) {
  TACIT_CHECK(witnesses_.size() == setting_.parts.size());
  for (const CommitmentShape& shape : shapes_) {
    const Part& part = setting_.parts[shape.part];
    fixed_length_ += size_t{part.example.system.oracles[shape.oracle].limbs}
                     << part.parameters.stacks[shape.stack].log_blinding[shape.place];
  }
  const Commitment commitment = commit(Tape(fixed_length_));
  size_t begin = fixed_length_, first_row = 0;
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    const Part& part = setting_.parts[i];
    Layout& layout = layouts_.emplace_back();
    layout.pads_used = verifier::count_pads<Toy2>(part.example.system, part.parameters, part.example.publics);
    TapeReader zeros;
    const One one = prove(i, commitment, zeros);
    layout.begin = setting_.seeding == Seeding::kSame ? fixed_length_ : begin;
    layout.length = zeros.read();
    layout.pads_end = one.pads_end;
    layout.first_row = first_row;
    layout.rows = one.transcript.values.size();
    begin += layout.length;
    first_row += layout.rows;
  }
}

Session::Commitment Session::commit(const Tape& tape) const {
  Commitment out;
  TapeReader reader(std::span<const Toy>(tape).first(fixed_length_));
  for (const CommitmentShape& shape : shapes_) {
    const Part& part = setting_.parts[shape.part];
    TapeRandomness random(reader, 0, 0);
    out.matrices.push_back(prover::commit_fixed<Toy>(part.example.system, witnesses_[shape.part], shape.oracle,
                                                     part.parameters.stacks[shape.stack], random));
    out.roots.push_back(out.matrices.back().root());
  }
  return out;
}

verifier::Statement Session::statement(size_t i, const std::vector<hash::Digest>& roots) const {
  const Part& part = setting_.parts[i];
  std::vector<hash::Digest> own;
  for (const size_t c : part.commitments) own.push_back(roots[c]);
  return {part.example.system, part.parameters, part.example.publics, std::move(own), {}};
}

Session::One Session::prove(size_t i, const Commitment& commitment, TapeReader& tape) const {
  const Part& part = setting_.parts[i];
  const verifier::Statement statement = this->statement(i, commitment.roots);
  std::vector<const prover::Matrix<Toy>*> fixed;
  for (const size_t c : part.commitments) fixed.push_back(&commitment.matrices[c]);
  TapeRandomness random(tape, layouts_[i].pads_used, size_t{1} << part.parameters.pads.log_rows);
  ProgrammedCoins coins(part.program);
  const Result<Bytes> proof = prover::prove<Toy2>({statement, witnesses_[i], fixed, random}, coins);
  TACIT_CHECK(proof.has_value());
  return {decode(statement, coins.events(), *proof), *proof, coins.events(), random.pads_end()};
}

Session::One Session::prove(size_t i, const Commitment& commitment, const Tape& tape) const {
  TapeReader reader(std::span<const Toy>(tape).subspan(layouts_[i].begin, layouts_[i].length));
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
  DenseMatrix out(layouts_.back().first_row + layouts_.back().rows, tape_length());
  for (size_t c = 0; c < fixed_length_; ++c) central_difference(out, c, 0, tape, *this);
  const Commitment commitment = commit(tape);
  for (size_t i = 0; i < witnesses_.size(); ++i)
    for (size_t k = 0; k < layouts_[i].length; ++k)
      central_difference(out, layouts_[i].begin + k, layouts_[i].first_row, tape,
                         [&](const Tape& x) { return prove(i, commitment, x).transcript.values; });
  return out;
}

std::vector<size_t> Session::pad_places() const {
  const Layout& first = layouts_[0];
  std::vector<size_t> out(first.pads_used * Toy2::kDegree);
  for (size_t k = 0; k < out.size(); ++k) out[k] = first.begin + first.pads_end - out.size() + k;
  return out;
}

Status Session::verify(const Run& run) const {
  for (size_t i = 0; i < run.bytes.size(); ++i) {
    ProgrammedCoins coins(setting_.parts[i].program);
    TACIT_TRY(verifier::verify<Toy2>(statement(i, run.roots), run.bytes[i], coins));
  }
  return {};
}

Tape random_tape(size_t length, std::mt19937_64& random) {
  Tape out(length);
  for (Toy& x : out) x = field::sample<Toy>([&] { return random(); });
  return out;
}

}  // namespace tacit::zero_knowledge
