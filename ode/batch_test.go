package ode

import (
	"context"
	"errors"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

// zoo are fields for states of four numbers: a planet, a driven and damped oscillator, one that is thirty times as
// fast, and a pole.
var zoo = []Field{
	kepler,
	func(t float64, x, dx []float64) {
		dx[0], dx[1], dx[2], dx[3] = x[2], x[3], math.Cos(t)-x[0]-x[2]/5, x[0]-x[1]
	},
	func(_ float64, x, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -900*x[0], -900*x[1] },
	func(_ float64, x, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], 6*x[0]*x[0], 6*x[1]*x[1] },
}

// animal is start i of the zoo, its times, which run backwards for some, and its options.
func animal(m Method, i int) (x0, times []float64, o Options) {
	x0, o = orbit(float64(i), 0.1*float64(i%8)), Options{Method: m, Step: 0.01, RTol: 1e-7, ATol: 1e-7}
	times = grid(float64(i%3), float64(i%3)+3+float64(i%5), 1+i%9)
	if i%7 == 0 {
		slices.Reverse(times)
	}
	if i%4 == 3 {
		x0 = []float64{1, 1, 2, 2} // q = 1/(1−t)², forwards
	}
	return x0, times, o
}

// side counts the batches of Together and the states in them; each row goes to its own animal.
type side struct{ batches, states int }

func (s *side) fields(t *testing.T) func(size int) Batch {
	return func(size int) Batch {
		return func(who []int, at, x, dx []float64) {
			B := len(who)
			if B < 1 || B > size || !slices.IsSorted(who) || len(at) != B || len(x) != 4*B || len(dx) != 4*B {
				t.Errorf("a batch of %d for %d: %v, %d times, %d and %d numbers", B, size, who, len(at), len(x),
					len(dx))
			}
			for b, i := range who {
				zoo[i%4](at[b], x[4*b:4*b+4], dx[4*b:4*b+4])
			}
			s.batches, s.states = s.batches+1, s.states+B
		}
	}
}

// alone makes Together use one core, so that what is counted is not counted by two at once.
func alone(t *testing.T) {
	p := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(p) })
}

// Side by side every solution is Solve's, in every bit: states, rows reached, steps, and how it ended.
func TestTogetherIsSolve(t *testing.T) {
	alone(t)
	defer goleak.VerifyNone(t)
	for _, m := range Methods() {
		for _, N := range []int{0, 1, 2, 15, 90} {
			for _, most := range []int{1, 8, 1000} {
				var s side
				got, fails := make([]Result, N), make([]error, N)
				Together(N, 4, most, s.fields(t), func(i int, f Field) {
					x0, times, o := animal(m, i)
					got[i], fails[i] = Solve(t.Context(), f, x0, times, o)
				})
				failed, states := 0, 0
				for i := range N {
					x0, times, o := animal(m, i)
					want, err := Solve(t.Context(), zoo[i%4], x0, times, o)
					same := slices.EqualFunc(got[i].X, want.X, func(a, b float64) bool {
						return math.Float64bits(a) == math.Float64bits(b)
					})
					if !same || got[i].N != want.N || got[i].Stats != want.Stats || !reflect.DeepEqual(fails[i], err) {
						t.Errorf("%s: solution %d of %d is not what it is alone: %+v, %v; want %+v, %v", m.Name, i, N,
							got[i].Stats, fails[i], want.Stats, err)
					}
					states += want.Stats.Evals
					if err != nil {
						failed++
					}
				}
				if s.states != states || most > 8 && N == 90 && (s.batches > states/2 || failed < 5 || failed > N/2) {
					t.Errorf("%s: %d states in %d batches, want %d; %d of %d fail", m.Name, s.states, s.batches,
						states, failed, N)
				}
			}
		}
	}
}

