// The constraint system: what a proof is about, fully expanded. Both sides hold the same one; its digest names it.
//
// Vocabulary
//   oracle       a committed matrix of cells (weights, committed data, or the activations of one proof)
//   tensor       a block of cells of one oracle, with a shape, a place and a declared interval
//   public       a tensor that the verifier knows: fixed constants, or values stated by a receipt
//   label        an axis of a relation; every relation has its own list of labels (a Space)
//   view         a virtual tensor over a relation's labels: an integer combination of tensors, accumulators and
//                publics through per-axis maps, plus a constant, all over 2^log_denominator
//   contraction  out[b,l,r] = Σ_i a[b,l,i] · c[b,r,i]; its output, an *accumulator*, is virtual and never committed
//   table        a list of rows in power-of-two segments; each segment has a tensor of multiplicities
//   lookup       every tuple (view_1, …, view_w)[x] is a row of a table
//   identity     a view that is zero everywhere
//
// Meaning: a system holds for an assignment of integers to cells when all lookups and identities do, over the
// integers; check.h shows when relations over F imply relations over the integers (no wrap).
// A system is plain data: build it with Builder (builder.h), or read it with `parse` (codec.h), then `check` it.
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/statement/space.h"

namespace tacit::statement {

using OracleId = uint32_t;
using TensorId = uint32_t;
using PublicId = uint32_t;
using ContractionId = uint32_t;
using TableId = uint32_t;

enum class OracleKind : uint8_t {
  kWeights = 0,      // committed once per epoch, opened in many proofs
  kData = 1,         // a committed data set, with its own tree and ledger
  kActivations = 2,  // committed by every proof
};

struct Oracle {
  OracleKind kind = OracleKind::kActivations;
  uint8_t log_rows = 0;  // message rows M = 2^log_rows of a limb
  uint32_t limbs = 1;    // address of a cell = limb·M + row
  uint64_t capacity() const { return uint64_t{limbs} << log_rows; }
  int log_address() const { return log_rows + log2_ceil(limbs); }
  bool operator==(const Oracle&) const = default;
};

// An inclusive interval of integers.
struct Interval {
  int64_t low = 0;
  int64_t high = 0;
  bool operator==(const Interval&) const = default;
};

struct Tensor {
  OracleId oracle = 0;
  Space space;
  uint64_t base = 0;  // address of place 0; a multiple of the block size
  Interval range;     // proven by one of its lookups, or by registration for weights; multiplicities have none
  bool operator==(const Tensor&) const = default;
};

enum class PublicKind : uint8_t {
  kConstant = 0,  // the values stand in the system
  kStated = 1,    // the values are stated by each receipt
};

struct Public {
  PublicKind kind = PublicKind::kConstant;
  Space space;                  // strips have no meaning here
  Interval range;               // the verifier checks stated values against it
  std::vector<int64_t> values;  // row-major; constants only
  bool operator==(const Public&) const = default;
};

// One axis of a source as a function of the relation's labels: index = offset + Σ stride·label. Indices outside the
// axis read as zero (padding); a label that no axis uses is a broadcast. Each label occurs at most once in a term.
struct AxisMap {
  struct Step {
    uint32_t label = 0;
    int64_t stride = 1;
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;
  int64_t offset = 0;
  bool operator==(const AxisMap&) const = default;
};

enum class Source : uint8_t { kTensor = 0, kAccumulator = 1, kPublic = 2 };

struct Term {
  Source source = Source::kTensor;
  uint32_t id = 0;
  int64_t coefficient = 1;
  std::vector<AxisMap> maps;  // one for each axis of the source, slowest first
  bool operator==(const Term&) const = default;
};

struct View {
  std::vector<Term> terms;
  int64_t constant = 0;  // zero outside the relation's shape
  uint8_t log_denominator = 0;
  bool operator==(const View&) const = default;
};

enum class Role : uint8_t { kBatch = 0, kLeft = 1, kRight = 2, kInner = 3 };

struct Contraction {
  Space labels;             // strips matter only through log_strip of output labels in lookups; inner ones are whole
  std::vector<Role> roles;  // one for each label
  View a;                   // uses batch, left and inner labels
  View c;                   // uses batch, right and inner labels
  bool operator==(const Contraction&) const = default;

  // The labels of the output, in order: all but the inner ones.
  std::vector<uint32_t> output_labels() const;
};

enum class ColumnKind : uint8_t {
  kAffine = 0,  // row j holds start + step·j
  kCells = 1,   // row j holds cell j of a one-axis tensor (a committed table); `start` states the value of row 0,
                // which must be public: it stands in the padding of every lookup
};

struct Column {
  ColumnKind kind = ColumnKind::kAffine;
  int64_t start = 0;
  int64_t step = 0;
  TensorId tensor = 0;
  bool operator==(const Column&) const = default;
};

struct Segment {
  uint8_t log_rows = 0;
  std::vector<Column> columns;
  TensorId multiplicity = 0;  // one-axis tensor of 2^log_rows cells in a per-proof oracle
  bool operator==(const Segment&) const = default;
};

// Row 0 of the first segment is the table's *padding row*: the leaves of a lookup that lie outside its shape hold it, and
// its multiplicity counts them.
struct Table {
  uint32_t width = 1;             // number of columns
  std::vector<Segment> segments;  // sizes never increase
  bool operator==(const Table&) const = default;
};

struct Lookup {
  Space labels;  // with the strips of the leaf layout
  TableId table = 0;
  std::vector<View> columns;  // as many as the table is wide
  bool operator==(const Lookup&) const = default;
};

struct Identity {
  Space labels;
  View view;
  bool operator==(const Identity&) const = default;
};

struct System {
  std::vector<Oracle> oracles;
  std::vector<Tensor> tensors;
  std::vector<Public> publics;
  std::vector<Contraction> contractions;
  std::vector<Table> tables;
  std::vector<Lookup> lookups;
  std::vector<Identity> identities;
  bool operator==(const System&) const = default;
};

}  // namespace tacit::statement
