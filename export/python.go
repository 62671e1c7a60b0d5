package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Python writes a model as one file that needs numpy alone and takes many states at once. With its np set to jax.numpy
// it can be differentiated. The error says what of the model has no form.
func Python(s *Source, o Options) ([]File, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	if o.Single {
		return nil, errors.New("single precision is of C and ONNX: numbers in Python have the type of what it is given")
	}
	p, err := newProgram(s)
	if err != nil {
		return nil, err
	}
	w := &pyWriter{program: p, known: map[string]string{}, weights: map[*weights]string{}}
	for _, r := range p.routines {
		w.routine(r)
	}
	marker, err := s.marker()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", marker)
	b.WriteString(w.head())
	b.WriteString(w.tables.String())
	b.WriteString(strings.NewReplacer("DIM", fmt.Sprint(s.Spec.D()), "SAFE", "1e-13").Replace(pySolve))
	if strings.Contains(w.text.String(), "_erfc(") {
		b.WriteString(pyErfc)
	}
	b.WriteString(w.text.String())
	velocity := "v"
	if slices.ContainsFunc(p.routines, func(r routine) bool { return r.name == "rate" }) {
		velocity = "rate(q, v, u, c)"
	}
	b.WriteString(strings.NewReplacer("DIM", fmt.Sprint(s.Spec.D()), "VELOCITY", velocity).Replace(pyField))
	return []File{{o.Name + ".py", []byte(b.String())}}, nil
}

// pyWriter writes the operations of routines for numpy. A matrix of so many rows is an array (…, rows, cols), the axes
// in front being those of the states.
type pyWriter struct {
	*program
	text, tables strings.Builder
	known        map[string]string
	weights      map[*weights]string
}

