#!/usr/bin/env python3
"""JᵀJ by OpenBLAS (dsyrk) and its Cholesky factor by LAPACK (dpotrf), on one core: what JAX and LAPACK spend most of a
Gauss–Newton step on.

    bench/openblas.py --n 644 --rows 1664

prints a line of JSON, milliseconds of processor time.
"""

import argparse
import json
import os
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import scipy.linalg.blas
import scipy.linalg.lapack


def milliseconds(f, seconds):
    """The mean of some calls, after one that touches the memory."""
    f()
    calls, begin = 0, time.process_time()
    while calls < 3 or time.process_time() - begin < seconds:
        f()
        calls += 1
    return 1e3 * (time.process_time() - begin) / calls


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--n", type=int, default=644)
    p.add_argument("--rows", type=int, default=1664)
    p.add_argument("--seconds", type=float, default=1)
    args = p.parse_args()
    J = np.random.default_rng(3).normal(size=(args.rows, args.n))
    A = np.asfortranarray(J.T @ J + np.eye(args.n))
    to = np.empty_like(A)
    normal = lambda: scipy.linalg.blas.dsyrk(1, J.T, c=to, overwrite_c=1, lower=0)

    def factor():
        if scipy.linalg.lapack.dpotrf(A, lower=0, clean=0)[1]:
            raise SystemExit("not positive definite")

    print(json.dumps({
        "peer": "openblas", "n": args.n, "rows": args.rows, "Normal": milliseconds(normal, args.seconds),
        "Factor": milliseconds(factor, args.seconds),
    }))


if __name__ == "__main__":
    main()
