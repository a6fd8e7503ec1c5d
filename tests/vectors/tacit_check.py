"""Sections 4.6 and 5.2 of docs/spec: which systems and parameters a verifier admits. `why_not` returns a reason or None."""

from tacit_spec import P, blocks, h_layout, log2_ceil, log_block


class Bad(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Bad(why)


def elements(axes):
    out = 1
    for a in axes:
        out *= a[0]
    return out


def hull_of(*values):
    return min(values), max(values)


def plus(x, y):
    return x[0] + y[0], x[1] + y[1]


def times(x, y):
    return hull_of(x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1])


class System:
    def __init__(self, s):
        self.s = s
        self.multiplicities = [g["multiplicity"] for t in s["tables"] for g in t["segments"]]

    # ---- structure

    def space(self, axes):
        need(len(axes) <= 16, "axes")
        for length, k, _ in axes:
            need(length >= 1 and k <= min(32, log2_ceil(length)), "axis")
        need(blocks(axes) << log_block(axes) <= 2**40, "places")

    def n_axes(self, term):
        lists = (self.s["tensors"], self.s["contractions"], self.s["publics"])[term["source"]]
        need(term["id"] < len(lists), "source")
        item = lists[term["id"]]
        return sum(role != 3 for role in item["roles"]) if term["source"] == 1 else len(item["space"])

    def view(self, v, space):
        need(v["log_denominator"] <= 62, "denominator")
        for term in v["terms"]:
            need(self.n_axes(term) == len(term["maps"]), "maps")
            labels = [step[0] for m in term["maps"] for step in m["steps"]]
            need(len(set(labels)) == len(labels) and all(l < len(space) for l in labels), "labels")
            for m in term["maps"]:
                need(all(stride for _, stride in m["steps"]), "stride")
                reach = abs(m["offset"]) + sum(abs(stride) * space[l][0] for l, stride in m["steps"])
                need(reach <= 2**62, "reach")

    def operand(self, k, v, absent):
        self.view(v, k["labels"])
        need(v["log_denominator"] == 0 and v["constant"] == 0, "operand")
        for term in v["terms"]:
            need(term["source"] != 1, "operand")
            need(all(k["roles"][l] != absent for m in term["maps"] for l, _ in m["steps"]), "role")

    def column(self, id_, log_rows):
        need(id_ < len(self.s["tensors"]), "column")
        axes = self.s["tensors"][id_]["space"]
        need(len(axes) == 1 and axes[0][:2] == [1 << log_rows, log_rows], "column")

    def structure(self):
        s = self.s
        need(s["oracles"], "no oracle")
        for o in s["oracles"]:
            need(o["log_rows"] <= 40 and o["limbs"] >= 1 and o["limbs"] << o["log_rows"] <= 2**40, "oracle")
        spans = {}
        for t in s["tensors"]:
            need(t["oracle"] < len(s["oracles"]) and t["range"][0] <= t["range"][1], "tensor")
            self.space(t["space"])
            o, places = s["oracles"][t["oracle"]], blocks(t["space"]) << log_block(t["space"])
            need(t["base"] % (1 << log_block(t["space"])) == 0, "base")
            need(t["base"] + places <= o["limbs"] << o["log_rows"], "capacity")
            spans.setdefault(t["oracle"], []).append((t["base"], t["base"] + places))
        for list_ in spans.values():
            list_.sort()
            need(all(x[1] <= y[0] for x, y in zip(list_, list_[1:])), "overlap")
        for p in s["publics"]:
            self.space(p["space"])
            need(p["range"][0] <= p["range"][1], "public")
            need(len(p["values"]) == (0 if p["kind"] else elements(p["space"])), "public")
            need(all(p["range"][0] <= v <= p["range"][1] for v in p["values"]), "public")
        for k in s["contractions"]:
            self.space(k["labels"])
            need(len(k["roles"]) == len(k["labels"]), "roles")
            self.operand(k, k["a"], 2)
            self.operand(k, k["c"], 1)
        for t in s["tables"]:
            need(1 <= t["width"] <= 1024 and t["segments"], "table")
            sizes = [g["log_rows"] for g in t["segments"]]
            need(max(sizes) <= 32 and sizes == sorted(sizes, reverse=True), "segments")
            for g in t["segments"]:
                need(len(g["columns"]) == t["width"], "width")
                self.column(g["multiplicity"], g["log_rows"])
                need(s["oracles"][s["tensors"][g["multiplicity"]]["oracle"]]["kind"] == 2, "multiplicities")
                for c in g["columns"]:
                    if c["kind"] == 1:
                        self.column(c["tensor"], g["log_rows"])
        need(len(set(self.multiplicities)) == len(self.multiplicities), "multiplicities")
        for l in s["lookups"]:
            self.space(l["labels"])
            need(l["table"] < len(s["tables"]) and len(l["columns"]) == s["tables"][l["table"]]["width"], "lookup")
            for v in l["columns"]:
                self.view(v, l["labels"])
        leaves = sum(blocks(l["labels"]) << log_block(l["labels"]) for l in s["lookups"])
        need(leaves + sum(1 << g["log_rows"] for t in s["tables"] for g in t["segments"]) <= 2**40, "leaves")
        for i in s["identities"]:
            self.space(i["labels"])
            self.view(i["view"], i["labels"])
            need(i["view"]["log_denominator"] == 0, "identity")

    # ---- intervals

    def source_hull(self, term):
        if term["source"] == 1:
            k = self.s["contractions"][term["id"]]
            inner = elements([a for a, role in zip(k["labels"], k["roles"]) if role == 3])
            hull = times(times(self.hull(k["a"]), self.hull(k["c"])), (inner, inner))
        else:
            hull = (self.s["publics"] if term["source"] else self.s["tensors"])[term["id"]]["range"]
        return hull_of(*hull, 0)

    def term_hull(self, term):
        return times((term["coefficient"],) * 2, self.source_hull(term))

    def hull(self, v):
        out = (v["constant"],) * 2
        for term in v["terms"]:
            out = plus(out, self.term_hull(term))
        return out

    def column_hull(self, table, t):
        ends = []
        for g in table["segments"]:
            c = g["columns"][t]
            ends += self.s["tensors"][c["tensor"]]["range"] if c["kind"] else [
                c["start"], c["start"] + c["step"] * ((1 << g["log_rows"]) - 1)]
        return hull_of(*ends)

    def covers(self, labels, term):
        if term["source"] != 0:
            return False
        for axis, m in zip(self.s["tensors"][term["id"]]["space"], term["maps"]):
            if axis[0] == 1 and not m["steps"] and m["offset"] == 0:
                continue
            if m["offset"] != 0 or len(m["steps"]) != 1 or m["steps"][0][1] != 1:
                return False
            if labels[m["steps"][0][0]][0] < axis[0]:
                return False
        return True

    def inside(self, hull, term):
        low, high = self.s["tensors"][term["id"]]["range"]
        return low <= hull[0] and hull[1] <= high

    def known(self, term):
        if term["source"] == 1:
            k = self.s["contractions"][term["id"]]
            return all(self.known(t) for v in (k["a"], k["c"]) for t in v["terms"])
        return term["source"] == 2 or term["id"] in self.proven

    def cells(self, table, t):
        """The tensors of a column's segments of cells."""
        return {g["columns"][t]["tensor"] for g in table["segments"] if g["columns"][t]["kind"]}

    def prove_by_lookup(self, lookup):
        table = self.s["tables"][lookup["table"]]
        for t, v in enumerate(lookup["columns"]):
            if len(v["terms"]) != 1 or v["log_denominator"] or v["terms"][0]["coefficient"] != 1:
                continue
            target = v["terms"][0]
            if not self.covers(lookup["labels"], target) or target["id"] in self.proven:
                continue
            hull = plus(self.column_hull(table, t), (-v["constant"],) * 2)
            if self.cells(table, t) <= self.proven and self.inside(hull, target):
                self.proven.add(target["id"])
                return True
        return False

    def prove_by_identity(self, identity):
        v = identity["view"]
        for target in v["terms"]:
            rest = [t for t in v["terms"] if t is not target]
            if not self.covers(identity["labels"], target) or target["id"] in self.proven:
                continue
            if abs(target["coefficient"]) != 1 or not all(map(self.known, rest)):
                continue
            hull = self.hull({"constant": v["constant"], "terms": rest})
            hull = times(hull, (-target["coefficient"],) * 2)
            if self.inside(hull, target):
                self.proven.add(target["id"])
                return True
        return False

    def intervals(self):
        s = self.s
        self.proven = {i for i, t in enumerate(s["tensors"]) if s["oracles"][t["oracle"]]["kind"] != 2}
        while any([self.prove_by_lookup(l) for l in s["lookups"]] + [self.prove_by_identity(i) for i in s["identities"]]):
            pass
        views = [v for k in s["contractions"] for v in (k["a"], k["c"])]
        views += [i["view"] for i in s["identities"]] + [v for l in s["lookups"] for v in l["columns"]]
        used = {term["id"] for v in views for term in v["terms"] if term["source"] == 0}
        for table in s["tables"]:
            used.update(*(self.cells(table, t) for t in range(table["width"])))
        need(used <= self.proven - set(self.multiplicities), "interval")

    # ---- no wrap

    def weight(self, v):
        return abs(v["constant"]) + sum(max(map(abs, self.term_hull(t))) for t in v["terms"])

    def no_wrap(self):
        for i in self.s["identities"]:
            need(self.weight(i["view"]) < P, "wrap")
        for l in self.s["lookups"]:
            for t, v in enumerate(l["columns"]):
                key = max(map(abs, self.column_hull(self.s["tables"][l["table"]], t))) << v["log_denominator"]
                need(self.weight(v) + key < P, "wrap")


