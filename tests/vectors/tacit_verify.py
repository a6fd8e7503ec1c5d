"""A second verifier, written from docs/spec alone (chapters 4 to 8). Standard library only; dense, slow and plain.

`verify` takes bytes and returns the proof as it was read; it raises Rejected. It does not run the checks of sections 4.6 and 5.3.
"""

import tacit_spec as spec
from tacit_spec import add, embed, eq_table, inverse, log2_ceil, mul, scale, sub


class Rejected(Exception):
    pass


def require(condition, why):
    if not condition:
        raise Rejected(why)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, n):
        require(self.at + n <= len(self.data), "too short")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n, signed=False):
        return int.from_bytes(self.raw(n), "little", signed=signed)

    def items(self, read):
        return [read() for _ in range(self.number(4))]

    def fields(self, **widths):
        """Named integers: a width in bytes, negative for signed."""
        return {name: self.number(abs(width), width < 0) for name, width in widths.items()}

    def finish(self):
        require(self.at == len(self.data), "bytes left over")


# ---- sections 4.3 and 5.1: decoding


def enumeration(value, largest):
    require(value <= largest, "not canonical")
    return value


def decode_system(data):
    r = Reader(data)
    u8, u32, i64 = (lambda: r.number(1)), (lambda: r.number(4)), (lambda: r.number(8, True))
    space = lambda: r.items(lambda: [u32(), u8(), enumeration(u8(), 1)])
    pair = lambda: [i64(), i64()]
    axis_map = lambda: {"steps": r.items(lambda: [u32(), i64()]), "offset": i64()}
    term = lambda: {"source": enumeration(u8(), 2), **r.fields(id=4, coefficient=-8), "maps": r.items(axis_map)}
    view = lambda: {"terms": r.items(term), **r.fields(constant=-8, log_denominator=1)}
    role = lambda: enumeration(u8(), 3)
    column = lambda: {"kind": enumeration(u8(), 1), **r.fields(start=-8, step=-8, tensor=4)}
    segment = lambda: {"log_rows": u8(), "columns": r.items(column), "multiplicity": u32()}
    system = {
        "oracles": r.items(lambda: {"kind": enumeration(u8(), 2), **r.fields(log_rows=1, limbs=4)}),
        "tensors": r.items(lambda: {"oracle": u32(), "space": space(), "base": r.number(8), "range": pair()}),
        "publics": r.items(lambda: {"kind": enumeration(u8(), 1), "space": space(), "range": pair(),
                                    "values": r.items(i64)}),
        "contractions": r.items(lambda: {"labels": space(), "roles": r.items(role), "a": view(), "c": view()}),
        "tables": r.items(lambda: {"width": u32(), "segments": r.items(segment)}),
        "lookups": r.items(lambda: {"labels": space(), "table": u32(), "columns": r.items(view)}),
        "identities": r.items(lambda: {"labels": space(), "view": view()}),
    }
    r.finish()
    return system


def decode_parameters(data):
    r = Reader(data)
    u8, u32 = (lambda: r.number(1)), (lambda: r.number(4))
    parameters = {
        "profile": enumeration(u8(), 1),
        "stacks": r.items(lambda: {"oracles": r.items(u32), "log_blinding": r.items(u8),
                                   **r.fields(log_rows=1, log_domain=1, queries=4, fold_grinding=1)}),
        "pads": r.fields(log_rows=1, log_blinding=1, log_domain=1, queries=4, fold_grinding=1),
        "levels": r.items(lambda: r.fields(log_rows=1, log_domain=1, queries=4, johnson=1, fold_grinding=1)),
        **r.fields(alpha_grinding=1, query_grinding=1),
    }
    r.finish()
    return parameters


# ---- section 7.1: affine forms


class Form:
    def __init__(self, known, pads=None):
        self.known, self.pads = known, pads or {}

    def linear(self):
        return Form(embed(0, len(self.known)), self.pads)


def combine(terms):
    """Σ k·x over pairs (k, x)."""
    known, pads = embed(0, len(terms[0][0])), {}
    for k, x in terms:
        known = add(known, mul(k, x.known))
        if any(k):
            for i, c in x.pads.items():
                pads[i] = add(pads[i], mul(k, c)) if i in pads else mul(k, c)
    return Form(known, pads)


