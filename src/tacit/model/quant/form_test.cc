#include "tacit/model/quant/form.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tacit/statement/assignment.h"
#include "tacit/statement/builder.h"

namespace tacit::model {
namespace {

// A form over a tensor whose elements are 0, 1, 2 … in row-major order, and what forms say about it.
class Forms : public testing::Test {
 protected:
  Form counting(Shape shape) {
    Form form;
    statement::Space space{{statement::batch_axis()}};
    for (int64_t length : shape) {
      form.axes.emplace_back();
      if (length == 1) continue;
      form.axes.back() = {static_cast<uint32_t>(space.axes.size())};
      space.axes.push_back(statement::whole_axis(static_cast<uint32_t>(length)));
    }
    form.labels = space;
    const auto id = builder_.tensor(0, space, {0, 1 << 20});
    form.view = builder_.cell(id);
    std::vector<int64_t>& values = assignment_.tensors.emplace_back(space.elements());
    std::iota(values.begin(), values.end(), 1);
    return form;
  }

  // The form's integers in row-major order of its logical axes.
  std::vector<int64_t> values(const Form& form) {
    const auto stored = statement::evaluate(builder_.system(), assignment_, form.labels, form.view);
    std::vector<int64_t> out(stored.size());
    const auto strides = form.strides();
    for (size_t at = 0; at < stored.size(); ++at) {
      size_t rest = at;
      int64_t logical = 0;
      for (size_t label = strides.size(); label-- > 1;) {
        logical += static_cast<int64_t>(rest % form.labels.axes[label].length) * strides[label];
        rest /= form.labels.axes[label].length;
      }
      out[static_cast<size_t>(logical)] = stored[at];
    }
    return out;
  }

  std::vector<int64_t> count(int64_t n) {
    std::vector<int64_t> out(static_cast<size_t>(n));
    std::iota(out.begin(), out.end(), 1);
    return out;
  }

  statement::Builder builder_;
  statement::Assignment assignment_;
  statement::OracleId oracle_ = builder_.oracle(statement::OracleKind::kActivations);
};

TEST_F(Forms, ReshapeKeepsTheElements) {
  const std::vector<Shape> shapes = {{12}, {3, 4}, {4, 3}, {2, 6}, {2, 2, 3}, {1, 12, 1}, {2, 3, 2}};
  for (const Shape& from : shapes)
    for (const Shape& to : shapes) {
      Form form = counting(from);
      if (!reshape(form, to)) {
        EXPECT_EQ(form.shape(), from);
        continue;
      }
      EXPECT_EQ(form.shape(), to);
      EXPECT_EQ(values(form), count(12));
    }
  Form cut = counting({2, 3});
  EXPECT_FALSE(reshape(cut, {3, 2}));
}

TEST_F(Forms, SplitsAndTidies) {
  Form form = counting({2, 6});
  split_label(form, 2, 3);
  EXPECT_EQ(form.shape(), (Shape{2, 6}));
  EXPECT_EQ(values(form), count(12));
  split_label(form, 1, 2);  // a label of length 1 is left
  tidy(form);
  EXPECT_EQ(form.labels.axes.size(), 4u);
  EXPECT_EQ(values(form), count(12));
}

TEST_F(Forms, AlignBroadcasts) {
  Form a = counting({2, 6}), b = counting({6});
  ASSERT_TRUE(reshape(b, {6}));
  split_label(b, 1, 2);
  ASSERT_TRUE(align(a, b));
  EXPECT_EQ(a.labels, b.labels);
  const Form sum = plus(a, b);
  EXPECT_EQ(values(sum), (std::vector<int64_t>{2, 4, 6, 8, 10, 12, 8, 10, 12, 14, 16, 18}));
  // What is equal cancels.
  EXPECT_TRUE(plus(a, scaled(a, -1)).view.terms.empty());

  Form row = counting({1, 3}), column = counting({2, 1});
  ASSERT_TRUE(align(row, column));
  EXPECT_EQ(values(plus(row, column)), (std::vector<int64_t>{2, 3, 4, 3, 4, 5}));

  Form x = counting({6}), y = counting({6});
  split_label(x, 1, 2);
  split_label(y, 1, 3);
  EXPECT_FALSE(align(x, y));
}

TEST_F(Forms, WindowsAndPadding) {
  Form form = counting({4});
  EXPECT_TRUE(vanishes_outside(builder_.system(), form, 1));
  Form padded = form;
  resample(padded, 1, -1, 1, 6);
  EXPECT_EQ(values(padded), (std::vector<int64_t>{0, 1, 2, 3, 4, 0}));
  EXPECT_FALSE(vanishes_outside(builder_.system(), padded, 1));
  Form backwards = form;
  resample(backwards, 1, 3, -2, 2);
  EXPECT_EQ(values(backwards), (std::vector<int64_t>{4, 2}));

  // Windows of 2 with stride 2 and one place of padding in front: the kernel's label is not a logical axis
  // here.
  const uint32_t k = unfold(form, 1, 2, 1, 1, 3, 2);
  form.axes.push_back({k});
  EXPECT_EQ(values(form), (std::vector<int64_t>{0, 1, 2, 3, 4, 0}));

  Form part = counting({4});
  resample(part, 1, 0, 1, 2);
  EXPECT_FALSE(vanishes_outside(builder_.system(), part, 1));  // the tensor goes on behind it
}

TEST_F(Forms, Exponents) {
  Form form = counting({2});
  form.bounds = {1, 2};
  const Form fine = with_exponent(form, -3);
  EXPECT_EQ(values(fine), (std::vector<int64_t>{8, 16}));
  EXPECT_EQ(fine.bounds.high, 16);
  EXPECT_EQ(values(shifted(form, 5)), (std::vector<int64_t>{6, 7}));
  EXPECT_EQ(scaled(form, -2).bounds.low, -4);
}

}  // namespace
}  // namespace tacit::model
