package wave

import (
	"fmt"
	"math"

	"lagrange/internal/vec"
	"lagrange/plot"
)

// figures collects what is drawn.
type figures struct {
	pictures         map[string]plot.Figure
	field, trueE, lE []plot.Series
	curves           []plot.Series
}

// integrator adds the true equation, integrated like the models.
func (f *figures) integrator(p *path) {
	const name = "true equation, same integrator"
	f.field = append(f.field, p.errors(name))
	f.trueE = append(f.trueE, p.series(name, p.trueE))
}

// model adds a model.
func (f *figures) model(m Model, curve plot.Series, p *path) {
	curve.Name = m.title
	f.curves = append(f.curves, curve)
	f.field = append(f.field, p.errors(m.title))
	f.trueE, f.lE = append(f.trueE, p.series(m.title, p.trueE)), append(f.lE, p.series(m.title, p.lE))
	if f.pictures == nil {
		f.pictures = map[string]plot.Figure{}
	}
	f.pictures["wave-"+m.name] = p.picture(m)
}

// series is a quantity of every time but the first, where errors are 0.
func (p *path) series(name string, y []float64) plot.Series {
	return plot.Series{Name: name, X: p.times[1:], Y: y[1:]}
}

func (p *path) errors(name string) plot.Series {
	e := make([]float64, len(p.times))
	for i := range e {
		e[i] = p.fieldError(i)
	}
	return p.series(name, e)
}

// picture is φ(x, t), true, predicted, and their difference.
func (p *path) picture(m Model) plot.Figure {
	n := p.w.N
	field := func(label string, limit float64, of func(i int) float64) *plot.Map {
		g := &plot.Map{
			X: [2]float64{0, float64(n) * p.w.H}, Y: [2]float64{0, p.times[len(p.times)-1]},
			Columns: n, Limit: limit, Label: label,
		}
		for i := range p.times {
			for j := range n {
				g.Z = append(g.Z, rounded(of(2*i*n+j)))
			}
		}
		return g
	}
	return plot.Figure{
		Title: "Wave on a ring of 100 sites, density learned with " + m.title, Columns: 3, Width: 8.5, Height: 10,
		Panels: []plot.Panel{
			{Title: "True", XLabel: "x", YLabel: "t", Map: field("φ", 1, func(i int) float64 { return p.exact[i] })},
			{Title: "Predicted", XLabel: "x", YLabel: "t", Map: field("φ", 1, func(i int) float64 { return p.x[i] })},
			{Title: "Predicted − true", XLabel: "x", YLabel: "t",
				Map: field("Δφ", 0, func(i int) float64 { return p.x[i] - p.exact[i] })},
		},
	}
}

// rounded leaves three digits, more than a picture shows.
func rounded(x float64) float64 {
	if x == 0 || !vec.IsFinite(x) {
		return x
	}
	unit := math.Pow10(2 - int(math.Floor(math.Log10(math.Abs(x)))))
	if !vec.IsFinite(unit) { // far below what is drawn
		return 0
	}
	return math.Round(x*unit) / unit
}

// all composes the figures.
func (f *figures) all() map[string]plot.Figure {
	f.pictures["wave"] = plot.Figure{
		Title: "Wave on a ring of 100 sites: a pulse in ten crossings", Columns: 2,
		Panels: []plot.Panel{
			{Title: "Error of the field", XLabel: "t", YLabel: "|φ − φ*| / |φ*|", LogY: true, Series: f.field},
			{Title: "True energy of the predicted field", XLabel: "t", YLabel: "|E − E₀| / E₀", LogY: true,
				Series: f.trueE},
			{Title: "Learned energy", XLabel: "t", YLabel: "|E − E₀| / E₀", LogY: true, Series: f.lE},
			{Title: "Learning", XLabel: "step", YLabel: "error of the acceleration", LogX: true, LogY: true,
				Series: f.curves},
		},
	}
	return f.pictures
}