class Proof:
    """π with the transcript, the pads and the relations that steps 3 to 7 assert."""

    def __init__(self, data, degree):
        self.reader, self.degree, self.transcript = Reader(data), degree, spec.Transcript("tacit proof v1")
        self.n_pads, self.zeros, self.products = 0, [], []

    def element(self, degree=None):
        degree = degree or self.degree
        try:
            return spec.from_bytes(self.reader.raw(8 * degree), degree)
        except ValueError:
            raise Rejected("not canonical") from None

    def number(self, x):
        return embed(x, self.degree)

    def one(self):
        return self.number(1)

    def clear(self, label, n):
        begin = self.reader.at
        out = [self.element() for _ in range(n)]
        self.transcript.absorb(label, self.reader.data[begin:self.reader.at])
        return out

    def bare_pad(self):
        self.n_pads += 1
        return Form(self.number(0), {self.n_pads - 1: self.one()})

    def veiled(self, label, n):
        return [Form(x, self.bare_pad().pads) for x in self.clear(label, n)]

    def digest(self, label):
        out = self.reader.raw(32)
        self.transcript.absorb(label, out)
        return out

    def work(self, label, bits):
        if bits:
            nonce = self.reader.raw(8)
            require(self.transcript.work_ok(label, int.from_bytes(nonce, "little"), bits), "work")
            self.transcript.absorb("grinding", nonce)

    def draw(self, label):
        return self.transcript.draw(label, self.degree)

    def draws(self, label, n):
        return [self.draw(label) for _ in range(n)]

    def assert_zero(self, form):
        if form.pads:
            self.zeros.append(form)
        else:
            require(not any(form.known), "linear check")


# ---- section 4.5: weights are (factor, [(begin, values)])


def total(weight, degree):
    out = weight[0]
    for _, values in weight[1]:
        out = mul(out, sum_of(values, degree))
    return out


def sum_of(values, degree):
    out = embed(0, degree)
    for x in values:
        out = add(out, x)
    return out


def eq_at(point, index, degree):
    out = embed(1, degree)
    for t, r in enumerate(point):
        out = mul(out, r if index >> t & 1 else sub(embed(1, degree), r))
    return out


def low_tables(axes, point, degree):
    """The eq table of each axis's strip and the coordinates that are left."""
    tables, bit = [None] * len(axes), 0
    for a in reversed(range(len(axes))):
        tables[a] = eq_table(point[bit:bit + axes[a][1]], degree)
        bit += axes[a][1]
    return tables, point[bit:]


def leaf_weights(axes, base, point, degree):
    tables, high = low_tables(axes, point, degree)
    block = base >> spec.log_block(axes)
    if not axes:
        return [(eq_at(high, block, degree), [])]
    strips = [spec.strips(a) for a in axes]
    strides = [spec.blocks(axes[a + 1:]) for a in range(len(axes))]
    free = strips.index(max(strips))
    choices = [[]]
    for a, m in enumerate(strips):
        choices = [c + [s] for c in choices for s in ([0] if a == free else range(m))]

    def run(a, s):
        begin = s << axes[a][1]
        return begin, tables[a][:axes[a][0] - begin]

    out = []
    for choice in choices:
        lists = [run(a, s) for a, s in enumerate(choice)]
        at, values = block + sum(s * stride for s, stride in zip(choice, strides)), []
        for s in range(strips[free]):
            e = eq_at(high, at + s * strides[free], degree)
            values += [mul(e, x) for x in run(free, s)[1]]
        lists[free] = (0, values)
        out.append((embed(1, degree), lists))
    return out


def point_bits(labels):
    return sum(log2_ceil(a[0]) for a in labels)


def point_weight(labels, point, degree):
    lists, bit = [None] * len(labels), 0
    for a in reversed(range(len(labels))):
        k = log2_ceil(labels[a][0])
        lists[a] = (0, eq_table(point[bit:bit + k], degree)[:labels[a][0]])
        bit += k
    return embed(1, degree), lists


