#include "vectors/json.h"

#include "tacit/statement/codec.h"
#include "vectors/vectors.h"

namespace tacit::vectors {

using namespace statement;

std::string hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

Bytes from_hex(std::string_view text) {
  Bytes out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

Json digests(std::span<const hash::Digest> values) {
  Json out = Json::array();
  for (const hash::Digest& digest : values) out.push_back(hex(digest));
  return out;
}

Bytes encode(const System& system) {
  Writer out;
  write(out, system);
  return out.take();
}
Bytes encode(const verifier::Parameters& parameters) {
  Writer out;
  verifier::write(out, parameters);
  return out.take();
}

Json to_json(const Space& space) {
  Json out = Json::array();
  for (const Axis& axis : space.axes) out.push_back({axis.length, axis.log_strip, axis.batched ? 1 : 0});
  return out;
}

namespace {

template <class T, class Convert>
Json map_list(const std::vector<T>& items, Convert convert) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(convert(item));
  return out;
}

template <class Enum>
int number(Enum e) {
  return static_cast<int>(e);
}

Json interval(const Interval& x) { return {x.low, x.high}; }

Json axis_map(const AxisMap& map) {
  return {{"steps", map_list(map.steps,
                             [](const AxisMap::Step& s) {
                               return Json{s.label, s.stride};
                             })},
          {"offset", map.offset}};
}

Json view(const View& v) {
  auto term = [](const Term& t) {
    return Json{{"source", number(t.source)},
                {"id", t.id},
                {"coefficient", t.coefficient},
                {"maps", map_list(t.maps, axis_map)}};
  };
  return {{"terms", map_list(v.terms, term)}, {"constant", v.constant}, {"log_denominator", v.log_denominator}};
}

Json segment(const Segment& s) {
  auto column = [](const Column& c) {
    return Json{{"kind", number(c.kind)}, {"start", c.start}, {"step", c.step}, {"tensor", c.tensor}};
  };
  return {{"log_rows", s.log_rows}, {"columns", map_list(s.columns, column)}, {"multiplicity", s.multiplicity}};
}

bool is_list_of_objects(const Json& json) { return json.is_array() && !json.empty() && json[0].is_object(); }

}  // namespace

Json to_json(const System& system) {
  Json out;
  out["oracles"] = map_list(system.oracles, [](const Oracle& o) {
    return Json{{"kind", number(o.kind)}, {"log_rows", o.log_rows}, {"limbs", o.limbs}};
  });
  out["tensors"] = map_list(system.tensors, [](const Tensor& t) {
    return Json{{"oracle", t.oracle}, {"space", to_json(t.space)}, {"base", t.base}, {"range", interval(t.range)}};
  });
  out["publics"] = map_list(system.publics, [](const Public& p) {
    return Json{
        {"kind", number(p.kind)}, {"space", to_json(p.space)}, {"range", interval(p.range)}, {"values", p.values}};
  });
  out["contractions"] = map_list(system.contractions, [](const Contraction& k) {
    return Json{
        {"labels", to_json(k.labels)}, {"roles", map_list(k.roles, number<Role>)}, {"a", view(k.a)}, {"c", view(k.c)}};
  });
  out["tables"] = map_list(system.tables, [](const Table& t) {
    return Json{{"width", t.width}, {"segments", map_list(t.segments, segment)}};
  });
  out["lookups"] = map_list(system.lookups, [](const Lookup& l) {
    return Json{{"labels", to_json(l.labels)}, {"table", l.table}, {"columns", map_list(l.columns, view)}};
  });
  out["identities"] = map_list(system.identities, [](const Identity& i) {
    return Json{{"labels", to_json(i.labels)}, {"view", view(i.view)}};
  });
  return out;
}

Json to_json(const verifier::Parameters& p) {
  Json out{{"profile", number(p.profile)}};
  out["stacks"] = map_list(p.stacks, [](const verifier::Stack& s) {
    return Json{{"oracles", s.oracles},       {"log_blinding", s.log_blinding}, {"log_rows", s.log_rows},
                {"log_domain", s.log_domain}, {"queries", s.queries},           {"fold_grinding", s.fold_grinding}};
  });
  out["pads"] = {{"log_rows", p.pads.log_rows},
                 {"log_blinding", p.pads.log_blinding},
                 {"log_domain", p.pads.log_domain},
                 {"queries", p.pads.queries},
                 {"fold_grinding", p.pads.fold_grinding}};
  out["levels"] = map_list(p.levels, [](const verifier::Level& l) {
    return Json{{"log_rows", l.log_rows},
                {"log_domain", l.log_domain},
                {"queries", l.queries},
                {"johnson", l.johnson},
                {"fold_grinding", l.fold_grinding}};
  });
  out["alpha_grinding"] = p.alpha_grinding;
  out["query_grinding"] = p.query_grinding;
  return out;
}

std::string render(const Json& json) {
  std::string out = "{\n";
  bool first_key = true;
  for (const auto& [key, value] : json.items()) {
    out += std::string(first_key ? "" : ",\n") + "\"" + key + "\": ";
    first_key = false;
    if (!is_list_of_objects(value)) {
      out += value.dump();
      continue;
    }
    out += "[";
    for (size_t i = 0; i < value.size(); ++i) out += std::string(i == 0 ? "\n " : ",\n ") + value[i].dump();
    out += "\n]";
  }
  return out + "\n}\n";
}

const std::vector<File>& files() {
  static const std::vector<File> list = {
      {"field", field_vectors},
      {"hash", hash_vectors},
      {"transcript", transcript_vectors},
      {"poly", poly_vectors},
      {"systems", system_vectors},
      {"parameters", parameter_vectors},
      {"functional", functional_vectors},
      {"lookup", lookup_vectors},
      {"product", product_vectors},
      {"proof_dense_2x2", proof_dense_2x2},
      {"proof_public_input", proof_public_input},
      {"proof_dense_levels", proof_dense_levels},
      {"proof_data", proof_data},
      {"proof_window", proof_window},
      {"proof_window_levels", proof_window_levels},
      {"proof_handover", proof_handover},
  };
  return list;
}

}  // namespace tacit::vectors
