// A model that validate accepts executes without harm; a damaged one is refused, whatever is damaged.
#include <gtest/gtest.h>

#include <random>

#include "tacit/model/lower/small_model_test.h"

namespace tacit::model {
namespace {

const std::vector<std::vector<int64_t>> kInput = {std::vector<int64_t>(16, 3)};

TEST(Validate, AcceptsWhatEmitMakes) {
  const IntegerModel model = small_model();
  const Status valid = validate(model);
  EXPECT_TRUE(valid) << valid.error().message();
}

TEST(Validate, EveryStepIsNeededOnceAndInOrder) {
  const IntegerModel model = small_model();
  for (size_t i = 0; i < model.steps.size(); ++i) {
    IntegerModel without = model, twice = model, late = model;
    without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(validate(without)) << i;
    twice.steps.push_back(twice.steps[i]);
    EXPECT_FALSE(validate(twice)) << i;
    if (i + 1 == model.steps.size()) continue;
    // The first step feeds all others.
    std::swap(late.steps[0], late.steps[i + 1]);
    EXPECT_FALSE(validate(late)) << i;
  }
}

class Damage {
 public:
  explicit Damage(uint64_t seed) : random_(seed) {}

  void step(Step& step) {
    switch (random_() % 6) {
      case 0:
        step.kind = static_cast<StepKind>(random_() % 9);
        return;
      case 1:
        if (!step.labels.axes.empty()) space(step.labels);
        return;
      case 2:
        if (!step.views.empty()) view(step.views[random_() % step.views.size()]);
        return;
      case 3:
        if (!step.tensors.empty()) step.tensors[random_() % step.tensors.size()] = number32();
        return;
      case 4:
        if (!step.numbers.empty()) step.numbers[random_() % step.numbers.size()] = number();
        return;
      default:
        step.tensors.push_back(number32());
    }
  }

  void open(PublicModel& open) {
    statement::System& s = open.system;
    switch (random_() % 7) {
      case 0:
        return space(s.tensors[random_() % s.tensors.size()].space);
      case 1:
        s.tensors[random_() % s.tensors.size()].oracle = number32();
        return;
      case 2: {
        statement::Contraction& k = s.contractions[random_() % s.contractions.size()];
        return random_() % 2 == 0 ? view(k.a) : space(k.labels);
      }
      case 3: {
        statement::Lookup& lookup = s.lookups[random_() % s.lookups.size()];
        return random_() % 2 == 0 ? view(lookup.columns[0]) : space(lookup.labels);
      }
      case 4:
        return form(open.inputs[0].form);
      case 5:
        return form(open.outputs[0].form);
      default:
        open.tables[0].tensor = number32();
    }
  }

 private:
  int64_t number() {
    static constexpr int64_t kNumbers[] = {0, 1, 2, 3, 7, -1, 40, 63, 1 << 20, INT64_MAX, INT64_MIN};
    return kNumbers[random_() % std::size(kNumbers)];
  }
  uint32_t number32() { return static_cast<uint32_t>(number()); }

  void space(statement::Space& space) {
    statement::Axis& axis = space.axes[random_() % space.axes.size()];
    switch (random_() % 3) {
      case 0:
        axis.length = number32();
        return;
      case 1:
        axis.log_strip = static_cast<uint8_t>(number());
        return;
      default:
        axis.batched = !axis.batched;
    }
  }

  void view(statement::View& view) {
    if (view.terms.empty()) return;
    statement::Term& term = view.terms[random_() % view.terms.size()];
    switch (random_() % 5) {
      case 0:
        term.source = static_cast<statement::Source>(random_() % 3);
        return;
      case 1:
        term.id = number32();
        return;
      case 2:
        term.coefficient = number();
        return;
      case 3:
        view.constant = number();
        return;
      default:
        if (term.maps.empty() || term.maps[0].steps.empty()) return;
        term.maps[0].steps[0].label = number32();
    }
  }

  void form(Form& form) {
    switch (random_() % 4) {
      case 0:
        return space(form.labels);
      case 1:
        return view(form.view);
      case 2:
        form.axes[random_() % form.axes.size()].push_back(number32());
        return;
      default:
        form.axes.pop_back();
    }
  }

  std::mt19937_64 random_;
};

TEST(Validate, DamageIsRefusedOrHarmless) {
  const IntegerModel model = small_model();
  Damage damage(11);
  size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    IntegerModel damaged = model;
    if (round % 2 == 0) {
      damage.step(damaged.steps[static_cast<size_t>(round / 2) % model.steps.size()]);
    } else {
      damage.open(damaged.open);
    }
    if (!validate(damaged)) {
      ++refused;
      continue;
    }
    for (size_t t = 0; t < damaged.weights.size(); ++t)
      if (!damaged.weights[t].empty()) damaged.weights[t].resize(damaged.open.system.tensors[t].space.elements());
    (void)execute(damaged, kInput, 1, {true, true});
  }
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace tacit::model
