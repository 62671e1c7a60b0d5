package train

import (
	"math"
	"slices"

	"lagrange/internal/par"
)

// Estimate is a number with its standard deviation.
type Estimate struct {
	Value float64 `json:"value"`
	SD    float64 `json:"sd"`
}

// Sure says whether it is more than chance: above 0 by more than three deviations.
func (e Estimate) Sure() bool { return e.Value > 3*e.SD }

// Likeliest is the likeliest size s of a change to the motion that a model has shot to, as by how much later its known
// forces act than they are recorded. changed has the motion changed by so much. Starts and parameters go along to first
// order, so that the cost is a parabola of s, measured at −step, 0 and step:
//
//	−2 log likelihood = (s − value)²/SD² + const.
//
// SD is infinite where the change alters nothing, and where x has not shot.
func (o *Identification) Likeliest(x Identified, step float64, changed func(by float64) *Measured) Estimate {
	none := Estimate{0, math.Inf(1)}
	if x.Shot.at == nil {
		return none
	}
	var cost [3]float64
	loss := 1.0
	for i := range cost {
		var mean float64
		if cost[i], mean = o.remainder(x, changed(step*float64(i-1))); i == 1 {
			loss = max(1, mean)
		}
	}
	slope, bend := (cost[2]-cost[0])/(2*step), (cost[2]-2*cost[1]+cost[0])/(step*step)
	if !(bend > 0) {
		return none
	}
	return Estimate{-slope / bend, math.Sqrt(2 * loss / bend)}
}

// remainder is what is left of the cost of x, of the motion as measured says, where starts and parameters go along to
// first order, rᵀr − gᵀG⁻¹g; and the mean loss as it stands.
func (o *Identification) remainder(x Identified, measured *Measured) (cost, loss float64) {
	team := par.NewTeam(o.workers())
	defer team.Close()
	s := &shooter{Shooting: o.shooting(x.Model, nil), team: team, division: *x.Shot.at}
	s.Measured, s.x = measured, slices.Clone(s.x)
	s.prepare()
	s.b0 = s.b()
	s.cost(s.x)
	copy(s.spread, s.trialSpread)
	loss = s.loss()
	s.excess = max(1, loss)
	s.form()
	if s.lambda = leastLambda; !s.solve() {
		return math.NaN(), loss
	}
	P := len(s.Of)
	cost = s.trial[P*(P+1)+P]
	for i, b := range s.db {
		cost -= b * s.trial[i*(P+1)+P]
	}
	return cost, loss
}
