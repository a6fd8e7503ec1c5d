// Every reason for which `check` refuses a system, provoked on its own.

#include "tacit/statement/check.h"

#include <gtest/gtest.h>

#include <functional>

#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::statement {
namespace {

constexpr int64_t kMin = INT64_MIN, kMax = INT64_MAX;

void expect(const Status& status, Code code, const std::string& place, uint64_t index = 0) {
  ASSERT_FALSE(status) << "accepted; expected " << code_name(code) << " at " << place;
  EXPECT_STREQ(code_name(status.error().code), code_name(code)) << status.error().message();
  EXPECT_EQ(status.error().place, place) << status.error().message();
  EXPECT_EQ(status.error().index, index) << status.error().message();
}

// w (weights) in [0, 3], x in [0, 15] by lookup, y = x·wᵀ in [0, 255] by lookup of the accumulator, z = y +
// x₀ by identity, a stated public, a constant; tables: 0 = range of 4 bits, 1 = range of 8 bits.
System valid() {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space x_space{{whole_axis(2), whole_axis(4)}}, y_space{{whole_axis(2), whole_axis(3)}};
  const TensorId w = b.tensor(weights, {{whole_axis(3), whole_axis(4)}}, {0, 3});
  const TensorId x = b.tensor(act, x_space, {0, 15});
  const TensorId z = b.tensor(act, y_space, {0, 500});
  const PublicId out = b.stated(y_space, {0, 500});
  const PublicId bias = b.constant({{whole_axis(3)}}, {1, 2, 3});
  const TableId small = b.range_table(act, 0, 4), wide = b.range_table(act, 0, 8);
  b.lookup(x_space, small, {b.cell(x)});
  Contraction k;
  k.labels = {{whole_axis(2), whole_axis(3), whole_axis(4)}};
  k.roles = {Role::kLeft, Role::kRight, Role::kInner};
  k.a = scaled(Source::kTensor, x, 1, {axis(0), axis(2)});
  k.c = scaled(Source::kTensor, w, 1, {axis(1), axis(2)});
  const View y = direct(Source::kAccumulator, b.contraction(k), 2);
  b.lookup(y_space, wide, {y});
  b.identity(y_space, b.cell(z, -1) + y + scaled(Source::kPublic, bias, 1, {axis(1)}));
  b.identity(y_space, b.cell(z) + direct(Source::kPublic, out, 2, -1));
  System system = b.take();
  place(system, {4, 6});
  return system;
}

TEST(Check, AcceptsTheSystemThatIsBrokenBelow) {
  const Status status = check(valid());
  EXPECT_TRUE(status) << status.error().message();
}

struct Refusal {
  const char* name;
  std::function<void(System&)> change;
  Code code;
  const char* place;
  uint64_t index = 0;
};

// Tensors of valid(): 0 w, 1 x, 2 z, 3 and 4 multiplicities.
const Refusal kRefusals[] = {
    {"no oracle", [](System& s) { s.oracles.clear(); }, Code::kBadStatement, "oracle"},
    {"rows beyond every domain", [](System& s) { s.oracles[1].log_rows = 41; }, Code::kBadStatement, "oracle", 1},
    {"no limb", [](System& s) { s.oracles[0].limbs = 0; }, Code::kBadStatement, "oracle", 0},
    {"a huge oracle",
     [](System& s) {
       s.oracles[1] = {OracleKind::kActivations, 40, 2};
     },
     Code::kTooLarge, "oracle", 1},

    {"a tensor of no oracle", [](System& s) { s.tensors[1].oracle = 2; }, Code::kBadStatement, "tensor", 1},
    {"an empty interval",
     [](System& s) {
       s.tensors[2].range = {1, 0};
     },
     Code::kBadStatement, "tensor", 2},
    {"an empty axis", [](System& s) { s.tensors[0].space.axes[0].length = 0; }, Code::kBadStatement, "tensor", 0},
    {"a strip wider than the axis", [](System& s) { s.tensors[0].space.axes[1].log_strip = 3; }, Code::kBadStatement,
     "tensor", 0},
    {"too many axes", [](System& s) { s.tensors[1].space.axes.resize(17); }, Code::kBadStatement, "tensor", 1},
    {"a huge tensor",
     [](System& s) {
       s.tensors[1].space = {{whole_axis(1u << 21), whole_axis(1u << 20)}};
     },
     Code::kTooLarge, "tensor", 1},
    {"a base inside a block", [](System& s) { s.tensors[1].base += 1; }, Code::kBadStatement, "tensor", 1},
    {"a base behind the end", [](System& s) { s.tensors[0].base = 16; }, Code::kBadStatement, "tensor", 0},
    {"a base that wraps", [](System& s) { s.tensors[0].base = ~uint64_t{15}; }, Code::kBadStatement, "tensor", 0},
    {"two tensors at one place", [](System& s) { s.tensors[1].base = s.tensors[2].base; }, Code::kOverlap, "oracle", 1},
    {"a multiplicity over cells", [](System& s) { s.tensors[3].base = s.tensors[4].base; }, Code::kOverlap, "oracle",
     1},

    {"an empty public interval",
     [](System& s) {
       s.publics[0].range = {1, 0};
     },
     Code::kBadStatement, "public", 0},
    {"a stated public with values", [](System& s) { s.publics[0].values = {0}; }, Code::kBadStatement, "public", 0},
    {"a constant too short", [](System& s) { s.publics[1].values.pop_back(); }, Code::kBadStatement, "public", 1},
    {"a constant below its range", [](System& s) { s.publics[1].values[0] = 0; }, Code::kBadStatement, "public", 1},
    {"a constant above its range", [](System& s) { s.publics[1].values[2] = 4; }, Code::kBadStatement, "public", 1},
    {"a public with a bad axis", [](System& s) { s.publics[1].space.axes[0].log_strip = 9; }, Code::kBadStatement,
     "public", 1},

    {"a role too few", [](System& s) { s.contractions[0].roles.pop_back(); }, Code::kBadStatement, "contraction"},
    {"operand a on a right label", [](System& s) { s.contractions[0].roles[0] = Role::kRight; }, Code::kBadStatement,
     "contraction"},
    {"operand c on a left label", [](System& s) { s.contractions[0].roles[1] = Role::kLeft; }, Code::kBadStatement,
     "contraction"},
    {"a constant in an operand", [](System& s) { s.contractions[0].c.constant = 1; }, Code::kBadStatement,
     "contraction"},
    {"a denominator in an operand", [](System& s) { s.contractions[0].a.log_denominator = 1; }, Code::kBadStatement,
     "contraction"},
    {"an accumulator as operand",
     [](System& s) { s.contractions[0].a.terms[0].source = Source::kAccumulator, s.contractions[0].a.terms[0].id = 0; },
     Code::kBadStatement, "contraction"},

    {"a table without segments", [](System& s) { s.tables[1].segments.clear(); }, Code::kBadStatement, "table", 1},
    {"a table without columns", [](System& s) { s.tables[1].width = 0, s.tables[1].segments[0].columns.clear(); },
     Code::kBadStatement, "table", 1},
    {"a segment with another width", [](System& s) { s.tables[1].segments[0].columns.emplace_back(); },
     Code::kBadStatement, "table", 1},
    {"a multiplicity of another size", [](System& s) { s.tables[0].segments[0].log_rows = 3; }, Code::kBadStatement,
     "table", 0},
    {"a multiplicity that is no tensor", [](System& s) { s.tables[0].segments[0].multiplicity = 5; },
     Code::kBadStatement, "table", 0},
    {"one multiplicity for two segments", [](System& s) { s.tables[0].segments.push_back(s.tables[0].segments[0]); },
     Code::kBadStatement, "table", 0},
    {"segments that grow",
     [](System& s) {
       s.tables[0].segments.push_back(s.tables[1].segments[0]);
       s.tables.pop_back();
     },
     Code::kBadStatement, "table", 0},
    {"a multiplicity that outlives the proof", [](System& s) { s.oracles[1].kind = OracleKind::kData; },
     Code::kBadStatement, "table", 0},
    {"a column of cells of another size",
     [](System& s) {
       s.tables[0].segments[0].columns[0] = {ColumnKind::kCells, 0, 0, 4};
     },
     Code::kBadStatement, "table", 0},

    {"a lookup in no table", [](System& s) { s.lookups[0].table = 2; }, Code::kBadStatement, "lookup", 0},
    {"a tuple of another width", [](System& s) { s.lookups[1].columns.emplace_back(); }, Code::kBadStatement, "lookup",
     1},
    {"a lookup over a bad space", [](System& s) { s.lookups[1].labels.axes[0].length = 0; }, Code::kBadStatement,
     "lookup", 1},
    {"a huge denominator", [](System& s) { s.lookups[0].columns[0].log_denominator = 63; }, Code::kBadStatement,
     "lookup", 0},
    {"more leaves than places",
     [](System& s) {
       const Space huge{{whole_axis(1u << 20), whole_axis(1u << 19)}};
       for (int i = 0; i < 2; ++i) s.lookups.push_back({huge, 0, {View{}}});
     },
     Code::kTooLarge, "leaves"},

    {"a denominator in an identity", [](System& s) { s.identities[1].view.log_denominator = 1; }, Code::kBadStatement,
     "identity", 1},
    {"a source that does not exist", [](System& s) { s.identities[1].view.terms[1].id = 2; }, Code::kBadStatement,
     "identity", 1},
    {"an accumulator that does not exist", [](System& s) { s.identities[0].view.terms[1].id = 1; }, Code::kBadStatement,
     "identity", 0},
    {"a map too few", [](System& s) { s.identities[0].view.terms[0].maps.pop_back(); }, Code::kBadStatement, "identity",
     0},
    {"a label that does not exist", [](System& s) { s.identities[0].view.terms[0].maps[1] = axis(2); },
     Code::kBadStatement, "identity", 0},
    {"a label twice in a term", [](System& s) { s.identities[0].view.terms[0].maps[1] = axis(0); }, Code::kBadStatement,
     "identity", 0},
    {"a stride of zero", [](System& s) { s.identities[0].view.terms[0].maps[1] = axis(1, 0); }, Code::kBadStatement,
     "identity", 0},
    {"a stride without a magnitude", [](System& s) { s.identities[0].view.terms[0].maps[1] = axis(1, kMin); },
     Code::kBadStatement, "identity", 0},
    {"an index that overflows", [](System& s) { s.identities[0].view.terms[0].maps[1] = axis(1, 1, kMax); },
     Code::kBadStatement, "identity", 0},

    {"x in no range", [](System& s) { s.lookups.erase(s.lookups.begin()); }, Code::kBadInterval, "tensor", 1},
    {"a table wider than the declared range", [](System& s) { s.tensors[1].range.high = 14; }, Code::kBadInterval,
     "tensor", 1},
    {"a range proven for a part of the cells",
     [](System& s) { s.lookups[0].labels.axes[0].length = 1, s.lookups[0].labels.axes[0].log_strip = 0; },
     Code::kBadInterval, "tensor", 1},
    {"a range proven for cells elsewhere", [](System& s) { s.lookups[0].columns[0].terms[0].maps[0].offset = 1; },
     Code::kBadInterval, "tensor", 1},
    {"a range proven for every other cell", [](System& s) { s.lookups[0].columns[0].terms[0].maps[1] = axis(1, 2); },
     Code::kBadInterval, "tensor", 1},
    {"a range proven for twice the cells", [](System& s) { s.lookups[0].columns[0].terms[0].coefficient = 2; },
     Code::kBadInterval, "tensor", 1},
    {"a range proven for the cells and one", [](System& s) { s.lookups[0].columns[0].constant = 1; },
     Code::kBadInterval, "tensor", 1},
    {"a range proven for a fraction", [](System& s) { s.lookups[0].columns[0].log_denominator = 1; },
     Code::kBadInterval, "tensor", 1},
    {"an identity's hull beyond the declared range",
     [](System& s) { s.tensors[2].range.high = 182, s.identities.pop_back(); }, Code::kBadInterval, "tensor", 2},
    {"an identity for twice the cells",
     [](System& s) { s.identities[0].view.terms[0].coefficient = -2, s.identities.pop_back(); }, Code::kBadInterval,
     "tensor", 2},
    {"a multiplicity in use",
     [](System& s) {
       s.identities.push_back({{{whole_axis(16)}}, direct(Source::kTensor, 3, 1)});
     },
     Code::kBadInterval, "tensor", 3},
    {"a multiplicity as column of cells",
     [](System& s) {
       s.tables[1].segments[0].columns[0] = {ColumnKind::kCells, 0, 0, 4};
     },
     Code::kBadInterval, "tensor", 4},
    {"fewer leaves than p",
     [](System& s) {
       s.lookups[0].labels.axes[1] = {4, 2, false};
     },
     Code::kMayWrap, "leaves"},
};

TEST(Check, EveryRefusal) {
  for (const Refusal& refusal : kRefusals) {
    SCOPED_TRACE(refusal.name);
    System system = valid();
    refusal.change(system);
    CheckLimits limits;
    if (refusal.code == Code::kMayWrap) limits.modulus = 8 + 8 + 16 + 256;  // as many as there are leaves
    expect(check(system, limits), refusal.code, refusal.place, refusal.index);
  }
}

// One cell, in [0, high] of the declared interval, and a view that is to be zero or looked up.
struct Single {
  System system;
  TensorId x;
};
Single single(Interval range) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const TensorId x = b.tensor(weights, {}, range);
  b.range_table(act, 0, 2);
  Single out{b.take(), x};
  place(out.system, {0, 2});
  return out;
}
View cell_view(TensorId x, int64_t coefficient, int64_t constant) {
  return scaled(Source::kTensor, x, coefficient, {}) + constant;
}

