"""From the raw rounds of bench/run to the page doc/performance.md. Standard library only.

raw = {"machine": {...}, "versions": {...}, "date", "command", "notes": [text],
       "rounds": [[run, ...], ...]}  with the runs in the order in which they ran, each of them either
    {"who": "lagrange", "results": {benchmark: {unit: value}}}   or
    {"who": "jax paper", "lines": [the JSON lines of a script of a peer, or of a program of ours: "lagrange roll-outs"]}.
"""

import re
import string
from statistics import median

NET = "net=500x4"
# The columns of the comparison: title, benchmark of ours, key of theirs, batch of theirs.
COLUMNS = [
    ("step, batch 32", f"BenchmarkStep/prec=f32/{NET}/batch=32", "step_ms", 32),
    ("step, batch 512", f"BenchmarkStep/prec=f32/{NET}/batch=512", "step_ms", 512),
    ("forward, batch 32", f"BenchmarkAccel/prec=f32/{NET}/batch=32", "forward_ms", 32),
    ("forward, batch 512", f"BenchmarkAccel/prec=f32/{NET}/batch=512", "forward_ms", 512),
    ("one state", f"BenchmarkAccel/prec=f32/{NET}/batch=1", "forward_ms", 1),
]
NEWTON = "BenchmarkGaussNewton/"
NEWTON_WHO = "jax and lapack", "optimistix"
SITES = "BenchmarkSites/"
DENSE = "BenchmarkNormal/", "BenchmarkFactor/"
SMALL = "BenchmarkAccel/prec=f64/net=64x2/batch=1"
# Targets: against whom, and the least ratio in each column (None: no target).
RIVALS = [
    ("the paper's form in JAX", lambda form: form == "jax paper", (6, 5, None, None, None)),
    ("the strongest form by JAX's own differentiation",
     lambda form: form.startswith("jax ") and "streams" not in form, (2.5, 2.5, 2.5, 2.5, None)),
    ("the strongest form in JAX, Lagrange's algorithm by hand included",
     lambda form: form.startswith("jax "), (2.5, 2.5, 2.5, 2.5, None)),
    ("the strongest form in torch", lambda form: form.startswith("torch "), (None,) * 5),
]
LINE = re.compile(r"^(Benchmark\S*?)(?:-\d+)?\s+\d+\s+(.*)$")


def parse(text):
    """The output of go test -bench: {benchmark: {unit: value}}, whatever units there are."""
    results = {}
    for line in text.splitlines():
        m = LINE.match(line.strip())
        if not m:
            continue
        fields = m[2].split()
        try:
            results[m[1]] = {unit: float(value) for value, unit in zip(fields[::2], fields[1::2])}
        except ValueError:
            continue  # a line of a log that looks alike
    return results


def ours(raw, of=lambda name: not name.startswith((NEWTON, SITES, *DENSE))):
    """{benchmark: {unit: [value of each run]}} of the benchmarks of some names: those of steps of Adam"""
    out = {}
    for run in (run for r in raw["rounds"] for run in r if run["who"] == "lagrange"):
        for name, metrics in run["results"].items():
            for unit, value in metrics.items() if of(name) else ():
                out.setdefault(name, {}).setdefault(unit, []).append(value)
    return out


def theirs(raw):
    """{form: {column: ([ms of each round], [that over ours of the run just before])}} and {form: [what failed]}"""
    out, failed = {}, {}
    for line, before in beside(raw):
        form = f"{line['peer']} {line.get('form', '')}"
        if "failed" in line:
            failed.setdefault(form, set()).add(f"batch {line['batch']}: {line['failed']}")
        for i, (_, bench, key, batch) in enumerate(COLUMNS):
            if key in line and line["batch"] == batch:
                ms, ratios = out.setdefault(form, {}).setdefault(i, ([], []))
                ms.append(line[key])
                if bench in before:
                    ratios.append(line[key] / (before[bench]["ns/op"] * 1e-6))
    return out, failed


def beside(raw):
    """(line of a peer, {benchmark: {unit: value}} of ours that ran before it in its round)"""
    for r in raw["rounds"]:
        before = {}
        for run in r:
            if run["who"] == "lagrange":
                before = {**before, **run["results"]}
            elif not run["who"].startswith("lagrange "):
                for line in run["lines"]:
                    yield line, before