// head says what is in the file, and what the names and units are.
func (w *pyWriter) head() string {
	var b strings.Builder
	labels := w.labels()
	b.WriteString("\"\"\"A learned model of motion. Numbers in and out, with their ranges in the training data:\n\n")
	safe := strings.NewReplacer(`"""`, "'''", `\`, "", "\n", " ")
	for _, k := range []struct{ name, what string }{{"q", "coordinates"}, {"v", "velocities"}, {"u", "known forces"},
		{"c", "system parameters"}} {
		fmt.Fprintf(&b, "%s, %s: %s\n", k.name, k.what, safe.Replace(list(labels[k.name])))
	}
	b.WriteString("\nArrays of states have any number of axes in front: q is (..., D). This module computes with " +
		"its\nnp, which may be set to jax.numpy.\n\"\"\"\nimport numpy as np\nimport numpy as _numpy\n\n")
	fmt.Fprintf(&b, "FINGERPRINT = %q\nD, M, P = %d, %d, %d  # coordinates, known forces, system parameters\n",
		w.source.Fingerprint, w.source.Spec.D(), len(w.forces), len(w.params))
	for _, k := range []string{"q", "v", "u", "c"} {
		var names, units []string
		for _, l := range labels[k] {
			names, units = append(names, l.name), append(units, l.unit)
		}
		if names != nil {
			fmt.Fprintf(&b, "%s_NAMES, %s_UNITS = %s, %s\n", strings.ToUpper(k), strings.ToUpper(k), pyStrings(names),
				pyStrings(units))
		}
	}
	return b.String() + "\n"
}

// pyStrings is a list of strings, as JSON has it too.
func pyStrings(x []string) string {
	text, err := json.Marshal(x)
	if err != nil {
		panic("export: " + err.Error()) // strings are JSON
	}
	return string(text)
}

// table is a constant array.
func (w *pyWriter) table(x []float64, rows, cols int) string {
	var parts []string
	for _, y := range x {
		parts = append(parts, strconv.FormatFloat(y, 'g', -1, 64))
	}
	return w.array(fmt.Sprintf("np.array([%s], float).reshape(%d, %d)", strings.Join(parts, ", "), rows, cols))
}

// array names what is written in so many words, once.
func (w *pyWriter) array(text string) string {
	name := w.known[text]
	if name == "" {
		name = fmt.Sprintf("_k%d", len(w.known))
		w.known[text] = name
		fmt.Fprintf(&w.tables, "%s = %s\n", name, text)
	}
	return name
}

// routine writes one.
func (w *pyWriter) routine(r routine) {
	var outputs []*node
	for _, o := range r.outputs {
		outputs = append(outputs, o.of)
	}
	given, a := "q, v, u=None, c=None", ""
	if slices.Contains(r.inputs, w.a) {
		given, a = "q, v, a, u=None, c=None", "    a = np.asarray(a)[..., None, :]\n"
	}
	fmt.Fprintf(&w.text, "\n\ndef %s(%s):\n    \"\"\"%s\"\"\"\n    q, v, u, c = _inputs(q, v, u, c)\n%s", r.name, given,
		strings.ToUpper(r.about[:1])+r.about[1:]+".", a)
	name := map[*node]string{}
	for _, n := range w.reached(outputs...) {
		switch n.op {
		case input:
			name[n] = n.name
		case constant:
			name[n] = w.table(n.data, n.rows, n.cols)
		default:
			name[n] = fmt.Sprintf("t%d", n.id)
			var args []string
			for _, a := range n.args {
				args = append(args, name[a])
			}
			fmt.Fprintf(&w.text, "    %s = %s\n", name[n], w.operation(n, args))
		}
	}
	var results []string
	for _, o := range r.outputs {
		y := fmt.Sprintf("_whole(%s, q)", name[o.of])
		switch {
		case o.turned:
			y = "np.swapaxes(" + y + ", -1, -2)"
		case r.name == "energy":
			y += "[..., 0, 0]"
		case o.name != "m":
			y += "[..., 0, :]"
		}
		results = append(results, y)
	}
	fmt.Fprintf(&w.text, "    return %s\n", strings.Join(results, ", "))
}

var (
	pyX     = regexp.MustCompile(`\bx\b`)
	pyDecay = regexp.MustCompile(`\bdecay\b`)
)

// operation is an operation in numpy.
func (w *pyWriter) operation(n *node, x []string) string {
	switch n.op {
	case add:
		return x[0] + " + " + x[1]
	case mul:
		return x[0] + " * " + x[1]
	case scale:
		return strconv.FormatFloat(n.c, 'g', -1, 64) + " * " + x[0]
	case linear:
		name := w.weights[n.w]
		if name == "" {
			name = w.table(n.w.w, n.w.in, n.w.out)
			w.weights[n.w] = name
		}
		if n.transposed {
			name += ".T"
		}
		return "_linear(" + x[0] + ", " + name + ")"
	case gather:
		return fmt.Sprintf("%s[..., %s]", x[0], w.array("_numpy.array(["+joined(n.at)+"])"))
	case scatter:
		one := make([]float64, len(n.at)*n.cols)
		for i, at := range n.at {
			one[i*n.cols+at] = 1
		}
		return "_linear(" + x[0] + ", " + w.table(one, len(n.at), n.cols) + ")"
	case gram:
		return fmt.Sprintf("(%s * %s) @ np.swapaxes(%s, -1, -2)", x[1], x[0], x[2])
	case solve:
		return fmt.Sprintf("_solve(%s, %s)", x[0], x[1])
	}
	text := pyX.ReplaceAllString(functions[n.name].py, x[0])
	if len(x) > 1 {
		text = pyDecay.ReplaceAllString(text, x[1])
	}
	return text
}

func joined(at []int) string {
	var words []string
	for _, k := range at {
		words = append(words, fmt.Sprint(k))
	}
	return strings.Join(words, ", ")
}

const pySolve = `

def _inputs(q, v, u, c):
    """Inputs as rows, (..., 1, n)."""
    q, v = np.broadcast_arrays(np.asarray(q), np.asarray(v))
    if c is None and P > 0:
        raise ValueError("the model depends on %s: give c" % ", ".join(C_NAMES))
    u = np.zeros(M) if u is None else np.asarray(u)
    c = np.zeros(P) if c is None else np.asarray(c)
    for x, n, name in (q, D, "q and v"), (u, M, "u"), (c, P, "c"):
        if x.shape[-1:] != (n,):
            raise ValueError("%s of the shape %s: the last axis has to have %d numbers" % (name, x.shape, n))
    return q[..., None, :], v[..., None, :], u[..., None, :], c[..., None, :]


def _linear(x, w):
    """x W, as one product for all states."""
    return (x.reshape(-1, w.shape[0]) @ w).reshape(x.shape[:-1] + w.shape[1:])


def _whole(x, q):
    """x for all states, also where it depends on none."""
    return np.broadcast_to(x, np.broadcast_shapes(x.shape[:-2], q.shape[:-2]) + x.shape[-2:])


def _solve(m, r):
    """The rows M^-1 r or, where M is not safely positive definite, M^+ r."""
    finite = np.all(np.isfinite(m), axis=(-1, -2))
    floor = SAFE * np.max(np.diagonal(m, axis1=-2, axis2=-1), axis=-1)
    rest, safe = m, finite
    for _ in range(DIM):
        pivot = rest[..., 0, 0]
        safe = safe & (pivot > floor)
        below = rest[..., 1:, :1] / np.where(pivot > 0, pivot, 1.0)[..., None, None]
        rest = rest[..., 1:, 1:] - below * rest[..., :1, 1:]
    safe, finite, one = safe[..., None, None], finite[..., None, None], np.eye(DIM)
    x = np.swapaxes(np.linalg.solve(*_alike(np.where(safe, m, one), np.swapaxes(r, -1, -2))), -1, -2)
    if isinstance(safe, _numpy.ndarray) and safe.all():
        return x
    bad = np.linalg.pinv(np.where(safe | ~finite, one, m), DIM * SAFE, True)
    return np.where(safe, x, np.where(finite, r @ bad, np.nan))


def _alike(m, r):
    """M and r for the same states."""
    shape = np.broadcast_shapes(m.shape[:-2], r.shape[:-2])
    return np.broadcast_to(m, shape + m.shape[-2:]), np.broadcast_to(r, shape + r.shape[-2:])
`

const pyErfc = `

def _erfc(x):
    """The complementary error function: a series below 3, a continued fraction above."""
    z = np.abs(x)
    y, w = np.minimum(z, 3.0), np.maximum(z, 3.0)
    term = total = y
    for n in range(1, 80):
        term = term * (2 * y * y / (2 * n + 1))
        total = total + term
    near = 1 - 1.1283791670955126 * np.exp(-y * y) * total
    f = 0.0
    for k in range(60, 0, -1):
        f = k / 2 / (w + f)
    far = 0.5641895835477563 * np.exp(-w * w) / (w + f)
    e = np.where(z < 3, near, far)
    return np.where(x < 0, 2 - e, e)
`

const pyField = `

def field(t, x, u=None, c=None):
    """d/dt of x = (q, v), (..., 2 D), such as scipy.integrate.solve_ivp wants it. u may be a function of t."""
    q, v = x[..., :DIM], x[..., DIM:]
    if callable(u):
        u = u(t)
    return np.concatenate((VELOCITY, accel(q, v, u, c)), axis=-1)
`