TEST(Check, NoWrapIsExactInIdentities) {
  // |coefficient|·max|x| + |constant| = 3·5 + 2 = 17: below 18, not below 17.
  for (int64_t sign : {1, -1}) {
    Single s = single({-5 * sign, -5 * sign});
    s.system.identities.push_back({{}, cell_view(s.x, 3 * sign, -2 * sign)});
    EXPECT_TRUE(check(s.system, {18}));
    expect(check(s.system, {17}), Code::kMayWrap, "identity");
  }
}

TEST(Check, NoWrapIsExactInLookups) {
  // 3·5 + 2 + 2²·3 = 29 over a table of 0 … 3 and a denominator of 4.
  Single s = single({0, 5});
  View view = cell_view(s.x, -3, 2);
  view.log_denominator = 2;
  s.system.lookups.push_back({{}, 0, {view}});
  EXPECT_TRUE(check(s.system, {30}));
  expect(check(s.system, {29}), Code::kMayWrap, "lookup");
}

TEST(Check, NoWrapCountsInnerLengths) {
  // Σ over 4 inner labels of [0, 15]·[0, 3]: 180; with the bias 3 and z up to 500: 683.
  const System system = valid();
  EXPECT_TRUE(check(system, {1001}));  // the other identity: z and the public, 500 + 500
  expect(check(system, {1000}), Code::kMayWrap, "identity", 1);
  System narrow = system;
  narrow.identities.pop_back();
  EXPECT_TRUE(check(narrow, {684}));
  expect(check(narrow, {683}), Code::kMayWrap, "identity", 0);
}