def number(x):
    """Three significant digits, without an exponent where it can be helped."""
    x = float(f"{x:.3g}")
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def spread(values, unit=""):
    """median (min–max)"""
    unit = unit and " " + unit
    if len(values) == 1:
        return number(values[0]) + unit
    return f"{number(median(values))}{unit} ({number(min(values))}–{number(max(values))})"


def duration(ns):
    """The same for nanoseconds, in a fitting unit."""
    for scale, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if median(ns) >= scale:
            return spread([x / scale for x in ns], unit)
    return spread(ns, "ns")


def table(head, rows):
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def comparison(raw):
    """Milliseconds of ours and of every form of theirs."""
    mine, (peers, _) = ours(raw), theirs(raw)
    rows = [["**Lagrange**"] + [
        spread([ns * 1e-6 for ns in mine[bench]["ns/op"]]) if bench in mine else "" for _, bench, _, _ in COLUMNS
    ]]
    for form, columns in peers.items():
        rows.append([title(form)] + [spread(columns[i][0]) if i in columns else "" for i in range(len(COLUMNS))])
    return table(["ms"] + [c[0] for c in COLUMNS], rows)


def title(form):
    peer, _, form = form.partition(" ")
    return {"jax": "JAX"}.get(peer, peer) + ", " + form


def verdict(target, met):
    return f"{target}: {'met' if met else '**missed**'}"


def ratios(raw):
    """Their time over ours, against each rival, with the targets and with what the products alone would allow."""
    mine, (peers, _) = ours(raw), theirs(raw)
    rows = []
    for rival, belongs, targets in RIVALS:
        for i, (column, *_) in enumerate(COLUMNS):
            best = [(median(c[i][0]), form) for form, c in peers.items() if belongs(form) and i in c and c[i][1]]
            if not best:
                continue
            ms, form = min(best)
            r = peers[form][i][1]
            x = median(r)
            m = mine.get(COLUMNS[i][1], {})
            floor = [ns * share * 1e-8 for ns, share in zip(m.get("ns/op", []), m.get("%peak", []))]  # ms at 100 %
            said = [verdict(f"≥ {targets[i]}", x >= targets[i])] if targets[i] else []
            said += ["**lost**"] if x < 1 else []
            who = "" if any(row[0] == rival for row in rows) else rival
            rows.append([who, column, title(form).partition(", ")[2], number(ms), spread(r), number(ms / median(floor)) if floor else "", "; ".join(said)])
    return table(["against", "measure", "form", "ms", "ratio", "at the peak", "target"], rows)


def targets(raw):
    """The targets that are not ratios."""
    mine = ours(raw)
    wanted = [  # what, benchmark, unit, scale, the figure's unit, bound, at most
        ("one state, 500×4, float32", COLUMNS[4][1], "ns/op", 1e-6, "ms", 0.2, True),
        ("one state, 64×2, float64", SMALL, "ns/op", 1e-3, "µs", 6, True),
        ("allocations of one state, 64×2, float64", SMALL, "allocs/op", 1, "", 0, True),
        ("allocations of one state, 500×4, float32", COLUMNS[4][1], "allocs/op", 1, "", 0, True),
        ("share of the FMA peak, step, batch 32", COLUMNS[0][1], "%peak", 1, "%", 65, False),
        ("share of the FMA peak, step, batch 512", COLUMNS[1][1], "%peak", 1, "%", 80, False),
    ]
    rows = []
    for what, bench, unit, scale, shown, bound, most in wanted:
        values = [x * scale for x in mine.get(bench, {}).get(unit, [])]
        if values:
            x = median(values)
            text = f"{'≤' if most else '≥'} {number(bound)} {shown}".strip()
            rows.append([what, spread(values, shown), verdict(text, x <= bound if most else x >= bound)])
    return table(["", "measured", "target"], rows)


