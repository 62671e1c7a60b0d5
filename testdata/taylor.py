"""Truncated Taylor series of order two."""
import math


class Jet:
    """f, its gradient and the lower triangle of its Hessian, row by row."""
    __slots__ = ("f", "g", "h")

    def __init__(self, f, g, h):
        self.f, self.g, self.h = f, g, h

    def chain(self, f, f1, f2):
        """A function of this number, given its value and derivatives here."""
        g = [f1 * x for x in self.g]
        h, at = [], 0
        for i, x in enumerate(self.g):
            for y in self.g[:i + 1]:
                h.append(f1 * self.h[at] + f2 * x * y)
                at += 1
        return Jet(f, g, h)

    def __mul__(self, o):
        g = [self.f * y + x * o.f for x, y in zip(self.g, o.g)]
        h, at = [], 0
        for i in range(len(g)):
            for j in range(i + 1):
                h.append(self.f * o.h[at] + self.g[i] * o.g[j] + self.g[j] * o.g[i] + self.h[at] * o.f)
                at += 1
        return Jet(self.f * o.f, g, h)

    def second(self, i, j):
        i, j = max(i, j), min(i, j)
        return self.h[i * (i + 1) // 2 + j]


def constant(x, n):
    return Jet(x, [0.0] * n, [0.0] * (n * (n + 1) // 2))


def variable(x, i, n):
    out = constant(x, n)
    out.g[i] = 1.0
    return out


def combine(weights, jets, add=0.0):
    """The sum of weights times jets, and a number."""
    f = add + sum(w * x.f for w, x in zip(weights, jets))
    g = [sum(w * s for w, s in zip(weights, column)) for column in zip(*(x.g for x in jets))]
    h = [sum(w * s for w, s in zip(weights, column)) for column in zip(*(x.h for x in jets))]
    return Jet(f, g, h)


def asinh(x):
    r = math.sqrt(1 + x.f * x.f)
    return x.chain(math.asinh(x.f), 1 / r, -x.f / r**3)


def sigma(z):
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def softplus(x):
    s = sigma(x.f)
    return x.chain(max(x.f, 0) + math.log1p(math.exp(-abs(x.f))), s, s * (1 - s))


def sigmoid(x):
    s = sigma(x.f)
    return x.chain(s, s * (1 - s), s * (1 - s) * (1 - 2 * s))


def swish(x):
    return x * sigmoid(x)


def tanh(x):
    t = math.tanh(x.f)
    return x.chain(t, 1 - t * t, -2 * t * (1 - t * t))


def gelu(x):
    normal = math.exp(-x.f * x.f / 2) / math.sqrt(2 * math.pi)
    return x * x.chain(math.erfc(-x.f / math.sqrt(2)) / 2, normal, -x.f * normal)


def relu(power):
    def f(x):
        z = max(x.f, 0)
        return x.chain(z**power, power * z**(power - 1), power * (power - 1) * z**(power - 2) if z > 0 else 0.0)
    return f


ACTIVATIONS = {"softplus": softplus, "sigmoid": sigmoid, "swish": swish, "tanh": tanh, "gelu": gelu,
               "relu2": relu(2), "relu3": relu(3)}
