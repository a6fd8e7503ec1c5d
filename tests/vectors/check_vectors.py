#!/usr/bin/env python3
"""Checks tests/vectors/*.json against tacit_spec.py: fields, hash, transcript, codes, encodings, digests, layouts and
error terms, and that the traces of whole proofs follow from their bytes. Prints one line for each file; exit code 1 when a value differs.
"""

import json
import pathlib
import struct
import sys

import tacit_spec as spec

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
        expect("accepted" if passes else "kInsecureParameters", case["verdict"], "verdict")


def check_proof(name):
    v = load(name)
    system, parameters, context, proof = (unhex(v[k]) for k in ("system", "parameters", "context", "proof"))
    roots = [unhex(x) for x in v["roots"]]
    digest = spec.statement_digest(system, parameters, roots, v["publics"], context)
    expect(digest.hex(), v["statement_digest"], "statement digest")
    public_bytes = b"".join(spec.items(values, spec.i64) for values in v["publics"])
    known = {"system_digest": spec.system_digest(system), "protocol": parameters + b"".join(roots),
             "public_values": spec.blake3(public_bytes), "context": context, "statement_digest": digest}
    fields = iter([f for f in v["fields"] if f[0] not in ("opened rows", "sibling digests")])
    end = 0
    for _, offset, size in v["fields"]:
        expect(offset, end, "offset of a field")
        end += size
    expect(end, len(proof), "length of the proof")
    t = spec.Transcript("tacit proof v1")
    for operation, label, size, state in v["trace"]:
        if operation == "challenge":
            t.challenge(label)
        elif operation == "chain":
            t.chain(size)
        else:
            data = known.get(label)
            if data is None:
                field, offset, length = next(fields)
                expect(field, label, "label of a field")
                data = proof[offset:offset + length]
            expect(len(data), size, f"size of {label}")
            t.absorb(label, data)
        expect(t.state.hex()[:16], state, f"state after {label}")
    expect(list(fields), [], "fields that are not absorbed")


def main():
    checks = [("field", check_field), ("hash", check_hash), ("transcript", check_transcript), ("poly", check_poly),
              ("systems", check_systems), ("parameters", check_parameters)]
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
