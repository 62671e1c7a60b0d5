package relativity

import (
	"math"
	"math/rand/v2"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/train"
)

// States is states of the relativistic particle, each in a field of its own, drawn as in the published code.
type States struct {
	q, v, g, a, p []float64
	even          bool // all count alike, for they were drawn by their weights
}

// Draw draws n states.
func Draw(seed, stream uint64, n int) *States {
	system, err := mech.Lookup("relativistic")
	if err != nil {
		panic("relativity: " + err.Error())
	}
	s, r := system.(mech.Parametrised), rand.New(rand.NewPCG(seed, stream))
	x := make([]float64, 5*n)
	set := &States{q: x[:n], v: x[n : 2*n], g: x[2*n : 3*n], a: x[3*n : 4*n], p: x[4*n:]}
	for i := range n {
		q, v, g := set.q[i:i+1], set.v[i:i+1], set.g[i:i+1]
		s.SampleParameters(r, g)
		at := s.At(g)
		at.Sample(r, q, v)
		at.Accel(q, v, set.a[i:i+1])
		at.Momentum(q, v, set.p[i:i+1])
	}
	return set
}

// drawn draws as many samples from these, each as often as its weight says, by steps of equal size through the sum of
// the weights.
func (s *States) drawn() *States {
	out := &States{even: true}
	step, sum, next := s.weights()/float64(len(s.v)), 0.0, 0.5
	for i, v := range s.v {
		for sum += officialWeight(v) / step; next < sum; next++ {
			out.q, out.v, out.g = append(out.q, s.q[i]), append(out.v, v), append(out.g, s.g[i])
			out.a, out.p = append(out.a, s.a[i]), append(out.p, s.p[i])
		}
	}
	return out
}

// weights is their sum.
func (s *States) weights() (sum float64) {
	for _, v := range s.v {
		sum += officialWeight(v)
	}
	return sum
}

// weigh returns the weight of each sample over their mean.
func (s *States) weigh() func(v float64) float64 {
	if s.even {
		return func(float64) float64 { return 1 }
	}
	mean := s.weights() / float64(len(s.v))
	return func(v float64) float64 { return officialWeight(v) / mean }
}

// state is what the model is given of sample i, and the derivative it should have of it. Where p stands beside q, its
// derivative is g.
func (s *States) state(m Model, i int) (x, y [2]float64) {
	if m.Canonical {
		return [2]float64{s.q[i] / m.shrunk, s.p[i]}, [2]float64{s.v[i], s.g[i]}
	}
	return [2]float64{s.q[i] / m.shrunk, s.v[i]}, [2]float64{s.v[i], s.a[i]}
}

// perForce is what an error of 1 in the derivative of what stands beside q does to q̈: 1/M of a momentum.
func (s *States) perForce(m Model, i int) float64 {
	if m.Canonical {
		return perMass(s.v[i])
	}
	return 1
}

// perMass is 1/M = (1 − v²)^(5/2)/(1 + 2v²), the acceleration for g = 1.
func perMass(v float64) float64 {
	m := (1 - v) * (1 + v)
	return m * m * math.Sqrt(m) / (1 + 2*v*v)
}

// Unit is the size of q̈, and the unit of losses.
const Unit = 4

// Objective is the published loss, w (|q̇ − q̇*| + |q̈ − q̈*|) with w over its mean, in units of q̈; a
// Lagrangian that learns from it has the positive-definiteness penalty too.
func (s *States) Objective(m Model, net *model.Model[float64]) train.Objective[float64] {
	if m.Family == "hnn" {
		o, weight := &train.Accelerations[float64]{N: len(s.v), U: s.g, Scale: []float64{1, 1}, Penalty: train.L1},
			s.weigh()
		for i, v := range s.v {
			x, y := s.state(m, i)
			c := weight(v) / Unit
			o.X, o.Qdot, o.A = append(o.X, x[:]...), append(o.Qdot, y[0]), append(o.A, y[1])
			o.Weight = append(o.Weight, c, c*s.perForce(m, i))
		}
		return o
	}
	o := s.accelerations(m, true)
	if net == nil || m.rate > 0 {
		return o
	}
	return train.KeepPositiveDefinite(net, o, train.InitialGuess{})
}

// accelerations is the loss of q̈, with weights or without.
func (s *States) accelerations(m Model, weighted bool) *train.Accelerations[float64] {
	o, weight := &train.Accelerations[float64]{N: len(s.v), U: s.g, A: s.a, Penalty: train.L1}, s.weigh()
	for i, v := range s.v {
		x, _ := s.state(m, i)
		if o.X = append(o.X, x[:]...); weighted {
			o.Weight = append(o.Weight, weight(v))
		}
	}
	return o
}

// errors calls see with the errors of q̇ and q̈ of every sample.
func (s *States) errors(m Model, net *model.Model[float64], see func(i int, velocity, accel float64)) {
	n, tape := len(s.v), net.Tape(model.Chunk)
	x, y := make([]float64, 2*model.Chunk), make([]float64, 2*model.Chunk)
	for lo := 0; lo < n; lo += model.Chunk {
		hi := min(lo+model.Chunk, n)
		for i := lo; i < hi; i++ {
			from, _ := s.state(m, i)
			copy(x[2*(i-lo):], from[:])
		}
		tape.Field(x[:2*(hi-lo)], s.g[lo:hi], y[:2*(hi-lo)])
		for i := lo; i < hi; i++ {
			_, want := s.state(m, i)
			see(i, math.Abs(y[2*(i-lo)]-want[0]), math.Abs(y[2*(i-lo)+1]-want[1])*s.perForce(m, i))
		}
	}
}

// measure is the published loss over all samples, and over batches of 512 of them.
func (s *States) measure(m Model, net *model.Model[float64]) (r Score) {
	const size = 512
	var all, sum, one, part float64
	s.errors(m, net, func(i int, velocity, accel float64) {
		w := officialWeight(s.v[i])
		all, sum, r.Velocity, r.Accel = all+w, sum+w*(velocity+accel), r.Velocity+w*velocity, r.Accel+w*accel
		one, part = one+w, part+w*(velocity+accel)
		if i%size == size-1 {
			r.Batches += part / one / float64(len(s.v)/size)
			one, part = 0, 0
		}
	})
	r.Loss, r.Velocity, r.Accel = sum/all, r.Velocity/all, r.Accel/all
	return r
}

// Nothing is the loss of q̇ = v, q̈ = 0.
func (s *States) Nothing() (loss float64) {
	all := 0.0
	for i, v := range s.v {
		w := officialWeight(v)
		all, loss = all+w, loss+w*math.Abs(s.a[i])
	}
	return loss / all
}
