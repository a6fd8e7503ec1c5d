#include "tacit/statement/space.h"

namespace tacit::statement {

Axis strip_axis(uint32_t length, uint32_t waste) {
  Axis axis = whole_axis(length);
  while (axis.log_strip > 0 && (axis.strips() * axis.strip() - length) * waste > length) --axis.log_strip;
  return axis;
}

int Space::log_block() const {
  int sum = 0;
  for (const Axis& axis : axes) sum += axis.log_strip;
  return sum;
}

uint64_t Space::blocks() const {
  uint64_t product = 1;
  for (const Axis& axis : axes) product *= axis.strips();
  return product;
}

uint64_t Space::elements() const {
  uint64_t product = 1;
  for (const Axis& axis : axes) product *= axis.length;
  return product;
}

std::vector<uint64_t> places_of(const Space& space) {
  std::vector<uint64_t> out(space.elements());
  for_each_run(space, [&](uint64_t place, uint64_t flat, uint64_t count) {
    for (uint64_t j = 0; j < count; ++j) out[flat + j] = place + j;
  });
  return out;
}

}  // namespace tacit::statement
