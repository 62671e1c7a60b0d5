#!/usr/bin/env python3
"""A Gauss–Newton step as the best that Python offers: JAX compiles the rows of the Jacobian, OpenBLAS makes JᵀCJ of
them and LAPACK its Cholesky factor; the damping rule is Lagrange's. A double pendulum, one core, processor time.

    bench/jax_gauss_newton.py --units 20 --batch 800 --steps 60

prints a line of JSON. The rows come from one mixed second derivative for each residual (doc/theory.md), the cheapest
form in JAX. With --optimistix it is Levenberg and Marquardt's method of that library in its place, with Cholesky's
factor of the normal equations and rows by its own forward differentiation: all steps are of one batch, and each trial
counts as a step.
"""

import argparse
import json
import os
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # XLA takes as many threads as there are cores

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jax.flatten_util import ravel_pytree

jax.config.update("jax_enable_x64", True)
D, GRAVITY = 2, 9.8
TRIES, SHRINK, GROW = 8, 2.5, 4  # of the damping λ
POOL = 100_000  # states that batches are drawn from


def truth(q, v):
    """Accelerations of a double pendulum of unit masses and lengths."""
    c, s = jnp.cos(q[0] - q[1]), jnp.sin(q[0] - q[1])
    M = jnp.array([[2, c], [c, 1]])
    f = jnp.array([-s * v[1] ** 2 - 2 * GRAVITY * jnp.sin(q[0]), s * v[0] ** 2 - GRAVITY * jnp.sin(q[1])])
    return inverse(M) @ f


def inverse(M):
    return jnp.array([[M[1, 1], -M[0, 1]], [-M[1, 0], M[0, 0]]]) / (M[0, 0] * M[1, 1] - M[0, 1] * M[1, 0])


def network(units, rng):
    """Two layers, six features, four outputs: l and a symmetric N."""
    sizes, layers = [3 * D, units, units, 4], []
    for i, (m, n) in enumerate(zip(sizes, sizes[1:])):
        gain = 1.6 / np.sqrt(m) * (0.1 if i == 2 else 1)
        layers.append((gain * rng.normal(size=(m, n)), 0.5 * rng.normal(size=n) * (i < 2)))
    return ravel_pytree(layers)


def problem(units, seed):
    """The step's two compiled functions, the first parameters and the number of states."""
    rng = np.random.default_rng(seed)
    q, v = jnp.array(rng.uniform(0, 2 * np.pi, (POOL, D))), jnp.array(rng.uniform(-10, 10, (POOL, D)))
    want = jax.jit(jax.vmap(truth))(q, v)
    speed, scale = jnp.sqrt(jnp.mean(v**2, 0)), jnp.sqrt(jnp.mean(want**2, 0))
    theta, layers = network(units, rng)

    def lagrangian(theta, q, v):
        w = v / speed
        h = jnp.concatenate([jnp.sin(q), jnp.cos(q), w])
        *hidden, (W, b) = layers(theta)
        for U, c in hidden:
            h = jax.nn.softplus(h @ U + c)
        h = h @ W + b
        return h[0] + (w @ w + h[1] * w[0] ** 2 + 2 * h[2] * w[0] * w[1] + h[3] * w[1] ** 2) / 2

    def solve(theta, q, v):
        """M⁻¹ and the accelerations."""
        x = jnp.concatenate([q, v])
        grad = jax.grad(lambda x: lagrangian(theta, x[:D], x[D:]))
        along = jnp.concatenate([jnp.eye(2 * D)[D:], jnp.concatenate([v, jnp.zeros(D)])[None]])
        g, H = jax.vmap(lambda t: jax.jvp(grad, (x,), (t,)), out_axes=(None, 0))(along)
        Mi = inverse(H[:D, D:])
        return Mi, Mi @ (g[:D] - H[D, D:])

    def residual(theta, q, v, a):
        return (solve(theta, q, v)[1] - a) / scale

    def rows(theta, q, v, a):
        Mi, acc = solve(theta, q, v)

        def mixed(theta, mu):  # L_st along s = (v, a), t = (0, μ), less ∂L/∂q μ
            L = lambda q, v: lagrangian(theta, q, v)
            t = lambda q, v: jax.jvp(L, (q, v), (jnp.zeros(D), mu))[1]
            return jax.jvp(t, (q, v), (v, acc))[1] - jax.jvp(L, (q, v), (mu, jnp.zeros(D)))[1]

        return (acc - a) / scale, -jax.vmap(jax.grad(mixed), in_axes=(None, 0))(theta, Mi / scale[:, None])

    @jax.jit
    def form(theta, batch):
        r, J = jax.vmap(rows, in_axes=(None, 0, 0, 0))(theta, q[batch], v[batch], want[batch])
        r, J = r.ravel(), J.reshape(-1, theta.size)
        c = 1 / jnp.maximum(jnp.abs(r), jnp.quantile(jnp.abs(r), 0.9))
        return J * jnp.sqrt(c)[:, None], jnp.sqrt(c) * r, c, jnp.sum(c * r * r)

    @jax.jit
    def cost(theta, batch, c):
        r = jax.vmap(residual, in_axes=(None, 0, 0, 0))(theta, q[batch], v[batch], want[batch])
        return jnp.sum(c * r.ravel() ** 2)

    def residuals(theta, batch):
        return jax.vmap(residual, in_axes=(None, 0, 0, 0))(theta, q[batch], v[batch], want[batch]).ravel()

    return form, cost, residuals, theta


