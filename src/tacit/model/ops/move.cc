#include "tacit/model/ops/move.h"

#include <algorithm>
#include <optional>

#include "tacit/base/check.h"
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// A range of output indices, one interval for each output label.
struct Box {
  std::vector<int64_t> low, high;
  int64_t length(size_t a) const { return high[a] - low[a]; }
};

// Inside a box, all elements come from one input, and each of its labels has the index base + Σ_a
// step[a]·(o_a − low_a).
struct Piece {
  uint32_t input = Source::kFill;
  std::vector<int64_t> base;               // by position in the input's row-major labels
  std::vector<std::vector<int64_t>> step;  // [output label][input label]
};

constexpr size_t kMaxPieces = 256;

class MoveReader {
 public:
  // `lengths`: the output labels, row-major.
  MoveReader(const Move& move, const std::vector<Form>& forms, std::vector<int64_t> lengths)
      : move_(move), lengths_(std::move(lengths)), strides_(row_major_strides(lengths_)) {
    for (const Form& form : forms) {
      std::vector<int64_t>& sizes = sizes_.emplace_back();
      for (uint32_t label : form.row_major()) sizes.push_back(form.length(label));
    }
  }

  const std::vector<int64_t>& lengths() const { return lengths_; }
  Box whole() const { return {std::vector<int64_t>(lengths_.size(), 0), lengths_}; }

  // The output labels cut so that along each one, from the origin, the input's labels advance evenly.
  std::vector<int64_t> factors(size_t axis) const {
    std::vector<int64_t> out;
    int64_t step = strides_[axis], rest = lengths_[axis];
    while (rest > 1) {
      const int64_t run = even_run(0, step, rest);
      if (run == 1 || rest % run != 0) return {lengths_[axis]};
      out.insert(out.begin(), run);
      step *= run;
      rest /= run;
    }
    return out;
  }

  // The pieces of a box, found by cutting it wherever the pattern breaks. False if there are too many.
  bool cut(const Box& box, std::vector<std::pair<Box, Piece>>& pieces) const {
    if (pieces.size() > kMaxPieces) return false;
    if (auto piece = read(box)) {
      if (piece->input != Source::kFill) pieces.emplace_back(box, std::move(*piece));
      return true;
    }
    const auto [axis, at] = first_break(box);
    Box left = box, right = box;
    left.high[axis] = right.low[axis] = at;
    return cut(left, pieces) && cut(right, pieces);
  }

 private:
  const Source& source(int64_t flat) const { return move_.sources[static_cast<size_t>(flat)]; }

  std::vector<int64_t> digits(const Source& s) const {
    const std::vector<int64_t>& sizes = sizes_[s.input];
    std::vector<int64_t> out(sizes.size());
    int64_t position = s.position;
    for (size_t i = sizes.size(); i-- > 0;) {
      out[i] = position % sizes[i];
      position /= sizes[i];
    }
    return out;
  }

  // The number of elements from `first` on, `hop` apart, of one input whose labels all advance evenly; at
  // most `limit`.
  int64_t even_run(int64_t first, int64_t hop, int64_t limit) const {
    const Source& origin = source(first);
    if (limit <= 1) return limit;
    const bool fill = origin.input == Source::kFill;
    std::vector<int64_t> start, step;
    for (int64_t k = 1; k < limit; ++k) {
      const Source& s = source(first + k * hop);
      if (s.input != origin.input) return k;
      if (fill) continue;
      std::vector<int64_t> d = digits(s);
      if (k == 1) {
        start = digits(origin);
        step = d;
        for (size_t i = 0; i < step.size(); ++i) step[i] -= start[i];
        // One output label drives one input label.
        if (std::count_if(step.begin(), step.end(), [](int64_t v) { return v != 0; }) > 1) return 1;
      }
      for (size_t i = 0; i < d.size(); ++i)
        if (d[i] != start[i] + k * step[i]) return k;
    }
    return limit;
  }

  int64_t flat(const std::vector<int64_t>& index) const {
    int64_t sum = 0;
    for (size_t a = 0; a < index.size(); ++a) sum += index[a] * strides_[a];
    return sum;
  }

  // The pattern of the box from its first lines, if all of it follows.
  std::optional<Piece> read(const Box& box) const {
    Piece piece;
    const int64_t origin = flat(box.low);
    piece.input = source(origin).input;
    const bool fill = piece.input == Source::kFill;
    if (!fill) piece.base = digits(source(origin));
    for (size_t a = 0; a < lengths_.size(); ++a) {
      if (even_run(origin, strides_[a], box.length(a)) != box.length(a)) return {};
      piece.step.emplace_back(piece.base.size(), 0);
      if (fill || box.length(a) == 1) continue;
      piece.step[a] = digits(source(origin + strides_[a]));
      for (size_t i = 0; i < piece.base.size(); ++i) piece.step[a][i] -= piece.base[i];
    }
    std::vector<int64_t> index = box.low;
    while (true) {
      const Source& s = source(flat(index));
      if (s.input != piece.input) return {};
      if (!fill) {
        const std::vector<int64_t> d = digits(s);
        for (size_t i = 0; i < d.size(); ++i) {
          int64_t expected = piece.base[i];
          for (size_t a = 0; a < index.size(); ++a) expected += piece.step[a][i] * (index[a] - box.low[a]);
          if (d[i] != expected) return {};
        }
      }
      size_t a = index.size();
      while (a > 0 && ++index[a - 1] == box.high[a - 1]) {
        index[a - 1] = box.low[a - 1];
        --a;
      }
      if (a == 0) return piece;
    }
  }

