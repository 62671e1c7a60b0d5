package fit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/model"
)

// Rest is the angle at which the potential of a joint is least, with its standard deviation (0: not known): where a
// pendulum hangs, by the zero of its sensor.
type Rest struct {
	Of    string  `json:"of"`
	Value float64 `json:"value"`
	SD    float64 `json:"sd,omitempty"`
	Unit  string  `json:"unit,omitempty"`
}

// String writes it as people do.
func (r Rest) String() string {
	text := fmt.Sprintf("potential least at %s = %.4g", r.Of, r.Value)
	if r.SD > 0 {
		text += fmt.Sprintf(" ± %.1g", r.SD)
	}
	return strings.TrimSpace(text + " " + r.Unit)
}

// restsOf finds those of angles q whose only terms of their own in L are both of A cos q + B sin q = R cos(q − φ), with
// R > 0:
//
//	φ = atan2(B, A).
//
// Where either is not needed the zero is where the potential is least or largest.
func restsOf(s model.Spec, terms []Coefficient) (rests []Rest) {
	weight := func(text string) (w float64, there bool) {
		i := slices.IndexFunc(terms, func(c Coefficient) bool { return c.Of == "L" && c.Term == text })
		if i < 0 {
			return 0, false
		}
		return terms[i].Value, true
	}
	for _, c := range s.Coordinates {
		A, cos := weight("cos(" + c.Name + ")")
		B, sin := weight("sin(" + c.Name + ")")
		if c.Period == 0 || !cos || !sin {
			continue
		}
		if slices.ContainsFunc(terms, func(h Coefficient) bool { return strings.Contains(h.Term, " "+c.Name+")") }) {
			continue // a harmonic more
		}
		rests = append(rests, Rest{Of: c.Name, Value: math.Atan2(B, A) * c.Period / (2 * math.Pi), Unit: c.Unit})
	}
	return rests
}
