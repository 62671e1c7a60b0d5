"""Evaluates model files of Lagrange a second time, to hold the program against.

It is written from the formulas of doc/theory.md and the formats described in internal/file and model.Spec, needs
nothing but Python 3, and has no code in common with the program. Where that sends tangents and adjoints through its
layers, this multiplies truncated Taylor series (taylor.py) in all q and v.

Standard input is a JSON list of {"path": …, "states": [{"q": …, "v": …, "u": …, "a": …}, …]}; standard output is, for
each file, for each network in it, for each state {"xdot": …, "energy": …, "momentum": …, "force": …}, null where there
is none.
"""
import hashlib
import json
import math
import struct
import sys

from taylor import ACTIVATIONS, asinh, combine, constant, softplus, variable


# The parts of a model. A spec is the JSON of model.Spec; theta is consumed from its front.

def take(theta, n):
    assert len(theta) >= n, "too few parameters"
    out = theta[:n]
    del theta[:n]
    return out


def solve(A, b):
    """Gauss with pivots."""
    n = len(b)
    A = [row[:] + [x] for row, x in zip(A, b)]
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(A[i][k]))
        A[k], A[p] = A[p], A[k]
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            A[i] = [x - f * y for x, y in zip(A[i], A[k])]
    x = [0.0] * n
    for k in reversed(range(n)):
        x[k] = (A[k][n] - sum(A[k][j] * x[j] for j in range(k + 1, n))) / A[k][k]
    return x


def triangle(d):
    return d * (d + 1) // 2


def is_force(u):
    return not u.get("condition", False)


class Net:
    """Layers of W (in, out), then b (out); hidden ones have an activation."""

    def __init__(self, spec, inputs, outputs, theta):
        sizes = [inputs] + spec["hidden"] + [outputs]
        self.activation = ACTIVATIONS[spec["activation"]]
        self.layers = []
        for i, o in zip(sizes, sizes[1:]):
            w = take(theta, i * o)
            self.layers.append(([w[k::o] for k in range(o)], take(theta, o)))

    def __call__(self, x):
        for n, (columns, bias) in enumerate(self.layers):
            x = [combine(w, x, b) for w, b in zip(columns, bias)]
            if n < len(self.layers) - 1:
                x = [self.activation(z) for z in x]
        return x


def features(spec, q, v, u, n, velocities=True, forces=False):
    """What a net sees of q and v, Jets of n variables, and of the inputs u."""
    out = []
    for z in spec.get("combinations") or []:
        out.append(combine([c / z["scale"] for c in z["of"]], q, -z.get("mean", 0) / z["scale"]))
    for c, x in zip(spec["coordinates"], q):
        if spec.get("combinations") or c.get("cyclic"):
            continue
        if c.get("period"):
            w = 2 * math.pi / c["period"]
            s, k = math.sin(w * x.f), math.cos(w * x.f)
            out += [x.chain(s, w * k, -w * w * s), x.chain(k, -w * s, -w * w * k)]
        elif c.get("knee"):
            out.append(logarithm(x, c["knee"], c.get("mean", 0)))
        else:
            out.append(combine([1 / c["scale"]], [x], -c.get("mean", 0) / c["scale"]))
    for c, x in zip(spec["coordinates"], v if velocities else []):
        if c.get("speed_knee"):
            out.append(logarithm(x, c["speed_knee"], c["speed"]))
        else:
            out.append(combine([1 / c["speed"]], [x]))
    for k, x in zip(spec.get("inputs") or [], u):
        if forces or not is_force(k):
            out.append(constant((x - k.get("mean", 0)) / k["scale"], n))
    return out


def logarithm(x, knee, mean):
    y = asinh(combine([1 / knee], [x]))
    return combine([1.0], [y], -math.asinh(mean / knee))


def seen(spec, **which):
    """How many features a spec has."""
    ones = [constant(1.0, 1)] * len(spec["coordinates"])
    return len(features(spec, ones, ones, [1.0] * len(spec.get("inputs") or []), 1, **which))


