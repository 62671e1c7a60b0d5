package export

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FMU writes a model as a functional mock-up unit of FMI 3.0 or, by o.FMI, 2.0: one archive NAME.fmu for model exchange
// and co-simulation with the sources, and with the library of this machine where o.Compiler is given. Inputs are u,
// parameters c, states q and v; outputs are they, their derivatives, and energy and momenta where the model has some.
// The same model gives the same bytes, as far as the compiler does. The error says what of the model has no form, or
// what the compiler says.
func FMU(s *Source, o Options) ([]File, error) { return writeUnit(s, o, "-O2") }

// writeUnit is FMU with flags of the compiler.
func writeUnit(s *Source, o Options, flags ...string) ([]File, error) {
	if o.Single {
		return nil, errors.New("single precision is of C and ONNX: FMI exchanges numbers in double")
	}
	if o.FMI = cmp.Or(o.FMI, 3); o.FMI != 2 && o.FMI != 3 {
		return nil, fmt.Errorf("there is no FMI %d to export to: there are 2 and 3", o.FMI)
	}
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	p, err := newProgram(s)
	if err != nil {
		return nil, err
	}
	p.writeSlopes()
	files, err := p.writeC(o)
	if err != nil {
		return nil, err
	}
	u := p.asUnit(o)
	head, body, in := fmi3Head, fmi3Body, inFMI3
	if o.FMI == 2 {
		head, body, in = fmi2Head, fmi2Body, inFMI2
	}
	body = strings.NewReplacer("@SAVED\n", in.Replace(fmuSaved), "@STATES\n", in.Replace(fmuStates)).Replace(body)
	text := fmt.Sprintf("/* $ as a functional mock-up unit of FMI %d.0: the functions of the standard. */\n", o.FMI) +
		head + u.core() + body
	files = append(files, File{o.Name + "_fmi.c", []byte(named(o.Name).Replace(text))})
	all := []File{{"modelDescription.xml", []byte(u.description())}}
	for _, f := range files {
		all = append(all, File{"sources/" + f.Name, f.Text})
	}
	if o.FMI == 3 {
		all = append(all, File{"sources/buildDescription.xml", []byte(u.build())})
	}
	if o.Compiler != "" {
		library, err := compileUnit(o, files, flags)
		if err != nil {
			return nil, err
		}
		all = append(all, library)
	}
	archive, err := zipped(all)
	return []File{{o.Name + ".fmu", archive}}, err
}

// zipped is an archive in which all dates are the first that there is, the files in the order of their names.
func zipped(files []File) ([]byte, error) {
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate,
			Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Text); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unit is a model as a functional mock-up unit.
type unit struct {
	*program
	Options
	variables []variable
	outputs   []string // routines, whose results are made of what is known
}

// routineOf finds a routine.
func (p *program) routineOf(name string) (r routine, ok bool) {
	i := slices.IndexFunc(p.routines, func(r routine) bool { return r.name == name })
	if i < 0 {
		return r, false
	}
	return p.routines[i], true
}

// writeSlopes adds routines with the derivatives of what the others say.
func (p *program) writeSlopes() {
	for _, r := range slices.Clone(p.routines) {
		if r.name != "rate" && r.name != "energy" && r.name != "momentum" {
			continue
		}
		y := r.outputs[0]
		slopes := routine{name: r.name + "_jacobian", about: "derivatives of " + r.about, inputs: r.inputs}
		for _, x := range []*node{p.q, p.v, p.u, p.c} {
			if x == nil {
				continue
			}
			J := p.along(map[*node]*node{x: p.unit(x.cols)}).at(y.of)
			if J == nil {
				J = p.matrix(x.cols, y.of.cols, make([]float64, x.cols*y.of.cols))
			}
			slopes.outputs = append(slopes.outputs, output{y.name + x.name, J, true})
		}
		p.routines = append(p.routines, slopes)
	}
}

// core is what both versions of FMI share, for this model.
func (u *unit) core() string {
	d := u.source.Spec.D()
	arguments := func(name string, row int) string {
		list := []string{fmt.Sprintf("m->yq + %d * $D", row), fmt.Sprintf("m->yv + %d * $D", row)}
		if u.u != nil {
			list = append(list, fmt.Sprintf("m->yu + %d * $M", row))
		}
		if u.c != nil {
			list = append(list, fmt.Sprintf("m->yc + %d * $P", row))
		}
		return fmt.Sprintf("\t\t$%s_jacobian(q, v, u, c, %s);\n", name, strings.Join(list, ", "))
	}
	rate := "(void)q, memcpy(dx, v, $D * sizeof *v);"
	slopes := "\t\tfor (int i = 0; i < $D; i++) m->yv[i * $D + i] = 1;\n"
	if _, ok := u.routineOf("rate"); ok {
		rate, slopes = "$rate(q, v, u, c, dx);", arguments("rate", 0)
	}
	slopes += arguments("accel", d)
	outputs, row := "", 2*d
	for _, name := range u.outputs {
		r, _ := u.routineOf(name)
		slopes += arguments(name, row)
		if name == "energy" {
			outputs += fmt.Sprintf("\t\tm->y[%d] = $energy(q, v, u, c);\n", row)
		} else {
			outputs += fmt.Sprintf("\t\t$%s(q, v, u, c, m->y + %d);\n", name, row)
		}
		row += r.outputs[0].of.cols
	}
	w := &cWriter{program: u.program}
	var first, nominal []string
	for _, x := range u.variables {
		if x.causality != "independent" && !x.made {
			first = append(first, strings.Trim(w.real(x.start), "()"))
		}
		if x.state > 0 {
			nominal = append(nominal, w.real(x.nominal))
		}
	}
	return strings.NewReplacer("@MADE", fmt.Sprint(row), "@FIRST", strings.Join(first, ", "), "@NOMINAL",
		strings.Join(nominal, ", "), "@RATE", rate, "@OUTPUTS", outputs, "@SLOPES", slopes).Replace(fmuCore)
}
