// Systems and parameters: encodings, digests, layouts, error terms.
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/codec.h"
#include "tacit/statement/instance.h"
#include "tacit/verifier/error_terms.h"
#include "tacit/verifier/layers.h"
#include "tacit/verifier/parameters_samples_test.h"
#include "vectors/examples.h"
#include "vectors/vectors.h"

namespace tacit::vectors {

using namespace statement;

namespace {

Json system_case(const char* name, const Example& e) {
  Json out{{"name", name}, {"system", to_json(e.system)}};
  out["encoding"] = hex(encode(e.system));
  out["digest"] = hex(digest(e.system));
  out["places"] = Json::array();
  for (const Tensor& tensor : e.system.tensors) out["places"].push_back(places_of(tensor.space));
  const verifier::LeafLayout layout = verifier::leaf_layout(e.system);
  Json regions = Json::array();
  for (const verifier::LeafRegion& r : layout.regions)
    regions.push_back({{"kind", r.is_segment ? "segment" : "lookup"},
                       {r.is_segment ? "table" : "lookup", r.index},
                       {"segment", r.segment},
                       {"log_block", r.log_block},
                       {"blocks", r.blocks},
                       {"base", r.base}});
  out["leaves"] = {{"depth", layout.depth}, {"regions", regions}};
  out["extra_coordinates"] = verifier::extra_coordinates(e.system);
  out["claim_bits"] = verifier::claim_bits(e.system);
  return out;
}

// The system after a change that section 4.6 forbids.
template <class Change>
Json rejected(const char* why, System system, Change change) {
  change(system);
  const Status verdict = check(system);
  return {{"why", why},
          {"encoding", hex(encode(system))},
          {"code", verdict ? "accepted" : code_name(verdict.error().code)}};
}

}  // namespace

Json system_vectors() {
  Json out;
  out["accepted"] = {system_case("dense_2x2", dense_2x2()), system_case("dense_3x5x3", dense_3x5x3()),
                     system_case("public_input", public_input()), system_case("window", window())};
  const System s = window().system;
  out["rejected"] = {
      rejected("tensors share an address", s, [](System& x) { x.tensors[3].base = x.tensors[2].base; }),
      rejected("base is not a multiple of the block", s, [](System& x) { x.tensors[2].base += 1; }),
      rejected("a label twice in a term", s,
               [](System& x) { x.contractions[0].a.terms[0].maps[1].steps[1].label = 1; }),
      rejected("operand a uses a right label", s, [](System& x) { x.contractions[0].roles[1] = Role::kRight; }),
      rejected("the table exceeds the declared interval", s,
               [](System& x) {
                 x.tensors[2].range = {0, 2};
               }),
      rejected("the identity exceeds the declared interval", s,
               [](System& x) {
                 x.tensors[6].range = {-4, 7};
               }),
      rejected("the column of the table wraps", s,
               [](System& x) { x.tables[1].segments[0].columns[0].step = int64_t{1} << 60; }),
      rejected("a tensor of multiplicities as a column of cells", s,
               [](System& x) {
                 x.tables[3].segments[0].columns[1].tensor = 7, x.tensors[7].range = {0, 9};
               }),
      rejected("an index beyond 2^62", s,
               [](System& x) { x.contractions[0].a.terms[0].maps[1].offset = int64_t{1} << 62; }),
      rejected("a segment is larger than the one before", s,
               [](System& x) { std::swap(x.tables[2].segments[0], x.tables[2].segments[1]); })};
  return out;
}

namespace {

Json parameter_case(const char* name, const System& system, const verifier::Parameters& parameters) {
  Json out{{"name", name}, {"system", to_json(system)}, {"parameters", to_json(parameters)}};
  out["system_encoding"] = hex(encode(system));
  out["encoding"] = hex(encode(parameters));
  const auto verdict = verifier::check_parameters(system, parameters);
  out["verdict"] = verdict ? "accepted" : code_name(verdict.error().code);
  Json blocks = Json::array(), levels = Json::array(), terms = Json::array();
  for (const verifier::HBlock& b : verifier::h_layout(parameters))
    blocks.push_back(
        {{"word", b.word}, {"blinding", b.blinding ? 1 : 0}, {"log_size", b.log_size}, {"offset", b.offset}});
  for (size_t l = 0; l < parameters.levels.size(); ++l)
    levels.push_back({{"coordinates", verifier::level_log_length(parameters, l)},
                      {"rounds", verifier::level_rounds(parameters, l)}});
  for (const verifier::ErrorTerm& t : verifier::error_ledger(system, parameters).terms)
    terms.push_back({{"name", t.name}, {"millibits", t.millibits}, {"work", t.grinding}});
  out["h_layout"] = blocks;
  out["h_length"] = verifier::h_length(parameters);
  out["levels"] = levels;
  out["terms"] = terms;
  return out;
}

}  // namespace

Json parameter_vectors() {
  using verifier::Profile;
  const System small = verifier::small_system(), large = verifier::large_system();
  verifier::Parameters weak = verifier::small_parameters(), strong = weak, misfit = weak;
  weak.stacks[0].queries = 150;
  strong.profile = Profile::k128;
  misfit.levels[1].log_rows = 11;
  Json out, logarithms = Json::array();
  out["cases"] = {parameter_case("small", small, verifier::small_parameters()),
                  parameter_case("large", large, verifier::large_parameters()),
                  parameter_case("too few queries", small, weak),
                  parameter_case("too weak for 128 bits", small, strong)};
  const auto shape = verifier::check_shape(small, misfit);
  out["misfits"] = {{{"system", hex(encode(small))},
                     {"encoding", hex(encode(misfit))},
                     {"code", shape ? "accepted" : code_name(shape.error().code)}}};
  for (uint64_t x : {1ull, 2ull, 3ull, 48ull, 1000003ull, ~0ull})
    logarithms.push_back({{"x", x}, {"below", verifier::log2_below(x)}, {"above", verifier::log2_above(x)}});
  out["logarithms"] = logarithms;
  return out;
}

}  // namespace tacit::vectors