// Two saturated magnitudes must not cancel by overflow.
TEST(Check, SaturatedMagnitudesAddUp) {
  Single s = single({kMin, kMax});
  for (size_t terms = 1; terms <= 5; ++terms) {
    View view;
    for (size_t i = 0; i < terms; ++i) view = view + cell_view(s.x, kMin, 0);
    s.system.identities = {{{}, view}};
    expect(check(s.system), Code::kMayWrap, "identity");
    s.system.identities.clear();
    s.system.lookups = {{{}, 0, {view}}};
    expect(check(s.system), Code::kMayWrap, "lookup");
    s.system.lookups.clear();
  }
}

// Intervals that lean on each other are not proven by it.
TEST(Check, CircularIdentitiesProveNothing) {
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const Space space{{whole_axis(2)}};
  const TensorId x = b.tensor(act, space, {0, 9}), y = b.tensor(act, space, {0, 9});
  b.identity(space, b.cell(x) + b.cell(y, -1));
  System system = b.take();
  place(system, {2});
  expect(check(system), Code::kBadInterval, "tensor", x);
  Builder b2;
  b2.oracle(OracleKind::kActivations);
  const TensorId self = b2.tensor(act, space, {0, 9});
  b2.identity(space, b2.cell(self) + b2.cell(self, -1));
  system = b2.take();
  place(system, {1});
  expect(check(system), Code::kBadInterval, "tensor", self);
}

