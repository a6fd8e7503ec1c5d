#include <nlohmann/json.hpp>

#include "tacit/model/io/formats.h"

namespace tacit::model {

namespace {

using Json = nlohmann::json;

// The numbers of nested lists, in order: as integers while all are, as doubles from the first fraction on.
class Numbers {
 public:
  Status add(const Json& item, size_t depth, const std::string& place) {
    if (item.is_array()) {
      if (depth > kMaxRank) return fail(Code::kBadInput, place, depth, "the lists are nested too deeply");
      for (const Json& inner : item) TACIT_TRY(add(inner, depth + 1, place));
      return {};
    }
    if (size() >= static_cast<size_t>(kMaxElements)) return fail(Code::kTooLarge, place, size(), "too many numbers");
    if (item.is_boolean()) return add_integer(item.get<bool>() ? 1 : 0);
    if (item.is_number_unsigned() && item.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
      return fail(Code::kBadInput, place, size(), "integers end at 2^63 - 1");
    }
    if (item.is_number_integer()) return add_integer(item.get<int64_t>());
    if (!item.is_number_float()) return fail(Code::kBadInput, place, size(), "this is not a number");
    if (all_integers_) {
      reals_.assign(integers_.begin(), integers_.end());
      integers_.clear();
      all_integers_ = false;
    }
    reals_.push_back(item.get<double>());
    return {};
  }

  Tensor take() {
    Shape shape = {static_cast<int64_t>(size())};
    if (all_integers_) return Tensor({DType::kInt64, std::move(shape)}, std::move(integers_));
    return Tensor({DType::kFloat64, std::move(shape)}, std::move(reals_));
  }

 private:
  size_t size() const { return all_integers_ ? integers_.size() : reals_.size(); }
  Status add_integer(int64_t v) {
    if (all_integers_) {
      integers_.push_back(v);
    } else {
      reals_.push_back(static_cast<double>(v));
    }
    return {};
  }

  bool all_integers_ = true;
  std::vector<int64_t> integers_;
  std::vector<double> reals_;
};

}  // namespace

Result<std::vector<NamedArray>> parse_json(ByteView bytes, const std::string& place) {
  const Json root = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return fail(Code::kBadInput, place, 0, "this is not JSON");
  if (!root.is_object() || !root.contains("input_data") || !root["input_data"].is_array()) {
    return fail(Code::kBadInput, place, 0, "expected {\"input_data\": [[...], ...]}, one list per model input");
  }
  std::vector<NamedArray> arrays;
  for (const Json& list : root["input_data"]) {
    const std::string list_place = place + ", input_data[" + std::to_string(arrays.size()) + "]";
    if (!list.is_array()) return fail(Code::kBadInput, list_place, 0, "expected a list of numbers");
    Numbers numbers;
    TACIT_TRY(numbers.add(list, 1, list_place));
    arrays.push_back({"", numbers.take(), true});
  }
  return arrays;
}

}  // namespace tacit::model