class Scalar:
    """l + ½ Σ c w², or l + ½ wᵀ(N + c)w, with w = v/speed: the Lagrangian of an lnn, the Hamiltonian of an hnn."""

    def __init__(self, spec, theta):
        self.spec, d = spec, len(spec["coordinates"])
        self.quadratic = spec.get("head") == "quadratic"
        self.sees = {"velocities": not spec.get("natural", False)}
        self.net = Net(spec, seen(spec, **self.sees), 1 + (triangle(d) if self.quadratic else 0), theta)

    def __call__(self, q, v, u):
        n = len(v[0].g)
        out = self.net(features(self.spec, q, v, u, n, **self.sees))
        w = [combine([1 / c["speed"]], [x]) for c, x in zip(self.spec["coordinates"], v)]
        terms, weights, at = [out[0]], [1.0], 1
        for i, x in enumerate(w):
            terms.append(x * x)
            weights.append(self.spec["kinetic"] / 2)
            for y in w[:i + 1] if self.quadratic else []:
                terms.append(out[at] * (x * y))
                weights.append(0.5 if y is x else 1.0)
                at += 1
        return combine(weights, terms)


class Structured:
    """½ wᵀ(R Rᵀ + ε)w − E V, the Lagrangian of a delan; R has a positive diagonal, and R Rᵀ + ε = 1 for outputs 0."""
    floor = 1e-3

    def __init__(self, spec, theta):
        self.spec, d = spec, len(spec["coordinates"])
        self.net = Net(spec, seen(spec, velocities=False), triangle(d) + 1, theta)
        heights = [c["accel"] * c["scale"] / c["speed"]**2 for c in spec["coordinates"] if not c.get("cyclic")]
        self.height = math.sqrt(sum(x * x for x in heights) / max(1, len(heights)))

    def __call__(self, q, v, u):
        d, n = len(v), len(v[0].g)
        out = self.net(features(self.spec, q, v, u, n, velocities=False))
        w = [combine([1 / c["speed"]], [x]) for c, x in zip(self.spec["coordinates"], v)]
        shift = math.log(math.expm1(math.sqrt(1 - self.floor)))
        columns = [[] for _ in range(d)]  # of R, each element with its w
        at = 0
        for i in range(d):
            for j in range(i + 1):
                r = softplus(combine([1.0], [out[at]], shift)) if i == j else out[at]
                columns[j].append(r * w[i])
                at += 1
        terms, weights = [out[at]], [-self.height]
        for j in range(d):
            y = combine([1.0] * len(columns[j]), columns[j])  # (Rᵀw)_j
            terms += [y * y, w[j] * w[j]]
            weights += [0.5, self.floor / 2]
        return combine(weights, terms)


class Terms:
    """Σ w h(q) + ½ Σ N h(q) wᵢwⱼ, the Lagrangian of a sum of terms; their coefficients stand in the order of the terms."""

    def __init__(self, spec, theta):
        self.spec = spec
        self.c = [take(theta, len(terms)) for terms in spec["terms"]]

    def function(self, term, q):
        f, of, cs = term["f"], term.get("of"), self.spec["coordinates"]
        if f == "1":
            return constant(1.0, len(q[0].g))
        if f == "power":
            (i, k), = [(i, k) for i, k in enumerate(of) if k]
            x = combine([1 / cs[i]["scale"]], [q[i]], -cs[i].get("mean", 0) / cs[i]["scale"])
            return x if k == 1 else x * x
        z = combine([2 * math.pi * k / c["period"] if k else 0.0 for k, c in zip(of, cs)], q)
        s, k = math.sin(z.f), math.cos(z.f)
        return z.chain(s, k, -s) if f == "sin" else z.chain(k, -s, -k)

    def __call__(self, q, v, u):
        w = [combine([1 / c["speed"]], [x]) for c, x in zip(self.spec["coordinates"], v)]
        pairs = [(i, j) for i in range(len(w)) for j in range(i + 1)]
        out, weights = [], []
        for o, (terms, cs) in enumerate(zip(self.spec["terms"], self.c)):
            for term, c in zip(terms, cs):
                h = self.function(term, q)
                if o > 0:
                    i, j = pairs[o - 1]
                    h, c = h * (w[i] * w[j]), c * (0.5 if i == j else 1.0)
                out.append(h)
                weights.append(c)
        return combine(weights, out)


