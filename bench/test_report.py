"""python3 -m unittest discover bench"""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import report

STEP = "BenchmarkStep/prec=f32/net=500x4/batch=32"
OUTPUT = """goos: linux
pkg: lagrange/model
BenchmarkStep/prec=f32/net=500x4/batch=32-2         	     100	   2000000 ns/op	       350.0 GFLOP/s	        70.5 %peak	       0 B/op	       0 allocs/op
BenchmarkAccel/prec=f64/net=64x2/batch=1   	  200000	      5000 ns/op	       0 B/op	       1 allocs/op
BenchmarkStep/d=16-2	10	3.5e+06 ns/op	2.5 MB/tape
BenchmarkOdd some words of a log
PASS
"""


def jax(form, ms, batch=32):
    return {"who": f"jax {form}", "lines": [{"peer": "jax", "form": form, "batch": batch, "step_ms": ms}]}


def lagrange(ns, name=STEP, **metrics):
    return {"who": "lagrange", "results": {name: {"ns/op": ns, **metrics}}}


def raw(*rounds):
    return {
        "machine": "M", "versions": {"Go": "1"}, "date": "D", "command": "bench/run", "notes": ["a note"],
        "rounds": list(rounds),
    }


class Parse(unittest.TestCase):
    def test_every_metric(self):
        got = report.parse(OUTPUT)
        self.assertEqual(set(got), {STEP, report.SMALL, "BenchmarkStep/d=16"})
        want = {"ns/op": 2e6, "GFLOP/s": 350, "%peak": 70.5, "B/op": 0, "allocs/op": 0}
        self.assertEqual(got[STEP], want)
        self.assertEqual(got["BenchmarkStep/d=16"], {"ns/op": 3.5e6, "MB/tape": 2.5})

    def test_name_that_ends_in_a_number(self):
        self.assertIn("BenchmarkAccel/batch=1", report.parse("BenchmarkAccel/batch=1-16 1 5 ns/op"))


class Numbers(unittest.TestCase):
    def test_three_digits(self):
        for x, want in ((0, "0"), (0.1952, "0.195"), (6.0, "6"), (99.96, "100"), (123.4, "123"), (4321, "4320")):
            self.assertEqual(report.number(x), want)

    def test_spread(self):
        self.assertEqual(report.spread([3, 1, 2], "ms"), "2 ms (1–3)")
        self.assertEqual(report.duration([2500]), "2.5 µs")


class Ratios(unittest.TestCase):
    def test_against_the_run_just_before(self):
        data = raw(
            [lagrange(1e6), jax("paper", 8), lagrange(2e6), jax("hvp", 8)],
            [lagrange(1e6), jax("paper", 6), lagrange(4e6), jax("hvp", 8)],
        )
        peers, _ = report.theirs(data)
        self.assertEqual(peers["jax paper"][0], ([8, 6], [8, 6]))
        self.assertEqual(peers["jax hvp"][0], ([8, 8], [4, 2]))

    def test_the_median_is_of_the_ratios(self):
        # 4/1, 9/3, 20/4: the median of the ratios is 4, the ratio of the medians 9/3 = 3
        data = raw(*([lagrange(ours * 1e6), jax("paper", ms)] for ours, ms in ((1, 4), (3, 9), (4, 20))))
        self.assertIn("| step, batch 32 | paper | 9 | 4 (3–5) |", report.ratios(data))

    def test_the_strongest_counts_and_losses_show(self):
        data = raw([lagrange(2e6), jax("paper", 20), lagrange(2e6), jax("hvp", 4), lagrange(2e6), jax("streams", 1)])
        text = report.ratios(data)
        self.assertIn("| the paper's form in JAX | step, batch 32 | paper | 20 | 10 |  | ≥ 6: met |", text)
        self.assertIn("| hvp | 4 | 2 |  | ≥ 2.5: **missed** |", text)
        self.assertIn("| streams | 1 | 0.5 |  | ≥ 2.5: **missed**; **lost** |", text)

    def test_at_the_peak(self):
        text = report.ratios(raw([lagrange(2e6, **{"%peak": 80.0}), jax("paper", 8)]))
        self.assertIn("| paper | 8 | 4 | 5 | ≥ 6: **missed** |", text)

    def test_other_sizes_do_not_mix(self):
        peers, _ = report.theirs(raw([lagrange(1e6), jax("paper", 8, batch=512)]))
        self.assertEqual(peers["jax paper"], {1: ([8], [])})

    def test_what_failed_is_told(self):
        run = {"who": "torch compile", "lines": [{"peer": "torch", "form": "hvp, compile", "batch": 32, "failed": "no"}]}
        text = report.page(raw([lagrange(1e6), run]), "$notes")
        self.assertIn("- torch, hvp, compile fails: batch 32: no", text)