def roofline(raw):
    """Every benchmark of ours, with every metric it reports."""
    mine = ours(raw)
    units = list(dict.fromkeys(u for metrics in mine.values() for u in metrics if u not in ("ns/op", "GFLOP/s")))
    units.sort(key=lambda u: (u != "%peak", u in ("B/op", "allocs/op")))  # the share first, allocations last
    rows = []
    for name, metrics in sorted(mine.items(), key=lambda item: natural(item[0])):
        row = [name.removeprefix("Benchmark"), "", duration(metrics["ns/op"]), ""]
        if "GFLOP/s" in metrics:
            rate = metrics["GFLOP/s"]
            row[1] = number(median(x * t for x, t in zip(rate, metrics["ns/op"])) * 1e-6)
            row[3] = spread(rate)
        rows.append(row + [spread(metrics[u]) if u in metrics else "" for u in units])
    return table(["benchmark", "MFLOP", "time", "GFLOP/s", *units], rows)


def natural(name):
    return [int(s) if s.isdigit() else s for s in re.split(r"(\d+)", name)]


def cost_in_d(raw):
    """Time against d, for benchmarks with d=… in their names; '' without them."""
    series = {}
    for name, metrics in ours(raw).items():
        m = re.search(r"/d=(\d+)", name)
        if m:
            rest = (name[: m.start()] + name[m.end() :]).removeprefix("Benchmark")
            series.setdefault(rest, {})[int(m[1])] = [ns * 1e-6 for ns in metrics["ns/op"]]
    if not series:
        return ""
    ds = sorted({d for s in series.values() for d in s})
    rows = [[str(d)] + [spread(s[d]) if d in s else "" for s in series.values()] for d in ds]
    return table(["d"] + [f"{rest}, ms" for rest in series], rows)


def memory(raw):
    """Memory against the batch, for metrics in bytes other than B/op; '' without them."""
    series = {}
    for name, metrics in ours(raw).items():
        m = re.search(r"/batch=(\d+)", name)
        for unit, values in metrics.items():
            if m and unit != "B/op" and re.search(r"bytes|\b[kKMG]?i?B\b", unit):
                rest = (name[: m.start()] + name[m.end() :]).removeprefix("Benchmark")
                series.setdefault((rest, unit), {})[int(m[1])] = values
    if not series:
        return ""
    batches = sorted({b for s in series.values() for b in s})
    rows = [[f"{rest}, {unit}"] + [spread(s[b]) if b in s else "" for b in batches] for (rest, unit), s in series.items()]
    return table(["batch"] + [str(b) for b in batches], rows)


def gauss_newton(raw):
    """Steps of Gauss–Newton, by coordinates, net and rows, beside the peer of as many parameters and rows; '' without."""
    mine = ours(raw, lambda name: name.startswith(NEWTON))
    theirs, over = {}, {}
    for line, before in beside(raw):
        if "cpu_ms" not in line:
            continue
        key = line["peer"], line["P"], line["rows"]
        theirs.setdefault(key, []).append(line["cpu_ms"])
        over.setdefault(key, []).extend(
            line["cpu_ms"] / m["cpu-ms/op"] for name, m in before.items() if size(name) == key[1:]
        )
    rows = []
    for name, m in sorted(mine.items(), key=lambda item: natural(item[0])):
        field, key = dict(re.findall(r"(\w+)=([\w]+)", name)), size(name)
        x, work = m["cpu-ms/op"], zip(m["MFLOP/op"], m["cpu-ms/op"], m["peak-GFLOP/s"])
        rows.append([
            field["d"], field["net"] + ", " + field["head"], field["P"], field["rows"], spread(x), spread(m["rejected/op"]),
            spread([100 * f / ms / top for f, ms, top in work]),
            *(spread(x[peer, *key]) if x.get((peer, *key)) else "" for peer in NEWTON_WHO for x in (theirs, over)),
        ])
    head = ["d", "net", "P", "rows", "ms", "rejected", "useful, % of the peak", "JAX and LAPACK, ms", "ratio",
            "optimistix, ms", "ratio"]
    return table(head, rows) if rows else ""


