package recorded

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange"
	"lagrange/data"
	"lagrange/experiment"
	"lagrange/internal/vec"
)

// Number is what a pendulum with a motor is described by, with standard deviations: by the textbook, fitted, and as it
// was learned.
type Number struct {
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	Textbook   float64 `json:"textbook"`
	TextbookSD float64 `json:"textbook_sd"`
	Learned    float64 `json:"learned"`
	LearnedSD  float64 `json:"learned_sd,omitempty"` // 0: not known
}

// Meets says whether what was learned lies within two deviations of the textbook.
func (n Number) Meets() bool { return math.Abs(n.Learned-n.Textbook) <= 2*n.TextbookSD }

// described are the numbers of the textbook's pendulum with a motor: the gain k of accelerations is 1/J where the
// torque is what its column says.
func described(p []float64) []Number {
	return []Number{
		{Name: "g/l", Unit: "1/s²", Textbook: p[3]},
		{Name: "inertia", Unit: "kg m²", Textbook: 1 / p[0]},
		{Name: "viscous friction", Unit: "N m s", Textbook: p[1] / p[0]},
		{Name: "dry friction", Unit: "N m", Textbook: p[2] / p[0]},
	}
}

// numbers sets the textbook's numbers p of a pendulum with a motor, with friction that brings no energy as the models
// have it (braked), whose deviations are those by which segments disagree, beside those of a model; nil of other
// mechanisms, of models that are no such pendulum, and where the recording does not tell the deviations.
func (r *recording) numbers(ctx context.Context, learn *data.Set, p []float64, m *lagrange.Model) ([]Number, error) {
	if !r.forced || m.Spec().Family != "terms" {
		return nil, nil
	}
	e, err := m.Explain(ctx, nil, 0, 1)
	if err != nil {
		return nil, err
	}
	still, err := r.braked(ctx, learn, p)
	if err != nil {
		return nil, err
	}
	if still != nil {
		p = still
	}
	l, all := e.Lagrangian, described(p)
	swing := slices.IndexFunc(l.Ratios, func(x lagrange.Ratio) bool { return strings.HasPrefix(x.Name, "g/l") })
	mass := slices.IndexFunc(l.Terms, func(t lagrange.TermValue) bool { return strings.HasSuffix(t.Term, "^2") })
	if swing < 0 || mass < 0 || len(l.Terms) > 3 {
		return nil, nil
	}
	all[0].Learned, all[0].LearnedSD = l.Ratios[swing].Value, l.Ratios[swing].SD
	all[1].Learned, all[1].LearnedSD = 2*l.Terms[mass].Value, 2*l.Terms[mass].SD // of ½ J v²
	if x := l.Forces.Viscous; x != nil {
		all[2].Learned, all[2].LearnedSD = x[0][0], l.ForceSD.Viscous[0][0]
	}
	if x := l.Forces.Dry; x != nil {
		all[3].Learned, all[3].LearnedSD = x[0], l.ForceSD.Dry[0]
	}
	if err := r.deviate(ctx, learn, p, all); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(n Number) bool {
		return !vec.Finite([]float64{n.Textbook, n.TextbookSD, n.Learned, n.LearnedSD})
	}) {
		return nil, nil // segments of the recording do not tell the textbook's numbers
	}
	return all, nil
}

// deviate sets the deviations of the textbook's numbers, by their slopes in p. Friction that braked has set to 0 counts
// as unknown: what it might be makes the others as much less certain.
func (r *recording) deviate(ctx context.Context, learn *data.Set, p []float64, all []Number) error {
	fixed := r.Equations
	fixed.Accel = func(q, v, u, _, a []float64) { r.Accel(q, v, u, p, a) }
	starts := fixed.Cut(recordingsOf(learn), r.horizon, nil)
	if _, err := fixed.Fit(ctx, starts, nil); err != nil {
		return err
	}
	C, P := r.Covariance(r.Cut(recordingsOf(learn), r.horizon, starts), p), len(p)
	const h = 1e-6
	slopes := make([][]float64, P)
	for j := range p {
		moved := slices.Clone(p)
		moved[j] += h
		for i, x := range described(moved) {
			slopes[j] = append(slopes[j], (x.Textbook-all[i].Textbook)/h)
		}
	}
	for i := range all {
		sum := 0.0
		for j := range P {
			for k := range P {
				sum += slopes[j][i] * C[j*P+k] * slopes[k][i]
			}
		}
		all[i].TextbookSD = math.Sqrt(sum)
	}
	return nil
}

// numberTable has the numbers of pendulums with a motor.
func (r *Report) numberTable() experiment.Table {
	t := experiment.Table{Title: "Numbers of the pendulum with a motor, ± one standard deviation: of the textbook, " +
		"whose friction brings no energy, by how much segments disagree, as learned by the likelihood; and whether " +
		"what was learned lies within two of the textbook's",
		Columns: []string{"recording", "number", "textbook", "default", "within"}}
	for _, row := range r.Rows {
		for _, n := range row.Numbers {
			within := "no"
			if n.Meets() {
				within = "yes"
			}
			learned := fmt.Sprintf("%.4g ± %.1g", n.Learned, n.LearnedSD)
			if n.LearnedSD == 0 {
				learned = fmt.Sprintf("%.4g", n.Learned)
			}
			t.Rows = append(t.Rows, []string{row.Title, n.Name + ", " + n.Unit,
				fmt.Sprintf("%.4g ± %.1g", n.Textbook, n.TextbookSD), learned, within})
		}
	}
	return t
}
