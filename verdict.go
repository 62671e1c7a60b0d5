package lagrange

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/fit"
	"lagrange/model"
)

// ConstantVelocity and NoAcceleration are what models are measured against beside their baseline: by windows of motion,
// and by accelerations.
const (
	ConstantVelocity = "constant_velocity"
	NoAcceleration   = "no_acceleration"
	ForceSpread      = "spread" // of forces, their standard deviation
)

// accelerations are errors of the model, of its baseline, and of no acceleration at all, by family; nil where none were
// recorded.
func (m *Model) accelerations(set *data.Set) map[string][]float64 {
	if !set.HasAccelerations() {
		return nil
	}
	r := map[string][]float64{NoAcceleration: eval.Accelerations(nil, set)}
	for k := m; k != nil; k = k.Baseline {
		r[k.net.Spec.Family] = eval.Accelerations(k.net, set)
	}
	return r
}

// torques are errors of the forces of given motion, of a model that learned from them, beside their standard deviation
// ("spread"), for each force; nil of others.
func (m *Model) torques(set *data.Set) map[string][]float64 {
	if m.Record.Objective != Torque || !set.HasAccelerations() {
		return nil
	}
	d, f := m.D(), m.M()
	forces := len(set.Forces())
	err, sum, sq := make([]float64, forces), make([]float64, forces), make([]float64, forces)
	u := make([]float64, f)
	for _, t := range set.Trajectories {
		for n := range t.T {
			copy(u, t.U[n*f:(n+1)*f])
			clear(u[:forces])
			tau, ok := m.Force(t.Q[n*d:(n+1)*d], t.V[n*d:(n+1)*d], t.A[n*d:(n+1)*d], u)
			if !ok || len(tau) != forces {
				return nil
			}
			for k, x := range t.U[n*f : n*f+forces] {
				err[k] += (tau[k] - x) * (tau[k] - x)
				sum[k], sq[k] = sum[k]+x, sq[k]+x*x
			}
		}
	}
	rows := float64(set.Rows())
	for k := range err {
		err[k] = math.Min(math.Sqrt(err[k]/rows), math.MaxFloat64)
		sq[k] = math.Sqrt(max(0, sq[k]/rows-sum[k]/rows*sum[k]/rows))
	}
	return map[string][]float64{m.net.Spec.Family: err, ForceSpread: sq}
}

// verdict is what is to be said of a model beside its errors: that it is no better than something simpler, that rows
// lie outside of what it knows, that energy is lost which it does not know to lose.
func (m *Model) verdict(set *data.Set, r Evaluation) (f []data.Finding) {
	own := m.net.Spec.Family
	if r.Torques != nil {
		f = append(f, m.against(set, own, "of forces", func(name string) []float64 { return r.Torques[name] },
			ForceSpread, r.Torques[own])...)
	} else if s, ok := r.Models[own]; ok {
		found := m.against(set, own, "over windows", func(name string) []float64 { return r.Models[name].RMSEQ },
			ConstantVelocity, s.RMSEQ)
		few(found, times(s.MedianQ, r.Models[ConstantVelocity].MedianQ))
		f = append(f, found...)
	} else if a, ok := r.Accelerations[own]; ok {
		f = append(f, m.against(set, own, "of accelerations",
			func(name string) []float64 { return r.Accelerations[name] }, NoAcceleration, a)...)
	}
	if x, ok := m.strays(set); ok && !r.HeldOut {
		f = append(f, x)
	}
	if x, ok := m.loses(set); ok {
		f = append(f, x)
	}
	if x, ok := set.UnseenConditions(); ok && r.HeldOut {
		f = append(f, x)
	}
	return f
}

// wellBelow is the share of the error of the simplest prediction below which a baseline that is a little better is no
// reason to mistrust a model.
const wellBelow = 0.02

