#!/usr/bin/env python3
"""Checks tests/vectors/*.json with a second implementation of docs/spec: tacit_spec.py (fields, hash, transcript, codes,
encodings, error terms), tacit_check.py (admission of systems and parameters) and tacit_verify.py (whole proofs).

Prints one line for each file; exit code 1 when a value differs.
"""

import json
import pathlib
import struct
import sys

import tacit_check as admission
import tacit_spec as spec
import tacit_verify as verifier

HERE = pathlib.Path(__file__).resolve().parent
unhex = bytes.fromhex


def load(name):
    return json.loads((HERE / f"{name}.json").read_text())


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: computed {actual!r}, the file says {expected!r}")


def element(text, degree):
    return spec.from_bytes(unhex(text), degree)


def elements(list_, degree):
    return [element(x, degree) for x in list_]


def check_field():
    v = load("field")
    for case in v["arithmetic"]:
        d = spec.DEGREE[case["field"]]
        a, b = element(case["a"], d), element(case["b"], d)
        for name, value in (("sum", spec.add(a, b)), ("difference", spec.sub(a, b)), ("product", spec.mul(a, b)),
                            ("inverse_of_a", spec.inverse(a)), ("a_to_the_1000003", spec.power(a, 1000003))):
            expect(spec.to_bytes(value).hex(), case[name], name)
    for k, root in enumerate(v["roots_of_unity"]):
        expect(spec.root_of_unity(k), element(root, 1)[0], "root")
    expect(pow(spec.root_of_unity(32), 2**31, spec.P), spec.P - 1, "order of the root")
    for j, x in enumerate(v["domain_of_16"]):
        expect(spec.domain_point(4, j), element(x, 1)[0], "domain")
    for case in v["integers"]:
        expect(case["integer"] % spec.P, element(case["element"], 1)[0], "integer")
    for case in v["sampling"]:
        raw = unhex(case["words"])
        words = iter(struct.unpack(f"<{len(raw) // 8}Q", raw))
        expect(spec.to_bytes(spec.sample(words, spec.DEGREE[case["field"]])).hex(), case["element"], "sampling")
        expect(len(raw) // 8 - len(list(words)), case["words_used"], "words used")


def check_hash():
    v = load("hash")
    for case in v["blake3_of_bytes_i_mod_251"]:
        data = bytes(i % 251 for i in range(case["length"]))
        expect(spec.blake3(data).hex(), case["digest"], f"blake3 of {case['length']} bytes")
    for case in v["leaves"]:
        words = [w[0] for w in elements(case["words"], 1)]
        expect(spec.leaf(case["tree"], case["row"], unhex(case["salt"]), words).hex(), case["digest"], "leaf")
    leaves = [unhex(x) for x in v["tree"]["leaves"]]
    expect(spec.tree_root(leaves).hex(), v["tree"]["root"], "root")
    expect(spec.tree_root(leaves[5:6]).hex(), v["tree"]["root_of_leaf_5_alone"], "root of one leaf")
    for case in v["openings"]:
        siblings = iter([unhex(x) for x in case["siblings"]])
        root = spec.opened_root(4, {j: leaves[j] for j in case["positions"]}, siblings)
        expect(root.hex(), v["tree"]["root"], "opening")
        expect(list(siblings), [], "left-over siblings")


def check_transcript():
    v = load("transcript")
    for step in v["script"]:
        if step["operation"] == "start":
            t = spec.Transcript(step["protocol"])
        elif step["operation"] == "absorb":
            t.absorb(step["label"], unhex(step["data"]))
        elif step["operation"] == "chain":
            t.chain(step["steps"])
        else:
            words = t.challenge(step["label"])
            for i in range(0, len(step["words"]), 16):
                expect(next(words).to_bytes(8, "little").hex(), step["words"][i:i + 16], "challenge")
        expect(t.state.hex(), step["state_after"], "state")
    for case in v["work_at_the_last_state"]:
        nonces = [n for n in range(case["nonce"] + 1) if t.work_ok(case["label"], n, case["bits"])]
        expect(nonces, [case["nonce"]], "smallest nonce")
    for case in v["positions_after_start"]:
        positions = spec.Transcript("tacit test vectors").positions("query_positions", case["log_domain"], case["count"])
        expect(positions, case["positions"], "positions")
    t = spec.Transcript("tacit test vectors")
    for case in v["successive_draws_after_start"]:
        expect(spec.to_bytes(t.draw(case["label"], spec.DEGREE[case["field"]])).hex(), case["element"], "draw")


def check_poly():
    v = load("poly")
    for case in v["multilinear"]:
        d = spec.DEGREE[case["field"]]
        point, other, values = (elements(case[k], d) for k in ("point", "other", "values"))
        table = spec.eq_table(point, d)
        expect([spec.to_bytes(x).hex() for x in table], case["eq_table_of_point"], "eq table")
        x = element(case["x"], 1)[0]
        powers = [spec.embed(pow(x, i, spec.P), d) for i in range(8)]
        for name, vector in (("eq_point_other", spec.eq_table(other, d)), ("extension_of_values_at_point", values),
                             ("extension_of_index_at_point", [spec.embed(i, d) for i in range(8)]),
                             ("extension_of_powers_of_x_at_point", powers)):
            expect(spec.to_bytes(spec.dot(table, vector, d)).hex(), case[name], name)
    for case in v["codes"]:
        word = spec.encode_word([c[0] for c in elements(case["coefficients"], 1)], case["log_domain"])
        expect([spec.to_bytes((x,)).hex() for x in word], case["word"], "code word")


def check_systems():
    for case in load("systems")["accepted"]:
        system = case["system"]
        encoding = spec.system_bytes(system)
        expect(encoding.hex(), case["encoding"], "encoding")
        expect(spec.system_digest(encoding).hex(), case["digest"], "digest")
        expect([spec.places_of(t["space"]) for t in system["tensors"]], case["places"], "places")
        depth, regions = spec.leaf_layout(system)
        expect(depth, case["leaves"]["depth"], "depth")
        listed = [(r["kind"], r[{"lookup": "lookup", "segment": "table"}[r["kind"]]], r["segment"], r["log_block"],
                   r["blocks"], r["base"]) for r in case["leaves"]["regions"]]
        expect(regions, listed, "regions")
        expect(verifier.decode_system(encoding), system, "decoded system")
        expect(admission.why_not(admission.check_system, system), None, "admission")
    for case in load("systems")["rejected"]:
        system = verifier.decode_system(unhex(case["encoding"]))
        expect(admission.why_not(admission.check_system, system) is None, False, case["why"])


def check_parameters():
    v = load("parameters")
    for case in v["logarithms"]:
        expect((spec.log2_fixed(case["x"], 0), spec.log2_fixed(case["x"], 1)), (case["below"], case["above"]), "logarithm")
    for case in v["cases"]:
        p = case["parameters"]
        expect(spec.parameter_bytes(p).hex(), case["encoding"], "encoding")
        expect(spec.system_bytes(case["system"]).hex(), case["system_encoding"], "encoding of the system")
        blocks, length = spec.h_layout(p)
        expect(blocks, [(b["word"], b["blinding"], b["log_size"], b["offset"]) for b in case["h_layout"]], "layout of H")
        expect(length, case["h_length"], "length of H")
        terms = spec.error_terms(case["system"], p)
        expect(terms, [(t["name"], t["millibits"], t["work"]) for t in case["terms"]], "error terms")
        passes = all(t[1] >= 1000 * (128 if p["profile"] else 100) for t in terms)
        expect(verifier.decode_parameters(unhex(case["encoding"])), p, "decoded parameters")
        expect(admission.why_not(admission.check_system, case["system"]), None, "admission of the system")
        expect(admission.why_not(admission.check_shape, case["system"], p), None, "shape")
        expect("accepted" if passes else "kInsecureParameters", case["verdict"], "verdict")
    for case in v["misfits"]:
        system, p = verifier.decode_system(unhex(case["system"])), verifier.decode_parameters(unhex(case["encoding"]))
        expect(admission.why_not(admission.check_shape, system, p) is None, False, "misfit")


def window():
    return next(case["system"] for case in load("systems")["accepted"] if case["name"] == "window")


def weight(json_weight, degree):
    lists = [(axis["begin"], elements(axis["values"], degree)) for axis in json_weight["axes"]]
    return element(json_weight["factor"], degree), lists


def functionals(list_, degree=2):
    return [(f["id"], weight(f["weight"], degree)) for f in list_]


def check_functional():
    v, system = load("functional"), window()
    for case in v["leaf_weights"]:
        d = len(case["point"][0]) // 16
        weights = verifier.leaf_weights(case["space"], case["base"], elements(case["point"], d), d)
        expect(weights, [weight(w, d) for w in case["weights"]], "leaf weights")
    k, lookup, identity = system["contractions"][0], system["lookups"][3], system["identities"][0]
    views = {"contraction 0, operand a": (k["labels"], k["a"]), "contraction 0, operand c": (k["labels"], k["c"]),
             "lookup 3, column 1": (lookup["labels"], lookup["columns"][1]),
             "identity 0": (identity["labels"], identity["view"])}
    for case in v["expansions"]:
        labels, view = views[case["view"]]
        at = verifier.point_weight(labels, elements(case["point"], 2), 2)
        expect(at, weight(case["weight"], 2), "weight of a point")
        expansion = verifier.Expansion(2)
        expansion.add_view(system, view, at, element(case["scale"], 2))
        for parts, name in zip(expansion.parts, ("tensors", "accumulators", "publics")):
            expect(parts, functionals(case["expansion"][name]), f"expansion of {case['view']}")
        expect(expansion.constant, element(case["expansion"]["constant"], 2), "constant")
    for case in v["values_at_a_point"]:
        tensor = system["tensors"][case["tensor"]]
        value = verifier.evaluate_at(tensor, weight(case["weight"], 2), elements(case["point"], 2), 2)
        expect(value, element(case["value"], 2), "value at a point")


def check_lookup():
    v, system = load("lookup"), window()
    gamma, alpha, point = element(v["gamma"], 2), element(v["alpha"], 2), elements(v["point"], 2)
    p, q = verifier.leaf_claims(system, gamma, alpha, point, 2)
    expect([p.constant, q.constant], elements([v["constants"]["p"], v["constants"]["q"]], 2), "constants")
    expect(q.parts[1], functionals(v["accumulators_of_q"]), "accumulators")
    at = elements(v["address_point"], 2)
    for name, expansion in (("p", p), ("q", q)):
        sums = [spec.embed(0, 2)] * len(system["oracles"])
        for id_, w in expansion.parts[0]:
            tensor = system["tensors"][id_]
            bits = verifier.log_address(system["oracles"][tensor["oracle"]])
            value = verifier.evaluate_at(tensor, w, at[:bits], 2)
            sums[tensor["oracle"]] = spec.add(sums[tensor["oracle"]], value)
        expect(sums, elements(v["weights_at_the_address_point"][name], 2), f"weights of {name}")
    instances = verifier.instances_of(system, q)
    listed = [[i["contraction"], weight(i["right"], 2)[1], [weight(w, 2) for w in i["left"]]] for i in v["instances"]]
    expect(instances, listed, "instances")


class Channel(verifier.Proof):
    """Plays the messages and challenges of a list."""

    def __init__(self, items):
        super().__init__(b"", 2)
        self.items = iter(items)

    def next(self, kind, label):
        item = next(self.items)
        expect(item.get(kind), label, kind)
        return element(item["value"], 2)

    def clear(self, label, n):
        return [self.next("send", label) for _ in range(n)]

    def draw(self, label):
        return self.next("draw", label)


def check_product():
    v = load("product")
    channel = Channel(v["channel"])
    number = channel.number
    s0, s1, s2 = channel.veiled("operand", 3)
    plus = lambda form, n: verifier.Form(spec.add(form.known, number(n)), form.pads)
    known = lambda n: verifier.Form(number(n))
    channel.products = [([(number(2), s0, s1), (number(3), s1, s1)], s2), ([(number(1), plus(s0, 4), known(5))], s1),
                        ([(number(1), s2, s0)], known(6))]
    channel.assert_zero(plus(verifier.combine([(number(1), s0), (number(-1), s1)]), 7))
    verifier.product_check(channel)
    weights, value = verifier.linear_batch(channel)
    expect(weights, elements(v["pad_weights"], 2), "weights")
    expect(value, element(v["value"], 2), "value")
    expect(list(channel.items), [], "left-over messages")


def read_proof(v, data):
    roots = [unhex(x) for x in v["roots"]]
    return verifier.verify(unhex(v["system"]), unhex(v["parameters"]), v["publics"], roots, unhex(v["context"]), data)


def rejected(v, data):
    try:
        read_proof(v, data)
    except verifier.Rejected:
        return True
    return False


def check_proof(name):
    v = load(name)
    system, parameters = verifier.decode_system(unhex(v["system"])), verifier.decode_parameters(unhex(v["parameters"]))
    expect(admission.why_not(admission.check_system, system), None, "admission")
    expect(admission.why_not(admission.check_shape, system, parameters), None, "shape")
    roots = [unhex(x) for x in v["roots"]]
    digest = spec.statement_digest(unhex(v["system"]), unhex(v["parameters"]), roots, v["publics"], unhex(v["context"]))
    expect(digest.hex(), v["statement_digest"], "statement digest")
    data = unhex(v["proof"])
    proof = read_proof(v, data)
    expect(proof.n_pads, v["pads"], "pads")
    expect(proof.transcript.trace, v["trace"], "trace")
    for at in range(5, len(data), len(data) // 6):
        expect(rejected(v, data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]), True, f"refusal with byte {at} changed")
    expect(rejected(v, data + b"\0"), True, "refusal with a byte more")
    expect(rejected(v, data[:-1]), True, "refusal with a byte less")
    expect(rejected(dict(v, context=v["context"] + "00"), data), True, "refusal in another context")


def main():
    checks = [("field", check_field), ("hash", check_hash), ("transcript", check_transcript), ("poly", check_poly),
              ("systems", check_systems), ("parameters", check_parameters), ("functional", check_functional),
              ("lookup", check_lookup), ("product", check_product)]
    checks += [(path.stem, lambda name=path.stem: check_proof(name)) for path in sorted(HERE.glob("proof_*.json"))]
    failures = 0
    for name, check in checks:
        try:
            check()
            print(f"{name}: ok")
        except AssertionError as error:
            failures += 1
            print(f"{name}: {error}")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
