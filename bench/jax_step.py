"""A training step of a Lagrangian network in JAX: value, gradient, Adam, in every form we know.

    python jax_step.py [--form FORM ...] [--batch B ...] [--hidden 500x4] [--d 2] [--x64] [--sharded] [--seconds S]
    python jax_step.py --check

L(q, v) is a softplus network on (q, v); the loss is the mean of (a - t)^2 over accelerations, with
a = (L_vv)^-1 (L_q - L_vq v). Forms (all give the same loss and gradient, see --check):

    paper      pinv(hessian) (grad - jacobian v), vmapped: as in Cranmer et al. 2020
    hvp        d+1 Hessian-vector products, jvp of grad, and a solve instead of the pseudo-inverse
    vjp        the same, vjp of grad
    adjoint    custom gradient of each sample: one mixed second derivative along (v, a) and (0, M^-1 lambda)
    surrogate  the same mixed derivative of the whole batch, then one grad
    streams    the same by hand: stacked streams, one product a layer (streams.py)

--sharded gives each core its share of the batch (one XLA device a core, shard_map, gradients averaged).

Prints one JSON line for each form and batch: step_ms and forward_ms (medians, after warm-up, each call waited for),
compile_s, loss. A batch of 1 is a single state, forward only.
"""

import argparse
import json
import os
import sys
import time
from functools import partial

sys.dont_write_bytecode = True
CORES = len(os.sched_getaffinity(0))
if "--sharded" in sys.argv:  # before JAX starts
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={CORES}"

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import streams


def network(hidden, d, dtype):
    """The initial weights of Cranmer et al. 2020, appendix C."""
    n, layers = (int(s) for s in hidden.split("x"))
    sizes = [2 * d] + [n] * layers + [1]
    scales = [2.2] + [0.58 * i for i in range(1, layers)] + [n]
    rng = np.random.default_rng(0)
    return [
        (jnp.asarray(rng.normal(size=(i, o)) * s / np.sqrt(n), dtype), jnp.zeros(o, dtype))
        for i, o, s in zip(sizes, sizes[1:], scales)
    ]


def states(batch, d, dtype):
    rng = np.random.default_rng(1)
    q, v = rng.uniform(0, 2 * np.pi, (batch, d)), rng.uniform(-10, 10, (batch, d))
    return [jnp.asarray(x, dtype) for x in (q, v, rng.normal(size=(batch, d)))]


def L(params, q, v):
    h = jnp.concatenate([q, v])
    for W, b in params[:-1]:
        h = jax.nn.softplus(h @ W + b)
    W, b = params[-1]
    return (h @ W + b)[0]


# Accelerations of one state.


def accel_paper(params, q, v):
    M = jax.hessian(L, 2)(params, q, v)
    C = jax.jacobian(jax.jacobian(L, 2), 1)(params, q, v)
    return jnp.linalg.pinv(M) @ (jax.grad(L, 1)(params, q, v) - C @ v)


def accel_and_mass(params, q, v, products):
    """From d+1 Hessian-vector products: along e_1 .. e_d in v, and along (v, 0)."""
    d = q.size
    directions = jnp.zeros((d + 1, 2 * d), q.dtype).at[:d, d:].set(jnp.eye(d, dtype=q.dtype)).at[d, :d].set(v)
    g, h = products(jax.grad(lambda x: L(params, x[:d], x[d:])), jnp.concatenate([q, v]), directions)
    M = h[:d, d:]
    return jnp.linalg.solve(M, g[:d] - h[d, d:]), M


def by_jvp(f, x, directions):
    return jax.vmap(lambda u: jax.jvp(f, (x,), (u,)), out_axes=(None, 0))(directions)


def by_vjp(f, x, directions):
    g, back = jax.vjp(f, x)  # the Hessian is symmetric
    return g, jax.vmap(back)(directions)[0]


def accel_hvp(params, q, v):
    return accel_and_mass(params, q, v, by_jvp)[0]