TEST(Check, IdentitiesProveInAnyOrder) {
  // z = y + 1, y = x, x = a stated public: proven backwards through the list.
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const Space space{{whole_axis(2)}};
  const TensorId x = b.tensor(act, space, {0, 9}), y = b.tensor(act, space, {0, 9}), z = b.tensor(act, space, {1, 10});
  const PublicId in = b.stated(space, {0, 9});
  b.identity(space, b.cell(z) + b.cell(y, -1) + int64_t{-1});
  b.identity(space, b.cell(y, -1) + b.cell(x));
  b.identity(space, b.cell(x) + direct(Source::kPublic, in, 1, -1));
  System system = b.take();
  place(system, {3});
  EXPECT_TRUE(check(system));
  system.tensors[z].range = {2, 10};
  expect(check(system), Code::kBadInterval, "tensor", z);
}

// A table made of cells vouches for what is looked up in it only as far as its own cells are proven.
class CellTable : public testing::Test {
 protected:
  // x is looked up in a table whose only column is `cells`, of the given oracle.
  void build(OracleKind kind, bool range_of_cells) {
    Builder b;
    const OracleId own = b.oracle(kind), act = b.oracle(OracleKind::kActivations);
    const Space space{{whole_axis(4)}};
    cells_ = b.tensor(own, space, {0, 3});
    x_ = b.tensor(act, space, {0, 3});
    const TableId table = b.table(act, {{2, {{ColumnKind::kCells, 0, 0, cells_}}, 0}});
    b.lookup(space, table, {b.cell(x_)});
    if (range_of_cells) b.lookup(space, b.range_table(act, 0, 2), {b.cell(cells_)});
    system_ = b.take();
    place(system_, {4, 4});
  }
  System system_;
  TensorId cells_ = 0, x_ = 0;
};