def step(form, cost, theta, lam, batch):
    """One step of Levenberg and Marquardt: the new parameters, λ, and how many trials were given up."""
    J, y, c, before = form(theta, batch)
    J = np.asarray(J)
    A, g = J.T @ J, J.T @ np.asarray(y)
    metric = A.diagonal() + 1e-4 * A.diagonal().mean()
    for rejected in range(TRIES):
        F = A.copy()
        F[np.diag_indices_from(F)] += lam * metric
        try:
            factor = scipy.linalg.cho_factor(F, overwrite_a=True, check_finite=False)
        except scipy.linalg.LinAlgError:
            lam *= 10
            continue
        new = theta - scipy.linalg.cho_solve(factor, g, check_finite=False)
        if float(cost(new, batch, c)) < float(before):
            return new, lam / SHRINK, rejected
        lam *= GROW
    return theta, lam, TRIES


def lapack_steps(form, cost, theta, draw):
    """A function that makes one step more, and says how many of its trials were given up."""
    lam = 1e-2
    step(form, cost, theta, lam, draw())  # compiles

    def again():
        nonlocal theta, lam
        theta, lam, rejected = step(form, cost, theta, lam, draw())
        return {"rejected": rejected}

    return again


def optimistix_steps(residuals, theta, batch):
    """A function that makes one trial more."""
    import equinox
    import lineax
    import optimistix

    of, options = lambda theta, _: (residuals(theta, batch), None), {"jac": "fwd"}  # as by default
    solver = optimistix.LevenbergMarquardt(rtol=1e-12, atol=1e-12, linear_solver=lineax.Normal(lineax.Cholesky()))
    shape = jax.ShapeDtypeStruct((D * batch.size,), jnp.float64)
    state = solver.init(of, theta, None, options, shape, None, frozenset())
    trial = equinox.filter_jit(lambda theta, state: solver.step(of, theta, None, options, state, frozenset())[:2])
    trial(theta, state)[0].block_until_ready()  # compiles

    def again():
        nonlocal theta, state
        theta, state = trial(theta, state)
        theta.block_until_ready()
        return {}

    return again


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--units", type=int, default=20)
    p.add_argument("--batch", type=int, default=800)
    p.add_argument("--steps", type=int, default=60)
    p.add_argument("--optimistix", action="store_true")
    args = p.parse_args()
    rng = np.random.default_rng(1)
    form, cost, residuals, theta = problem(args.units, 1)
    draw = lambda: jnp.array(rng.integers(0, POOL, args.batch))
    if args.optimistix:
        who, again = {"peer": "optimistix", "form": "Cholesky"}, optimistix_steps(residuals, theta, draw())
    else:
        who, again = {"peer": "jax and lapack", "form": "rows by jit"}, lapack_steps(form, cost, theta, draw)
    begin = time.process_time()
    told = [again() for _ in range(args.steps)]
    took = 1e3 * (time.process_time() - begin) / args.steps
    means = {key: sum(each[key] for each in told) / args.steps for key in told[0]}
    print(json.dumps(who | {
        "P": int(theta.size), "rows": D * args.batch, "batch": args.batch, "cpu_ms": took, "version": jax.__version__,
    } | means))


if __name__ == "__main__":
    main()
