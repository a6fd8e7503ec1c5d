// Planted faults: places where a test build of the prover can be made to leak or to cheat on purpose.
//
// In the product `planted` is the constant false and the code behind it is gone. The library tacit_prover_testing is
// the same source compiled with TACIT_TESTING, where a test chooses one fault (docs/zero_knowledge.md lists them).
#pragma once

namespace tacit::prover {

enum class Fault {
  kNone,
  // leaks
  kReusePad,       // an accumulator's pad serves again for the first cell value
  kNoUnusedSlots,  // product check without its two extra slots
  kOneUnusedSlot,  // both extra pads in one slot
  kBasePads,       // pads in the base field
  kBaseMask,       // masks g in the base field
  kBasePadMask,    // p′ in the base field
  kClearRoot,      // scalars sent without the veil:
  kClearAccumulator,
  kClearFirstFold,  // u of the first limb of each stack
  kClearLastFold,   // u of the last limb of each stack
  kClearMask,
  kClearProduct,
  kShortMask,         // the mask covers only the shortest blinding of its stack
  kMessageMask,       // the mask covers message rows only
  kSharedMask,        // one mask for all stacks
  kNoPadBlinding,     // P without blinding rows
  kZeroPoint,         // the point 0 in the domain
  kZeroProductPoint,  // the product check binds its first bit at 0
  kLevelZeroSample,   // an out-of-domain sample of a limb
  // cheats: one corrupted step each
  kWrongRound,
  kWrongFoldFunctional,
  kWrongFold,
  kWrongLevelVector,
};

#ifdef TACIT_TESTING
void plant(Fault fault);
bool planted(Fault fault);
#else
constexpr bool planted(Fault) { return false; }
#endif

}  // namespace tacit::prover