def pull_back(map_, length, weight, degree):
    if len(map_["steps"]) == 1 and map_["steps"][0][1] == 1:
        begin, values = weight[1][map_["steps"][0][0]]
        first = map_["offset"] + begin
        kept = [x for i, x in enumerate(values) if 0 <= first + i < length]
        return min(max(first, 0), length), kept
    reached = {map_["offset"]: embed(1, degree)}
    for label, stride in map_["steps"]:
        begin, values = weight[1][label]
        after = {}
        for at, k in reached.items():
            for i, x in enumerate(values):
                y = at + stride * (begin + i)
                after[y] = add(after.get(y, embed(0, degree)), mul(k, x))
        reached = after
    return 0, [reached.get(y, embed(0, degree)) for y in range(length)]


def source_axes(system, term):
    if term["source"] == 0:
        return system["tensors"][term["id"]]["space"]
    if term["source"] == 2:
        return system["publics"][term["id"]]["space"]
    k = system["contractions"][term["id"]]
    return [axis for axis, role in zip(k["labels"], k["roles"]) if role != 3]


class Expansion:
    """parts[source] is a list of (id, weight)."""

    def __init__(self, degree):
        self.degree, self.parts, self.constant = degree, ([], [], []), embed(0, degree)

    def add_view(self, system, view, weight, factor):
        unit = pow(2, -view["log_denominator"], spec.P)
        for term in view["terms"]:
            k = scale(mul(factor, weight[0]), term["coefficient"] * unit)
            used = {label for m in term["maps"] for label, _ in m["steps"]}
            for label, (_, values) in enumerate(weight[1]):
                if label not in used:
                    k = mul(k, sum_of(values, self.degree))
            axes = source_axes(system, term)
            lists = [pull_back(m, axis[0], weight, self.degree) for m, axis in zip(term["maps"], axes)]
            self.parts[term["source"]].append((term["id"], (k, lists)))
        constant = scale(mul(factor, total(weight, self.degree)), view["constant"] * unit)
        self.constant = add(self.constant, constant)

    def known(self, system, publics):
        out = self.constant
        for id_, (k, lists) in self.parts[2]:
            public = system["publics"][id_]
            values = [embed(v, self.degree) for v in (publics[id_] if public["kind"] else public["values"])]
            for axis, (begin, w) in reversed(list(zip(public["space"], lists))):
                rows = [values[i:i + axis[0]] for i in range(0, len(values), axis[0])]
                values = [spec.dot(w, row[begin:], self.degree) for row in rows]
            out = add(out, mul(k, values[0]))
        return out


def evaluate_at(tensor, weight, point, degree):
    axes = tensor["space"]
    tables, high = low_tables(axes, point, degree)
    sums = [(0, weight[0])]
    for axis, table, (begin, values) in zip(axes, tables, weight[1]):
        strips = {}
        for i, x in enumerate(values, begin):
            s = i >> axis[1]
            strips[s] = add(strips.get(s, embed(0, degree)), mul(x, table[i & ((1 << axis[1]) - 1)]))
        sums = [(b * spec.strips(axis) + s, mul(k, x)) for b, k in sums for s, x in strips.items()]
    base, out = tensor["base"] >> spec.log_block(axes), embed(0, degree)
    for b, k in sums:
        out = add(out, mul(k, eq_at(high, base + b, degree)))
    return out


# ---- chapter 6


def quadratic_weights(c, degree):
    one, two, half = embed(1, degree), embed(2, degree), pow(2, -1, spec.P)
    at_1 = mul(c, sub(two, c))
    at_0 = scale(mul(sub(c, one), sub(c, two)), half)
    return sub(at_0, at_1), at_1, scale(mul(c, sub(c, one)), half)


def sumcheck(proof, round_label, point_label, bits, e, avoid=False):
    point = [None] * bits
    for t in reversed(range(bits)):
        a, b = proof.veiled(round_label, 2)
        c = proof.draw(point_label)
        while avoid and c in (proof.number(0), proof.one()):
            c = proof.draw(point_label)
        w = quadratic_weights(c, proof.degree)
        e, point[t] = combine([(w[0], a), (w[1], e), (w[2], b)]), c
    return point, e


def prefix(point, bits, degree):
    return eq_at(point[bits:], 0, degree)


