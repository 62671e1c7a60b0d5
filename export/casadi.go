package export

import (
	"errors"
	"fmt"
	"strings"
)

// CasADi writes a model as C with what CasADi wants of an external function besides: NAME_casadi.c has the function
// NAME(q, v, u, c) → a with its Jacobian, by the names and the layout of functions that CasADi itself generates
// (casadi.external; acados takes the same). The error says what of the model has no form.
func CasADi(s *Source, o Options) ([]File, error) {
	if o.Single {
		return nil, errors.New("single precision is of C and ONNX: CasADi computes in double")
	}
	files, err := C(s, o)
	if err != nil {
		return nil, err
	}
	forces := 0
	for _, in := range s.Spec.Inputs {
		if !in.SystemParameter {
			forces++
		}
	}
	marker, err := s.marker()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("/* %s */\n", strings.ReplaceAll(marker, "*/", `*\/`)) +
		casadi(s.Spec.D(), forces, s.Spec.M()-forces)
	named := strings.NewReplacer("$.", o.Name+".", "$_", o.Name+"_", "$", o.Name)
	return append(files, File{o.Name + "_casadi.c", []byte(named.Replace(text))}), nil
}

// casadi is NAME_casadi.c of a model of d coordinates, m known forces and p system parameters.
func casadi(d, m, p int) string {
	type of struct {
		name string
		n    int
	}
	ins := []of{{"q", d}, {"v", d}}
	if m > 0 {
		ins = append(ins, of{"u", m})
	}
	if p > 0 {
		ins = append(ins, of{"c", p})
	}
	var b strings.Builder
	fmt.Fprintf(&b, casadiHead, strings.Join(casadiArguments(m, p), ", "), len(ins))
	var names, jacNames, sizes, outs, locals, calls, copies []string
	for i, in := range ins {
		names = append(names, fmt.Sprintf("%q", in.name))
		sizes = append(sizes, fmt.Sprintf("s%d", in.n))
		jacNames = append(jacNames, fmt.Sprintf("%q", "jac_a_"+in.name))
		outs = append(outs, fmt.Sprintf("s%dx%d", d, in.n))
		locals = append(locals, fmt.Sprintf("J%d[%d]", i, d*in.n))
		calls = append(calls, fmt.Sprintf("J%d", i))
		copies = append(copies, fmt.Sprintf("\tturn(%d, J%d, res[%d]);\n", in.n, i, i))
	}
	var tables strings.Builder
	known := map[string]bool{}
	dense := func(rows, columns int, name string) {
		if known[name] {
			return
		}
		known[name] = true
		fmt.Fprintf(&tables, "static const casadi_int %s[] = {%d, %d", name, rows, columns)
		for c := range columns + 1 {
			fmt.Fprintf(&tables, ", %d", c*rows)
		}
		for range columns {
			for r := range rows {
				fmt.Fprintf(&tables, ", %d", r)
			}
		}
		tables.WriteString("};\n")
	}
	dense(d, 1, fmt.Sprintf("s%d", d))
	for _, in := range ins {
		dense(in.n, 1, fmt.Sprintf("s%d", in.n))
		dense(d, in.n, fmt.Sprintf("s%dx%d", d, in.n))
	}
	return strings.NewReplacer("TABLES", tables.String(), "JACNAMES", strings.Join(jacNames, ", "), "NAMES",
		strings.Join(names, ", "), "SIZES", strings.Join(sizes, ", "), "OUTS", strings.Join(outs, ", "), "LOCALS",
		strings.Join(locals, ", "), "CALLS", strings.Join(calls, ", "), "COPIES", strings.Join(copies, ""), "OWN",
		fmt.Sprintf("s%d", d)).Replace(b.String() + casadiBody)
}

// casadiArguments are what $_accel gets of the arguments of CasADi.
func casadiArguments(m, p int) (args []string) {
	args = []string{"in(arg[0])", "in(arg[1])"}
	next := 2
	for _, n := range []int{m, p} {
		if n == 0 {
			args = append(args, "0")
			continue
		}
		args = append(args, fmt.Sprintf("in(arg[%d])", next))
		next++
	}
	return args
}