class Forces:
    """Q = E/s (B u/σ + b − R Rᵀw − c² tanh(w/ε)), with w = v/s."""

    def __init__(self, spec, theta, E, speeds):
        self.E, self.s, d = E, speeds, len(speeds)
        self.inputs = spec.get("inputs") or []
        m = sum(map(is_force, self.inputs))
        friction = spec.get("friction", "none")
        self.B = self.R = self.c = None
        if m:
            self.B, self.b = take(theta, d * m), take(theta, d)
        if friction in ("viscous", "both"):
            self.R = take(theta, triangle(d))
        if friction in ("coulomb", "both"):
            self.c, self.eps = take(theta, d), [math.exp(x) for x in take(theta, d)]

    def driven(self, u):
        return [x / k["scale"] for k, x in zip(self.inputs, u) if is_force(k)]

    def __call__(self, v, u):
        d, Q = len(v), [0.0] * len(v)
        w = [x / s for x, s in zip(v, self.s)]
        if self.B:
            y = self.driven(u)
            for i in range(d):
                Q[i] += self.b[i] + sum(g * x for g, x in zip(self.B[i * len(y):], y))
        if self.R:
            R = [[self.R[triangle(i) + j] if j <= i else 0.0 for j in range(d)] for i in range(d)]
            y = [sum(R[i][j] * w[i] for i in range(d)) for j in range(d)]
            Q = [x - sum(r * z for r, z in zip(row, y)) for x, row in zip(Q, R)]
        if self.c:
            Q = [x - c * c * math.tanh(z / e) for x, c, z, e in zip(Q, self.c, w, self.eps)]
        return [self.E / s * x for x, s in zip(Q, self.s)]

    def motors(self, Q):
        """The known forces that bring Q, where there are as many as coordinates; Q itself where there are none."""
        if not self.B:
            return Q
        m = len(self.B) // len(self.s)
        if m != len(self.s):
            return None
        y = solve([self.B[i * m:(i + 1) * m] for i in range(m)], [x * s / self.E for x, s in zip(Q, self.s)])
        return [x * k["scale"] for x, k in zip(y, filter(is_force, self.inputs))]


def mean_square(xs):
    return math.sqrt(sum(x * x for x in xs) / len(xs))


def speeds(spec):
    return [c["speed"] for c in spec["coordinates"]]


def power(spec):
    return mean_square([c["accel"] / c["speed"] for c in spec["coordinates"]])


# The families

class Lagrangian:
    """M a = L_q − L_vq v + Q."""

    def __init__(self, spec, theta):
        self.L = {"delan": Structured, "terms": Terms}.get(spec["family"], Scalar)(spec, theta)
        self.forces = Forces(spec, theta, power(spec), speeds(spec))

    def __call__(self, q, v, u, a):
        d = len(q)
        L = self.L([variable(x, i, 2 * d) for i, x in enumerate(q)],
                   [variable(x, d + i, 2 * d) for i, x in enumerate(v)], u)
        M = [[L.second(d + i, d + j) for j in range(d)] for i in range(d)]
        rest = [L.g[i] - sum(L.second(d + i, j) * v[j] for j in range(d)) for i in range(d)]
        r = [x + Q for x, Q in zip(rest, self.forces(v, u))]
        p = L.g[d:]
        need = [sum(m * x for m, x in zip(row, a)) - x for row, x in zip(M, r)]
        return {"xdot": v + solve(M, r), "energy": sum(x * y for x, y in zip(p, v)) - L.f, "momentum": p,
                "force": self.forces.motors(need)}


class Hamiltonian:
    """q̇ = H_p, ṗ = −H_q + Q(q̇), H in units of q ṗ."""

    def __init__(self, spec, theta):
        cs = spec["coordinates"]
        self.H = Scalar(spec, theta)
        works = [c["scale"] * c["accel"] for c in cs if not c.get("cyclic")]
        self.E = mean_square(works or [c["speed"]**2 for c in cs])
        scales = [self.E / c["speed"] for c in cs]
        self.forces = Forces(spec, theta, mean_square([c["accel"] * s for c, s in zip(cs, scales)]), scales)

    def __call__(self, q, p, u, _):
        d = len(q)
        H = self.H([variable(x, i, 2 * d) for i, x in enumerate(q)],
                   [variable(x, d + i, 2 * d) for i, x in enumerate(p)], u)
        H = combine([self.E], [H])
        qdot = H.g[d:]
        pdot = [Q - x for x, Q in zip(H.g[:d], self.forces(qdot, u))]
        return {"xdot": qdot + pdot, "energy": H.f, "momentum": None, "force": None}


class Plain:
    """a from (q, v, u)."""

    def __init__(self, spec, theta):
        self.spec = spec
        self.net = Net(spec, seen(spec, forces=True), len(spec["coordinates"]), theta)

    def __call__(self, q, v, u, _):
        x = features(self.spec, [constant(x, 1) for x in q], [constant(x, 1) for x in v], u, 1, forces=True)
        a = [c["accel"] * y.f for c, y in zip(self.spec["coordinates"], self.net(x))]
        return {"xdot": v + a, "energy": None, "momentum": None, "force": None}


