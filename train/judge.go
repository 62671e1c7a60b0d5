package train

import (
	"context"
	"slices"
	"strings"

	"lagrange/internal/par"
	"lagrange/model"
)

// Weak gives a model the weak initialisation whose half-length and ridge serve held-out motion best: of those that are
// no worse by more than a standard error the one with the largest ridge, and the best of these. Model is nil, and Why
// says it, where none had a positive definite mass matrix, or there is no weak form. m is as it was. What was asked
// before is not found again.
func (o *Identification) Weak(ctx context.Context, m *model.Model[float64]) (Identified, error) {
	question := weakQuestion{Asked("weak", m, max(1, o.Held.Parts)), o.Learn, o.Held}
	if x, there := o.chosen[question]; there {
		if x.Model != nil {
			x.Model = x.Model.Copy()
		}
		return x, nil
	}
	team := par.NewTeam(o.workers())
	defer team.Close()
	all, why, err := o.candidates(ctx, m)
	if err != nil {
		return Identified{}, err
	}
	if len(all) == 0 {
		return Identified{Why: strings.Join(why, ", or ")}, nil
	}
	if all, err = o.raced(ctx, team, m, all); err != nil {
		return Identified{}, err
	}
	if all, err = o.crossValidated(ctx, team, m, all); err != nil {
		return Identified{}, err
	}
	for i := range all {
		all[i].Weak = all[i].Score
	}
	x := strongest(all)
	if o.chosen == nil {
		o.chosen = map[weakQuestion]Identified{}
	}
	kept := x
	kept.Model = x.Model.Copy()
	o.chosen[question] = kept
	return x, nil
}

// weakQuestion is what Weak was asked.
type weakQuestion struct {
	of          string
	learn, held *Measured
}

// candidates are the weak initialisations of m with all half-lengths and ridges; why says why there is none of some.
func (o *Identification) candidates(ctx context.Context, m *model.Model[float64]) (all []Identified, why []string,
	err error) {
	for _, half := range weakHalves {
		w := &weakSolver{m: m.Copy(), o: o.Learn, c: WeakOptions{Half: half * o.Swing, Workers: o.workers()}}
		for _, ridge := range weakRidges {
			if len(all) > 0 && o.over() {
				break
			}
			x := Identified{Model: m.Copy(), Half: half * o.Swing, Ridge: ridge}
			g, err := o.weak(ctx, x, w)
			if err != nil {
				w.close()
				return nil, nil, err
			}
			if g.Done {
				all = append(all, x)
			} else if !slices.Contains(why, g.Why) {
				why = append(why, g.Why)
			}
		}
		w.close()
	}
	return all, why, nil
}

// weak gives the model of x the weak initialisation with its half-length and ridge.
func (o *Identification) weak(ctx context.Context, x Identified, w *weakSolver) (g InitialGuess, err error) {
	question := Asked("weak initialisation", x.Model, x.Half, x.Ridge, w.o.numbers(), x.Model.Spec.Friction)
	solve := func() ([]float64, error) {
		if g, err = w.solve(ctx, x.Ridge); err != nil || !g.Done {
			return nil, err
		}
		return slices.Clone(w.m.Theta), nil
	}
	theta, err := o.Memory.Once(question, solve)
	if err == nil && len(theta) == 0 && g.Why == "" { // remembered to have failed
		theta, err = solve()
	}
	if len(theta) > 0 {
		copy(x.Model.Theta, theta)
		g.Done = true
	}
	return g, err
}

// firstStretches are how many stretches of held-out motion all candidates are judged by; each later round has twice as
// many as there were.
const firstStretches = 4

// raced are those candidates that are to be chosen from, scored by all stretches of the selection set. All begin with a
// few, far apart, and go on with twice as many, and those that are worse than the best beyond doubt (Clearly) go out
// before that. Where cross-validation is to correct the scores, candidates race with those of their half-length alone.
func (o *Identification) raced(ctx context.Context, team *par.Team, m *model.Model[float64],
	all []Identified) ([]Identified, error) {
	held := o.selection(m)
	segments := held.Segments(o.within(HeldSwings))
	order := farApart(len(segments))
	logs := make([][]float64, len(all)) // in that order
	of := make([]Starts, len(all))
	for i := range of {
		of[i] = Starts{Loss: make([]float64, len(segments)), Residuals: make([][]float64, len(segments))}
	}
	alive := make([]int, len(all))
	for i := range alive {
		alive[i] = i
	}
	for done := 0; done < len(order); {
		if done > 0 {
			alive = slices.DeleteFunc(slices.Clone(alive), func(i int) bool {
				return slices.ContainsFunc(alive, func(k int) bool {
					return (held == o.Held || all[i].Half == all[k].Half) && Clearly(logs[k], logs[i])
				})
			})
		}
		next := min(len(order), max(firstStretches, 2*done))
		places := order[done:next]
		fails := make([]error, team.Workers())
		team.Do(func(w int) {
			alone := par.NewTeam(1)
			defer alone.Close()
			for k := w; k < len(alive) && fails[w] == nil; k += team.Workers() {
				i := alive[k]
				var log []float64
				log, fails[w] = o.judge(ctx, alone, held, segments, places, all[i].Model, of[i])
				logs[i] = append(logs[i], log...)
			}
		})
		for _, err := range fails {
			if err != nil {
				return nil, err
			}
		}
		done = next
	}
	var kept []Identified
	for _, i := range alive {
		all[i].judged(of[i], held)
		kept = append(kept, all[i])
	}
	return kept, nil
}

// judge adds to s what a model leaves of the segments at some places, and returns the logarithms of their losses.
func (o *Identification) judge(ctx context.Context, team *par.Team, held *Measured, segments []Segment, places []int,
	m *model.Model[float64], s Starts) (log []float64, err error) {
	some := make([]Segment, len(places))
	for k, at := range places {
		some[k] = segments[at]
	}
	x, err := held.judged(ctx, m, team, some, o.Penalty)
	for k, at := range places {
		s.Loss[at], s.Residuals[at] = x.Loss[k], x.Residuals[k]
	}
	return x.logarithms(), err
}

// farApart orders 0 … n−1 such that those that come first are far apart: the multiples of a half of a power of two, of
// a quarter, …
func farApart(n int) (order []int) {
	seen := make([]bool, n)
	step := 1
	for step < n {
		step *= 2
	}
	for ; step > 0; step /= 2 {
		for i := 0; i < n; i += step {
			if !seen[i] {
				seen[i], order = true, append(order, i)
			}
		}
	}
	return order
}

// judged sets Log, Residuals and Score by what a model leaves of all stretches that select.
func (x *Identified) judged(s Starts, held *Measured) {
	x.Log, x.Residuals = s.logarithms(), s.residuals(held.Of[0].width())
	x.corrected()
}

// score scores a model by all stretches held out, and sets Log and Score.
func (o *Identification) score(ctx context.Context, team *par.Team, x *Identified) error {
	held := o.selection(x.Model)
	s, err := held.judged(ctx, x.Model, team, held.Segments(o.within(HeldSwings)), o.Penalty)
	if err != nil {
		return err
	}
	x.judged(s, held)
	return nil
}

// strongest is, of those that are no worse than the best by more than a standard error, the one with the largest ridge,
// and the best of these.
func strongest(all []Identified) Identified {
	best := slices.MinFunc(all, byScore)
	kept := best
	for _, x := range all {
		if Tied(x.Log, best.Log) && (x.Ridge > kept.Ridge || x.Ridge == kept.Ridge && x.Score < kept.Score) {
			kept = x
		}
	}
	return kept
}