def dense(raw):
    """JᵀCJ and its Cholesky factor beside those of OpenBLAS; '' without."""
    pairs = {}
    for line, before in beside(raw):
        for prefix in DENSE if line["peer"] == "openblas" else ():
            mine, part = before[f"{prefix}n={line['n']}"]["cpu-ms/op"], prefix[len("Benchmark"):-1]
            pairs.setdefault((line["n"], line["rows"]), {}).setdefault(part, []).append((mine, line[part]))
    rows = [
        [str(n), str(k)] + [
            spread(x) for p in parts.values() for x in ([a for a, _ in p], [b for _, b in p], [b / a for a, b in p])
        ]
        for (n, k), parts in sorted(pairs.items())
    ]
    head = ["P", "rows", "JᵀCJ, ms", "OpenBLAS, ms", "ratio", "factor, ms", "LAPACK, ms", "ratio"]
    return table(head, rows) if rows else ""


def size(name):
    """P and rows of a benchmark of Gauss–Newton; None of others."""
    m = re.match(NEWTON + r".*/P=(\d+)/rows=(\d+)", name)
    return m and (int(m[1]), int(m[2]))


def lines(raw, who):
    """The lines of those runs: [[line, ...] of each round]"""
    return [[line for run in r if run["who"] == who for line in run["lines"]] for r in raw["rounds"]]


def roll_outs(raw):
    """Roll-outs of one model by us and by diffrax, for each number of starts; '' without."""
    pairs = {}
    for mine, others in zip(lines(raw, "lagrange roll-outs"), lines(raw, "diffrax")):
        for a, b in zip(mine, others):
            if a["starts"] != b["starts"] or max(abs(x - y) for x, y in zip(a["end"], b["end"])) > 1e-6:
                raise RuntimeError(f"these roll-outs do not agree: {a}, {b}")
            pairs.setdefault(a["starts"], []).append((a, b))
    rows = []
    for starts, both in pairs.items():
        us = lambda k: spread([p[k]["cpu_us"] for p in both])
        miss = lambda k: "%.0e" % median(p[k]["miss"] for p in both)
        rows.append([str(starts), us(0), us(1), spread([b["cpu_us"] / a["cpu_us"] for a, b in both]), miss(0), miss(1)])
    head = ["starts", "Lagrange, µs each", "diffrax, µs each", "ratio", "error, Lagrange", "error, diffrax"]
    return table(head, rows) if rows else ""


def growth(raw):
    """Trainings against rows, and a learned ring against sites; '' without."""
    rows, sites = {}, {}
    for r in lines(raw, "lagrange growth"):
        for line in r:
            rows.setdefault(line["rows"], []).append(line)
    for name, m in ours(raw, lambda name: name.startswith(SITES)).items():
        what, n = name.removeprefix(SITES).split("/")
        sites.setdefault(int(n), {})[what] = duration(m["ns/op"])
    if not rows or not sites:
        return ""
    trained = [[f"{n:,}", spread([x["cpu_s"] for x in xs]), spread([x["MiB"] for x in xs])] for n, xs in rows.items()]
    ring = [[f"{n:,}", m["accel"], m["rollout"]] for n, m in sorted(sites.items())]
    return "\n\n".join([
        table(["rows", "two steps, s", "peak, MiB"], trained),
        table(["sites", "an acceleration", "a unit of time"], ring),
    ])


def section(template, heading):
    """The section of a template under a heading of the second level."""
    return re.search(rf"^## {heading}\n.*?(?=^## |\Z)", template, re.M | re.S)[0]


def page(raw, template):
    """The whole page."""
    _, failed = theirs(raw)
    notes = list(raw["notes"])
    notes += [f"{title(form)} fails: {why}" for form, reasons in failed.items() for why in sorted(reasons)]
    n = len(raw["rounds"])
    return string.Template(template).substitute(
        machine=raw["machine"],
        versions=", ".join(f"{name} {version}" for name, version in raw["versions"].items()),
        date=raw["date"],
        command=raw["command"],
        rounds=f"{n} round{'s' * (n != 1)}",
        comparison=comparison(raw),
        ratios=ratios(raw),
        targets=targets(raw),
        roofline=roofline(raw),
        cost_in_d=cost_in_d(raw) or "Not measured in this run.",
        memory=memory(raw) or "Not measured in this run.",
        gauss_newton=gauss_newton(raw) or "Not measured in this run.",
        dense=dense(raw) or "Not measured in this run.",
        roll_outs=roll_outs(raw) or "Not measured in this run.",
        growth=growth(raw) or "Not measured in this run.",
        notes="".join(f"\n- {note}" for note in notes),
    )
