"""Lagrange's own algorithm (doc/theory.md) as plain matrix products, for any array library.

All streams of a batch are stacked, so a layer is one product. The Hessian is not taken by reverse sweeps of the
tangents but as the exact sum over the layers

    L_uw = sum_l  sum_n  f''(z_l) abar_l  z_l,u  z_l,w        (z pre-activations, abar adjoint of the layer's output),

so one reverse sweep of the value is enough. In units of one product B x N x N a hidden layer costs d+2 forward and 1
reverse for the accelerations; the gradient adds 1 forward and 3 reverse, and 4 for the weights: d+11.

Shapes: q, v, t are (B, d); params is [(W (in, out), b (out)), ...], the last one with out = 1; xp is jax.numpy or torch.
"""


def softplus(xp, z):
    """f and f' of softplus, with one exponential."""
    e = xp.exp(-xp.abs(z))
    up = z > 0
    return xp.where(up, z, 0.0) + xp.log1p(e), xp.where(up, 1.0, e) / (1 + e)


def solve(xp, M, r):
    """M^-1 r for M (B, d, d), r (B, d); two unknowns in closed form."""
    if r.shape[1] != 2:
        return xp.linalg.solve(M, r[..., None])[..., 0]
    a, b, c = M[:, 0, 0], M[:, 0, 1], M[:, 1, 1]
    x, y = r[:, 0], r[:, 1]
    det = a * c - b * b
    return xp.stack([(c * x - b * y) / det, (a * y - b * x) / det], 1)


def forward(xp, params, q, v):
    """Accelerations a (B, d), the mass matrix, and what gradient needs of the way there."""
    B, d = q.shape
    W, b = params[0]
    one = xp.ones_like(q[:, :1])
    tape, z = [], xp.concat([q, v], axis=1) @ W + b
    zk = xp.stack([one * W[d + k] for k in range(d)] + [v @ W[:d]])  # tangents e_1 .. e_d and (v, 0)
    for W, b in params[1:]:
        h, f1 = softplus(xp, z)
        tape.append((z, zk, h, f1))
        if W.shape[1] == 1:  # L = h W + b
            break
        y = xp.concat([h[None], f1 * zk]).reshape((d + 2) * B, -1) @ W
        y = y.reshape(d + 2, B, -1)
        z, zk = y[0] + b, y[1:]

    abar, adjoints = one * params[-1][0][:, 0], []
    hessian = [[0.0] * d for _ in range(d + 1)]
    for l in range(len(tape) - 1, -1, -1):
        z, zk, h, f1 = tape[l]
        W = params[l][0] if l else params[0][0][:d]  # at the bottom only L_q is wanted
        bend = f1 * (1 - f1) * abar
        for i in range(d + 1):
            w = bend * zk[i]
            for j in range(min(i + 1, d)):
                hessian[i][j] = hessian[i][j] + (w * zk[j]).sum(-1)
        delta = f1 * abar
        adjoints.append((abar, delta))
        abar = delta @ W.T
    M = xp.stack([xp.stack([hessian[max(i, j)][min(i, j)] for j in range(d)], 1) for i in range(d)], 1)
    a = solve(xp, M, abar - xp.stack(hessian[d], 1))
    return a, M, tape, adjoints[::-1]


def accel(xp, params, q, v):
    return forward(xp, params, q, v)[0]


def loss_and_grad(xp, params, q, v, t):
    """mean (a - t)^2 and its gradient: one hyper-dual pass, whatever d is."""
    B, d = q.shape
    a, M, tape, adjoints = forward(xp, params, q, v)
    mu = solve(xp, M, 2 * (a - t) / (B * d))

    zst, mixed = -(mu @ params[0][0][:d]), []
    for (z, zk, h, f1), (W, _) in zip(tape, params[1:]):
        f2 = f1 * (1 - f1)
        zt = sum(mu[:, k : k + 1] * zk[k] for k in range(d))  # t: (0, mu), s: (v, a)
        zs = zk[d] + sum(a[:, k : k + 1] * zk[k] for k in range(d))
        hst = f1 * zst + f2 * zs * zt
        mixed.append((zs, zt, zst, f2, hst))
        zst = hst @ W

    grads = [(-mixed[-1][4].sum(0)[:, None], xp.zeros_like(params[-1][1]))]
    bs = bt = bst = xp.zeros_like(tape[-1][0])
    for l in range(len(tape) - 1, -1, -1):
        (z, _, h, f1), (abar, delta), (zs, zt, zst, f2, _) = tape[l], adjoints[l], mixed[l]
        ds = f1 * bs + f2 * abar * zs
        dt = f1 * bt + f2 * abar * zt
        dst = f1 * bst + f2 * (bs * zt + bt * zs + abar * ((1 - 2 * f1) * zs * zt + zst))
        if l == 0:  # inputs: x_st = (-mu, 0), x_s = (v, a), x_t = (0, mu), x
            o = xp.zeros_like(mu)
            inputs = [(-mu, o), (v, a), (o, mu), (q, v)]
            x4 = xp.concat([xp.concat(x, axis=1) for x in inputs])
        else:
            (_, _, h, f1), (zs, zt, _, _, hst) = tape[l - 1], mixed[l - 1]
            x4 = xp.concat([hst, f1 * zs, f1 * zt, h])
        grads.append((-(x4.T @ xp.concat([delta, dt, ds, dst])), -dst.sum(0)))
        if l:
            back = (xp.concat([ds, dt, dst]) @ params[l][0].T).reshape(3, B, -1)
            bs, bt, bst = back[0], back[1], back[2]
    return ((a - t) ** 2).mean(), grads[::-1]
