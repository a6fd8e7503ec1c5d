// What a system says about integers, against naive loops over every element.

#include "tacit/statement/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::statement {
namespace {

using Index = std::vector<int64_t>;

// All indices of a shape, row-major.
std::vector<Index> indices_of(const Space& space) {
  std::vector<Index> out{{}};
  for (const Axis& axis : space.axes) {
    std::vector<Index> next;
    for (const Index& index : out)
      for (int64_t i = 0; i < axis.length; ++i) {
        next.push_back(index);
        next.back().push_back(i);
      }
    out = std::move(next);
  }
  return out;
}

// The value at an index, zero outside the shape.
int64_t read(const Space& space, const std::vector<int64_t>& values, const Index& index) {
  int64_t flat = 0;
  for (size_t a = 0; a < index.size(); ++a) {
    if (index[a] < 0 || index[a] >= space.axes[a].length) return 0;
    flat = flat * space.axes[a].length + index[a];
  }
  return values[static_cast<size_t>(flat)];
}

Space output_space(const Contraction& k) {
  Space out;
  for (uint32_t label : k.output_labels()) out.axes.push_back(k.labels.axes[label]);
  return out;
}

int64_t naive_view(const System& s, const Assignment& a, const View& view, const Index& label) {
  int64_t sum = view.constant;
  for (const Term& term : view.terms) {
    Index at;
    for (const AxisMap& map : term.maps) {
      int64_t i = map.offset;
      for (const AxisMap::Step& step : map.steps) i += step.stride * label[step.label];
      at.push_back(i);
    }
    switch (term.source) {
      case Source::kTensor:
        sum += term.coefficient * read(s.tensors[term.id].space, a.tensors[term.id], at);
        break;
      case Source::kPublic: {
        const Public& item = s.publics[term.id];
        const bool constant = item.kind == PublicKind::kConstant;
        sum += term.coefficient * read(item.space, constant ? item.values : a.publics[term.id], at);
        break;
      }
      case Source::kAccumulator:
        sum += term.coefficient * read(output_space(s.contractions[term.id]), a.accumulators[term.id], at);
    }
  }
  return sum;
}

class RandomSystem {
 public:
  explicit RandomSystem(uint64_t seed) : random_(seed) {}

  int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  Space space(size_t max_axes, uint32_t max_length) {
    Space out;
    for (int64_t n = below(static_cast<int64_t>(max_axes) + 1); n > 0; --n) {
      const uint32_t length = static_cast<uint32_t>(1 + below(max_length));
      out.axes.push_back(below(2) == 0 ? whole_axis(length) : strip_axis(length, 100));
    }
    return out;
  }
  std::vector<int64_t> values(const Space& space) {
    std::vector<int64_t> out(space.elements());
    for (int64_t& v : out) v = below(11) - 5;
    return out;
  }
  // A term that reads the source through random maps of the allowed labels.
  Term term(Source source, uint32_t id, size_t n_axes, std::vector<uint32_t> labels) {
    std::shuffle(labels.begin(), labels.end(), random_);
    Term out{source, id, below(7) - 3, {}};
    for (size_t a = 0; a < n_axes; ++a) {
      AxisMap map{{}, below(4) - 1};
      for (int64_t n = below(3); n > 0 && !labels.empty(); --n) {
        const int64_t strides[] = {1, 1, 2, -1, -2, 3};
        map.steps.push_back({labels.back(), strides[below(6)]});
        labels.pop_back();
      }
      out.maps.push_back(map);
    }
    return out;
  }
  std::mt19937_64& engine() { return random_; }

