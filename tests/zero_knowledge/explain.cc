#include "zero_knowledge/explain.h"

#include <algorithm>

namespace tacit::zero_knowledge {
namespace {

constexpr int kNewtonSteps = 5;

std::vector<Toy> difference(const std::vector<Toy>& x, const std::vector<Toy>& y) {
  std::vector<Toy> out(x.size());
  for (size_t i = 0; i < x.size(); ++i) out[i] = x[i] - y[i];
  return out;
}

// What the verifier's equations determine comes last: those coordinates are not linear in the tape, and
// elimination takes its pivots from the first rows that have one.
std::vector<size_t> equation_order(const Session::Run& run) {
  std::vector<size_t> order, last;
  for (const Transcript& t : run.proofs)
    for (const Coordinate& c : t.coordinates) {
      const size_t i = order.size() + last.size();
      (is_determined(c) ? last : order).push_back(i);
    }
  order.insert(order.end(), last.begin(), last.end());
  return order;
}

}  // namespace

std::optional<Tape> explain(const Session& session, const std::vector<Toy>& target, Tape tape) {
  for (int step = 0; step < kNewtonSteps; ++step) {
    const Session::Run run = session.run(tape);
    const std::vector<Toy> missing = difference(target, run.values());
    if (std::ranges::all_of(missing, [](Toy x) { return x == Toy::zero(); })) return tape;
    const DenseMatrix jacobian = session.jacobian(tape);
    const std::vector<size_t> order = equation_order(run);
    DenseMatrix equations(jacobian.rows(), jacobian.columns());
    std::vector<Toy> rhs;
    for (size_t i = 0; i < order.size(); ++i) {
      std::ranges::copy(jacobian.row(order[i]), equations.row(i).begin());
      rhs.push_back(missing[order[i]]);
    }
    const Solution move = solve(equations, rhs);
    for (size_t i = 0; i < tape.size(); ++i) tape[i] += move.x[i];
  }
  return std::nullopt;
}

bool outside_hull(const Session& session, const std::vector<Toy>& value, std::mt19937_64& random) {
  const std::vector<Toy> origin = session(random_tape(session.tape_length(), random));
  DenseMatrix directions(origin.size(), origin.size() + 8);
  for (size_t k = 0; k < directions.columns(); ++k) {
    const std::vector<Toy> d = difference(session(random_tape(session.tape_length(), random)), origin);
    for (size_t i = 0; i < d.size(); ++i) directions.set(i, k, d[i]);
  }
  return !solve(directions, difference(value, origin)).consistent;
}

const char* verdict_name(Verdict verdict) { return verdict == Verdict::kZeroKnowledge ? "ZK" : "LEAKS"; }

std::string Report::text() const {
  return std::string(verdict_name(verdict)) + ": " + std::to_string(coordinates) + " coordinates, tape of " +
         std::to_string(tape) + ", ranks " + std::to_string(rank_1) + " and " +
         (explained   ? std::to_string(rank_2)
          : separated ? "none (a linear functional tells the witnesses apart)"
                      : "none") +
         (complete ? "" : ", not accepted");
}

Report compare_witnesses(const Setting& setting, uint64_t seed) {
  std::mt19937_64 random(seed);
  const Session first(setting, setting.witnesses(random));
  const Session second(setting, setting.witnesses(random));
  const Tape tape = random_tape(first.tape_length(), random);
  const Session::Run run = first.run(tape);
  const std::vector<Toy> target = run.values();
  Report report;
  report.complete = first.verify(run).has_value();
  report.coordinates = target.size();
  report.tape = tape.size();
  report.rank_1 = rank(first.jacobian(tape));
  const std::optional<Tape> other = explain(second, target, random_tape(tape.size(), random));
  report.explained = other.has_value();
  if (!other) {
    report.separated = outside_hull(second, target, random);
    return report;
  }
  report.rank_2 = rank(second.jacobian(*other));
  if (report.rank_1 == report.rank_2) report.verdict = Verdict::kZeroKnowledge;
  return report;
}

}  // namespace tacit::zero_knowledge