// notesOf says what was found.
func notesOf(r Report, large int) (notes []string) {
	for _, m := range Models {
		k := r.Models[m.name]
		notes = append(notes, fmt.Sprintf("%s: hidden layers %v, %d parameters; %d steps of %s on rings of %d "+
			"sites, %.0f s; error of the acceleration on %d sites %.2g; %d solves by the fallback.",
			m.title, m.layers(), k.Parameters, k.Steps, m.method(), m.sites, k.Seconds, ringSites, k.AccelError,
			k.FallbackSolves))
		if e := k.Pulse.FieldError[0]; e > 1e-2 {
			notes = append(notes, fmt.Sprintf("%s misses the target of 1e-2 for the field after one crossing: %.2g.",
				m.title, e))
		} else if e := k.Pulse.FieldError[3]; e > 1e-2 {
			notes = append(notes, fmt.Sprintf("%s misses 1e-2 for the field after ten crossings: %.2g.", m.title, e))
		}
		if e := k.Large.FieldError; e > 0.1 {
			notes = append(notes, fmt.Sprintf("%s loses the field on the large ring by t = %d, with an error of "+
				"%.2g: most of that ring is at rest, and so at the mercy of the smallest net force.", m.title, large,
				e))
		}
		if e := k.Pulse.TrueDrift; e > 1e-3 {
			notes = append(notes, fmt.Sprintf("%s misses the target of 1e-3 for the drift of the energy over ten "+
				"crossings: %.2g.", m.title, e))
		}
	}
	notes = append(notes,
		"The density of this equation is a quadratic, and relu² units that are on for all the numbers they see add "+
			"up to one exactly: relu² is told the shape of the answer, so softplus, the paper's choice, stands beside "+
			"it. All are told that fields are of the size of 20, so that the net works near the middle of its units, "+
			"where any smooth density is nearly quadratic; for a field equation that is not linear that would be the "+
			"wrong advice.",
		"What is left of relu² is the integrator's error (RK4, a quarter of the time from site to site). What grows "+
			"with softplus is the mean of the field: nothing pulls it back, so the smallest net force on a field at "+
			"rest, which the exact density forbids, moves it ever faster.",
		fmt.Sprintf("softplus, also near rest, sees raw φ and φ̇ with the same 32 units. Two things differ. Of its "+
			"states %.0f %% are near rest: the whole ring is lifted to some height and moves there a little, down "+
			"to 10^−%d of the other fields, with the accelerations that it has; whoever records a ring can let it "+
			"come near rest at several heights and record on. And at each step the weights of its inputs shrink by "+
			"%.0f %%, those of its outputs growing so that the curvature of each unit stays: a weight decay that "+
			"prefers densities of low order as far as the data allow, as the scale of 20 does, and for a field "+
			"equation that is far from linear the wrong advice again. Nothing says that the momentum of the whole "+
			"is kept. Without the decay the steps creep along a curved valley, and what the states near rest say is "+
			"not reached; with it the numbers of the outputs grow, and the rounding of the learned energy with them.",
			100*calmShare, faintest, 100*shrink),
		fmt.Sprintf("Four layers learn as the paper's net would: raw fields on its %d points, by Adam, %d states a "+
			"step, since that many weights are too many for the equations of Gauss and Newton.",
			ringSites, batchSize),
		"A density that sees φ only by the differences of neighbours cannot change when the whole field is lifted, "+
			"so the momentum of the mean is kept whatever was learned. That much of the physics is told to it, and "+
			"nothing else: the activation, the data and the training are those of the other softplus.",
		fmt.Sprintf("On 10,000 sites the distance of neighbours is the one that was learned, so the ring is 100 "+
			"times as long and one crossing takes t = 100; it runs for t = %d, with a hundred pulses of five to "+
			"fifteen sites running both ways. The same length with 100 times as many sites would be another "+
			"density, since it contains h.", large),
		"The paper shows this experiment as a picture and gives no numbers.")
	if large < crossings {
		notes = append(notes, "A shorter run than the full one, which takes ten times the steps of a quick one, and "+
			"t = 10 on the large ring.")
	}
	return notes
}
