package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"lagrange/internal/dense"
	"lagrange/internal/vec"
	"lagrange/model"
)

// wideLoop is a run on batches of few samples with a net whose rows are products of layers. In "bent lnn" some mass
// matrices are less than is asked for, and their rows live, too.
func wideLoop(t *testing.T, name string) *Loop[float64] {
	t.Helper()
	l := kaczmarzLoop(t, 100)
	l.Train = pendulum(600, 1)
	spec := l.Model.Spec
	family, bent := strings.CutPrefix(name, "bent ")
	spec.Family, spec.Hidden = family, []int{70, 90}
	m, err := model.New[float64](spec, 3)
	if err != nil {
		t.Fatal(err)
	}
	l.Model, l.State = m, NewState(m)
	if bent {
		l.Train = KeepPositiveDefinite(l.Model, l.Train, InitialGuess{})
		l.Train.(*WeightedSum[float64]).Second.(*PositiveDefinite[float64]).Floor = 1.03
	}
	return l
}

// formed are the rows √C J (n, P) of a batch.
func formed(e *kaczmarzSteps) []float64 {
	J := make([]float64, e.n*e.P)
	e.each(0, e.B, func(w, lo, hi int) {
		p := e.loop.passes[w]
		p.Residuals(e.loop.batch[lo:hi], e.next[lo*e.W:hi*e.W], e.y[lo*e.W:hi*e.W])
		p.Rows(J[lo*e.W*e.P : hi*e.W*e.P])
	})
	for i, s := range e.s {
		for j := range e.P {
			J[i*e.P+j] *= s
		}
	}
	return J
}

// Rows that are never formed give what rows that are give, one of them without a say.
func TestLayerRows(t *testing.T) {
	for _, name := range []string{"lnn", "nn", "hnn", "bent lnn"} {
		t.Run(name, func(t *testing.T) {
			e := prepared(t, wideLoop(t, name))
			r, ok := e.rows.(*layerRows)
			if !ok {
				t.Fatal("the rows are formed")
			}
			e.take()
			r.layers[0].h[3], e.c[3], e.c[5] = math.NaN(), 0, 2
			e.roots()
			if n := len(r.live); strings.HasPrefix(name, "bent") && (n <= e.B || n >= e.n-1) {
				t.Fatalf("%d rows of %d live: this shows nothing of matrices that are", n, e.n)
			}
			J := formed(e)
			checkSquares(t, e, r, J)
			checkOuter(t, e, J)
			checkProducts(t, e, J)
		})
	}
}

// Of a step no row lives on in the next one.
func TestLayerRowsEnd(t *testing.T) {
	l := wideLoop(t, "bent lnn")
	e := prepared(t, l)
	e.take()
	l.Train.(*WeightedSum[float64]).Second.(*PositiveDefinite[float64]).Floor = 0.01
	e.take()
	if e.roots(); len(e.rows.(*layerRows).live) != e.B {
		t.Errorf("%d rows live of %d states", len(e.rows.(*layerRows).live), e.B)
	}
}

// Steps are the same again to the last bit, on one core, too; and an interrupted run goes on bit for bit.
func TestLayerRowsRepeat(t *testing.T) {
	steps := func(workers int) []float64 {
		l := wideLoop(t, "bent lnn")
		l.Settings.Workers, l.Settings.Batch = workers, 160
		e := prepared(t, l)
		for range 3 {
			e.step()
		}
		return slices.Clone(l.Model.Theta)
	}
	want := steps(2)
	for range 5 {
		if !slices.Equal(steps(2), want) {
			t.Fatal("two cores come to other bits")
		}
	}
	if !slices.Equal(steps(1), want) {
		t.Error("one core comes to other bits than two")
	}
	checkResumes(t, func() *Loop[float64] {
		l := wideLoop(t, "lnn")
		l.Settings.Steps = 12
		return l
	})
}