class Sum:
    """A sum of local densities, whose terms see the sites around each of a lattice, or nodes and edges of a network."""

    def __init__(self, spec, theta):
        self.conditions = [i for i, k in enumerate(spec.get("inputs") or []) if not is_force(k)]
        sites = spec["sites"]
        kinds = terms(sites, len(spec["coordinates"]))
        self.kinds = [(Scalar(s, theta), kind) for s, kind in zip(sites["densities"], kinds)]

    def __call__(self, q, v, u):
        n, found = len(q[0].g), []
        rest = constant(0.0, n)
        for density, kind in self.kinds:
            for index, attributes in kind:
                own = [q[i] if i >= 0 else rest for i in index], [v[i] if i >= 0 else rest for i in index]
                found.append(density(*own, attributes + [u[i] for i in self.conditions]))
        return combine([1.0] * len(found), found)


def terms(k, D):
    """For each density the coordinates that its terms see, below 0 those at rest at 0, and their attributes."""
    size = k["size"]
    n = D // size

    def widened(sites):
        return [i * size + c if i >= 0 else -1 for i in sites for c in range(size)]

    if k["shape"] == "network":
        nodes = k["of_nodes"]["of"] if k.get("of_nodes") else [[]] * n
        edges = k["of_edges"]["of"] if k.get("of_edges") else [[]] * len(k["edges"])
        both = [(e, a) for (i, j), a in zip(k["edges"], edges) for e in ([i, j], [j, i])]
        return [[(widened([i]), a) for i, a in enumerate(nodes)], [(widened(e), a) for e, a in both]]
    ends = {"ring": ["periodic"], "chain": ["free"], "clamped": ["clamped"]}.get(k["shape"]) or k["ends"]
    sizes = k.get("grid") or [n]

    def site(at):
        number, stride = 0, 1
        for i, length, end in zip(at, sizes, ends):
            if end == "clamped" and not 0 <= i < length:
                return -1
            if end == "free":  # the mirror stands between the last site and its image
                i = -1 - i if i < 0 else 2 * length - 1 - i if i >= length else i
            number, stride = number + i % length * stride, stride * length
        return number

    centres = [[]]
    for length, end in zip(sizes, ends):
        beyond = 1 if end == "clamped" else 0
        centres = [c + [i] for c in centres for i in range(-beyond, length + beyond)]
    kind = []
    for c in centres:
        around = [site(c[:a] + [c[a] + o] + c[a + 1:]) for a in range(len(c)) for o in (-1, 0, 1) if a == 0 or o]
        if max(around) >= 0:
            kind.append((widened(around), []))
    return [kind]


class Local:
    """Forces of one site with the same law at all sites."""

    def __init__(self, spec, theta):
        sites = spec["sites"]
        self.size, self.count = sites["size"], len(spec["coordinates"]) // sites["size"]
        known = [k for k in spec.get("inputs") or [] if is_force(k)]
        self.each = len(known) // self.count
        law = {"coordinates": sites["densities"][0]["coordinates"][:self.size], "inputs": known[:self.each],
               "friction": spec.get("friction", "none")}
        self.forces = Forces(law, theta, power(law), speeds(law))
        self.B = self.forces.B

    def __call__(self, v, u):
        Q = []
        for i in range(self.count):
            Q += self.forces(v[i * self.size:(i + 1) * self.size], u[i * self.each:(i + 1) * self.each])
        return Q

    def motors(self, Q):
        return None if self.B else Q


class Graph(Lagrangian):
    def __init__(self, spec, theta):
        self.L, self.forces = Sum(spec, theta), Local(spec, theta)


FAMILIES = {"lnn": Lagrangian, "delan": Lagrangian, "terms": Lagrangian, "hnn": Hamiltonian, "nn": Plain, "node": Plain, "graph": Graph}


def read(path):
    """The networks of a file: a line, two lengths, a JSON header, numbers, and the SHA-256 of all that."""
    with open(path, "rb") as f:
        whole = f.read()
    assert hashlib.sha256(whole[:-32]).digest() == whole[-32:], "the checksum does not match"
    line, body = whole[:-32].split(b"\n", 1)
    assert line.split()[:2] == [b"lagrange", b"model"], line
    h, n = struct.unpack("<QQ", body[:16])
    theta = list(struct.unpack(f"<{n}d", body[16 + h:]))
    networks = [FAMILIES[k["spec"]["family"]](k["spec"], theta) for k in json.loads(body[16:16 + h])]
    assert not theta, f"{len(theta)} numbers more than the networks have"
    return networks


def main():
    out = []
    for k in json.load(sys.stdin):
        out.append([[m(s["q"], s["v"], s["u"] or [], s["a"]) for s in k["states"]] for m in read(k["path"])])
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
