package export

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"lagrange/internal/protobuf"
)

// ONNX writes a model as one file of the Open Neural Network Exchange: standard operators of opset 17 alone, in double
// or in float, for any number of states at once. Inputs are q, v (N, d), u (N, m) and c (N, p), as far as there are
// some; outputs are
//
//	accel (N, d), accel_q, accel_v, accel_u, accel_c (N, d, ·)    accelerations and their derivatives
//	rate (N, d)                                                   q̇ of a Hamiltonian, whose v are momenta
//	energy (N), momentum (N, d), mass (N, d, d)                   where the model has them
//	bias (N, k), inertia (N, k, d)                                forces that bring a: bias + inertia a
//
// The error says what of the model has no form.
func ONNX(s *Source, o Options) ([]File, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	p, err := newProgram(s)
	if err != nil {
		return nil, err
	}
	w := &onnxWriter{program: p, single: o.Single, names: map[*node]string{}, known: map[string]string{},
		inverses: map[*node]string{}}
	graph := w.graph(o.Name)
	var m, opset protobuf.Message
	m.Int(1, onnxVersion)
	m.Text(2, "lagrange")
	m.Text(6, "A learned model of motion.")
	m.Message(7, graph)
	opset.Int(2, onnxOperators)
	m.Message(8, opset)
	facts, err := w.facts()
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		var pair protobuf.Message
		pair.Text(1, f[0])
		pair.Text(2, f[1])
		m.Message(14, pair)
	}
	return []File{{o.Name + ".onnx", m}}, nil
}

// Versions of the format and of its operators, and the names that its numbers have.
const (
	onnxVersion   = 8
	onnxOperators = 17

	onnxFloat  = 1
	onnxInt64  = 7
	onnxBool   = 9
	onnxDouble = 11
)

// onnxWriter writes operations as nodes of a graph. A matrix of so many rows is a tensor (N, rows, cols), or (rows,
// cols) where it is a constant.
type onnxWriter struct {
	*program
	single   bool
	nodes    protobuf.Message // fields of the graph that is being written
	consts   protobuf.Message // fields of the whole graph
	count    int              // of names
	names    map[*node]string
	known    map[string]string // constants, and what is computed of them alone
	inverses map[*node]string
}

// onnxAbout is the key of what is told of a model.
const onnxAbout = "lagrange_about"

// facts are what is told of a model: keys with their values, all of them JSON but the fingerprint.
func (w *onnxWriter) facts() (all [][2]string, err error) {
	about, err := json.Marshal(w.source.About)
	if err != nil {
		return nil, err
	}
	all = append(all, [2]string{FingerprintKey, w.source.Fingerprint}, [2]string{onnxAbout, string(about)})
	labels := w.labels()
	for _, k := range []string{"q", "v", "u", "c"} {
		var names, units []string
		var ranges [][2]float64
		for _, l := range labels[k] {
			names, units = append(names, l.name), append(units, l.unit)
			if l.recorded != nil {
				ranges = append(ranges, [2]float64{l.recorded.Min, l.recorded.Max})
			}
		}
		if names == nil {
			continue
		}
		all = append(all, [2]string{k + "_names", pyStrings(names)}, [2]string{k + "_units", pyStrings(units)})
		if len(ranges) == len(names) {
			text, err := json.Marshal(ranges)
			if err != nil {
				return nil, err
			}
			all = append(all, [2]string{k + "_ranges", string(text)})
		}
	}
	return all, nil
}

// real is the type of numbers.
func (w *onnxWriter) real() int {
	if w.single {
		return onnxFloat
	}
	return onnxDouble
}

// graph is the whole one.
func (w *onnxWriter) graph(name string) (g protobuf.Message) {
	labels := w.labels()
	var ends protobuf.Message
	for _, in := range []*node{w.q, w.v, w.u, w.c} {
		if in != nil {
			ends.Message(11, w.value(in.name, list(labels[in.name]), in.cols))
			w.names[in] = w.node("Unsqueeze", nil, in.name, w.integers(1))
		}
	}
	for _, r := range w.routines {
		for _, o := range r.outputs {
			switch about := r.about; r.name {
			case "accel_jacobian":
				ends.Message(12, w.output("accel_"+o.name[1:], "derivatives of a by "+o.name[1:], o))
			case "force":
				w.names[w.a] = w.constant(make([]float64, w.a.cols), 1, 1, w.a.cols)
				ends.Message(12, w.output("bias", "bias + inertia a are "+about, o))
				slopes := w.along(map[*node]*node{w.a: w.unit(w.a.cols)}).at(o.of)
				ends.Message(12, w.output("inertia", "see bias",
					output{"inertia", orZeros(w.form, slopes, w.a.cols, o.of.cols), true}))
			default:
				ends.Message(12, w.output(r.name, about, o))
			}
		}
	}
	g = append(g, w.nodes...)
	g.Text(2, name)
	return append(append(g, w.consts...), ends...)
}

