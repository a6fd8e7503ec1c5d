#include <algorithm>

#include "tacit/model/quant/program.h"
#include "tacit/statement/instance.h"

namespace tacit::model {
namespace {

using statement::Role;
using statement::Source;
using statement::Space;
using statement::System;
using statement::TensorId;
using statement::View;

// How many of each a step has; tensors and numbers may be more where `more` says so.
struct Arity {
  size_t views, tensors, numbers;
  bool more_tensors, more_numbers;
  bool more_views = false;
};

Arity arity_of(StepKind kind) {
  switch (kind) {
    case StepKind::kInput:
      return {0, 1, 1, false, false};
    case StepKind::kContract:
      return {0, 0, 1, false, false};
    case StepKind::kCopy:
    case StepKind::kIsZero:
    case StepKind::kOneHot:
      return {1, 1, 0, false, false};
    case StepKind::kNormalise:
      return {1, 3, 4, false, false};
    case StepKind::kClamp:
      return {1, 1, 5, true, false};
    case StepKind::kDigits:
      return {1, 1, 1, true, false};
    case StepKind::kTable:
      return {1, 2, 1, false, true};
    case StepKind::kRowMax:
      return {1, 1, 1, false, true, true};
    case StepKind::kDivide:
      return {2, 1, 0, false, false};
  }
  return {};
}

bool fits(Bounds b) { return b.low > INT64_MIN / 2 && b.high < INT64_MAX / 2; }

// May the system's tensors be placed: do their oracles exist, and are their sizes sane?
Status check_sizes(const System& system) {
  for (size_t i = 0; i < system.tensors.size(); ++i) {
    const statement::Tensor& tensor = system.tensors[i];
    int log_places = 0;
    for (const statement::Axis& axis : tensor.space.axes) {
      if (axis.length == 0 || axis.log_strip > 32) return fail(Code::kBadModel, "tensor", i, "an axis is malformed");
      log_places += std::max<int>(axis.log_strip, statement::log2_ceil(axis.length)) + 1;
    }
    if (tensor.oracle >= system.oracles.size() || tensor.space.axes.size() > 16)
      return fail(Code::kBadModel, "tensor", i, "there is no such oracle, or too many axes");
    if (log_places > 40 + static_cast<int>(tensor.space.axes.size())) return fail(Code::kTooLarge, "tensor", i);
  }
  return {};
}

bool is_template(const Space& space) {
  return std::all_of(space.axes.begin(), space.axes.end(),
                     [](const statement::Axis& a) { return !a.batched || a == statement::batch_axis(); });
}

// A batched axis is 1 long in a template, and weights know nothing of samples.
Status check_template(const System& system) {
  for (size_t i = 0; i < system.tensors.size(); ++i) {
    const statement::Tensor& tensor = system.tensors[i];
    const bool activations = system.oracles[tensor.oracle].kind == statement::OracleKind::kActivations;
    const bool batched = std::any_of(tensor.space.axes.begin(), tensor.space.axes.end(),
                                     [](const statement::Axis& a) { return a.batched; });
    if (!is_template(tensor.space) || (batched && !activations))
      return fail(Code::kBadModel, "tensor", i, "the axis of samples is malformed");
  }
  bool all = true;
  for (const statement::Public& item : system.publics) all = all && is_template(item.space);
  for (const statement::Contraction& k : system.contractions) all = all && is_template(k.labels);
  for (const statement::Lookup& lookup : system.lookups) all = all && is_template(lookup.labels);
  for (const statement::Identity& identity : system.identities) all = all && is_template(identity.labels);
  if (!all) return fail(Code::kBadModel, "relation", 0, "the axis of samples is malformed");
  return {};
}

// No relation is larger than a tensor may be. For programs that are to be executed.
Status check_effort(const System& system) {
  auto large = [](const Space& labels) {
    __int128 elements = 1;
    for (const statement::Axis& axis : labels.axes) {
      elements *= axis.length;
      if (elements > kMaxElements) return true;
    }
    return false;
  };
  for (size_t i = 0; i < system.lookups.size(); ++i)
    if (large(system.lookups[i].labels)) return fail(Code::kTooLarge, "lookup", i);
  for (size_t i = 0; i < system.contractions.size(); ++i) {
    const statement::Contraction& k = system.contractions[i];
    for (Role absent : {Role::kLeft, Role::kRight, Role::kInner}) {
      Space labels;
      for (size_t label = 0; label < k.roles.size(); ++label)
        if (k.roles[label] != absent) labels.axes.push_back(k.labels.axes[label]);
      if (large(labels)) return fail(Code::kTooLarge, "contraction", i);
    }
  }
  return {};
}

// Are the views well formed over the system, and their values within int64?
Status check_views(const System& system, std::vector<statement::Identity> views) {
  TACIT_TRY(check_sizes(system));
  System probe = system;
  probe.identities.insert(probe.identities.end(), views.begin(), views.end());
  TACIT_TRY(check_template(probe));
  statement::place(probe, std::vector<uint8_t>(probe.oracles.size(), 10));
  TACIT_TRY(statement::check(probe));
  for (size_t i = 0; i < views.size(); ++i)
    if (!fits(statement::hull(system, views[i].view))) return fail(Code::kMayWrap, "view", i);
  for (size_t i = 0; i < system.identities.size(); ++i)
    if (!fits(statement::hull(system, system.identities[i].view))) return fail(Code::kMayWrap, "identity", i);
  for (size_t i = 0; i < system.lookups.size(); ++i)
    for (const View& view : system.lookups[i].columns)
      if (!fits(statement::hull(system, view))) return fail(Code::kMayWrap, "lookup", i);
  for (size_t i = 0; i < system.contractions.size(); ++i)
    if (!fits(statement::hull(system, system.contractions[i]))) return fail(Code::kMayWrap, "contraction", i);
  return {};
}

Status check_port(const Port& port) {
  const Form& f = port.form;
  std::vector<size_t> seen(f.labels.axes.size(), 0);
  for (uint32_t label : f.row_major()) {
    if (label >= seen.size()) return fail(Code::kBadModel, port.name, 0, "a label does not exist");
    ++seen[label];
  }
  for (size_t label = 0; label < seen.size(); ++label)
    if (seen[label] != (label == 0 ? 0u : 1u)) return fail(Code::kBadModel, port.name, 0, "labels don't fit the axes");
  if (seen.empty() || !f.labels.axes[0].batched || f.bounds.low > f.bounds.high || port.batched > 1 ||
      f.shape() != port.type.shape)
    return fail(Code::kBadModel, port.name, 0, "the port's form is malformed");
  return {};
}

Status check_table(const System& system, const GeneratedTable& table, size_t index) {
  if (table.bits > 16 || table.tensor >= system.tensors.size()) return fail(Code::kBadModel, "generated table", index);
  const statement::Tensor& tensor = system.tensors[table.tensor];
  if (system.oracles[tensor.oracle].kind != statement::OracleKind::kWeights ||
      tensor.space != Space{{statement::whole_axis(uint32_t{1} << table.bits)}})
    return fail(Code::kBadModel, "generated table", index);
  return {};
}

class Validator {
 public:
  explicit Validator(const IntegerModel& model) : model_(model), s_(model.open.system) {}