def accel_vjp(params, q, v):
    return accel_and_mass(params, q, v, by_vjp)[0]


def mixed(L, q, v, a, mu):
    """-L_st along (v, a) and (0, mu), corrected by (mu, 0): its gradient is the loss's, with mu, v, a held."""
    along_mu = lambda q, v: jax.jvp(lambda v: L(q, v), (v,), (mu,))[1]
    return jax.jvp(lambda q: L(q, v), (q,), (mu,))[1] - jax.jvp(along_mu, (q, v), (v, a))[1]


@jax.custom_vjp
def accel_adjoint(params, q, v):
    return accel_vjp(params, q, v)


def adjoint_forward(params, q, v):
    a, M = accel_and_mass(params, q, v, by_vjp)
    return a, (params, q, v, M, a)


def adjoint_reverse(tape, bar):
    params, q, v, M, a = tape
    mu = jnp.linalg.solve(M, bar)
    g = jax.grad(lambda p: mixed(partial(L, p), q, v, a, mu))(params)
    return g, jnp.zeros_like(q), jnp.zeros_like(v)  # nobody asks for the gradient in the states


accel_adjoint.defvjp(adjoint_forward, adjoint_reverse)


# Loss and gradient of a batch.


def by_autodiff(accel):
    def loss(params, q, v, t):
        return jnp.mean((jax.vmap(partial(accel, params))(q, v) - t) ** 2)

    return jax.value_and_grad(loss)


def surrogate(params, q, v, t):
    a, M = jax.vmap(lambda q, v: accel_and_mass(params, q, v, by_vjp))(q, v)
    mu = jnp.linalg.solve(M, (2 * (a - t) / a.size)[..., None])[..., 0]

    def S(params):
        batch = lambda q, v: jax.vmap(partial(L, params))(q, v)
        return jnp.sum(mixed(batch, q, v, a, mu))

    return jnp.mean((a - t) ** 2), jax.grad(S)(params)


def over_batch(accel):
    """One state stays without a batch axis: that is the faster way in JAX."""

    def batch(params, q, v):
        return accel(params, q[0], v[0])[None] if len(q) == 1 else jax.vmap(partial(accel, params))(q, v)

    return batch


FORMS = {  # loss and gradient, accelerations
    "paper": (by_autodiff(accel_paper), over_batch(accel_paper)),
    "hvp": (by_autodiff(accel_hvp), over_batch(accel_hvp)),
    "vjp": (by_autodiff(accel_vjp), over_batch(accel_vjp)),
    "adjoint": (by_autodiff(accel_adjoint), None),  # None: the forward is vjp's
    "surrogate": (surrogate, None),
    "streams": (partial(streams.loss_and_grad, jnp), partial(streams.accel, jnp)),
}


def adam(params, grads, m, s, i):
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, grads)
    mhat, shat = 1 / (1 - 0.9**i), 1 / (1 - 0.999**i)
    params = jax.tree.map(lambda p, m, s: p - 1e-3 * (m * mhat) / (jnp.sqrt(s * shat) + 1e-8), params, m, s)
    return params, m, s


def stepper(loss_and_grad):
    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(params, m, s, i, q, v, t):
        loss, g = loss_and_grad(params, q, v, t)
        return *adam(params, g, m, s, i), loss

    return step


def sharded(loss_and_grad, accel, arrays):
    """The same on shares of the batch; arrays are placed: the parameters everywhere, q, v, t in shares."""
    mesh = Mesh(np.array(jax.devices()), ("batch",))
    whole, share = PartitionSpec(), PartitionSpec("batch")
    over = partial(jax.shard_map, mesh=mesh, check_vma=False)

    def average(params, q, v, t):
        return jax.lax.pmean(loss_and_grad(params, q, v, t), "batch")

    params, *states = arrays
    placed = [jax.device_put(params, NamedSharding(mesh, whole))]
    placed += [jax.device_put(x, NamedSharding(mesh, share)) for x in states]
    return (
        over(average, in_specs=(whole, share, share, share), out_specs=whole),
        accel and over(accel, in_specs=(whole, share, share), out_specs=share),
        placed,
    )