const casadiHead = `/* The function $(q, v, u, c) -> a for casadi.external, with its Jacobian. Compile it with $.c:
 *   cc -O2 -shared -fPIC $.c $_casadi.c -o $.so -lm
 * and in Python: f = casadi.external("$", "./$.so") */
#include "$.h"

typedef long long casadi_int;

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define EXPORT __attribute__((visibility("default")))
#else
#define EXPORT
#endif

#define ARGUMENTS %s
enum { INPUTS = %d };
`

const casadiBody = `
TABLES
/* what CasADi leaves out is 0 */
static const double *in(const double *x)
{
	static const double none[256];
	return x ? x : none;
}

/* rows to columns */
static void turn(int n, const double *x, double *y)
{
	for (int i = 0; y && i < $_D; i++)
		for (int j = 0; j < n; j++) y[j * $_D + i] = x[i * n + j];
}

EXPORT int $(const double **arg, double **res, casadi_int *iw, double *w, int mem);
EXPORT casadi_int $_n_in(void);
EXPORT casadi_int $_n_out(void);
EXPORT const char *$_name_in(casadi_int i);
EXPORT const char *$_name_out(casadi_int i);
EXPORT const casadi_int *$_sparsity_in(casadi_int i);
EXPORT const casadi_int *$_sparsity_out(casadi_int i);
EXPORT int $_work(casadi_int *arg, casadi_int *res, casadi_int *iw, casadi_int *w);
EXPORT int jac_$(const double **arg, double **res, casadi_int *iw, double *w, int mem);
EXPORT casadi_int jac_$_n_in(void);
EXPORT casadi_int jac_$_n_out(void);
EXPORT const char *jac_$_name_in(casadi_int i);
EXPORT const char *jac_$_name_out(casadi_int i);
EXPORT const casadi_int *jac_$_sparsity_in(casadi_int i);
EXPORT const casadi_int *jac_$_sparsity_out(casadi_int i);
EXPORT int jac_$_work(casadi_int *arg, casadi_int *res, casadi_int *iw, casadi_int *w);

static const char *const names[] = {NAMES, "out_a"};
static const char *const jac_names[] = {JACNAMES};
static const casadi_int *const sizes[] = {SIZES, OWN};
static const casadi_int *const outs[] = {OUTS};

int $(const double **arg, double **res, casadi_int *iw, double *w, int mem)
{
	(void)iw, (void)w, (void)mem;
	if (res[0]) $_accel(ARGUMENTS, res[0]);
	return 0;
}

casadi_int $_n_in(void) { return INPUTS; }
casadi_int $_n_out(void) { return 1; }
const char *$_name_in(casadi_int i) { return i >= 0 && i < INPUTS ? names[i] : 0; }
const char *$_name_out(casadi_int i) { return i == 0 ? "a" : 0; }
const casadi_int *$_sparsity_in(casadi_int i) { return i >= 0 && i < INPUTS ? sizes[i] : 0; }
const casadi_int *$_sparsity_out(casadi_int i) { return i == 0 ? OWN : 0; }

int $_work(casadi_int *arg, casadi_int *res, casadi_int *iw, casadi_int *w)
{
	if (arg) *arg = INPUTS;
	if (res) *res = 1;
	if (iw) *iw = 0;
	if (w) *w = 0;
	return 0;
}

int jac_$(const double **arg, double **res, casadi_int *iw, double *w, int mem)
{
	double LOCALS;
	(void)iw, (void)w, (void)mem;
	$_accel_jacobian(ARGUMENTS, CALLS);
COPIES	return 0;
}

casadi_int jac_$_n_in(void) { return INPUTS + 1; }
casadi_int jac_$_n_out(void) { return INPUTS; }
const char *jac_$_name_in(casadi_int i) { return i >= 0 && i <= INPUTS ? names[i] : 0; }
const char *jac_$_name_out(casadi_int i) { return i >= 0 && i < INPUTS ? jac_names[i] : 0; }
const casadi_int *jac_$_sparsity_in(casadi_int i) { return i >= 0 && i <= INPUTS ? sizes[i] : 0; }
const casadi_int *jac_$_sparsity_out(casadi_int i) { return i >= 0 && i < INPUTS ? outs[i] : 0; }

int jac_$_work(casadi_int *arg, casadi_int *res, casadi_int *iw, casadi_int *w)
{
	if (arg) *arg = INPUTS + 1;
	if (res) *res = INPUTS;
	if (iw) *iw = 0;
	if (w) *w = 0;
	return 0;
}
`
