package train

import (
	"math"

	"lagrange/model"
)

// rival is a model beside which another one is shot that is only of use if it is better or, with fewer terms, as good.
// Where the rival leaves more than the noise its own error rules, and what the other one lacks shows in the first
// length already: longer ones would change nothing.
type rival struct {
	lengths []Length
	excess  float64 // by what part more the other one may leave of what is learned from
}

const (
	ruled     = 2   // mean loss beyond which a model's own error rules; not tuned
	farBehind = 1.5 // times the losses of a rival; not tuned
	generous  = 2   // times what fewer terms may cost: what is not there yet may come with longer segments; not tuned
)

// Against is an identification of models that are only of use where they are better than x: shooting with one ends once
// it is far behind, both of what is learned from and of what is held out.
func (o *Identification) Against(x Identified) *Identification {
	if o.chosen == nil {
		o.chosen = map[weakQuestion]Identified{}
	}
	against := *o
	against.rival = rival{x.Lengths, math.Inf(1)}
	return &against
}

// Sparing is Against for a model m with fewer terms than x: shooting ends, too, once it costs far more than the
// criterion of spared allows for them.
func (o *Identification) Sparing(x Identified, m *model.Model[float64]) *Identification {
	against, n := o.Against(x), float64(o.Learn.numbers())
	against.rival.excess = generous * float64(count(x.Model)-count(m)) * math.Log(n) / n
	return against
}

// outdoes says whether a length is the last that a model is shot with.
func (r rival) outdoes(l Length) bool {
	for _, mine := range r.lengths {
		if mine.Segments == l.Segments && mine.Loss > ruled {
			return l.Loss > (1+r.excess)*mine.Loss || l.Loss > farBehind*mine.Loss && l.After > farBehind*mine.After
		}
	}
	return false
}