def lookup_tree(proof, depth):
    one = proof.one()
    (q,), (inverse_q,) = proof.veiled("root_denominator", 1), proof.veiled("root_denominator", 1)
    proof.products.append(([(one, q, inverse_q)], Form(one)))
    p, point = Form(proof.number(0)), []
    for s in range(depth):
        theta = proof.draw("theta")
        e, following = combine([(one, p), (theta, q)]), [None] * s
        for t in list(range(3, s)) + list(range(min(s, 3))):
            a, b = proof.veiled("gkr_round", 2)
            c, r = proof.draw("gkr_point"), point[t]
            require(any(r), "a coordinate is zero")
            k = mul(c, inverse(r))
            rest = sub(sub(one, c), mul(k, sub(one, r)))
            e, following[t] = combine([(k, e), (rest, a), (sub(mul(c, c), c), b)]), c
        p0, p1, q0, q1 = proof.veiled("gkr_evaluations", 4)
        proof.products.append(([(one, combine([(one, p0), (theta, q0)]), q1), (one, p1, q0)], e))
        tau = proof.draw("gkr_point")
        p = combine([(sub(one, tau), p0), (tau, p1)])
        q = combine([(sub(one, tau), q0), (tau, q1)])
        point = following + [tau]
    return point, p, q


def leaf_claims(system, gamma, alpha, point, degree):
    one, zero = embed(1, degree), embed(0, degree)
    p, q, outside = Expansion(degree), Expansion(degree), one
    tag = lambda table: embed(table + 1, degree)
    for kind, index, g, log_block, blocks, base in spec.leaf_layout(system)[1]:
        sigma = zero
        for b in range(blocks):
            sigma = add(sigma, eq_at(point[log_block:], (base >> log_block) + b, degree))
        outside = sub(outside, sigma)
        if kind == "lookup":
            lookup, inside = system["lookups"][index], zero
            for w in leaf_weights(lookup["labels"], base, point, degree):
                inside, power = add(inside, total(w, degree)), gamma
                for view in lookup["columns"]:
                    q.add_view(system, view, w, sub(zero, power))
                    power = mul(power, gamma)
            key, power = tag(lookup["table"]), gamma
            for column in system["tables"][lookup["table"]]["segments"][0]["columns"]:
                key, power = add(key, scale(power, column["start"])), mul(power, gamma)
            p.constant = add(p.constant, sigma)
            q.constant = add(q.constant, add(mul(sub(alpha, tag(lookup["table"])), inside),
                                             mul(sub(alpha, key), sub(sigma, inside))))
            continue
        segment = system["tables"][index]["segments"][g]
        k = segment["log_rows"]
        weights = leaf_weights([[1 << k, k, 0]], base, point, degree)
        p.parts[0].extend((segment["multiplicity"], (sub(zero, f), lists)) for f, lists in weights)
        iota, power = zero, gamma
        for t in range(k):
            iota = add(iota, scale(point[t], 1 << t))
        known = mul(sigma, sub(alpha, tag(index)))
        for column in segment["columns"]:
            if column["kind"] == 0:
                row = add(scale(iota, column["step"]), embed(column["start"], degree))
                known = sub(known, mul(power, mul(sigma, row)))
            else:
                q.parts[0].extend((column["tensor"], (sub(zero, mul(power, f)), lists)) for f, lists in weights)
            power = mul(power, gamma)
        q.constant = add(q.constant, known)
    q.constant = add(q.constant, outside)
    return p, q


def instances_of(system, expansion):
    """[contraction, right lists, left weights], over all labels of the contraction."""
    out, degree = [], expansion.degree
    for id_, (factor, lists) in expansion.parts[1]:
        roles = system["contractions"][id_]["roles"]
        unit = (0, [embed(1, degree)])
        left, right, given = [unit] * len(roles), [unit] * len(roles), iter(lists)
        for label, role in enumerate(roles):
            if role != 3:
                (right if role == 2 else left)[label] = next(given)
        for instance in out:
            if instance[0] == id_ and instance[1] == right:
                instance[2].append((factor, left))
                break
        else:
            out.append([id_, right, [(factor, left)]])
    return out


def cube(contraction):
    """The first coordinate of each inner and batch label, and the number of coordinates."""
    offset, bit = {}, 0
    for role in (3, 0):
        for label in reversed(range(len(contraction["roles"]))):
            if contraction["roles"][label] == role:
                offset[label] = bit
                bit += log2_ceil(contraction["labels"][label][0])
    return offset, bit