// against compares errors with those of the simplest prediction and of the baseline.
func (m *Model) against(set *data.Set, own, where string, of func(name string) []float64, simplest string,
	errs []float64) []data.Finding {
	title, words := model.Title(own), map[string]string{ConstantVelocity: "motion of constant velocity",
		NoAcceleration: "no acceleration at all", ForceSpread: "their mean"}
	for _, other := range []string{simplest, fit.BaselineModel} {
		by := times(errs, of(other))
		if other == own || !(by >= 1) {
			continue
		}
		small := times(errs, of(simplest)) < wellBelow
		x := data.Finding{Kind: data.KindLoses, Sure: data.Certain, Serious: !small && (by > 1.5 || other == simplest),
			Says: fmt.Sprintf("the %s is no better %s than %s (%.3g times its error)", title, where,
				cmp.Or(words[other], "the "+model.Title(other)+" beside it"), by)}
		switch friction := m.net.Spec.Friction; {
		case other == simplest:
			x.Do = fmt.Sprintf("it has learned next to nothing: %s, or give it more --budget", remedy(set))
		case friction == "" || friction == model.NoFriction:
			x.Do = "what moves may lose energy, which only the other can tell: try --friction both"
		default:
			x.Do = "forces may act that were not recorded, or the coordinates may not be all there are: record more, " +
				"or give it more --budget"
		}
		return []data.Finding{x}
	}
	return nil
}

// remedy is what to try where a model has learned next to nothing: coordinates may be angles that nothing says are.
func remedy(set *data.Set) string {
	var names []string
	for _, x := range set.Findings() {
		if x.Kind == data.KindAngle {
			names = append(names, strings.TrimPrefix(x.Do, "--angles "))
		}
	}
	if names == nil {
		return "see what is said of the recording"
	}
	return fmt.Sprintf("say --angles %s if these are angles, which neither names nor units tell",
		strings.Join(names, ","))
}

// few says of a finding over windows that few of them make it, where the median one is so many times as far off as
// by constant velocity: after a close encounter no model predicts where bodies are.
func few(found []data.Finding, median float64) {
	if !(median < wellBelow) {
		return
	}
	for i := range found {
		found[i].Serious = false
		found[i].Do = fmt.Sprintf("few windows make that, as where motion is chaotic: the median one is off by %.2g "+
			"of that of constant velocity", median)
	}
}

// times is the geometric mean of how many times errors are those of others; NaN where there are none.
func times(errs, others []float64) float64 {
	if len(errs) == 0 || len(errs) != len(others) {
		return math.NaN()
	}
	sum := 0.0
	for k := range errs {
		sum += math.Log(errs[k] / others[k])
	}
	return math.Exp(sum / float64(len(errs)))
}

// loses says that a model without friction loses energy along what was recorded: its energy, which nothing should
// change, falls steadily in nearly every motion.
func (m *Model) loses(set *data.Set) (f data.Finding, some bool) {
	_, conserved := model.As[model.Conserved[float64]](m.net.Tape(1))
	frictionless := m.net.Spec.Friction == "" || m.net.Spec.Friction == model.NoFriction
	if !conserved || !frictionless || len(m.Columns().Forces()) > 0 || set.States() || set.Trajectories[0].V == nil {
		return f, false
	}
	const most, rows, steady = 20, 200, 0.9
	asked, said, lost := 0, 0, 0.0
	for i := range set.Trajectories {
		if i == most {
			break
		}
		t := &set.Trajectories[i]
		var x, E []float64
		for n := 0; n < t.Len(); n += t.Len()/rows + 1 {
			e, _ := m.Energy(t.Q[n*m.D():(n+1)*m.D()], t.V[n*m.D():(n+1)*m.D()], t.U[n*m.M():(n+1)*m.M()])
			x, E = append(x, t.T[n]), append(E, e)
		}
		fall, r := trend(x, E)
		if asked++; fall > 0 && r > steady {
			said++
			lost += fall
		}
	}
	if 4*said < 3*asked || asked == 0 {
		return f, false
	}
	return data.Finding{Kind: data.KindEnergy, Sure: data.Likely, Serious: true, Do: "--friction viscous, or both",
		Says: fmt.Sprintf("energy is lost: that of the model, which has no friction, falls steadily along %d of %d "+
			"motions",
			said, asked)}, true
}

// trend is how far y falls along x, and how much of its variation that is, as a correlation.
func trend(x, y []float64) (fall, r float64) {
	n := float64(len(x))
	var mx, my, xx, xy, yy float64
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		xx, xy, yy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my), yy+(y[i]-my)*(y[i]-my)
	}
	if !(xx > 0 && yy > 0) {
		return 0, 0
	}
	return -xy / xx * (x[len(x)-1] - x[0]), math.Abs(xy) / math.Sqrt(xx*yy)
}