  Status run() {
    TACIT_TRY(structure());
    written_.assign(s_.tensors.size(), false);
    computed_.assign(s_.contractions.size(), false);
    for (size_t i = 0; i < s_.tensors.size(); ++i)
      written_[i] = s_.oracles[s_.tensors[i].oracle].kind != statement::OracleKind::kActivations;
    for (const statement::Table& table : s_.tables)
      for (const statement::Segment& segment : table.segments) written_[segment.multiplicity] = true;
    for (const Step& step : model_.steps) TACIT_TRY(check_step(step));
    for (size_t i = 0; i < written_.size(); ++i)
      if (!written_[i]) return fail(Code::kBadModel, "tensor", i, "no step writes it");
    for (size_t i = 0; i < computed_.size(); ++i)
      if (!computed_[i]) return fail(Code::kBadModel, "contraction", i, "no step computes it");
    return {};
  }

 private:
  tl::unexpected<Error> bad(const Step& step, const char* why) const {
    const bool named = step.node < model_.nodes.size();
    return fail(Code::kBadModel, named ? model_.nodes[step.node] : "step", step.node, why);
  }

  // The steps' views as identities, so that one checker looks at all structure.
  Status structure() const {
    TACIT_TRY(validate(model_.open));
    TACIT_TRY(check_effort(s_));
    std::vector<statement::Identity> views;
    for (const Step& step : model_.steps)
      for (const View& view : step.views) views.push_back({step.labels, view});
    return check_views(s_, std::move(views));
  }

  bool knows(const View& view) const {
    return std::all_of(view.terms.begin(), view.terms.end(), [&](const statement::Term& term) {
      return term.source == Source::kPublic   ? s_.publics[term.id].kind == statement::PublicKind::kConstant
             : term.source == Source::kTensor ? static_cast<bool>(written_[term.id])
                                              : static_cast<bool>(computed_[term.id]);
    });
  }

  // Tensors that the step writes: of these labels, in the activations, once.
  Status write(const Step& step, TensorId id, const Space& labels) {
    if (id >= s_.tensors.size() || written_[id] || s_.tensors[id].space.elements() != labels.elements())
      return bad(step, "a step writes a tensor of another shape, or twice");
    // Batched alike, so that they agree for any number of samples.
    auto batched = [](const Space& space) {
      return std::count_if(space.axes.begin(), space.axes.end(), [](const statement::Axis& a) { return a.batched; });
    };
    if (batched(s_.tensors[id].space) != batched(labels)) return bad(step, "a tensor lacks the axis of samples");
    written_[id] = true;
    return {};
  }