class Tables(unittest.TestCase):
    def test_targets(self):
        text = report.targets(raw([{"who": "lagrange", "results": report.parse(OUTPUT)}]))
        self.assertIn("| one state, 64×2, float64 | 5 µs | ≤ 6 µs: met |", text)
        self.assertIn("| allocations of one state, 64×2, float64 | 1 | ≤ 0: **missed** |", text)
        self.assertIn("| share of the FMA peak, step, batch 32 | 70.5 % | ≥ 65 %: met |", text)
        self.assertNotIn("batch 512", text)

    def test_roofline_counts_and_columns(self):
        text = report.roofline(raw([{"who": "lagrange", "results": report.parse(OUTPUT)}]))
        self.assertIn("| benchmark | MFLOP | time | GFLOP/s | %peak | MB/tape | B/op | allocs/op |", text)
        self.assertIn("| Step/prec=f32/net=500x4/batch=32 | 700 | 2 ms | 350 | 70.5 |", text)
        self.assertNotIn("%peak", report.roofline(raw([lagrange(1e6)])))

    def test_rows_are_as_wide_as_the_head(self):
        data = raw([lagrange(1e6), jax("paper", 8), {"who": "lagrange", "results": report.parse(OUTPUT)}])
        for text in (report.comparison(data), report.ratios(data), report.roofline(data), report.targets(data)):
            self.assertEqual(len({line.count("|") for line in text.splitlines()}), 1)

    def test_cost_in_d_in_order(self):
        data = raw([lagrange(2e6, "BenchmarkStep/d=16/batch=32"), lagrange(1e6, "BenchmarkStep/d=2/batch=32")])
        self.assertEqual(
            report.cost_in_d(data).splitlines(), ["| d | Step/batch=32, ms |", "| --- | ---: |", "| 2 | 1 |", "| 16 | 2 |"]
        )
        self.assertEqual(report.cost_in_d(raw([lagrange(1e6)])), "")

    def test_memory_in_the_batch(self):
        data = raw([lagrange(1e6, "BenchmarkStep/net=a/batch=512", **{"MB/tape": 7}), lagrange(1e6, "BenchmarkStep/net=a/batch=32", **{"MB/tape": 1})])
        self.assertEqual(report.memory(data).splitlines()[-1], "| Step/net=a, MB/tape | 1 | 7 |")


class Beyond(unittest.TestCase):
    def rolled(self, ours, theirs, end=(1.0,)):
        line = lambda us, end: {"starts": 1000, "cpu_us": us, "end": list(end), "miss": 2e-9}
        return [{"who": "lagrange roll-outs", "lines": [line(ours, (1.0,))]}, {"who": "diffrax", "lines": [line(theirs, end)]}]

    def test_roll_outs(self):
        text = report.roll_outs(raw(self.rolled(1, 4), self.rolled(3, 9), self.rolled(4, 20)))
        self.assertEqual(text.splitlines()[-1], "| 1000 | 3 (1–4) | 9 (4–20) | 4 (3–5) | 2e-09 | 2e-09 |")
        self.assertEqual(report.roll_outs(raw([lagrange(1e6)])), "")

    def test_another_motion_is_no_rival(self):
        with self.assertRaises(RuntimeError):
            report.roll_outs(raw(self.rolled(1, 4, end=(1.1,))))

    def test_growth(self):
        trained = {"who": "lagrange growth", "lines": [{"rows": 6000, "cpu_s": 2.5, "MiB": 60}]}
        sites = {"who": "lagrange", "results": {"BenchmarkSites/accel/10000": {"ns/op": 2e6}, "BenchmarkSites/rollout/10000": {"ns/op": 3e9}}}
        text = report.growth(raw([trained, sites]))
        self.assertIn("| 6,000 | 2.5 | 60 |", text)
        self.assertIn("| 10,000 | 2 ms | 3 s |", text)
        self.assertNotIn("Sites", report.roofline(raw([lagrange(1e6), sites])))
        self.assertEqual(report.growth(raw([lagrange(1e6)])), "")


class GaussNewton(unittest.TestCase):
    def test_peers_of_the_same_size(self):
        name = report.NEWTON + "d=2/net=20x2/head=quadratic/P=644/rows=1600"
        mine = {"cpu-ms/op": 20, "rejected/op": 0.5, "MFLOP/op": 700, "peak-GFLOP/s": 70}
        other = lambda peer, ms, rows=1600: {"who": peer, "lines": [{"peer": peer, "P": 644, "rows": rows, "cpu_ms": ms}]}
        rounds = raw([{"who": "lagrange", "results": {name: mine}}, other("jax and lapack", 50), other("optimistix", 4000), other("optimistix", 9, rows=9)])
        row = report.gauss_newton(rounds).splitlines()[-1]
        self.assertEqual(row, "| 2 | 20x2, quadratic | 644 | 1600 | 20 | 0.5 | 50 | 50 | 2.5 | 4000 | 200 |")
        rounds["rounds"][0] = rounds["rounds"][0][:2]
        self.assertTrue(report.gauss_newton(rounds).splitlines()[-1].endswith("| 50 | 2.5 |  |  |"))
        self.assertEqual(report.gauss_newton(raw([lagrange(1e6)])), "")


    def test_parts_beside_openblas(self):
        mine = lambda ms: {"who": "lagrange", "results": {prefix + "n=644": {"cpu-ms/op": ms, "ns/op": 1} for prefix in report.DENSE}}
        other = {"who": "openblas", "lines": [{"peer": "openblas", "n": 644, "rows": 1664, "Normal": 8, "Factor": 9}]}
        rounds = raw([mine(1), other], [mine(2), other], [mine(4), other])
        row = report.dense(rounds).splitlines()[-1]
        self.assertEqual(row, "| 644 | 1664 | 2 (1–4) | 8 (8–8) | 4 (2–8) | 2 (1–4) | 9 (9–9) | 4.5 (2.25–9) |")
        self.assertNotIn("Normal", report.roofline(rounds))
        self.assertEqual(report.dense(raw([lagrange(1e6)])), "")


class Page(unittest.TestCase):
    def test_the_template_is_filled(self):
        template = (pathlib.Path(report.__file__).parent / "performance.md.tmpl").read_text(encoding="utf-8")
        text = report.page(raw([lagrange(1e6), jax("paper", 8)]), template)
        self.assertNotIn("$", text)
        for part in ("a note", "JAX, paper", "bench/run", "1 round.", "## Cost in d\n\nNot measured in this run."):
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
