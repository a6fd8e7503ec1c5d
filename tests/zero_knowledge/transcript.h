// A proof as a vector of base-field elements: all scalars, and the words of all opened rows.
//
// Roots, salts and sibling digests are left out: they are a matter of hashing, not of algebra.
#pragma once

#include <vector>

#include "tacit/field/fields.h"
#include "tacit/verifier/verify.h"
#include "zero_knowledge/coins.h"

namespace tacit::zero_knowledge {

using field::Toy;
using field::Toy2;

// Where a coordinate comes from.
struct Coordinate {
  enum class Kind {
    kScalar,    // part of a scalar sent under `label`
    kWord,      // an opened word of a stack's or the pads' tree
    kMaskWord,  // the same, of a mask
    kLevelWord  // an opened word of a level
  };
  Kind kind = Kind::kScalar;
  Label label = Label::kProtocol;
  bool padding = false;   // of H, when H is sent whole
  uint64_t tree = 0;      // of words
  uint64_t position = 0;  // of words
  uint64_t word = 0;      // of words
};

struct Transcript {
  std::vector<Toy> values;
  std::vector<Coordinate> coordinates;
};

// `events`: what the coins of this proof recorded.
Transcript decode(const verifier::Statement& statement, const std::vector<Event>& events, ByteView proof);

// Is the coordinate a function of the others by the verifier's equations? Such are c of each stack, ⟨p′, w⟩,
// the words of masks and the padding of H. Only meaningful without levels, when H is sent whole.
bool is_determined(const Coordinate& coordinate);

}  // namespace tacit::zero_knowledge
