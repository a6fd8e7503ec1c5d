#include "tacit/model/quant/form.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/statement/builder.h"

namespace tacit::model {
namespace {

using statement::AxisMap;
using statement::Term;
using statement::View;

// Calls f(step) for every step of the view that reads the label.
template <class F>
void for_each_step(View& view, uint32_t label, F f) {
  for (Term& term : view.terms)
    for (AxisMap& map : term.maps)
      for (size_t i = 0; i < map.steps.size(); ++i)
        if (map.steps[i].label == label) f(map, i);
}

Bounds scaled(Bounds b, __int128 factor) {
  b.low *= factor, b.high *= factor;
  if (factor < 0) std::swap(b.low, b.high);
  return b;
}

// Gives `form` labels for the logical axes along which only `other` is longer than 1.
void broadcast_axes(Form& form, const Form& other) {
  for (size_t axis = 0; axis < form.axes.size(); ++axis) {
    if (!form.axes[axis].empty() || other.axes[axis].empty()) continue;
    for (uint32_t label : other.axes[axis]) {
      insert_label(form, 1, static_cast<uint32_t>(other.length(label)));
      form.axes[axis].push_back(1);
    }
  }
}

// Orders the labels of `form` like those of `model`, which has the same logical axes.
void reorder_like(Form& form, const Form& model) {
  std::vector<uint32_t> map(form.labels.axes.size(), 0);
  for (size_t axis = 0; axis < form.axes.size(); ++axis)
    for (size_t k = 0; k < form.axes[axis].size(); ++k) map[form.axes[axis][k]] = model.axes[axis][k];
  form.view = relabelled(std::move(form.view), map);
  form.labels = model.labels;
  form.axes = model.axes;
}

}  // namespace

statement::Space laid_out(statement::Space labels) {
  // A quarter of padding is cheaper than many strips; the fastest axis is one strip, so that rows stay whole.
  constexpr uint32_t kWaste = 4;
  for (size_t i = 0; i < labels.axes.size(); ++i) {
    statement::Axis& axis = labels.axes[i];
    if (axis.batched) continue;
    axis = i + 1 == labels.axes.size() && i > 1 ? statement::whole_axis(axis.length)
                                                : statement::strip_axis(axis.length, kWaste);
  }
  return labels;
}

__int128 magnitude(Bounds bounds) { return std::max(bounds.high, -bounds.low); }

Shape Form::shape() const {
  Shape out;
  for (const auto& axis : axes) {
    out.push_back(1);
    for (uint32_t label : axis) out.back() *= length(label);
  }
  return out;
}

std::vector<uint32_t> Form::row_major() const {
  std::vector<uint32_t> out;
  for (const auto& axis : axes) out.insert(out.end(), axis.begin(), axis.end());
  return out;
}

std::vector<int64_t> Form::strides() const {
  std::vector<int64_t> out(labels.axes.size(), 0);
  const std::vector<uint32_t> order = row_major();
  int64_t step = 1;
  for (size_t i = order.size(); i-- > 0;) {
    out[order[i]] = step;
    step *= length(order[i]);
  }
  out[0] = step;
  return out;
}

bool uses(const View& view, uint32_t label) {
  bool found = false;
  for_each_step(const_cast<View&>(view), label, [&](const AxisMap&, size_t) { found = true; });
  return found;
}

View relabelled(View view, const std::vector<uint32_t>& map) {
  for (Term& term : view.terms)
    for (AxisMap& axis : term.maps)
      for (AxisMap::Step& step : axis.steps) step.label = map[step.label];
  return view;
}

void insert_label(Form& form, uint32_t at, uint32_t length) {
  TACIT_CHECK(at >= 1 && at <= form.labels.axes.size());
  std::vector<uint32_t> map(form.labels.axes.size());
  for (uint32_t i = 0; i < map.size(); ++i) map[i] = i < at ? i : i + 1;
  form.view = relabelled(std::move(form.view), map);
  for (auto& axis : form.axes)
    for (uint32_t& label : axis) label = map[label];
  form.labels.axes.insert(form.labels.axes.begin() + at, statement::whole_axis(length));
}

void split_label(Form& form, uint32_t label, uint32_t minor) {
  const uint32_t length = static_cast<uint32_t>(form.length(label));
  TACIT_CHECK(label >= 1 && minor >= 1 && length % minor == 0);
  insert_label(form, label + 1, minor);
  form.labels.axes[label] = statement::whole_axis(length / minor);
  for_each_step(form.view, label, [&](AxisMap& map, size_t i) {
    const int64_t stride = map.steps[i].stride;
    map.steps[i].stride = stride * minor;
    map.steps.push_back({label + 1, stride});
  });
  for (auto& axis : form.axes) {
    const auto at = std::find(axis.begin(), axis.end(), label);
    if (at != axis.end()) axis.insert(at + 1, label + 1);
  }
}

void tidy(Form& form) {
  for (uint32_t label = static_cast<uint32_t>(form.labels.axes.size()); label-- > 1;) {
    if (form.length(label) != 1) continue;
    for (Term& term : form.view.terms)
      for (AxisMap& map : term.maps)
        std::erase_if(map.steps, [&](const AxisMap::Step& step) { return step.label == label; });
    std::vector<uint32_t> map(form.labels.axes.size());
    for (uint32_t i = 0; i < map.size(); ++i) map[i] = i > label ? i - 1 : i;
    form.view = relabelled(std::move(form.view), map);
    for (auto& axis : form.axes) {
      std::erase(axis, label);
      for (uint32_t& other : axis) other = map[other];
    }
    form.labels.axes.erase(form.labels.axes.begin() + label);
  }
}

bool reshape(Form& form, const Shape& shape) {
  Form work = form;
  work.axes = {work.row_major()};  // one long axis, whose labels are dealt out from the minor end
  size_t left = work.axes[0].size();
  std::vector<size_t> taken(shape.size(), 0);
  for (size_t axis = shape.size(); axis-- > 0;) {
    for (int64_t rest = shape[axis]; rest > 1; ++taken[axis]) {
      TACIT_CHECK(left > 0);
      const uint32_t label = work.axes[0][left - 1];
      const int64_t length = work.length(label);
      if (rest % length == 0) {
        rest /= length;
        --left;
      } else if (length % rest == 0) {
        split_label(work, label, static_cast<uint32_t>(rest));
        rest = 1;
      } else {
        return false;
      }
    }
  }
  TACIT_CHECK(left == 0);
  std::vector<std::vector<uint32_t>> axes(shape.size());
  size_t next = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    for (size_t k = 0; k < taken[axis]; ++k) axes[axis].push_back(work.axes[0][next++]);
  work.axes = std::move(axes);
  form = std::move(work);
  return true;
}

namespace {

const statement::Axis& source_axis(const statement::System& system, const Term& term, size_t axis) {
  switch (term.source) {
    case statement::Source::kTensor:
      return system.tensors[term.id].space.axes[axis];
    case statement::Source::kPublic:
      return system.publics[term.id].space.axes[axis];
    case statement::Source::kAccumulator:
      break;
  }
  const statement::Contraction& k = system.contractions[term.id];
  return k.labels.axes[k.output_labels()[axis]];
}

}  // namespace

bool vanishes_outside(const statement::System& system, const Form& form, uint32_t label) {
  if (form.view.constant != 0) return false;
  for (const Term& term : form.view.terms) {
    // The label alone runs over an axis of the source from end to end.
    bool covered = false;
    for (size_t a = 0; a < term.maps.size(); ++a) {
      const AxisMap& map = term.maps[a];
      covered = covered ||
                (map.offset == 0 && map.steps.size() == 1 && map.steps[0].label == label && map.steps[0].stride == 1 &&
                 source_axis(system, term, a).length == form.labels.axes[label].length);
    }
    if (!covered) return false;
  }
  return true;
}

Form compact(const Form& form, std::vector<uint32_t>& kept) {
  std::vector<uint32_t> map(form.labels.axes.size(), 0);
  Form out = form;
  out.axes.clear();
  out.labels.axes.clear();
  for (uint32_t label = 0; label < map.size(); ++label) {
    if (label != 0 && !uses(form.view, label)) continue;
    map[label] = static_cast<uint32_t>(kept.size());
    kept.push_back(label);
    out.labels.axes.push_back(form.labels.axes[label]);
  }
  out.view = relabelled(std::move(out.view), map);
  out.labels = laid_out(out.labels);
  return out;
}

void resample(Form& form, uint32_t label, int64_t start, int64_t stride, uint32_t length) {
  for_each_step(form.view, label, [&](AxisMap& map, size_t i) {
    map.offset += map.steps[i].stride * start;
    map.steps[i].stride *= stride;
  });
  form.labels.axes[label] = statement::whole_axis(length);
}

uint32_t unfold(Form& form, uint32_t label, int64_t stride, int64_t dilation, int64_t pad, uint32_t n_out,
                uint32_t n_kernel) {
  insert_label(form, label + 1, n_kernel);
  for_each_step(form.view, label, [&](AxisMap& map, size_t i) {
    const int64_t step = map.steps[i].stride;
    map.offset -= step * pad;
    map.steps[i].stride = step * stride;
    map.steps.push_back({label + 1, step * dilation});
  });
  form.labels.axes[label] = statement::whole_axis(n_out);
  return label + 1;
}

bool refine(Form& a, size_t i, Form& c, size_t j) {
  size_t left_a = a.axes[i].size(), left_c = c.axes[j].size();
  while (left_a > 0 && left_c > 0) {
    const uint32_t x = a.axes[i][left_a - 1], y = c.axes[j][left_c - 1];
    const uint32_t n = static_cast<uint32_t>(a.length(x)), m = static_cast<uint32_t>(c.length(y));
    if (n == m) {
      --left_a, --left_c;
    } else if (n % m == 0) {
      split_label(a, x, m);
      --left_c;
    } else if (m % n == 0) {
      split_label(c, y, n);
      --left_a;
    } else {
      return false;
    }
  }
  return left_a == 0 && left_c == 0;
}

bool align(Form& a, Form& b) {
  tidy(a);
  tidy(b);
  while (a.axes.size() < b.axes.size()) a.axes.insert(a.axes.begin(), std::vector<uint32_t>{});
  while (b.axes.size() < a.axes.size()) b.axes.insert(b.axes.begin(), std::vector<uint32_t>{});
  for (size_t axis = 0; axis < a.axes.size(); ++axis)
    if (!a.axes[axis].empty() && !b.axes[axis].empty() && !refine(a, axis, b, axis)) return false;
  // The form with more labels decides the order of storage.
  Form& first = a.labels.axes.size() >= b.labels.axes.size() ? a : b;
  Form& second = &first == &a ? b : a;
  broadcast_axes(first, second);
  broadcast_axes(second, first);
  reorder_like(second, first);
  return true;
}

Form scaled(Form form, int64_t factor) {
  form.view = statement::operator*(std::move(form.view), factor);
  form.bounds = scaled(form.bounds, factor);
  return form;
}

Form shifted(Form form, int64_t constant) {
  form.view.constant += constant;
  form.bounds.low += constant;
  form.bounds.high += constant;
  return form;
}

Form with_exponent(Form form, int exponent) {
  const int up = form.exponent - exponent;
  TACIT_CHECK(up >= 0 && up < 62);
  form = scaled(std::move(form), int64_t{1} << up);
  form.exponent = exponent;
  return form;
}

Form plus(Form a, const Form& b) {
  TACIT_CHECK(a.exponent == b.exponent && a.labels.axes.size() == b.labels.axes.size());
  for (uint32_t label = 0; label < a.labels.axes.size(); ++label) TACIT_CHECK(a.length(label) == b.length(label));
  for (const Term& term : b.view.terms) {
    const auto same = std::find_if(a.view.terms.begin(), a.view.terms.end(), [&](const Term& t) {
      return t.source == term.source && t.id == term.id && t.maps == term.maps;
    });
    if (same == a.view.terms.end()) {
      a.view.terms.push_back(term);
    } else {
      same->coefficient += term.coefficient;
    }
  }
  std::erase_if(a.view.terms, [](const Term& t) { return t.coefficient == 0; });
  a.view.constant += b.view.constant;
  a.bounds = {a.bounds.low + b.bounds.low, a.bounds.high + b.bounds.high};
  return a;
}

}  // namespace tacit::model
