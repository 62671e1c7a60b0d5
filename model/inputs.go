package model

import "lagrange/nn"

// Between sets u to the inputs at the fraction c of the interval from the sample u0 to u1, all (m): held ones keep u0,
// the others go by a straight line. Roll-outs, training and filters have forces between rows from here.
func (s Spec) Between(c float64, u0, u1, u []float64) { between(s.held(), s.M(), c, u0, u1, u) }

// held are the places of the held inputs in u.
func (s Spec) held() (at []int) {
	for j, u := range s.Inputs {
		if u.Held {
			at = append(at, j)
		}
	}
	return at
}

// between is Between for rows of m inputs, of which those at held keep u0.
func between[T nn.Float](held []int, m int, c T, u0, u1, u []T) {
	for i := range u {
		u[i] = (1-c)*u0[i] + c*u1[i]
	}
	for _, j := range held {
		for i := j; i < len(u); i += m {
			u[i] = u0[i]
		}
	}
}

// Delays are by how much later than recorded each input acts (m), and held says which are kept from row to row: what
// data.Set.Delayed asks for.
func (s Spec) Delays() (delays []float64, held []bool) {
	for _, in := range s.Inputs {
		delays, held = append(delays, in.Delay), append(held, in.Held)
	}
	return delays, held
}
