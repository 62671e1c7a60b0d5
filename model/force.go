package model

import "lagrange/nn"

// force is a generalised force Q(q, v, u; θ) on the right-hand side of the Euler–Lagrange equation. It works on one
// sample at a time: d is small and there is no matrix product in it.
type force[T nn.Float] interface {
	// add adds Q to r (d).
	add(v, u, r []T)
	// vjp adds μᵀ∂Q/∂θ to dθ (all parameters of the model), μᵀ∂Q/∂v to dv and μᵀ∂Q/∂u to du.
	vjp(v, u, mu, dtheta, dv, du []T)
}

// actuators bring the known forces u through learned input gains B, Q_i = E/s_i (Σ_j B_ij u_j/σ_j + b_i): s_i is the
// scale of v_i, σ_j that of u_j, E the model's unit of power, and b an offset of the sensor or actuator. θ holds B (d,
// m), then b (d).
type actuators[T nn.Float] struct {
	theta  []T
	at     int
	E      T
	vs, us []T
	in     []int // places of the forces among the inputs
}

func actuatorParams(d, m int) int { return d*m + d }

func (f *actuators[T]) add(_, u, r []T) {
	m := len(f.us)
	for i, s := range f.vs {
		Q := f.theta[len(f.vs)*m+i]
		for j, k := range f.in {
			Q += f.theta[i*m+j] * u[k] / f.us[j]
		}
		r[i] += f.E / s * Q
	}
}

func (f *actuators[T]) vjp(_, u, mu, dtheta, _, du []T) {
	d, m, g := len(f.vs), len(f.us), dtheta[f.at:]
	for i, s := range f.vs {
		y := f.E / s * mu[i]
		g[d*m+i] += y
		for j, k := range f.in {
			g[i*m+j] += y * u[k] / f.us[j]
			du[k] += y * f.theta[i*m+j] / f.us[j]
		}
	}
}

// viscous is friction from the Rayleigh function D = ½ E wᵀ(RRᵀ)w with w_i = v_i/s_i: Q = −∂D/∂v. R is lower
// triangular, so that friction never brings energy. θ holds R row by row.
type viscous[T nn.Float] struct {
	theta []T
	at    int
	E     T
	vs    []T
	y     []T // Rᵀw
}

func viscousParams(d int) int { return d * (d + 1) / 2 }

func (f *viscous[T]) add(v, _, r []T) {
	f.project(v)
	for i, s := range f.vs {
		row := f.theta[i*(i+1)/2:]
		for j := 0; j <= i; j++ {
			r[i] -= f.E / s * row[j] * f.y[j]
		}
	}
}

// project sets y = Rᵀ w.
func (f *viscous[T]) project(v []T) {
	clear(f.y)
	for i, s := range f.vs {
		row := f.theta[i*(i+1)/2:]
		for j := 0; j <= i; j++ {
			f.y[j] += row[j] * v[i] / s
		}
	}
}

func (f *viscous[T]) vjp(v, _, mu, dtheta, dv, _ []T) {
	// μᵀQ = −E pᵀR Rᵀw with p_i = μ_i/s_i, so ∂/∂R_ij = −E (p_i y_j + w_i z_j) with y = Rᵀw, z = Rᵀp
	f.project(v)
	g := dtheta[f.at:]
	for j := range f.vs {
		var z T
		for i := j; i < len(f.vs); i++ {
			z += f.theta[i*(i+1)/2+j] * mu[i] / f.vs[i]
		}
		for i := j; i < len(f.vs); i++ {
			k, s := i*(i+1)/2+j, f.vs[i]
			g[k] -= f.E * (mu[i]/s*f.y[j] + v[i]/s*z)
			dv[i] -= f.E / s * f.theta[k] * z
		}
	}
}