// Rows are formed where that costs less, and where there is more than layers.
func TestLayersOf(t *testing.T) {
	l := wideLoop(t, "bent lnn")
	of := func(o Objective[float64], hidden ...int) bool {
		spec := l.Model.Spec
		spec.Hidden = hidden
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		return byLayers(layersOf(o.Pass(m, 3), len(m.Theta)), len(m.Theta))
	}
	sum := l.Train.(*WeightedSum[float64])
	three := *sum
	for i := range sum.Len() {
		three.Of = append(three.Of, []int{i, i, i})
	}
	if !of(sum, 70, 90) || of(sum, 20, 20) || of(&three, 70, 90) {
		t.Error("not so")
	}
}

// checkSquares holds the metric against the sums of the diagonal of JᵀCJ over the rows and the columns of each layer.
func checkSquares(t *testing.T, e *kaczmarzSteps, r *layerRows, J []float64) {
	S, want := make([]float64, e.P), make([]float64, e.P)
	for j := range S {
		S[j] = 1
	}
	e.squares(0.25, S)
	for j := range want {
		want[j] = 0.75
		for i := range e.n {
			want[j] += 0.25 * J[i*e.P+j] * J[i*e.P+j]
		}
	}
	for _, y := range r.layers {
		y.sums(S)
		R, C := make([]float64, y.in), make([]float64, y.out)
		for j := range y.in * y.out {
			R[j/y.out] += want[y.at+j]
			C[j%y.out] += want[y.at+j]
			if x := y.R[j/y.out] * y.C[j%y.out]; math.Abs(S[y.at+j]*total(y.R)-x) > 1e-10*x {
				t.Fatalf("number %d of the metric is no product of a row and a column", y.at+j)
			}
		}
		near(t, "sums of rows", y.R, R, 1e-10)
		near(t, "sums of columns", y.C, C, 1e-10)
	}
	copy(e.D, S)
}

// checkOuter holds K by a metric that is raised against that of the rows.
func checkOuter(t *testing.T, e *kaczmarzSteps, J []float64) {
	y, floor := &e.rows.(*layerRows).layers[1], floor*total(e.D)/float64(e.P)
	y.sums(e.D)
	R, C := slices.Clone(y.R), slices.Clone(y.C)
	e.raise(e.D)
	for j := range R {
		R[j] += floor * float64(y.out)
	}
	for k := range C {
		C[k] += floor * float64(y.in)
	}
	near(t, "raised sums of rows", y.R, R, 1e-10)
	near(t, "raised sums of columns", y.C, C, 1e-10)
	e.form(e.D)
	K := dense.NewUpper(e.n)
	dense.Outer(e.loop.team, e.n, e.one, J, e.inverse, K)
	got, want := slices.Clone(e.s), slices.Clone(e.s)
	if !e.solve(1e-3, got) {
		t.Fatal("no factor")
	}
	for i := range e.n {
		if math.Abs(e.K.Diagonal(i)-K.Diagonal(i)) > 1e-10*K.Diagonal(i) {
			t.Fatalf("number %d of the diagonal is %v, not %v", i, e.K.Diagonal(i), K.Diagonal(i))
		}
	}
	e.K = K
	if !e.solve(1e-3, want) {
		t.Fatal("no factor")
	}
	near(t, "(K + λ)⁻¹ s", got, want, 1e-10)
}

// checkProducts holds J x and Jᵀ y against those of the rows.
func checkProducts(t *testing.T, e *kaczmarzSteps, J []float64) {
	x, y := make([]float64, e.P), make([]float64, e.n)
	for j := range x {
		x[j] = math.Sin(float64(j * j))
	}
	Jx, JTy := make([]float64, e.n), make([]float64, e.P)
	for i := range Jx {
		Jx[i] = dot(J[i*e.P:(i+1)*e.P], x)
	}
	e.push(x, y)
	near(t, "J x", y, Jx, 1e-10)
	for i, y := range y {
		vec.Axpy(y, J[i*e.P:(i+1)*e.P], JTy)
	}
	e.pull(y, x)
	near(t, "Jᵀ y", x, JTy, 1e-10)
}