 private:
  std::mt19937_64 random_;
};

std::vector<uint32_t> all_labels(const Space& space) {
  std::vector<uint32_t> out(space.axes.size());
  for (uint32_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

TEST(Evaluate, RandomViewsAgreeWithTheDefinition) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomSystem random(seed);
    System s;
    Assignment a;
    s.oracles.emplace_back();
    for (int i = 0; i < 2; ++i) {
      s.tensors.push_back({0, random.space(3, 5), 0, {-5, 5}});
      a.tensors.push_back(random.values(s.tensors.back().space));
    }
    s.publics.push_back({PublicKind::kConstant, random.space(2, 4), {-5, 5}, {}});
    s.publics[0].values = random.values(s.publics[0].space);
    s.publics.push_back({PublicKind::kStated, random.space(2, 4), {-5, 5}, {}});
    a.publics = {{}, random.values(s.publics[1].space)};
    const Space labels = random.space(4, 4);
    View view;
    view.constant = random.below(9) - 4;
    for (int64_t n = random.below(4); n > 0; --n) {
      const bool tensor = random.below(2) == 0;
      const auto id = static_cast<uint32_t>(random.below(2));
      const size_t axes = tensor ? s.tensors[id].space.axes.size() : s.publics[id].space.axes.size();
      view.terms.push_back(random.term(tensor ? Source::kTensor : Source::kPublic, id, axes, all_labels(labels)));
    }
    const std::vector<int64_t> got = evaluate(s, a, labels, view);
    const std::vector<Index> indices = indices_of(labels);
    ASSERT_EQ(got.size(), indices.size());
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_EQ(got[i], naive_view(s, a, view, indices[i])) << "seed " << seed << " element " << i;
  }
}

TEST(Contract, RandomContractionsAgreeWithTheDefinition) {
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    RandomSystem random(seed);
    System s;
    Assignment a;
    s.oracles.emplace_back();
    for (int i = 0; i < 2; ++i) {
      s.tensors.push_back({0, random.space(3, 4), 0, {-5, 5}});
      a.tensors.push_back(random.values(s.tensors.back().space));
    }
    Contraction k;
    k.labels = random.space(5, 3);
    std::vector<uint32_t> for_a, for_c;
    for (uint32_t i = 0; i < k.labels.axes.size(); ++i) {
      const Role role = static_cast<Role>(random.below(4));
      k.roles.push_back(role);
      if (role != Role::kRight) for_a.push_back(i);
      if (role != Role::kLeft) for_c.push_back(i);
    }
    k.a.terms = {random.term(Source::kTensor, 0, s.tensors[0].space.axes.size(), for_a)};
    k.c.terms = {random.term(Source::kTensor, 1, s.tensors[1].space.axes.size(), for_c),
                 random.term(Source::kTensor, 0, s.tensors[0].space.axes.size(), for_c)};
    s.contractions = {k};
    a.accumulators.resize(1);
    contract(s, a, 0);
    const Space out = output_space(k);
    std::vector<int64_t> want(out.elements(), 0);
    for (const Index& label : indices_of(k.labels)) {
      int64_t flat = 0;
      for (uint32_t o : k.output_labels()) flat = flat * k.labels.axes[o].length + label[o];
      want[static_cast<size_t>(flat)] += naive_view(s, a, k.a, label) * naive_view(s, a, k.c, label);
    }
    ASSERT_EQ(a.accumulators[0], want) << "seed " << seed;
  }
}

// A lookup of pairs in a table of two segments: (j, 2j) for j < 4, and (8 + j, cell j) for j < 2.
struct Pairs {
  System system;
  Assignment assignment;
  TensorId x = 0, y = 0, cells = 0;

