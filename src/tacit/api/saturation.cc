#include "tacit/api/saturation.h"

#include <map>

namespace tacit::api {

std::vector<std::pair<std::string, uint64_t>> count_saturated(const model::IntegerModel& program,
                                                              const model::Execution& execution) {
  std::map<uint32_t, uint64_t> counts;
  for (const model::Step& step : program.steps) {
    if (step.kind != model::StepKind::kClamp) continue;
    // out, then the limbs of what was cut off; where the lowest limb has no cells of its own, the ends of the range tell.
    const std::vector<int64_t>& out = execution.assignment.tensors[step.tensors[0]];
    const int64_t low = step.numbers[1], high = step.numbers[2];
    // A lower end of 0 is a Relu's, where cutting off is the point.
    for (const int64_t v : out) counts[step.node] += v == high || (v == low && low != 0);
  }
  std::vector<std::pair<std::string, uint64_t>> named;
  for (const auto& [node, count] : counts)
    if (count > 0) named.emplace_back(node < program.nodes.size() ? program.nodes[node] : "model", count);
  return named;
}

}  // namespace tacit::api