// Who shares a batch does not depend on the number of cores: a field that errs by the size of its batch errs alike on
// all of them.
func TestTogetherOnAnyCores(t *testing.T) {
	const N = 100
	run := func(cores int) (all []Result) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		all = make([]Result, N)
		field := func(int) Batch {
			return func(who []int, at, x, dx []float64) {
				kepler(0, x, dx)
				for i := range dx {
					dx[i] *= 1 + 1e-9*float64(len(who))
				}
			}
		}
		Together(N, 4, 32, field, func(i int, f Field) {
			all[i], _ = Solve(t.Context(), f, orbit(0, 0.008*float64(i)), grid(0, 3, 5), Options{})
		})
		return all
	}
	want := run(1)
	for _, cores := range []int{2, 3, 5} {
		if !reflect.DeepEqual(run(cores), want) {
			t.Errorf("%d cores come to other results", cores)
		}
	}
	for i, r := range want { // the witness that the field does what it says
		one := solve(t, kepler, orbit(0, 0.008*float64(i)), grid(0, 3, 5), Options{})
		if distance(r.X, one.X) < 1e-9 {
			t.Fatalf("solution %d does not feel the batch: the test cannot fail", i)
		}
	}
}

// Cancelled, all solutions keep what they have reached.
func TestTogetherCancel(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, m := range Methods() {
		ctx, cancel := context.WithCancel(t.Context())
		field := func(int) Batch {
			return func(_ []int, at, x, dx []float64) {
				if kepler(0, x, dx); at[0] > 5 {
					cancel()
				}
			}
		}
		Together(40, 4, 8, field, func(i int, f Field) {
			r, err := Solve(ctx, f, orbit(0, 0.2), grid(0, 100, 1000), Options{Method: m, Step: 0.05})
			if !errors.Is(err, context.Canceled) || r.N > 80 || math.IsNaN(r.X[4*r.N-1]) || !math.IsNaN(r.X[4*r.N]) {
				t.Errorf("%s: %d rows, %v", m.Name, r.N, err)
			}
		})
		cancel()
	}
}

// A panic of the field, of a solution or of what makes the fields comes to the caller and leaves nobody behind.
func TestTogetherPanics(t *testing.T) {
	defer goleak.VerifyNone(t)
	calm := func(int) Batch { return func(_ []int, _, x, dx []float64) { kepler(0, x, dx) } }
	var began, left [40]bool
	orbits := func(i int, f Field) {
		began[i] = true
		defer func() { left[i] = true }()
		_, _ = Solve(context.Background(), f, orbit(0, 0.2), grid(0, 9, 10), Options{})
	}
	for name, run := range map[string]func(){
		"field": func() {
			Together(40, 4, 40, func(int) Batch {
				calls := 0
				return func(_ []int, _, x, dx []float64) {
					if kepler(0, x, dx); calls > 20 {
						panic("field")
					}
					calls++
				}
			}, orbits)
		},
		"fields": func() { Together(40, 4, 40, func(int) Batch { panic("fields") }, orbits) },
		"solve": func() {
			Together(40, 4, 40, calm, func(i int, f Field) {
				if i == 17 {
					panic("solve")
				}
				orbits(i, f)
			})
		},
		"ode: a state of 8 and a derivative of 8 numbers, want 4": func() {
			Together(1, 4, 40, calm, func(_ int, f Field) {
				_, _ = Solve(context.Background(), f, starts(0, 0), grid(0, 9, 10), Options{})
			})
		},
		"ode: -1 solutions of 4 numbers in batches of 2": func() { Together(-1, 4, 2, calm, orbits) },
	} {
		func() {
			defer func() {
				if e := recover(); e != name {
					t.Errorf("recovered %v, want %q", e, name)
				}
			}()
			run()
		}()
		if began != left || name == "field" && !slices.Contains(began[:], true) {
			t.Errorf("%s: began %v, left %v", name, began, left)
		}
	}
}

// Memory is taken for a solution, not for a step.
func TestTogetherAllocations(t *testing.T) {
	alone(t)
	for _, m := range Methods() {
		count := func(h float64) float64 {
			return testing.AllocsPerRun(3, func() {
				Together(12, 4, 12, func(int) Batch { return func(_ []int, _, x, dx []float64) { kepler(0, x, dx) } },
					func(i int, f Field) {
						if _, err := Solve(context.Background(), f, orbit(0, 0.05*float64(i)), []float64{0, 1},
							Options{Method: m, Step: h, RTol: h * h * h, ATol: h * h * h}); err != nil {
							t.Error(err)
						}
					})
			})
		}
		if few, many := count(0.1), count(1e-3); few != many {
			t.Errorf("%s: %v allocations with few steps, %v with many", m.Name, few, many)
		}
	}
}
