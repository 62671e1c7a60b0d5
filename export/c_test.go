package export

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/ode"
)

// warnings are those that an export has to be free of.
var warnings = []string{"-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"}

// compiler is a C compiler, that of CC first, or the test is skipped.
func compiler(t testing.TB) string {
	for _, cc := range []string{os.Getenv("CC"), "gcc", "clang"} {
		if path, err := exec.LookPath(cc); err == nil {
			return path
		}
	}
	t.Skip("no gcc or clang to compile exports with")
	return ""
}

// driver is a program that reads states (q, v, a, u, c) from standard input and writes what all routines say of each.
func driver(p *program, name string) string {
	var b strings.Builder
	real := name + "_real"
	fmt.Fprintf(&b, "#include <stdio.h>\n#include \"%s.h\"\nstatic void tell(int n, const %s *x)\n{\n\tfor (int i "+
		"= 0; i < n; i++) { double y = (double)x[i]; fwrite(&y, sizeof y, 1, stdout); }\n}\n"+
		"int main(void)\n{\n", name, real)
	sizes := map[string]int{"q": p.q.cols, "v": p.v.cols, "a": p.a.cols, "u": len(p.forces), "c": len(p.params)}
	total := 0
	for _, k := range []string{"q", "v", "a", "u", "c"} {
		fmt.Fprintf(&b, "\tdouble in_%s[%d]; %s %s[%d];\n", k, max(1, sizes[k]), real, k, max(1, sizes[k]))
		total += sizes[k]
	}
	fmt.Fprintf(&b, "\tfor (;;) {\n")
	for _, k := range []string{"q", "v", "a", "u", "c"} {
		fmt.Fprintf(&b, "\t\tif (%d > 0 && fread(in_%s, sizeof *in_%s, %d, stdin) != %d) return 0;\n", sizes[k], k, k,
			max(1, sizes[k]), max(1, sizes[k]))
		fmt.Fprintf(&b, "\t\tfor (int i = 0; i < %d; i++) %s[i] = (%s)in_%s[i];\n\t\t(void)%s;\n", sizes[k], k, real,
			k, k)
	}
	for _, r := range p.routines {
		var outs []string
		for _, o := range r.outputs {
			fmt.Fprintf(&b, "\t\t%s %s_%s[%d];\n", real, r.name, o.name, o.of.rows*o.of.cols)
			outs = append(outs, r.name+"_"+o.name)
		}
		between := ""
		if r.name == "force" {
			between = ", a"
		}
		if r.name == "energy" {
			fmt.Fprintf(&b, "\t\tenergy_energy[0] = %s_energy(q, v, u, c);\n", name)
		} else {
			fmt.Fprintf(&b, "\t\t%s_%s(q, v%s, u, c, %s);\n", name, r.name, between, strings.Join(outs, ", "))
		}
		for i, o := range r.outputs {
			fmt.Fprintf(&b, "\t\ttell(%d, %s);\n", o.of.rows*o.of.cols, outs[i])
		}
	}
	fmt.Fprintf(&b, "\t\t%s_step(q, v, u, c, (%s)%g);\n", name, real, stepLength)
	for _, k := range []string{"q", "v"} {
		fmt.Fprintf(&b, "\t\ttell(%d, %s);\n", sizes[k], k)
	}
	b.WriteString("\t}\n}\n")
	return b.String()
}

// stepLength is h of the steps that drivers make.
const stepLength = 0.01

// stepped is a step of RK4 by the library, of the mean field of all networks.
func (x specimen) stepped(q, v, u []float64) []float64 {
	d := len(q)
	z := append(append([]float64(nil), q...), v...)
	field := func(_ float64, z, dz []float64) {
		clear(dz)
		for _, net := range x.nets {
			one := make([]float64, 2*d)
			net.Tape(1).Field(z, u, one)
			for i := range dz {
				dz[i] += one[i] / float64(len(x.nets))
			}
		}
	}
	r, err := ode.Solve(context.Background(), field, z, []float64{0, stepLength}, ode.Options{Method: ode.RK4,
		Step: stepLength})
	if err != nil {
		panic(err)
	}
	return r.X[2*d:]
}

// compiled is an export as an object, and where it is, with its header.
func compiled(t testing.TB, files []File, flags ...string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cc(t, folder, append(flags, "-c", files[1].Name, "-o", "export.o")...)
	return folder
}

// linked is a program of an object with a main program.
func linked(t testing.TB, folder, main string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "main.c"), []byte(main), 0o666); err != nil {
		t.Fatal(err)
	}
	cc(t, folder, "main.c", "export.o", "-o", "main", "-lm")
	return filepath.Join(folder, "main")
}

// cc runs the compiler in a folder.
func cc(t testing.TB, folder string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), compiler(t), append(append([]string{}, warnings...), args...)...)
	cmd.Dir = folder
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.3000s", err, text)
	}
}