def check_system(s):
    system = System(s)
    system.structure()
    system.intervals()
    system.no_wrap()


def check_shape(s, p):
    need(1 <= len(p["stacks"]) <= 16 and len(p["levels"]) <= 12, "stacks or levels")
    grindings = [p["alpha_grinding"], p["query_grinding"], p["pads"]["fold_grinding"]]
    need(max(grindings + [x["fold_grinding"] for x in p["stacks"] + p["levels"]]) <= 40, "grinding")
    need(sorted(o for x in p["stacks"] for o in x["oracles"]) == list(range(len(s["oracles"]))), "oracles")

    def queries(x):
        need(1 <= x["queries"] <= min(4096, 1 << x["log_domain"]), "queries")

    def word(x, log_blinding, fixed):
        need(x["log_domain"] <= 32 and max(x["log_rows"], *log_blinding, 0) < x["log_domain"], "domain")
        need((1 << x["log_rows"]) + (1 << max(log_blinding)) <= 1 << x["log_domain"] >> 1, "rate")
        queries(x)
        for r, is_fixed in zip(log_blinding, fixed):
            need(1 << r >= (3 * x["queries"] if is_fixed else x["queries"] + 1), "blinding")

    for x in p["stacks"]:
        need(x["oracles"] and len(x["oracles"]) == len(x["log_blinding"]), "stack")
        need(all(s["oracles"][o]["log_rows"] == x["log_rows"] for o in x["oracles"]), "rows")
        word(x, x["log_blinding"], [s["oracles"][o]["kind"] != 2 for o in x["oracles"]])
    word(p["pads"], [p["pads"]["log_blinding"]], [False])
    length = log2_ceil(h_layout(p)[1])
    for x in p["levels"]:
        need(x["log_rows"] < length and x["log_rows"] < x["log_domain"] <= 32, "level")
        queries(x)
        need(x["johnson"] not in (1, 2), "johnson")
        length = x["log_rows"]


def why_not(check, *arguments):
    try:
        check(*arguments)
    except Bad as bad:
        return str(bad)
    return None
