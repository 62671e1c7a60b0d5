#!/usr/bin/env python3
"""Free roll-outs of a model that Lagrange exported, by diffrax: one alone and many together, one core, processor time.

    lagrange export MODEL --to python -o model.py
    bench/diffrax_rollout.py model.py STARTS.csv

prints a line of JSON for each: the method, the tolerance and the rows are those of bench/rollouts. Compilation stays
outside.
"""

import csv
import importlib.util
import json
import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # XLA takes as many threads as there are cores

import diffrax
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def load(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.np = jnp
    return module


def starts(path, names):
    """(q, v) of the first row of each trajectory, (n, 2d)."""
    firsts = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            row = {k.split(" [")[0]: x for k, x in row.items()}
            firsts.setdefault(row.get("trajectory", "1"), [float(row[name]) for name in names])
    return jnp.array(list(firsts.values()))


def solver(field, tolerance):
    times = jnp.linspace(0, 1, 11)

    def solve(x):
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, x, _: field(x)), diffrax.Dopri5(), 0.0, 1.0, 0.01, x,
            saveat=diffrax.SaveAt(ts=times), stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
            max_steps=1 << 14,
        )
        return found.ys[-1]

    return jax.jit(jax.vmap(solve))


def main():
    model, (_, path) = load(sys.argv[1]), sys.argv[1:]
    d = model.D
    x = starts(path, [*model.Q_NAMES, *model.V_NAMES])
    field = lambda x: jnp.concatenate([x[d:], model.accel(x[:d], x[d:])])
    roll, exact = solver(field, 1e-9), solver(field, 1e-12)
    for at, repeats in (x[:1], 200), (x, 2):
        end = jax.block_until_ready(roll(at))
        begin = time.process_time()
        for _ in range(repeats):
            jax.block_until_ready(roll(at))
        took = 1e6 * (time.process_time() - begin) / (repeats * len(at))
        print(json.dumps({
            "peer": "diffrax", "starts": len(at), "cpu_us": took, "end": end[0].tolist(),
            "miss": float(jnp.abs(end[0] - exact(at)[0]).max()), "version": diffrax.__version__,
        }))


if __name__ == "__main__":
    main()