  Pairs() {
    Builder b;
    const OracleId act = b.oracle(OracleKind::kActivations);
    const Space space{{{5, 1, false}}};  // three strips of two: one place of padding
    x = b.tensor(act, space, {0, 9});
    y = b.tensor(act, space, {0, 9});
    cells = b.tensor(act, {{whole_axis(2)}}, {0, 9});
    const Column affine{ColumnKind::kAffine, 0, 1, 0}, twice{ColumnKind::kAffine, 0, 2, 0};
    const Column column{ColumnKind::kCells, 0, 0, cells}, eight{ColumnKind::kAffine, 8, 1, 0};
    const TableId t = b.table(act, {{2, {affine, twice}, 0}, {1, {eight, column}, 0}});
    b.lookup(space, t, {b.cell(x), b.cell(y)});
    system = b.take();
    assignment.tensors = {{0, 1, 9, 3, 1}, {0, 2, 7, 6, 2}, {5, 7}, {}, {}};
  }
  const std::vector<int64_t>& count(size_t segment) {
    return assignment.tensors[system.tables[0].segments[segment].multiplicity];
  }
};

TEST(Multiplicities, CountTuplesAndPadding) {
  Pairs p;
  ASSERT_TRUE(count_multiplicities(p.system, p.assignment));
  EXPECT_EQ(p.count(0), (std::vector<int64_t>{2, 2, 0, 1}));  // row 0 also stands in the place of padding
  EXPECT_EQ(p.count(1), (std::vector<int64_t>{0, 1}));
  EXPECT_TRUE(satisfies(p.system, p.assignment));
}

TEST(Multiplicities, TuplesOutsideTheTableAreNamed) {
  for (auto [x, y] : {std::pair<int64_t, int64_t>{1, 3}, {4, 8}, {9, 6}, {8, 7}, {-1, -2}, {0, 7}}) {
    Pairs p;
    p.assignment.tensors[p.x][2] = x;
    p.assignment.tensors[p.y][2] = y;
    const Status status = count_multiplicities(p.system, p.assignment);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kConstraintViolated);
    EXPECT_EQ(status.error().place, "lookup");
  }
}

TEST(Multiplicities, FractionsMustBeWhole) {
  Pairs p;
  p.system.lookups[0].columns[0] = p.system.lookups[0].columns[0] * 2;
  p.system.lookups[0].columns[0].log_denominator = 1;
  EXPECT_TRUE(count_multiplicities(p.system, p.assignment));
  p.system.lookups[0].columns[0] = p.system.lookups[0].columns[0] + int64_t{1};
  EXPECT_EQ(count_multiplicities(p.system, p.assignment).error().code, Code::kConstraintViolated);
}

// A table may consist of cells alone: then its rows are searched.
TEST(Multiplicities, TablesOfCellsAlone) {
  Builder b;
  const OracleId own = b.oracle(OracleKind::kActivations);
  const Space rows{{whole_axis(4)}};
  const TensorId column = b.tensor(own, rows, {0, 9}), x = b.tensor(own, {{whole_axis(3)}}, {0, 9});
  const TableId table = b.table(own, {{2, {{ColumnKind::kCells, 7, 0, column}}, 0}});
  b.lookup({{whole_axis(3)}}, table, {b.cell(x)});
  const System system = b.take();
  Assignment assignment;
  assignment.tensors = {{7, 5, 9, 5}, {5, 9, 5}, {}};
  ASSERT_TRUE(count_multiplicities(system, assignment));
  EXPECT_EQ(assignment.tensors[2], (std::vector<int64_t>{1, 2, 1, 0}));  // row 0 stands in the place of padding
  assignment.tensors[x] = {5, 8, 5};
  EXPECT_EQ(count_multiplicities(system, assignment).error().code, Code::kConstraintViolated);
}

TEST(Satisfies, NamesWhatIsViolated) {
  Pairs p;
  ASSERT_TRUE(count_multiplicities(p.system, p.assignment));
  Assignment wrong = p.assignment;
  ++wrong.tensors[p.system.tables[0].segments[1].multiplicity][0];
  Status status = satisfies(p.system, wrong);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().place, "multiplicity");
  p.system.identities.push_back({p.system.tensors[p.x].space, direct(Source::kTensor, p.x, 1)});
  status = satisfies(p.system, p.assignment);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().place, "identity");
}

}  // namespace
}  // namespace tacit::statement
