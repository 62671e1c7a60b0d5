package export

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Options say how a Source is written.
type Options struct {
	Name   string // stands in front of all names; an identifier, see CheckName
	Single bool   // float instead of double; of C and ONNX
	// FMI is the version of a functional mock-up unit, 2 or 3, which 0 is, too; Compiler is the path of the C compiler
	// of its library, "": none
	FMI      int
	Compiler string
}

// File is a part of an export.
type File struct {
	Name string
	Text []byte
}

// C writes a model as C99: NAME.h and NAME.c, which need math.h alone, allocate nothing and have no state. The error
// says what of the model has no form.
func C(s *Source, o Options) ([]File, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	p, err := newProgram(s)
	if err != nil {
		return nil, err
	}
	return p.writeC(o)
}

// named puts the name of an export in the place of $.
func named(name string) *strings.Replacer { return strings.NewReplacer("$.", name+".", "$", name+"_") }

// writeC writes the routines of a program as C.
func (p *program) writeC(o Options) ([]File, error) {
	w := &cWriter{program: p, single: o.Single, known: map[string]string{},
		weights: map[turnable]string{}, helpers: map[string]bool{}}
	for _, r := range p.routines {
		w.routine(r)
	}
	w.step()
	marker, err := p.source.marker()
	if err != nil {
		return nil, err
	}
	marker = strings.ReplaceAll(marker, "*/", `*\/`)
	var c strings.Builder
	fmt.Fprintf(&c, "/* See $.h, and for the wide instructions below $WIDE.\n * %s */\n", marker)
	c.WriteString("#include <math.h>\n#include \"$.h\"\n\n")
	c.WriteString(cWide)
	c.WriteString(w.metadata())
	c.WriteString(w.tables.String())
	c.WriteString(w.math(w.helping()))
	c.WriteString(w.text.String())
	name := named(o.Name)
	return []File{
		{o.Name + ".h", []byte(name.Replace(w.header(marker)))}, {o.Name + ".c", []byte(name.Replace(c.String()))},
	}, nil
}

// cWide lets a compiler that can write the functions for several sets of instructions; the program takes the widest.
const cWide = `/* With the GNU C library on x86-64 each function is compiled for several sets of instructions, and the
 * widest of the processor is taken. -D$NARROW leaves that out. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__) \
	&& !defined($NARROW)
#define $WIDE __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define $WIDE
#endif

`

// parameters are those of a routine: inputs, then outputs.
func (w *cWriter) parameters(r routine) string {
	list := "const $real *q, const $real *v"
	if slices.Contains(r.inputs, w.a) {
		list += ", const $real *a"
	}
	list += ", const $real *u, const $real *c"
	if r.name == "energy" {
		return list
	}
	for _, o := range r.outputs {
		list += ", $real *" + o.name
	}
	return list
}

// declaration is a routine without its body.
func (w *cWriter) declaration(r routine) string {
	result := "void"
	if r.name == "energy" {
		result = "$real"
	}
	return fmt.Sprintf("%s $%s(%s)", result, r.name, w.parameters(r))
}

// routine writes one.
func (w *cWriter) routine(r routine) {
	var outputs []*node
	for _, o := range r.outputs {
		outputs = append(outputs, o.of)
	}
	b := w.body(outputs)
	fmt.Fprintf(&w.text, "\n$WIDE\n%s\n{\n", w.declaration(r))
	for _, a := range b.arrays {
		fmt.Fprintf(&w.text, "\t$real %s;\n", a)
	}
	w.text.WriteString("\t(void)q, (void)v, (void)u, (void)c;\n")
	w.text.WriteString(b.lines.String())
	for _, o := range r.outputs {
		from, rows, cols := b.at(o.of), o.of.rows, o.of.cols
		switch {
		case r.name == "energy":
			fmt.Fprintf(&w.text, "\treturn %s[0];\n", from)
		case o.turned:
			fmt.Fprintf(&w.text, "\tfor (int i = 0; i < %d; i++)\n\t\tfor (int j = 0; j < %d; j++) %s[j * %d + i] = "+
				"%s[i * %d + j];\n", rows, cols, o.name, rows, from, cols)
		default:
			fmt.Fprintf(&w.text, "\tfor (int i = 0; i < %d; i++) %s[i] = %s[i];\n", rows*cols, o.name, from)
		}
	}
	w.text.WriteString("}\n")
}

// step writes RK4.
func (w *cWriter) step() {
	rate := "for (int i = 0; i < $D; i++) w[i] = v[i];"
	if slices.ContainsFunc(w.routines, func(r routine) bool { return r.name == "rate" }) {
		rate = "$rate(q, v, u, c, w);"
	}
	w.text.WriteString(strings.ReplaceAll(cStep, "RATE", rate))
}

const cStep = `
static void $slope(const $real *q, const $real *v, const $real *u, const $real *c, $real *w, $real *a)
{
	RATE
	$accel(q, v, u, c, a);
}

void $step($real *q, $real *v, const $real *u, const $real *c, $real h)
{
	$real w[$D], a[$D], y[$D], z[$D], dq[$D], dv[$D];
	$slope(q, v, u, c, dq, dv);
	for (int i = 0; i < $D; i++) y[i] = q[i] + h / 2 * dq[i], z[i] = v[i] + h / 2 * dv[i];
	$slope(y, z, u, c, w, a);
	for (int i = 0; i < $D; i++) {
		dq[i] += 2 * w[i], dv[i] += 2 * a[i];
		y[i] = q[i] + h / 2 * w[i], z[i] = v[i] + h / 2 * a[i];
	}
	$slope(y, z, u, c, w, a);
	for (int i = 0; i < $D; i++) {
		dq[i] += 2 * w[i], dv[i] += 2 * a[i];
		y[i] = q[i] + h * w[i], z[i] = v[i] + h * a[i];
	}
	$slope(y, z, u, c, w, a);
	for (int i = 0; i < $D; i++) q[i] += h / 6 * (dq[i] + w[i]), v[i] += h / 6 * (dv[i] + a[i]);
}
`

// helping are the functions that routines call.
func (w *cWriter) helping() string {
	var names []string
	for name := range w.helpers {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		switch f := functions[name]; {
		case name == "dot":
			b.WriteString(cDot)
		case name == "solve":
			b.WriteString(cSolve)
		case name == "sigmoid" || name == "softplus":
			fmt.Fprintf(&b, "static inline $real $%s($real x, $real decay) { return %s; }\n", name, f.c)
		default:
			fmt.Fprintf(&b, "static inline $real $%s($real x) { return %s; }\n", name, f.c)
		}
	}
	if w.single {
		return strings.ReplaceAll(b.String(), "SAFE", "1.0e-6F")
	}
	return strings.ReplaceAll(b.String(), "SAFE", "1e-13")
}

const cDot = `static inline $real $dot(int n, const $real *x, const $real *y)
{
	$real s0 = 0, s1 = 0, s2 = 0, s3 = 0;
	int i = 0;
	for (; i + 3 < n; i += 4) {
		s0 += x[i] * y[i], s1 += x[i + 1] * y[i + 1];
		s2 += x[i + 2] * y[i + 2], s3 += x[i + 3] * y[i + 3];
	}
	for (; i < n; i++) s0 += x[i] * y[i];
	return (s0 + s1) + (s2 + s3);
}
`
