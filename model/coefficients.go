package model

import "math"

// ForceCoefficients are those of friction and of known forces in the units of the coordinates and of L; nil where a
// model has none of them.
type ForceCoefficients struct {
	Viscous [][]float64 `json:"viscous,omitempty"` // C of the force −Cv
	Dry     []float64   `json:"dry,omitempty"`     // k of −k tanh(v/ε)
	Drag    []float64   `json:"drag,omitempty"`    // of −k |v| v
	// of ∓k tanh((v_i − v_j)/ε), of all pairs of angles i < j, by j and then by i
	Between []float64 `json:"dry_between,omitempty"`
	// k and v_s of −k exp(−(v/v_s)²) tanh(v/ε): what dry friction is larger by near rest
	Breakaway []float64   `json:"breakaway,omitempty"`
	Stribeck  []float64   `json:"stribeck_speed,omitempty"`
	Gains     [][]float64 `json:"gains,omitempty"` // of each known force on each coordinate
}

// ForceCoefficients reads them off the parameters.
func (m *Model[T]) ForceCoefficients() (c ForceCoefficients) {
	s, l := m.Spec, layout(m.Spec)
	if s.Nodes != nil {
		return c
	}
	at, E := m.forces(), s.power()
	theta := func(i int) float64 { return float64(m.Theta[at+i]) }
	for i, a := range s.Coordinates {
		if l.viscous >= 0 {
			row := make([]float64, s.D())
			for j, b := range s.Coordinates {
				for n := range min(i, j) + 1 {
					row[j] += E / (a.Speed * b.Speed) * theta(l.viscous+i*(i+1)/2+n) * theta(l.viscous+j*(j+1)/2+n)
				}
			}
			c.Viscous = append(c.Viscous, row)
		}
		if in := s.inputs(false); l.actuators >= 0 {
			row := make([]float64, len(in))
			for j, u := range in {
				row[j] = E / a.Speed * theta(l.actuators+i*len(in)+j) / s.Inputs[u].Scale
			}
			c.Gains = append(c.Gains, row)
		}
	}
	for _, r := range l.resistances {
		for k, a := range r.contacts {
			size := E / math.Pow(a.s, float64(1+r.power)) * theta(r.at+k) * theta(r.at+k)
			switch r.name {
			case "dry":
				c.Dry = append(c.Dry, size)
			case "drag":
				c.Drag = append(c.Drag, size)
			case "between":
				c.Between = append(c.Between, size)
			case "breakaway":
				c.Breakaway = append(c.Breakaway, size)
				c.Stribeck = append(c.Stribeck, a.s*math.Exp(theta(r.shapes[1]+k)))
			}
		}
	}
	return c
}

// StrongestGain is the gain of the known force that moves most, without its sign, and of which force on which
// coordinate it is; 0 where no force is known. Gains are compared in units of the scales, for a force on an angle and
// one on a length are not of one kind.
func (m *Model[T]) StrongestGain() (size float64, coordinate, force int) {
	most := 0.0
	for i, row := range m.ForceCoefficients().Gains {
		for j, g := range row { // known forces stand first
			if x := math.Abs(g) * m.Spec.Coordinates[i].Speed * m.Spec.Inputs[j].Scale; x > most {
				most, size, coordinate, force = x, math.Abs(g), i, j
			}
		}
	}
	return size, coordinate, force
}