def times(call, seconds):
    """Milliseconds of single calls, for about so many seconds and ten times at least, after warm-up."""
    for _ in range(5):
        call()
    out, end = [], time.perf_counter() + seconds
    while len(out) < 10 or time.perf_counter() < end:
        t0 = time.perf_counter()
        call()
        out.append(1e3 * (time.perf_counter() - t0))
    return out


def measure(form, args, batch, dtype):
    loss_and_grad, accel = FORMS[form]
    params = network(args.hidden, args.d, dtype)
    q, v, t = states(batch, args.d, dtype)
    if args.sharded:
        loss_and_grad, accel, (params, q, v, t) = sharded(loss_and_grad, accel, (params, q, v, t))
    line = {
        "peer": "jax", "form": form + ", sharded" * args.sharded, "hidden": args.hidden, "d": args.d, "batch": batch, "dtype": str(q.dtype),
        "version": jax.__version__,
    }
    if accel:
        call = jax.jit(accel)
        t0 = time.perf_counter()
        call(params, q, v).block_until_ready()
        line["forward_compile_s"] = time.perf_counter() - t0
        line["forward_ms"] = float(np.median(times(lambda: call(params, q, v).block_until_ready(), args.seconds)))
    if batch > 1:
        step = stepper(loss_and_grad)
        state = [params, jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params)]  # donated
        i = 0

        def once():
            nonlocal i
            i += 1
            *state[:], loss = step(*state, np.asarray(i, dtype), q, v, t)
            return float(loss.block_until_ready())

        t0 = time.perf_counter()
        line["loss"] = once()
        line["compile_s"] = time.perf_counter() - t0
        line["step_ms"] = float(np.median(times(once, args.seconds)))
    print(json.dumps(line), flush=True)


def check():
    """All forms agree, in float64 on a small network."""
    jax.config.update("jax_enable_x64", True)
    worst = 0.0
    for d in (1, 2, 3):
        params, (q, v, t) = network("16x3", d, jnp.float64), states(8, d, jnp.float64)
        want_loss, want = FORMS["paper"][0](params, q, v, t)
        want_a = FORMS["paper"][1](params, q, v)
        want = jnp.concatenate([x.ravel() for x in jax.tree.leaves(want)])
        for form, (loss_and_grad, accel) in FORMS.items():
            loss, g = loss_and_grad(params, q, v, t)
            g = jnp.concatenate([x.ravel() for x in jax.tree.leaves(g)])
            errors = [abs(loss / want_loss - 1), jnp.linalg.norm(g - want) / jnp.linalg.norm(want)]
            if accel:
                errors.append(jnp.linalg.norm(accel(params, q, v) - want_a) / jnp.linalg.norm(want_a))
            error = float(max(errors))
            print(f"d={d} {form}: {error:.1e}")
            worst = max(worst, error)
    if not worst < 1e-8:
        sys.exit(f"the forms differ by {worst:.1e}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--form", nargs="+", choices=FORMS, default=list(FORMS))
    p.add_argument("--batch", nargs="+", type=int, default=[32, 512, 1])
    p.add_argument("--hidden", default="500x4")
    p.add_argument("--d", type=int, default=2)
    p.add_argument("--x64", action="store_true")
    p.add_argument("--sharded", action="store_true")
    p.add_argument("--seconds", type=float, default=1.0)
    p.add_argument("--check", action="store_true")
    args = p.parse_args()
    if args.check:
        return check()
    if args.x64:
        jax.config.update("jax_enable_x64", True)
    for form in args.form:
        for batch in args.batch:
            if batch >= CORES if args.sharded else batch > 1 or FORMS[form][1]:
                measure(form, args, batch, jnp.float64 if args.x64 else jnp.float32)


if __name__ == "__main__":
    main()