TEST_F(CellTable, OfWeightsIsRegistered) {
  build(OracleKind::kWeights, false);
  EXPECT_TRUE(check(system_));
}
TEST_F(CellTable, OfTheProofItselfNeedsARange) {
  build(OracleKind::kActivations, false);
  expect(check(system_), Code::kBadInterval, "tensor", cells_);
  build(OracleKind::kActivations, true);
  EXPECT_TRUE(check(system_));
}
TEST_F(CellTable, InWhichItIsLookedUpItselfProvesNothing) {
  build(OracleKind::kActivations, false);
  system_.lookups.push_back({{{whole_axis(4)}}, 0, {direct(Source::kTensor, cells_, 1)}});
  expect(check(system_), Code::kBadInterval, "tensor", cells_);
}

TEST(Check, ColumnHulls) {
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const TableId t = b.saturation_table(act, {-8, 7}, 2);
  const System system = b.take();
  const WideInterval o = column_hull(system, system.tables[t], 0), v = column_hull(system, system.tables[t], 1);
  EXPECT_EQ(o.low, -8);
  EXPECT_EQ(o.high, 7);
  EXPECT_EQ(v.low, -3);
  EXPECT_EQ(v.high, 3);
}

TEST(Check, HullsContainThePadding) {
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const TensorId x = b.tensor(act, {{whole_axis(2)}}, {5, 9});
  const System system = b.take();
  const WideInterval h = hull(system, direct(Source::kTensor, x, 1, -2) + int64_t{3});
  EXPECT_EQ(h.low, -15);
  EXPECT_EQ(h.high, 3);
}

}  // namespace
}  // namespace tacit::statement