def operand(system, instance, side, point, degree):
    k = system["contractions"][instance[0]]
    offset, _ = cube(k)
    tables = {label: eq_table(point[at:at + log2_ceil(k["labels"][label][0])], degree)[:k["labels"][label][0]]
              for label, at in offset.items()}
    out = Expansion(degree)
    for factor, lists in (instance[2] if side == "a" else [(embed(1, degree), instance[1])]):
        lists = list(lists)
        for label, table in tables.items():
            if side == "a" and k["roles"][label] == 0:
                begin, values = lists[label]
                lists[label] = (begin, [mul(x, table[begin + i]) for i, x in enumerate(values)])
            else:
                lists[label] = (0, table)
        out.add_view(system, k[side], (factor, lists), embed(1, degree))
    return out


def contractions(proof, system, publics, instances, sums, claims):
    lam, e, power, powers = proof.draw("lambda"), [], proof.one(), []
    for s in sums:
        e.append((power, s))
        powers.append(power)
        power = mul(power, lam)
    bits = [cube(system["contractions"][i[0]])[1] for i in instances]
    point, e = sumcheck(proof, "contraction_round", "contraction_point", max(bits), combine(e))
    terms = []
    for instance, n, power in zip(instances, bits, powers):
        values = []
        for side in "ac":
            expansion = operand(system, instance, side, point[:n], proof.degree)
            known = expansion.known(system, publics)
            if expansion.parts[0]:
                (x,) = proof.veiled("operand", 1)
                claims.append((Form(sub(x.known, known), x.pads), expansion.parts[0]))
            else:
                x = Form(known)
            values.append(x)
        terms.append((mul(power, prefix(point, n, proof.degree)), *values))
    proof.products.append((terms, e))


def log_address(oracle):
    return oracle["log_rows"] + log2_ceil(oracle["limbs"])


def cell_claims(proof, system, claims):
    eta, power, batch = proof.draw("eta"), proof.one(), []
    for value, _ in claims:
        batch.append((power, value))
        power = mul(power, eta)
    n = max(log_address(o) for o in system["oracles"])
    point, e = sumcheck(proof, "claim_round", "claim_point", n, combine(batch))
    weights = [proof.number(0) for _ in system["oracles"]]
    for (power, _), (_, parts) in zip(batch, claims):
        for id_, weight in parts:
            tensor = system["tensors"][id_]
            o = tensor["oracle"]
            at = evaluate_at(tensor, weight, point[:log_address(system["oracles"][o])], proof.degree)
            weights[o] = add(weights[o], mul(power, at))
    values = proof.veiled("cell_value", len(weights))
    check = [(sub(proof.number(0), proof.one()), e)]
    for oracle, w, y in zip(system["oracles"], weights, values):
        check.append((mul(w, prefix(point, log_address(oracle), proof.degree)), y))
    proof.assert_zero(combine(check))
    return point, values


def folds(proof, system, parameters, point, values):
    minus, us, masks, out = sub(proof.number(0), proof.one()), [], [], []
    for stack in parameters["stacks"]:
        oracles = [system["oracles"][o] for o in stack["oracles"]]
        u = proof.veiled("fold_functional", sum(o["limbs"] for o in oracles))
        masks += proof.veiled("mask_functional", 1)
        us.append(u)
        first = 0
        for o, oracle in zip(stack["oracles"], oracles):
            column = eq_table(point[stack["log_rows"]:log_address(oracle)], proof.degree)
            limbs = u[first:first + oracle["limbs"]]
            proof.assert_zero(combine([(minus, values[o])] + list(zip(column, limbs))))
            first += oracle["limbs"]
    for stack, u in zip(parameters["stacks"], us):
        proof.work("mu", stack["fold_grinding"])
        weights = eq_table(proof.draws("mu", log2_ceil(len(u))), proof.degree)[:len(u)]
        out.append({"weights": weights, "beta": proof.draw("beta"), "row": point[:stack["log_rows"]]})
    for fold, u, mask in zip(out, us, masks):
        (fold["value"],) = proof.clear("fold_value", 1)
        terms = [(proof.one(), mask)] + [(mul(fold["beta"], w), x) for w, x in zip(fold["weights"], u)]
        proof.assert_zero(combine(terms + [(minus, Form(fold["value"]))]))
    return out