// orZeros are rows of zeros where there is nothing.
func orZeros(f *form, x *node, rows, cols int) *node {
	if x == nil {
		return f.matrix(rows, cols, make([]float64, rows*cols))
	}
	return x
}

// value declares an input or an output (N, …).
func (w *onnxWriter) value(name, about string, sizes ...int) protobuf.Message {
	return declared(name, about, w.real(), append([]int{0}, sizes...)...)
}

// declared is a value of a kind; a size of 0 is N.
func declared(name, about string, kind int, sizes ...int) (v protobuf.Message) {
	var shape, tensor, typed protobuf.Message
	for _, n := range sizes {
		var dim protobuf.Message
		if n > 0 {
			dim.Int(1, n)
		} else {
			dim.Text(2, "N")
		}
		shape.Message(1, dim)
	}
	tensor.Int(1, kind)
	tensor.Message(2, shape)
	typed.Message(1, tensor)
	v.Text(1, name)
	v.Message(2, typed)
	v.Text(3, about)
	return v
}

// output writes what an output depends on, and declares it.
func (w *onnxWriter) output(name, about string, o output) protobuf.Message {
	x, rows, cols := w.whole(o.of), o.of.rows, o.of.cols
	switch {
	case o.turned:
		w.named(name, "Transpose", onnxInts("perm", 0, 2, 1), x)
		return w.value(name, about, cols, rows)
	case name == "energy":
		w.named(name, "Squeeze", nil, x, w.integers(1, 2))
		return w.value(name, about)
	case name == "mass":
		w.named(name, "Identity", nil, x)
		return w.value(name, about, rows, cols)
	}
	w.named(name, "Squeeze", nil, x, w.integers(1))
	return w.value(name, about, cols)
}

// whole is a matrix for each state, also where it depends on none.
func (w *onnxWriter) whole(n *node) string {
	for _, x := range w.reached(n) {
		if x.op == input && x != w.a {
			return w.at(n)
		}
	}
	states := w.node("Shape", append(onnxInt("start", 0), onnxInt("end", 1)...), "q")
	return w.node("Expand", nil, w.at(n), w.node("Concat", onnxInt("axis", 0), states, w.integers(n.rows, n.cols)))
}

// node writes an operator and names its result. Attributes are fields of the node.
func (w *onnxWriter) node(operator string, attributes protobuf.Message, inputs ...string) string {
	w.count++
	name := fmt.Sprintf("x%d", w.count)
	w.named(name, operator, attributes, inputs...)
	return name
}

func (w *onnxWriter) named(name, operator string, attributes protobuf.Message, inputs ...string) {
	w.several([]string{name}, operator, attributes, inputs...)
}

// several writes an operator of so many results.
func (w *onnxWriter) several(names []string, operator string, attributes protobuf.Message, inputs ...string) {
	var n protobuf.Message
	for _, in := range inputs {
		n.Text(1, in)
	}
	for _, name := range names {
		n.Text(2, name)
	}
	n.Text(4, operator)
	w.nodes.Message(1, append(n, attributes...))
}

// attribute is one of a node, of a kind of the format's list, with its value.
func attribute(name string, kind int, value protobuf.Message) (field protobuf.Message) {
	var a protobuf.Message
	a.Text(1, name)
	a = append(a, value...)
	a.Int(20, kind)
	field.Message(5, a)
	return field
}

func onnxInt(name string, x int) protobuf.Message {
	var v protobuf.Message
	v.Int(3, x)
	return attribute(name, 2, v)
}

func onnxInts(name string, xs ...int) protobuf.Message {
	var v protobuf.Message
	for _, x := range xs {
		v.Int(8, x)
	}
	return attribute(name, 7, v)
}

// tensor is a constant of the whole graph, equal ones once.
func (w *onnxWriter) tensor(kind int, data []byte, shape []int) string {
	var t protobuf.Message
	for _, n := range shape {
		t.Int(1, n)
	}
	t.Int(2, kind)
	t.Text(9, string(data))
	name := w.known[string(t)]
	if name == "" {
		w.count++
		name = fmt.Sprintf("k%d", w.count)
		w.known[string(t)] = name
		t.Text(8, name)
		w.consts.Message(5, t)
	}
	return name
}

// constant has numbers of the type of the model.
func (w *onnxWriter) constant(x []float64, shape ...int) string {
	var data []byte
	for _, y := range x {
		if w.single {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(y)))
		} else {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(y))
		}
	}
	return w.tensor(w.real(), data, shape)
}

func (w *onnxWriter) number(x float64) string { return w.constant([]float64{x}) }

// integers are a row of them: axes, places, sizes.
func (w *onnxWriter) integers(xs ...int) string {
	var data []byte
	for _, x := range xs {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	return w.tensor(onnxInt64, data, []int{len(xs)})
}