  // Where to cut a box that has no single pattern: after the first even run that ends early, on any of its
  // lines.
  std::pair<size_t, int64_t> first_break(const Box& box) const {
    std::vector<int64_t> index = box.low;
    while (true) {
      for (size_t a = 0; a < index.size(); ++a) {
        if (index[a] != box.low[a]) continue;
        const int64_t run = even_run(flat(index), strides_[a], box.length(a));
        if (run < box.length(a)) return {a, box.low[a] + run};
      }
      size_t a = index.size();
      while (a > 0 && ++index[a - 1] == box.high[a - 1]) {
        index[a - 1] = box.low[a - 1];
        --a;
      }
      if (a == 0) break;
    }
    // Every line is even but the lines differ: halve the longest side.
    size_t longest = 0;
    for (size_t a = 1; a < index.size(); ++a)
      if (box.length(a) > box.length(longest)) longest = a;
    return {longest, box.low[longest] + box.length(longest) / 2};
  }

  const Move& move_;
  std::vector<int64_t> lengths_;
  Shape strides_;
  std::vector<std::vector<int64_t>> sizes_;
};

// The form read inside a box, with one label for each output label, of the box's length there.
Form restricted(const Form& form, const Box& box, const Piece& piece) {
  const size_t n = box.low.size();
  Form out;
  out.exponent = form.exponent;
  out.bounds = form.bounds;
  out.spread = form.spread;
  out.view = form.view;
  for (size_t a = 0; a < n; ++a) out.labels.axes.push_back(statement::whole_axis(static_cast<uint32_t>(box.length(a))));
  const std::vector<uint32_t> labels = form.row_major();
  for (statement::Term& term : out.view.terms)
    for (statement::AxisMap& map : term.maps) {
      statement::AxisMap moved{{}, map.offset};
      for (const statement::AxisMap::Step& step : map.steps) {
        const size_t i = static_cast<size_t>(std::find(labels.begin(), labels.end(), step.label) - labels.begin());
        if (i == labels.size()) {
          moved.steps.push_back(step);  // the samples
          continue;
        }
        moved.offset += step.stride * piece.base[i];
        for (size_t a = 0; a < n; ++a)
          if (piece.step[a][i] != 0)
            moved.steps.push_back({static_cast<uint32_t>(a + 1), step.stride * piece.step[a][i]});
      }
      map = std::move(moved);
    }
  return out;
}

// A box' form moved to its place in the whole output.
Form placed(EmitContext& e, Form form, const Box& box, const std::vector<int64_t>& lengths) {
  bool solid = true;
  for (uint32_t a = 0; a < lengths.size(); ++a)
    solid = solid && (box.length(a) == lengths[a] || vanishes_outside(e.system(), form, a + 1));
  if (!solid) form = e.solid(form);
  for (uint32_t a = 0; a < lengths.size(); ++a)
    resample(form, a + 1, -box.low[a], 1, static_cast<uint32_t>(lengths[a]));
  // Zero is one of the values now.
  form.bounds = {std::min<__int128>(form.bounds.low, 0), std::max<__int128>(form.bounds.high, 0)};
  return form;
}

bool is_identity(const Move& move, const Form& form) {
  if (static_cast<int64_t>(move.sources.size()) != form.strides()[0]) return false;
  for (size_t i = 0; i < move.sources.size(); ++i)
    if (move.sources[i].input != 0 || move.sources[i].position != static_cast<int64_t>(i)) return false;
  return true;
}

// Renames labels so that those which read the first input's fastest labels come last, as they are stored
// there.
void order_like_input(Form& form, const Form& input, const Piece& piece) {
  const size_t n = form.labels.axes.size() - 1;
  const std::vector<uint32_t> labels = input.row_major();
  std::vector<uint32_t> rank(n, 0), order(n), map(n + 1, 0);
  for (size_t a = 0; a < n; ++a) {
    order[a] = static_cast<uint32_t>(a);
    for (size_t i = 0; i < labels.size(); ++i)
      if (piece.step[a][i] != 0) rank[a] = labels[i];
  }
  std::stable_sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) { return rank[x] < rank[y]; });
  std::vector<statement::Axis> axes(1, form.labels.axes[0]);
  for (size_t k = 0; k < n; ++k) {
    map[order[k] + 1] = static_cast<uint32_t>(k + 1);
    axes.push_back(form.labels.axes[order[k] + 1]);
  }
  form.labels.axes = std::move(axes);
  form.view = relabelled(std::move(form.view), map);
  for (auto& axis : form.axes)
    for (uint32_t& label : axis) label = map[label];
}

