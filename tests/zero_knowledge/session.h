// A session: several proofs on common commitments, as a map from the prover's randomness to the transcript.
//
// The *tape* holds every field element that the prover draws: the blinding of what outlives a proof, then
// each proof's blinding, masks and pads. Pads that no proof uses are zero and not on the tape: as spare
// blinding they would hide leaks. For programmed coins the map is a polynomial of degree at most 2, so
// central differences give its Jacobian:
//
//   J(x)·e = (f(x + e) − f(x − e))/2
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tacit/prover/matrix.h"
#include "zero_knowledge/examples.h"
#include "zero_knowledge/linear_algebra.h"
#include "zero_knowledge/transcript.h"

namespace tacit::zero_knowledge {

using Tape = std::vector<Toy>;

enum class Seeding {
  kFresh,  // each proof has randomness of its own
  kSame,   // all proofs share theirs: a leak
};

// One proof of a session.
struct Part {
  Example example;
  verifier::Parameters parameters;
  Program program;
  std::vector<size_t> commitments;  // of the session, one for each oracle that outlives a proof
};

struct Setting {
  std::vector<Part> parts;
  // Assignments for all parts, with the same values under the same commitment.
  std::function<std::vector<statement::Assignment>(std::mt19937_64& random)> witnesses;
  Seeding seeding = Seeding::kFresh;
};

// Proofs of one statement, one for each program.
Setting repeated(const Example& example, const verifier::Parameters& parameters, std::vector<Program> programs,
                 Seeding seeding = Seeding::kFresh);

// Where a commitment is used first: its shape.
struct CommitmentShape {
  size_t part = 0;
  uint32_t oracle = 0;
  size_t stack = 0, place = 0;  // of the part's parameters
};
std::vector<CommitmentShape> commitment_shapes(const Setting& setting);
// The numbers of a system's oracles that outlive a proof.
std::vector<uint32_t> fixed_oracles(const statement::System& system);

// A tape that counts what is read from it.
class TapeReader {
 public:
  // Reads zeros, without end.
  TapeReader() = default;
  explicit TapeReader(std::span<const Toy> tape) : tape_(tape) {}
  Toy next() { return ++read_ <= tape_.size() ? tape_[read_ - 1] : Toy::zero(); }
  size_t read() const { return read_; }

 private:
  std::span<const Toy> tape_;
  size_t read_ = 0;
};

// The Jacobian of a map of degree at most 2.
template <class Map>
DenseMatrix central_differences(const Tape& tape, Map&& map);

class Session {
 public:
  // `witnesses`: one for each part, with the same values under the same commitment.
  Session(Setting setting, std::vector<statement::Assignment> witnesses);

  size_t tape_length() const { return layouts_.back().begin + layouts_.back().length; }
  size_t pads_used() const { return layouts_[0].pads_used; }
  const Setting& setting() const { return setting_; }

  struct Run {
    std::vector<Transcript> proofs;
    std::vector<Bytes> bytes;
    std::vector<std::vector<Event>> events;
    std::vector<hash::Digest> roots;  // of the commitments

    std::vector<Toy> values() const;  // of all transcripts, one after the other
  };
  Run run(const Tape& tape) const;
  std::vector<Toy> operator()(const Tape& tape) const { return run(tape).values(); }

  // Rows: coordinates of the transcripts. Columns: the tape.
  DenseMatrix jacobian(const Tape& tape) const;
  // Where the real and imaginary part of each pad stand on the tape of the first proof.
  std::vector<size_t> pad_places() const;
  // Verdict of the verifier on every proof, under the same coins.
  Status verify(const Run& run) const;

 private:
  struct Commitment {
    std::vector<prover::Matrix<Toy>> matrices;
    std::vector<hash::Digest> roots;
  };
  struct One {
    Transcript transcript;
    Bytes bytes;
    std::vector<Event> events;
    size_t pads_end = 0;  // where the pads that are used end on this proof's tape
  };
  // A part's randomness on the tape, and its coordinates.
  struct Layout {
    size_t begin = 0, length = 0;
    size_t pads_used = 0, pads_end = 0;
    size_t first_row = 0, rows = 0;
  };
  Commitment commit(const Tape& tape) const;
  verifier::Statement statement(size_t i, const std::vector<hash::Digest>& roots) const;
  One prove(size_t i, const Commitment& commitment, TapeReader& tape) const;
  One prove(size_t i, const Commitment& commitment, const Tape& tape) const;

  Setting setting_;
  std::vector<statement::Assignment> witnesses_;
  std::vector<CommitmentShape> shapes_;
  size_t fixed_length_ = 0;
  std::vector<Layout> layouts_;
};

Tape random_tape(size_t length, std::mt19937_64& random);

// ---- implementation

// Writes column `column` of the Jacobian of `map` at `tape`, from row `first_row` on.
template <class Map>
void central_difference(DenseMatrix& out, size_t column, size_t first_row, Tape tape, Map&& map) {
  const Toy half = Toy(2).inverse();
  tape[column] += Toy::one();
  const std::vector<Toy> above = map(tape);
  tape[column] -= Toy(2);
  const std::vector<Toy> below = map(tape);
  for (size_t j = 0; j < above.size(); ++j) out.set(first_row + j, column, half * (above[j] - below[j]));
}

template <class Map>
DenseMatrix central_differences(const Tape& tape, Map&& map) {
  DenseMatrix out(map(tape).size(), tape.size());
  for (size_t c = 0; c < tape.size(); ++c) central_difference(out, c, 0, tape, map);
  return out;
}

}  // namespace tacit::zero_knowledge
