// What a public file tells.

#include "tacit/api/tacit.h"

namespace tacit::api {

PublicFacts public_facts(const receipt::PublicModel& model) {
  PublicFacts facts;
  const statement::System& system = model.system;
  uint64_t own = 0;
  for (const statement::Tensor& tensor : system.tensors)
    (tensor.oracle == receipt::kWeightOracle ? facts.weights : own) += tensor.space.elements();
  for (const statement::Table& table : system.tables)
    for (const statement::Segment& segment : table.segments) facts.table_rows += uint64_t{1} << segment.log_rows;
  facts.cells = own - facts.table_rows;  // the multiplicities are not the model's
  for (const statement::Lookup& lookup : system.lookups) facts.lookups += lookup.labels.elements();
  facts.contractions = system.contractions.size();
  for (const functions::GeneratedTable& table : model.tables) {
    facts.functions.push_back(functions::function_name(table.function));
    facts.weights -= uint64_t{1} << table.bits;
  }
  facts.inputs = model.inputs;
  facts.outputs = model.outputs;
  return facts;
}

}  // namespace tacit::api