Result<Form> moved(EmitContext& e, const Move& move, const std::vector<Form>& forms, const Shape& shape) {
  if (move.sources.empty()) return e.refuse(Code::kUnsupported, "the output has no elements");
  if (!forms.empty() && is_identity(move, forms[0])) return e.reshaped(forms[0], shape);
  const MoveReader plain(move, forms, shape);
  // First with the output's axes cut to follow the inputs' labels, then, if that takes many pieces, as they
  // are.
  std::vector<std::vector<int64_t>> factors;
  std::vector<int64_t> lengths;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    factors.push_back(plain.factors(axis));
    lengths.insert(lengths.end(), factors.back().begin(), factors.back().end());
  }
  const MoveReader cut(move, forms, lengths);
  const MoveReader* reader = &cut;
  std::vector<std::pair<Box, Piece>> pieces;
  if (!cut.cut(cut.whole(), pieces) || pieces.size() > 1) {
    std::vector<std::pair<Box, Piece>> others;
    if (plain.cut(plain.whole(), others) && (others.size() < pieces.size() || pieces.size() > kMaxPieces)) {
      pieces = std::move(others);
      reader = &plain;
      for (size_t axis = 0; axis < shape.size(); ++axis) factors[axis] = {shape[axis]};
    }
  }
  if (pieces.size() > kMaxPieces) return e.refuse(Code::kUnsupported, "the elements move in too irregular a way");
  if (pieces.empty()) return e.refuse(Code::kUnsupported, "nothing of the inputs is left");
  std::optional<Form> sum;
  for (const auto& [box, piece] : pieces) {
    Form part = placed(e, restricted(forms[piece.input], box, piece), box, reader->lengths());
    uint32_t label = 1;
    for (const auto& axis : factors) {
      std::vector<uint32_t>& labels = part.axes.emplace_back();
      for (size_t k = 0; k < axis.size(); ++k) labels.push_back(label++);
    }
    if (!sum) {
      sum = std::move(part);
      continue;
    }
    const Bounds bounds = {std::min(sum->bounds.low, part.bounds.low), std::max(sum->bounds.high, part.bounds.high)};
    const bool same_scale = sum->exponent == part.exponent;
    TACIT_ASSIGN(sum, e.add(std::move(*sum), std::move(part)));
    if (same_scale) sum->bounds = bounds;  // the pieces don't overlap
  }
  order_like_input(*sum, forms[pieces[0].second.input], pieces[0].second);
  return std::move(*sum);
}

}  // namespace

Result<Form> leading_part(EmitContext& e, Form form, const Shape& shape) {
  const Move move = strided_move(0, shape, 0, row_major_strides(form.shape()));
  const int exponent = form.exponent;
  std::vector<Form> forms;
  forms.push_back(std::move(form));
  TACIT_ASSIGN(Form out, moved(e, move, forms, shape));
  TACIT_CHECK(out.exponent == exponent);
  return out;
}

Status emit_move(EmitContext& e, const Node& node, const Operator& op) {
  const Args args = emit_args(e, node);
  Types types;
  for (ValueId id : node.outputs) types.push_back(id == kNoValue ? ValueType{} : e.graph().type(id));
  TACIT_ASSIGN(std::vector<Move> moves, op.move(args, types));
  for (size_t i = 0; i < moves.size(); ++i) {
    if (node.outputs[i] == kNoValue) continue;
    Move& move = moves[i];
    std::vector<bool> used(args.size(), false);
    for (Source& source : move.sources) {
      if (source.input == Source::kFill) continue;
      // Pad's constant is part of the architecture: a zero is a fill.
      const Tensor* known = node.op == "Pad" && source.input == 2 ? args.known(2) : nullptr;
      if (known != nullptr && known->as_real(0) == 0) {
        source.input = Source::kFill;
      } else {
        used[source.input] = true;
      }
    }
    const bool fills =
        std::any_of(move.sources.begin(), move.sources.end(), [](const Source& s) { return s.input == Source::kFill; });
    if (fills && move.fill != 0) return e.refuse(Code::kUnsupported, "padding by a value other than zero");
    std::vector<Form> forms(args.size());
    for (size_t q = 0; q < args.size(); ++q) {
      if (!used[q]) continue;
      TACIT_ASSIGN(forms[q], e.form(node.inputs[q]));
    }
    TACIT_ASSIGN(Form y, moved(e, move, forms, types[i].shape));
    TACIT_TRY(e.set(node.outputs[i], std::move(y)));
  }
  return {};
}

}  // namespace tacit::model
