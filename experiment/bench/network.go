package bench

import (
	"fmt"
	"math"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

// Network is what the networks of all experiments are made by.
type Network struct {
	Name, Family string // the name in reports
	Head         model.Head
	Hidden       []int
	Canonical    bool // its states are (q, p), else (q, v)
}

// Title is the name with the head, where there is a choice of one, and the layers: "lnn, quadratic head, 20×2".
func (n Network) Title() string { return n.As(n.Name) }

// As is the title with another name.
func (n Network) As(name string) string {
	if n.Family == "lnn" || n.Family == "hnn" {
		head := n.Head
		if head == "" {
			head = model.Plain
		}
		name += fmt.Sprintf(", %s head", head)
	}
	if len(n.Hidden) > 0 && slices.Min(n.Hidden) == slices.Max(n.Hidden) {
		return fmt.Sprintf("%s, %d×%d", name, n.Hidden[0], len(n.Hidden))
	}
	for _, h := range n.Hidden {
		name += fmt.Sprintf(", %d", h)
	}
	return name
}

// Spec is the model of some coordinates, with softplus units; kinetic is the weight of the term ½c|v|² at first.
func (n Network) Spec(kinetic float64, coordinates []model.Coordinate) model.Spec {
	return model.Spec{Family: n.Family, Hidden: n.Hidden, Activation: "softplus", Head: n.Head, Kinetic: kinetic,
		Coordinates: coordinates}
}

// Scaled are coordinates scaled to states and accelerations, weighted as they are: by the mean and standard deviation
// of q, and by the roots of the mean squares of v and a. An angle, whose period is given, has mean 0 and scale 1.
func Scaled(o *train.Accelerations[float64], period float64) (all []model.Coordinate) {
	d, N := len(o.A)/o.N, float64(o.N)
	for i := range d {
		var q1, q2, v2, a2 float64
		for k := range o.N {
			q, v, a, w := o.X[2*k*d+i], o.X[(2*k+1)*d+i], o.A[k*d+i], 1.
			if o.Weight != nil {
				w = o.Weight[k]
			}
			q1, q2, v2, a2 = q1+q, q2+q*q, v2+v*v, a2+a*a*w
		}
		c := model.Coordinate{Period: period, Scale: 1, Speed: math.Sqrt(v2 / N), Accel: math.Sqrt(a2 / N)}
		if period == 0 {
			c.Mean = q1 / N
			c.Scale = math.Sqrt(q2/N - c.Mean*c.Mean)
		}
		all = append(all, c)
	}
	return all
}