// held runs a driver on states and holds it against the library. It returns the largest difference.
func (x specimen) held(t *testing.T, program string, p *program, states int, tolerance float64) (worst float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var in, out bytes.Buffer
	var want []map[string][]float64
	for range states {
		q, v, a, u := x.state(r)
		args := p.arguments(q, v, a, u)
		for _, k := range []string{"q", "v", "a", "u", "c"} {
			if err := binary.Write(&in, binary.LittleEndian, args[k]); err != nil {
				t.Fatal(err)
			}
		}
		truth := x.truth(q, v, a, u)
		truth["step"] = x.stepped(q, v, u)
		want = append(want, truth)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Stdin, cmd.Stdout = &in, &out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	read := func(n, of int, name string) {
		got := make([]float64, of)
		if err := binary.Read(&out, binary.LittleEndian, got); err != nil {
			t.Fatal(x.name, err)
		}
		e := off(got, want[n][name])
		if worst = math.Max(worst, e); !(e < tolerance) {
			t.Fatalf("%s, state %d: %s = %v, the library says %v", x.name, n, name, got, want[n][name])
		}
	}
	for n := range states {
		for _, f := range p.routines {
			for _, o := range f.outputs {
				read(n, o.of.rows*o.of.cols, o.name)
			}
		}
		read(n, 2*x.Spec.D(), "step")
	}
	return worst
}

// rounding is what an export and the library may differ by, since they add in another order: 1e-16 times the condition
// of the mass matrix, of which 1e7 is allowed for.
const rounding = 1e-9

// The C of every family compiles without a warning and says what the library says, to rounding, at 1000 states.
func TestC(t *testing.T) {
	compiler(t)
	for i, x := range specimens(t) {
		if testing.Short() && i%6 != 0 {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			p, err := newProgram(x.Source)
			if err != nil {
				t.Fatal(err)
			}
			files, err := C(x.Source, Options{Name: x.name})
			if err != nil {
				t.Fatal(err)
			}
			folder := compiled(t, files, "-O0", "-D"+x.name+"_NARROW")
			worst := x.held(t, linked(t, folder, driver(p, x.name)), p, 1000, rounding)
			t.Logf("up to %.1e apart", worst)
		})
	}
}

// So it does by clang.
func TestClang(t *testing.T) {
	if _, err := exec.LookPath("clang"); err != nil {
		t.Skip("no clang: .ci/run installs it where it can")
	}
	t.Setenv("CC", "clang")
	for i, x := range specimens(t) {
		if i%4 != 1 || testing.Short() && i > 1 {
			continue
		}
		p, err := newProgram(x.Source)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{Name: x.name}, {Name: x.name, Single: true}} {
			files, err := C(x.Source, o)
			if err != nil {
				t.Fatal(err)
			}
			folder := compiled(t, files, "-O1")
			if !o.Single {
				worst := x.held(t, linked(t, folder, driver(p, x.name)), p, 100, rounding)
				t.Logf("%s: up to %.1e apart", x.name, worst)
			}
		}
		o := Options{Name: x.name, FMI: 2 + i/4%2, Compiler: compiler(t)}
		if _, err := writeUnit(x.Source, o, append([]string{"-O0"}, warnings...)...); err != nil {
			t.Error(err)
		}
	}
}

// In single precision it compiles as cleanly, and is as near as floats are; the wide instructions are as right as the
// narrow ones.
func TestSingleAndWide(t *testing.T) {
	compiler(t)
	if testing.Short() {
		t.Skip("compiles for some seconds")
	}
	for i, x := range specimens(t) {
		if i != 3 && i != 10 && i != 13 {
			continue
		}
		p, err := newProgram(x.Source)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []struct {
			o         Options
			tolerance float64
			flags     []string
		}{{Options{Name: x.name, Single: true}, 2e-2, []string{"-O1", "-D" + x.name + "_NARROW"}},
			{Options{Name: x.name}, rounding, []string{"-O2"}}} {
			files, err := C(x.Source, k.o)
			if err != nil {
				t.Fatal(err)
			}
			worst := x.held(t, linked(t, compiled(t, files, k.flags...), driver(p, x.name)), p, 200, k.tolerance)
			t.Logf("%s %v: up to %.1e apart", x.name, k.o.Single, worst)
		}
	}
}

// Names are identifiers, and what has no form is said.
func TestRefused(t *testing.T) {
	x := specimens(t)[0]
	for _, name := range []string{"", "1a", "a-b", "a b", "é", strings.Repeat("a", 64)} {
		if _, err := C(x.Source, Options{Name: name}); err == nil || !strings.Contains(err.Error(), "no identifier") {
			t.Errorf("%q: %v", name, err)
		}
	}
	x.Members[0].Activation = "sine"
	if _, err := C(x.Source, Options{Name: "a"}); err == nil || !strings.Contains(err.Error(), "sine") {
		t.Errorf("an activation without a form: %v", err)
	}
}