def layers(proof, system, parameters, publics):
    """Steps 2 to 7."""
    zero, one, expansions, rho, depth = proof.number(0), proof.one(), [], [], 0
    if system["lookups"]:
        gamma = proof.draw("gamma")
        proof.work("alpha", parameters["alpha_grinding"])
        alpha = proof.draw("alpha")
        depth = spec.leaf_layout(system)[0]
        rho, p, q = lookup_tree(proof, depth)
        expansions += list(zip((p, q), leaf_claims(system, gamma, alpha, rho, proof.degree)))
    needed = max([point_bits(i["labels"]) for i in system["identities"]], default=0)
    rho = rho + proof.draws("rho", max(0, needed - depth))
    for identity in system["identities"]:
        expansion = Expansion(proof.degree)
        expansion.add_view(system, identity["view"], point_weight(identity["labels"], rho, proof.degree), one)
        expansions.append((Form(zero), expansion))
    grouped = [instances_of(system, expansion) for _, expansion in expansions]
    sums = proof.veiled("accumulator", sum(map(len, grouped)))
    claims, rest = [], iter(sums)
    for (value, expansion), group in zip(expansions, grouped):
        terms = [(one, value)] + [(sub(zero, one), next(rest)) for _ in group]
        form = combine(terms)
        claims.append((Form(sub(form.known, expansion.known(system, publics)), form.pads), expansion.parts[0]))
    if sums:
        contractions(proof, system, publics, [i for group in grouped for i in group], sums, claims)
    return folds(proof, system, parameters, *cell_claims(proof, system, claims))


# ---- chapter 7


def product_check(proof):
    one, zero = proof.one(), proof.number(0)
    chi, power, a, b = proof.draw("chi"), one, [], []
    claim = [(zero, Form(zero))]  # there may be no product
    for terms, z in proof.products:
        claim.append((power, z))
        for kappa, x, y in terms:
            k = mul(power, kappa)
            claim += [(sub(zero, mul(k, x.known)), y), (sub(zero, mul(k, y.known)), x.linear())]
            if x.pads and y.pads:
                a.append((k, x.linear()))
                b.append((one, y.linear()))
        power = mul(power, chi)
    nothing = (zero, Form(zero))
    a += [(one, proof.bare_pad()), nothing]
    b += [nothing, (one, proof.bare_pad())]
    point, e = sumcheck(proof, "product_round", "product_point", log2_ceil(len(a)), combine(claim), avoid=True)
    ends = proof.clear("product_end", 2)
    proof.assert_zero(Form(sub(e.known, mul(*ends)), e.pads))
    eq = eq_table(point, proof.degree)
    for slots, end in zip((a, b), ends):
        form = combine([(mul(w, k), x) for w, (k, x) in zip(eq, slots)])
        proof.assert_zero(Form(sub(form.known, end), form.pads))


def linear_batch(proof):
    xi, power = proof.draw("veil_batch"), proof.one()
    weights, value = [proof.number(0)] * proof.n_pads, proof.number(0)
    for form in proof.zeros:
        for k, c in form.pads.items():
            weights[k] = add(weights[k], mul(power, c))
        value = sub(value, mul(power, form.known))
        power = mul(power, xi)
    return weights, value


# ---- step 9


class Tree:
    def __init__(self, id_, root, words, salted=True):
        self.id, self.root, self.words, self.salted = id_, root, words, salted


def read_rows(proof, tree, log_n, positions):
    rows, leaves = [], {}
    for j in positions:
        salt = proof.reader.raw(32) if tree.salted else bytes(32)
        rows.append([proof.element(1)[0] for _ in range(tree.words)])
        leaves[j] = spec.leaf(tree.id, j, salt, rows[-1])
    siblings = iter(lambda: proof.reader.raw(32), None)
    require(spec.opened_root(log_n, leaves, siblings) == tree.root, "Merkle path")
    return rows


