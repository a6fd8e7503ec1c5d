#include "tacit/model/lower/lower.h"

#include <algorithm>
#include <cmath>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/lower/rewrite.h"
#include "tacit/model/ops/move.h"
#include "tacit/model/ops/operator.h"
#include "tacit/parallel/parallel.h"

namespace tacit::model {

namespace {

// What each value spans in one sample; constants, which are the same in all, only if asked for.
Result<std::vector<Spread>> spreads_of(const Graph& graph, const Sample& sample, bool with_constants) {
  TACIT_ASSIGN(const auto values, run_float_all(graph, sample));
  std::vector<Spread> out(graph.values.size());
  for (size_t id = 0; id < values.size(); ++id) {
    if (values[id] == nullptr || (!with_constants && graph.values[id].constant != nullptr)) continue;
    for (size_t i = 0; i < values[id]->size(); ++i) {
      const double v = values[id]->as_real(i);
      if (!std::isfinite(v)) continue;  // a mask's
      out[id].low = std::min(out[id].low, v);
      out[id].high = std::max(out[id].high, v);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<Spread>> calibrate(const Graph& graph, const std::vector<Sample>& samples) {
  std::vector<Result<std::vector<Spread>>> each(samples.size());
  parallel::parallel_for(0, samples.size(), 1,
                         [&](size_t i, size_t) { each[i] = spreads_of(graph, samples[i], i == 0); });
  std::vector<Spread> out(graph.values.size());
  for (Result<std::vector<Spread>>& spreads : each) {
    TACIT_TRY(spreads);
    for (size_t id = 0; id < out.size(); ++id) {
      out[id].low = std::min(out[id].low, (*spreads)[id].low);
      out[id].high = std::max(out[id].high, (*spreads)[id].high);
    }
  }
  return out;
}

namespace {

// The program without its weights.
Result<IntegerModel> emit_program(EmitContext& context) {
  const Graph& graph = context.graph();
  std::vector<Port> inputs, outputs;
  context.enter(UINT32_MAX);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    TACIT_ASSIGN(Port port, context.input(graph.inputs[i], static_cast<uint32_t>(i)));
    inputs.push_back(std::move(port));
  }
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    context.enter(i);
    TACIT_ASSIGN(const Operator* op, check_node(node));
    if (op->emit) {
      TACIT_TRY(op->emit(context, node));
    } else if (op->move) {
      TACIT_TRY(emit_move(context, node, *op));
    } else {
      return context.refuse(Code::kUnsupported, "the operator can't be proven yet");
    }
  }
  context.enter(UINT32_MAX);
  for (ValueId id : graph.outputs) {
    TACIT_ASSIGN(Port port, context.output(id));
    outputs.push_back(std::move(port));
  }
  return context.finish(std::move(inputs), std::move(outputs));
}

}  // namespace

Result<IntegerModel> emit(const Graph& graph, const std::vector<Spread>& spreads, const Plan& plan) {
  EmitContext context(graph, spreads, plan);
  TACIT_ASSIGN(IntegerModel model, emit_program(context));
  TACIT_TRY(context.fill(model));
  return model;
}

Cost cost_of(const statement::System& model) {
  Cost cost;
  for (const statement::Tensor& tensor : model.tensors) {
    const bool weights = model.oracles[tensor.oracle].kind == statement::OracleKind::kWeights;
    (weights ? cost.weights : cost.cells) += tensor.space.places();
  }
  for (const statement::Lookup& lookup : model.lookups) cost.lookups += lookup.labels.places();
  for (const statement::Table& table : model.tables)
    for (const statement::Segment& segment : table.segments) cost.rows += uint64_t{1} << segment.log_rows;
  cost.cells -= cost.rows;  // the multiplicities are counted with the rows
  return cost;
}

namespace {

// What the plan's program costs, in nanoseconds; infinite where its limbs are too wide for the model.
Result<double> cost_of_plan(const Graph& graph, const std::vector<Spread>& spreads, const Plan& plan) {
  EmitContext context(graph, spreads, plan);
  const Result<IntegerModel> model = emit_program(context);
  if (model) return cost_of(model->open.system).nanoseconds();
  if (model.error().code == Code::kMayWrap) return INFINITY;
  return tl::unexpected(model.error());
}

}  // namespace

Result<Plan> choose_plan(const Graph& graph, const std::vector<Spread>& spreads, Plan plan) {
  TACIT_ASSIGN(double least, cost_of_plan(graph, spreads, plan));
  // The two sizes hardly depend on each other: one after the other, twice.
  for (int round = 0; round < 2; ++round)
    for (uint8_t Plan::*size : {&Plan::digit_bits, &Plan::clamp_bits}) {
      Plan other = plan;
      for (uint8_t bits = 6; bits <= 16; ++bits) {
        if (size == &Plan::clamp_bits && bits > plan.bits) break;
        other.*size = bits;
        TACIT_ASSIGN(const double cost, cost_of_plan(graph, spreads, other));
        if (cost >= least) continue;
        least = cost;
        plan = other;
      }
    }
  return plan;
}

Result<IntegerModel> lower(Graph graph, const std::vector<Sample>& samples, Plan plan) {
  rewrite(graph);
  TACIT_ASSIGN(const auto spreads, calibrate(graph, samples.empty() ? synthetic_samples(graph, 16) : samples));
  TACIT_ASSIGN(plan, choose_plan(graph, spreads, plan));
  TACIT_ASSIGN(IntegerModel model, emit(graph, spreads, plan));
  TACIT_TRY(validate(model));
  return model;
}

}  // namespace tacit::model
