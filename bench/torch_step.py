"""The training step of jax_step.py in torch, on the processor's cores: eager and compiled.

    python torch_step.py [--form FORM ...] [--mode eager compile] [--batch B ...] [--hidden 500x4] [--d 2] [--seconds S]
    python torch_step.py --check

Forms as in jax_step.py: paper (jacrev of jacrev, pinv), hvp (vjp of grad, solve), streams (streams.py). Derivatives are
reverse only: forward ones (jvp, torch.func.hessian) were slower and failed to compile a gradient.
Mode compile needs a C++ compiler; without one it says so in its line. Weights and states have jax_step.py's
distributions; Adam is torch's fused one.
"""

import argparse
import json
import os
import sys
import time
from functools import partial

sys.dont_write_bytecode = True

import numpy as np
import torch
from torch.func import grad, grad_and_value, jacrev, vjp, vmap

import streams


def network(hidden, d, dtype):
    """The initial weights of Cranmer et al. 2020, appendix C."""
    n, layers = (int(s) for s in hidden.split("x"))
    sizes = [2 * d] + [n] * layers + [1]
    scales = [2.2] + [0.58 * i for i in range(1, layers)] + [n]
    rng = np.random.default_rng(0)
    return [
        (torch.tensor(rng.normal(size=(i, o)) * s / np.sqrt(n), dtype=dtype), torch.zeros(o, dtype=dtype))
        for i, o, s in zip(sizes, sizes[1:], scales)
    ]


def states(batch, d, dtype):
    rng = np.random.default_rng(1)
    q, v = rng.uniform(0, 2 * np.pi, (batch, d)), rng.uniform(-10, 10, (batch, d))
    return [torch.tensor(x, dtype=dtype) for x in (q, v, rng.normal(size=(batch, d)))]


def L(params, q, v):
    h = torch.cat([q, v])
    for W, b in params[:-1]:
        h = torch.nn.functional.softplus(h @ W + b)
    W, b = params[-1]
    return (h @ W + b)[0]


def accel_paper(params, q, v):
    M = jacrev(jacrev(L, 2), 2)(params, q, v)
    C = jacrev(jacrev(L, 2), 1)(params, q, v)
    return torch.linalg.pinv(M) @ (grad(L, 1)(params, q, v) - C @ v)


def accel_hvp(params, q, v):
    d = q.shape[0]
    f = grad(lambda x: L(params, x[:d], x[d:]))
    x = torch.cat([q, v])
    e = torch.cat([torch.zeros(d, d, dtype=q.dtype), torch.eye(d, dtype=q.dtype)], 1)
    directions = torch.cat([e, torch.cat([v, torch.zeros_like(v)])[None]])
    g, back = vjp(f, x)  # the Hessian is symmetric
    (h,) = vmap(back)(directions)
    return torch.linalg.solve(h[:d, d:], g[:d] - h[d, d:])


def by_autodiff(accel):
    def loss(params, q, v, t):
        return ((vmap(partial(accel, params))(q, v) - t) ** 2).mean()

    def loss_and_grad(params, q, v, t):
        g, l = grad_and_value(loss)(params, q, v, t)
        return l, g

    return loss_and_grad


def over_batch(accel):
    def batch(params, q, v):
        return accel(params, q[0], v[0])[None] if len(q) == 1 else vmap(partial(accel, params))(q, v)

    return batch


FORMS = {  # loss and gradient, accelerations
    "paper": (by_autodiff(accel_paper), over_batch(accel_paper)),
    "hvp": (by_autodiff(accel_hvp), over_batch(accel_hvp)),
    "streams": (torch.no_grad()(partial(streams.loss_and_grad, torch)), partial(streams.accel, torch)),
}


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


def measure(form, mode, args, batch):
    loss_and_grad, accel = FORMS[form]
    if mode == "compile":
        torch._dynamo.reset()  # each batch has its own code: fixed sizes are faster
        loss_and_grad, accel = (torch.compile(f, dynamic=False) for f in (loss_and_grad, accel))
    params = network(args.hidden, args.d, torch.float32)
    q, v, t = states(batch, args.d, torch.float32)
    line = {
        "peer": "torch", "form": f"{form}, {mode}", "hidden": args.hidden, "d": args.d, "batch": batch,
        "dtype": "float32", "version": torch.__version__,
    }
    try:
        with torch.no_grad():
            line["forward_ms"] = float(np.median(times(lambda: accel(params, q, v), args.seconds)))
        if batch > 1:
            leaves = [x for layer in params for x in layer]
            adam = torch.optim.Adam(leaves, lr=1e-3, fused=True)

            def once():
                loss, g = loss_and_grad(params, q, v, t)
                for p, dp in zip(leaves, (x for layer in g for x in layer)):
                    p.grad = dp
                adam.step()
                return float(loss)

            t0 = time.perf_counter()
            line["loss"] = once()
            line["compile_s"] = time.perf_counter() - t0
            line["step_ms"] = float(np.median(times(once, args.seconds)))
    except Exception as e:  # what torch cannot compile is a result too
        line["failed"] = f"{type(e).__name__}: {str(e).strip().splitlines()[0][:120] if str(e).strip() else ''}"
    print(json.dumps(line), flush=True)


def check():
    """All forms agree, in float64 on a small network."""
    worst = 0.0
    for d in (1, 2, 3):
        params, (q, v, t) = network("16x3", d, torch.float64), states(8, d, torch.float64)
        flat = lambda g: torch.cat([x.reshape(-1) for layer in g for x in layer])
        want_loss, want = FORMS["paper"][0](params, q, v, t)
        want_a = FORMS["paper"][1](params, q, v)
        for form, (loss_and_grad, accel) in FORMS.items():
            loss, g = loss_and_grad(params, q, v, t)
            error = max(
                float(abs(loss / want_loss - 1)),
                float((flat(g) - flat(want)).norm() / flat(want).norm()),
                float((accel(params, q, v) - want_a).norm() / want_a.norm()),
            )
            print(f"d={d} {form}: {error:.1e}")
            worst = max(worst, error)
    if not worst < 1e-8:
        sys.exit(f"the forms differ by {worst:.1e}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--form", nargs="+", choices=FORMS, default=list(FORMS))
    p.add_argument("--mode", nargs="+", choices=["eager", "compile"], default=["eager", "compile"])
    p.add_argument("--batch", nargs="+", type=int, default=[32, 512, 1])
    p.add_argument("--hidden", default="500x4")
    p.add_argument("--d", type=int, default=2)
    p.add_argument("--seconds", type=float, default=1.0)
    p.add_argument("--check", action="store_true")
    args = p.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if args.check:
        return check()
    for form in args.form:
        for mode in args.mode:
            for batch in args.batch:
                measure(form, mode, args, batch)


if __name__ == "__main__":
    main()
