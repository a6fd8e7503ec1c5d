"""A second implementation of the basic parts of docs/spec, written from its text. Standard library only; slow and plain."""

import struct

P = 2**64 - 2**32 + 1

# ---- chapter 1: fields. An element of F or E is a tuple of coefficients.

NON_RESIDUE = {1: 0, 2: 7, 3: 2}
DEGREE = {"F": 1, "k100": 2, "k128": 3}


def embed(value, degree):
    return (value % P,) + (0,) * (degree - 1)


def add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b))


def sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b))


def mul(a, b):
    degree, out = len(a), [0] * (2 * len(a) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    for i in range(degree, 2 * degree - 1):
        out[i - degree] += NON_RESIDUE[degree] * out[i]
    return tuple(x % P for x in out[:degree])


def scale(a, k):
    return tuple(x * k % P for x in a)


def power(a, n):
    out = embed(1, len(a))
    while n:
        if n & 1:
            out = mul(out, a)
        a, n = mul(a, a), n >> 1
    return out


def inverse(a):
    """The inverse by Fermat's little theorem; 0 for 0."""
    return power(a, P ** len(a) - 2)


def to_bytes(a):
    return struct.pack(f"<{len(a)}Q", *a)


def from_bytes(data, degree):
    a = struct.unpack(f"<{degree}Q", data)
    if max(a) >= P:
        raise ValueError("not canonical")
    return a


def root_of_unity(k):
    return pow(pow(pow(7, (P - 1) >> 32, P), 5, P), 1 << (32 - k), P)


def bit_reverse(j, bits):
    return int(format(j, f"0{bits}b")[::-1], 2) if bits else 0


def domain_point(k, j):
    return pow(root_of_unity(k), bit_reverse(j, k), P)


def sample(words, degree):
    """An element from an iterator of words."""
    out = []
    while len(out) < degree:
        word = next(words)
        if word < P:
            out.append(word)
    return tuple(out)


# ---- chapter 2: BLAKE3 (unkeyed) as its authors define it, leaves and trees

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 0xFFFFFFFF


def _rotate(x, n):
    return (x >> n | x << (32 - n)) & MASK


def compress(cv, block, counter, length, flags):
    m = list(struct.unpack("<16I", block.ljust(64, b"\0")))
    v = list(cv) + list(IV[:4]) + [counter & MASK, counter >> 32, length, flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(QUARTERS):
            for word, r1, r2 in ((m[2 * i], 16, 12), (m[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & MASK
                v[d] = _rotate(v[d] ^ v[a], r1)
                v[c] = (v[c] + v[d]) & MASK
                v[b] = _rotate(v[b] ^ v[c], r2)
        m = [m[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ cv[i] for i in range(8)]


def _chunk(data, counter):
    """The inputs of a chunk's last compression, without the root flag."""
    cv, blocks = IV, [data[i:i + 64] for i in range(0, len(data), 64)] or [b""]
    for i, block in enumerate(blocks):
        flags = (CHUNK_START if i == 0 else 0) | (CHUNK_END if i == len(blocks) - 1 else 0)
        if i == len(blocks) - 1:
            return cv, block, counter, len(block), flags
        cv = compress(cv, block, counter, 64, flags)[:8]


def _node(data, first_chunk):
    if len(data) <= 1024:
        return _chunk(data, first_chunk)
    chunks = (len(data) + 1023) // 1024
    left = 1 << ((chunks - 1).bit_length() - 1)
    halves = (_node(data[:left * 1024], first_chunk), _node(data[left * 1024:], first_chunk + left))
    block = b"".join(struct.pack("<8I", *compress(*half)[:8]) for half in halves)
    return IV, block, 0, 64, PARENT


def xof(data):
    """The extended output, block after block of 64 bytes."""
    cv, block, counter, length, flags = _node(data, 0)
    index = 0
    while True:
        yield struct.pack("<16I", *compress(cv, block, index, length, flags | ROOT))
        index += 1


def blake3(data):
    return next(xof(data))[:32]


def xof_words(data):
    for block in xof(data):
        yield from struct.unpack("<8Q", block)


def leaf(tree, row, salt, words):
    return blake3(b"tacitlf1" + struct.pack("<QQQ", tree, row, len(words)) + salt + struct.pack(f"<{len(words)}Q", *words))


def tree_root(leaves):
    while len(leaves) > 1:
        half = len(leaves) // 2
        leaves = [blake3(leaves[j] + leaves[j + half]) for j in range(half)]
    return leaves[0]


def opened_root(log_n, leaves, siblings):
    """The root that an opening leads to; `leaves` maps positions to digests, `siblings` is an iterator."""
    nodes, half = dict(leaves), (1 << log_n) >> 1
    while half:
        missing = sorted({j ^ half for j in nodes} - set(nodes))
        nodes.update((j, next(siblings)) for j in missing)
        nodes = {j: blake3(nodes[j] + nodes[j + half]) for j in sorted({j % half for j in nodes})}
        half >>= 1
    return nodes[0]


# ---- chapter 3: transcript


class Transcript:
    def __init__(self, protocol):
        self.state = blake3(b"tacit transcript" + protocol.encode())
        self.trace = []  # (operation, label, bytes or steps, beginning of the state after)

    def _note(self, operation, label, size):
        self.trace.append([operation, label, size, self.state.hex()[:16]])

    def _framed(self, tag, label):
        return tag.encode().ljust(16, b"\0") + self.state + struct.pack("<I", len(label)) + label.encode()

    def absorb(self, label, data):
        self.state = blake3(self._framed("tacit absorb", label) + struct.pack("<Q", len(data)) + data)
        self._note("absorb", label, len(data))

    def challenge(self, label):
        words = xof_words(self._framed("tacit challenge", label))
        self.state = blake3(self._framed("tacit ratchet", label))
        self._note("challenge", label, 0)
        return words

    def chain(self, steps):
        for i in range(steps):
            self.state = blake3(b"tacit chain".ljust(24, b"\0") + struct.pack("<Q", i) + self.state)
        self._note("chain", "chain", steps)

    def draw(self, label, degree):
        return sample(self.challenge(label), degree)

    def positions(self, label, log_n, count):
        words, found = self.challenge(label), set()
        while len(found) < count:
            found.add(next(words) & ((1 << log_n) - 1))
        return sorted(found)

    def work_ok(self, label, nonce, bits):
        block = self.state + (b"grind " + label.encode()).ljust(24, b"\0") + struct.pack("<Q", nonce)
        return struct.unpack("<Q", blake3(block)[:8])[0] & ((1 << bits) - 1) == 0


# ---- section 0.3: multilinear extensions


def eq_table(point, degree):
    table = [embed(1, degree)]
    for r in point:
        high = [mul(x, r) for x in table]
        table = [sub(x, y) for x, y in zip(table, high)] + high
    return table


def dot(xs, ys, degree):
    out = embed(0, degree)
    for x, y in zip(xs, ys):
        out = add(out, mul(x, y))
    return out


def encode_word(coefficients, log_n):
    points = [domain_point(log_n, j) for j in range(1 << log_n)]
    return [sum(c * pow(x, i, P) for i, c in enumerate(coefficients)) % P for x in points]


# ---- chapter 4: encoding of systems; inputs are dictionaries with the names of the specification


def u8(x):
    return struct.pack("<B", x)


def u32(x):
    return struct.pack("<I", x)


def u64(x):
    return struct.pack("<Q", x)


def i64(x):
    return struct.pack("<q", x)


def items(values, encode):
    return u32(len(values)) + b"".join(encode(v) for v in values)


def space(axes):
    return items(axes, lambda a: u32(a[0]) + u8(a[1]) + u8(a[2]))


def interval(x):
    return i64(x[0]) + i64(x[1])


def view(v):
    def axis_map(m):
        return items(m["steps"], lambda s: u32(s[0]) + i64(s[1])) + i64(m["offset"])

    def term(t):
        return u8(t["source"]) + u32(t["id"]) + i64(t["coefficient"]) + items(t["maps"], axis_map)

    return items(v["terms"], term) + i64(v["constant"]) + u8(v["log_denominator"])


def system_bytes(s):
    def column(c):
        return u8(c["kind"]) + i64(c["start"]) + i64(c["step"]) + u32(c["tensor"])

    def segment(g):
        return u8(g["log_rows"]) + items(g["columns"], column) + u32(g["multiplicity"])

    return b"".join([
        items(s["oracles"], lambda o: u8(o["kind"]) + u8(o["log_rows"]) + u32(o["limbs"])),
        items(s["tensors"], lambda t: u32(t["oracle"]) + space(t["space"]) + u64(t["base"]) + interval(t["range"])),
        items(s["publics"],
              lambda p: u8(p["kind"]) + space(p["space"]) + interval(p["range"]) + items(p["values"], i64)),
        items(s["contractions"], lambda k: space(k["labels"]) + items(k["roles"], u8) + view(k["a"]) + view(k["c"])),
        items(s["tables"], lambda t: u32(t["width"]) + items(t["segments"], segment)),
        items(s["lookups"], lambda l: space(l["labels"]) + u32(l["table"]) + items(l["columns"], view)),
        items(s["identities"], lambda i: space(i["labels"]) + view(i["view"])),
    ])


def system_digest(encoding):
    return blake3(b"tacit system v1" + encoding)


def log2_ceil(n):
    return 0 if n <= 1 else (n - 1).bit_length()


def strips(axis):
    return -(-axis[0] >> axis[1])


def log_block(axes):
    return sum(a[1] for a in axes)


def blocks(axes):
    out = 1
    for a in axes:
        out *= strips(a)
    return out


def places_of(axes):
    """The place of every element, row-major."""
    out = [(0, 0)]
    for axis in axes:
        k = axis[1]
        out = [(b * strips(axis) + (i >> k), (j << k) + (i & ((1 << k) - 1))) for b, j in out for i in range(axis[0])]
    return [(b << log_block(axes)) + j for b, j in out]


def leaf_layout(s):
    regions = [("lookup", i, 0, log_block(l["labels"]), blocks(l["labels"])) for i, l in enumerate(s["lookups"])]
    regions += [("segment", t, g, segment["log_rows"], 1)
                for t, table in enumerate(s["tables"]) for g, segment in enumerate(table["segments"])]
    regions.sort(key=lambda r: -r[3])
    out, end = [], 0
    for r in regions:
        out.append(r + (end,))
        end += r[4] << r[3]
    return max(1, log2_ceil(end)), out


def statement_digest(system, parameters, roots, publics, context):
    public_bytes = b"".join(items(values, i64) for values in publics)
    parts = [blake3(parameters + b"".join(roots)), blake3(public_bytes), blake3(context)]
    return blake3(b"tacit statement v1" + system_digest(system) + b"".join(parts))


# ---- chapter 5: parameters


def parameter_bytes(p):
    def stack(s):
        return (items(s["oracles"], u32) + items(s["log_blinding"], u8) + u8(s["log_rows"]) + u8(s["log_domain"]) +
                u32(s["queries"]) + u8(s["fold_grinding"]))

    def pads(x):
        return u8(x["log_rows"]) + u8(x["log_blinding"]) + u8(x["log_domain"]) + u32(x["queries"]) + u8(x["fold_grinding"])

    def level(x):
        return u8(x["log_rows"]) + u8(x["log_domain"]) + u32(x["queries"]) + u8(x["johnson"]) + u8(x["fold_grinding"])

    return (u8(p["profile"]) + items(p["stacks"], stack) + pads(p["pads"]) + items(p["levels"], level) +
            u8(p["alpha_grinding"]) + u8(p["query_grinding"]))


def h_layout(p):
    """(word, blinding, log_size, offset) of every block, and the length of H."""
    sizes = [(s["log_rows"], max(s["log_blinding"])) for s in p["stacks"]]
    sizes.append((p["pads"]["log_rows"], p["pads"]["log_blinding"]))
    order = sorted((-size, word, blinding) for word, pair in enumerate(sizes) for blinding, size in enumerate(pair))
    out, offset = [], 0
    for size, word, blinding in order:
        out.append((word, blinding, -size, offset))
        offset += 1 << -size
    return out, offset


def log2_fixed(x, up):
    e = x.bit_length() - 1
    a = x << (62 - e) if e <= 62 else (x + up * ((1 << (e - 62)) - 1)) >> (e - 62)
    bits = e
    for _ in range(32):
        a = (a * a + up * (2**62 - 1)) >> 62
        one = a >= 2**63
        if one:
            a = (a + up) >> 1
        bits = 2 * bits + one
    return bits + (1 if up and a != 2**62 else 0)


def error_terms(s, p):
    """(name, millibits, work) in the order of section 5.3; s is a system as a dictionary."""
    W = lambda x: x << 32
    below, above = (lambda x: log2_fixed(x, 0)), (lambda x: log2_fixed(x, 1))
    field = W(128) - 3 if p["profile"] == 0 else W(192) - 5
    out = []

    def term(name, bits, work=0):
        out.append((name, 1000 * (bits + W(work)) >> 32, work))

    def poly(name, degree, work=0):
        term(name, field - above(max(degree, 1)), work)

    segments = [g for t in s["tables"] for g in t["segments"]]
    rows = sum(1 << g["log_rows"] for g in segments)
    leaves = log2_ceil(rows + sum(blocks(l["labels"]) << log_block(l["labels"]) for l in s["lookups"]))
    relations = [l["labels"] for l in s["lookups"] + s["identities"] + s["contractions"]]
    views = [(l["labels"], v) for l in s["lookups"] for v in l["columns"]]
    views += [(i["labels"], i["view"]) for i in s["identities"]]
    instances = sum(blocks(labels) for labels, v in views for t in v["terms"] if t["source"] == 1)
    if segments:
        poly("gamma", rows * max(t["width"] for t in s["tables"]))
        poly("alpha", 2**leaves - 1, p["alpha_grinding"])
        poly("gkr layers", 1), poly("gkr rounds", 3), poly("gkr points", 1)
    poly("output point", max([sum(a[1] + log2_ceil(strips(a)) for a in labels) for labels in relations], default=0))
    poly("batching of accumulators", instances)
    poly("contraction rounds", 2)
    poly("batching of claims", 2 * instances + len(s["identities"]) + 1)
    poly("claim rounds", 2)

    def word(name, x, limbs, log_blinding):
        n = 1 << x["log_domain"]
        term(f"fold of {name}", field - W(x["log_domain"]) - above(log2_ceil(limbs) + 1), x["fold_grinding"])
        each = W(1 + x["log_domain"]) - above(n + (1 << x["log_rows"]) + (1 << log_blinding))
        term(f"queries of {name}", x["queries"] * each, p["query_grinding"])

    for i, x in enumerate(p["stacks"]):
        word(f"stack {i}", x, sum(s["oracles"][o]["limbs"] for o in x["oracles"]), max(x["log_blinding"]))
    poly("batching of products", 2 * leaves + instances + 4)
    poly("product rounds", 2)
    poly("batching of zeros", 2**20)
    word("pads", p["pads"], 1, p["pads"]["log_blinding"])

    length = log2_ceil(h_layout(p)[1])
    open_rows = 4096 + 1 + p["pads"]["queries"] + sum(x["queries"] for x in p["stacks"])
    for i, x in enumerate(p["levels"]):
        m, k, n, u = x["johnson"], x["log_domain"] - x["log_rows"], 1 << x["log_domain"], 2 * x["johnson"] + 1
        q, half = max(open_rows, 2) - 1, W(k) // 2
        if m:
            term(f"out-of-domain sample of level {i + 1}", field - W(k - 3) - above(u * u * length))
        term(f"batching of rows for level {i + 1}", field - (above(q) if m == 0 else half - W(1) + above(q * u)))
        rounds = above(n + 2) if m == 0 else half + above(((u**5 << k) + 24 * u) * n + 72 * u) - below(48)
        term(f"rounds of level {i + 1}", field - rounds, x["fold_grinding"])
        each = W(1 + x["log_domain"]) - above(n + (1 << x["log_rows"])) if m == 0 else half - (above(m + 1) - below(m))
        term(f"queries of level {i + 1}", x["queries"] * each, p["query_grinding"])
        length, open_rows = x["log_rows"], 2 + x["queries"]
    return out