  Status check_step(const Step& step) {
    const Arity form = arity_of(step.kind);
    if (step.views.size() < form.views || step.tensors.size() < form.tensors || step.numbers.size() < form.numbers ||
        (step.views.size() > form.views && !form.more_views) ||
        (step.tensors.size() > form.tensors && !form.more_tensors) ||
        (step.numbers.size() > form.numbers && !form.more_numbers))
      return bad(step, "a step has the wrong number of parts");
    for (const View& view : step.views)
      if (!knows(view)) return bad(step, "a step reads what is not known yet");
    switch (step.kind) {
      case StepKind::kContract:
        return compute(step);
      case StepKind::kTable:
        // A start beyond 32 bits is no table's, and v − start must not overflow.
        if (step.numbers.size() > 2 || step.numbers[0] < INT32_MIN || step.numbers[0] > INT32_MAX ||
            step.tensors[0] >= s_.tensors.size() || !written_[step.tensors[0]])
          return bad(step, "a table is malformed");
        return write(step, step.tensors[1], step.labels);
      case StepKind::kRowMax:
        return row_max(step);
      default:
        TACIT_TRY(check_numbers(step));
        for (TensorId id : step.tensors) TACIT_TRY(write(step, id, step.labels));
        return {};
    }
  }

  Status compute(const Step& step) {
    const auto id = static_cast<uint64_t>(step.numbers[0]);
    if (id >= computed_.size() || computed_[id] || !knows(s_.contractions[id].a) || !knows(s_.contractions[id].c))
      return bad(step, "a contraction is not ready");
    computed_[id] = true;
    return {};
  }

  Status row_max(const Step& step) {
    if (step.numbers[0] < 0 || step.numbers[0] > 48) return bad(step, "a number is out of range");
    Space kept;
    for (size_t i = 1; i < step.numbers.size(); ++i) {
      const int64_t label = step.numbers[i];
      if (label < 0 || static_cast<uint64_t>(label) >= step.labels.axes.size()) return bad(step, "no such label");
      kept.axes.push_back(step.labels.axes[static_cast<size_t>(label)]);
    }
    if (kept.axes.size() > step.labels.axes.size()) return bad(step, "a label is kept twice");
    return write(step, step.tensors[0], kept);
  }

  Status check_numbers(const Step& step) const {
    const std::vector<int64_t>& n = step.numbers;
    auto within = [](int64_t v, int64_t low, int64_t high) { return v >= low && v <= high; };
    bool good = true;
    if (step.kind == StepKind::kInput) {
      good = within(n[0], 0, static_cast<int64_t>(model_.open.inputs.size()) - 1) &&
             model_.open.inputs[static_cast<size_t>(n[0])].form.labels.elements() == step.labels.elements();
    } else if (step.kind == StepKind::kClamp) {
      constexpr int64_t kWidest = int64_t{1} << 61;
      good = within(n[0], 0, 48) && within(n[1], -kWidest, n[2]) && n[2] <= kWidest && within(n[3], 1, 31) &&
             within(n[4], 0, 1) && step.tensors.size() * static_cast<size_t>(n[3]) <= 62;
    } else if (step.kind == StepKind::kDigits) {
      good = within(n[0], 1, 31) && step.tensors.size() * static_cast<size_t>(n[0]) <= 62;
    } else if (step.kind == StepKind::kNormalise) {
      good =
          within(n[0], 0, 30) && within(n[1], 1, 2) && within(n[2], 0, 60) && n[1] * n[2] <= 60 && within(n[3], 0, 1);
    } else if (step.kind == StepKind::kOneHot) {
      good = step.labels.axes.size() > 1;
    }
    if (!good) return bad(step, "a number is out of range");
    return {};
  }

  const IntegerModel& model_;
  const System& s_;
  std::vector<bool> written_;
  std::vector<bool> computed_;
};

}  // namespace

Status validate(const PublicModel& model) {
  if (model.system.oracles.empty()) return fail(Code::kBadModel, "system", 0, "there is no oracle");
  std::vector<statement::Identity> views;
  for (const auto* ports : {&model.inputs, &model.outputs})
    for (const Port& port : *ports) {
      TACIT_TRY(check_port(port));
      views.push_back({port.form.labels, port.form.view});
    }
  TACIT_TRY(check_views(model.system, std::move(views)));
  for (size_t i = 0; i < model.tables.size(); ++i) TACIT_TRY(check_table(model.system, model.tables[i], i));
  return {};
}

Status validate(const IntegerModel& model) { return Validator(model).run(); }

}  // namespace tacit::model