class Opening:
    def __init__(self, proof, parameters, trees, folds_, pad_beta):
        self.proof, self.p, self.trees, self.folds, self.pad_beta = proof, parameters, trees, folds_, pad_beta
        blocks, self.length = spec.h_layout(parameters)
        self.blocks = {(word, blinding): (size, offset) for word, blinding, size, offset in blocks}
        self.bits = log2_ceil(self.length)
        self.W, self.claim, self.open = [proof.number(0)] * (1 << self.bits), proof.number(0), []

    def vector(self, offset, values):
        """A functional: the values from `offset` on, as a list of (position, value)."""
        return list(enumerate(values, offset))

    def powers(self, word, x):
        (m, message), (r, blinding) = self.blocks[word, 0], self.blocks[word, 1]
        values = [self.proof.number(pow(x, i, spec.P)) for i in range((1 << m) + (1 << r))]
        return self.vector(message, values[:1 << m]) + self.vector(blinding, values[1 << m:])

    def batch(self):
        kappa = self.proof.draw("row_batch")
        power = kappa
        for functional, value in self.open:
            for i, x in functional:
                self.W[i] = add(self.W[i], mul(power, x))
            self.claim = add(self.claim, mul(power, value))
            power = mul(power, kappa)
        self.open = []

    def open_words(self):
        proof, d = self.proof, self.proof.degree
        proof.work("query_positions", self.p["query_grinding"])
        words = self.p["stacks"] + [self.p["pads"]]
        positions = [proof.transcript.positions("query_positions", x["log_domain"], x["queries"]) for x in words]
        out = []
        for w, (shape, where, trees) in enumerate(zip(words, positions, self.trees)):
            opened = [read_rows(proof, tree, shape["log_domain"], where) for tree, _ in trees]
            for i, j in enumerate(where):
                row = []
                for (_, mask_words), rows in zip(trees, opened):
                    cut = len(rows[i]) - mask_words
                    row += rows[i][:cut]
                    if mask_words:
                        mask = tuple(rows[i][cut:])
                if w < len(self.folds):
                    fold, value = self.folds[w], proof.number(0)
                    for weight, x in zip(fold["weights"], row):
                        value = add(value, scale(weight, x))
                    value = add(mask, mul(fold["beta"], value))
                else:
                    value = add(mask, mul(self.pad_beta, tuple(row[:d])))
                out.append((self.powers(w, spec.domain_point(shape["log_domain"], j)), value))
        return out

    def open_level(self, l, tree, eq):
        proof, level, d = self.proof, self.p["levels"][l], self.proof.degree
        proof.work("query_positions", self.p["query_grinding"])
        where = proof.transcript.positions("query_positions", level["log_domain"], level["queries"])
        out = []
        for j, row in zip(where, read_rows(proof, tree, level["log_domain"], where)):
            value = proof.number(0)
            for b in range(tree.words // d):
                value = add(value, mul(eq[b], tuple(row[b * d:(b + 1) * d])))
            x = spec.domain_point(level["log_domain"], j)
            powers = [proof.number(pow(x, i, spec.P)) for i in range(1 << level["log_rows"])]
            out.append((self.vector(0, powers), value))
        return out

    def bind(self, level):
        """The rounds of one level; returns eq of the folding point over the columns."""
        point = []
        while self.bits > level["log_rows"]:
            a, b = self.proof.clear("level_round", 2)
            self.proof.work("level_point", level["fold_grinding"])
            r = self.proof.draw("level_point")
            w = quadratic_weights(r, self.proof.degree)
            self.claim = add(add(mul(w[0], a), mul(w[1], self.claim)), mul(w[2], b))
            self.bits -= 1
            half = 1 << self.bits
            self.W = [add(x, mul(r, sub(y, x))) for x, y in zip(self.W[:half], self.W[half:])]
            point.insert(0, r)
        return eq_table(point, self.proof.degree)

    def run(self, pad_claim):
        proof = self.proof
        for s, fold in enumerate(self.folds):
            offset = self.blocks[s, 0][1]
            self.open.append((self.vector(offset, eq_table(fold["row"], proof.degree)), fold["value"]))
        weights, value = pad_claim
        self.open.append((self.vector(self.blocks[len(self.folds), 0][1], weights), value))
        previous = None
        for l, level in enumerate(self.p["levels"]):
            columns = -(-self.length >> level["log_rows"]) if l == 0 else 1 << (self.bits - level["log_rows"])
            root = proof.digest("level_root")
            tree = Tree((3 << 32) + l, root, columns * proof.degree, salted=False)
            if level["johnson"]:
                zeta = proof.draws("ood_point", self.bits)
                (nu,) = proof.clear("ood_value", 1)
                self.open.append((self.vector(0, eq_table(zeta, proof.degree)), nu))
            self.open += self.open_words() if l == 0 else self.open_level(l - 1, *previous)
            self.batch()
            previous = tree, self.bind(level)
        last = proof.clear("last_vector", 1 << self.bits)
        if not self.p["levels"]:
            self.batch()
        require(spec.dot(self.W, last, proof.degree) == self.claim, "last vector")
        if self.p["levels"]:
            rows = self.open_level(len(self.p["levels"]) - 1, *previous)
        else:
            require(not any(any(x) for x in last[self.length:]), "padding of H")
            rows = self.open_words()
        for functional, value in rows:
            at = proof.number(0)
            for i, x in functional:
                at = add(at, scale(last[i], x[0]))
            require(at == value, "row")


def check_statement(system, publics, roots, context):
    require(len(context) <= 65536 and len(publics) == len(system["publics"]), "statement")
    for public, values in zip(system["publics"], publics):
        n = 1
        for axis in public["space"]:
            n *= axis[0]
        require(len(values) == (n if public["kind"] else 0), "publics")
        require(all(public["range"][0] <= v <= public["range"][1] for v in values), "publics")
    require(len(roots) == sum(o["kind"] != 2 for o in system["oracles"]), "roots")


def committed_trees(proof, system, parameters, roots):
    """Step 1: for every word a list of (tree, words of a mask at the end of its rows)."""
    d, fixed = proof.degree, iter(roots)
    trees = {}
    own = [o for o, oracle in enumerate(system["oracles"]) if oracle["kind"] == 2]
    own_roots = {o: proof.digest("root") for o in own}
    for o, oracle in enumerate(system["oracles"]):
        trees[o] = own_roots[o] if o in own_roots else next(fixed)
    out = []
    for s, stack in enumerate(parameters["stacks"]):
        carrier = next((o for o in stack["oracles"] if o in own_roots), None)
        word = []
        for o in stack["oracles"]:
            mask = d if o == carrier else 0
            tree_id = [0, 4 << 32, o][system["oracles"][o]["kind"]]
            word.append((Tree(tree_id, trees[o], system["oracles"][o]["limbs"] + mask), mask))
        if carrier is None:
            word.append((Tree((1 << 32) + s, proof.digest("root"), d), d))
        out.append(word)
    return out + [[(Tree(2 << 32, proof.digest("root"), 2 * d), d)]]


def verify(system_bytes, parameter_bytes, publics, roots, context, data):
    system, parameters = decode_system(system_bytes), decode_parameters(parameter_bytes)
    check_statement(system, publics, roots, context)
    proof = Proof(data, 2 + parameters["profile"])
    t = proof.transcript
    t.absorb("system_digest", spec.system_digest(system_bytes))
    t.absorb("protocol", parameter_bytes + b"".join(roots))
    t.absorb("public_values", spec.blake3(b"".join(spec.items(values, spec.i64) for values in publics)))
    t.absorb("context", context)
    trees = committed_trees(proof, system, parameters, roots)
    t.absorb("statement_digest", spec.statement_digest(system_bytes, parameter_bytes, roots, publics, context))
    cells = sum(o["limbs"] << o["log_rows"] for o in system["oracles"] if o["kind"] == 2)
    t.chain(min(1 + -(-cells // 1024), 1 << 14))

    folds_ = layers(proof, system, parameters, publics)
    product_check(proof)
    require(proof.n_pads <= 1 << parameters["pads"]["log_rows"], "pads")
    weights, value = linear_batch(proof)
    (masked,) = proof.clear("masked_pads", 1)
    proof.work("pad_beta", parameters["pads"]["fold_grinding"])
    pad_beta = proof.draw("pad_beta")
    opening = Opening(proof, parameters, trees, folds_, pad_beta)
    opening.run((weights, add(masked, mul(pad_beta, value))))
    proof.reader.finish()
    return proof
