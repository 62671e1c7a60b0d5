package model

import (
	"slices"

	"lagrange/nn"
	"lagrange/symbolic"
)

// expressions are formulas of the state (q, v) as a part: (q, v, c) → h/size, one number for each. All of them are one
// list of steps z, in which what they share stands once. It implements nn.Part.
type expressions[T nn.Float] struct {
	steps   []symbolic.Step
	outs    []int // steps that are values
	sizes   []T   // of those values
	in      int
	x       *nn.Streams[T]
	z, zbar *nn.Streams[T]
	kept    [][3]T // f′, f″, f‴ of the steps, row by row
}

func newExpressions[T nn.Float](s Spec, ts []Term, in, batch, k, components int) *expressions[T] {
	e := &expressions[T]{in: in}
	type key struct {
		kind symbolic.Kind
		a, b int
		c    float64
		name string
	}
	known := map[key]int{}
	for _, t := range ts {
		formula, err := s.steps(t)
		if err != nil {
			panic("model: a formula that was checked: " + err.Error())
		}
		var at []int // in e.steps
		for _, step := range formula {
			step = step.Moved(at)
			k := key{step.Kind, step.A, step.B, step.C, step.Name}
			i, there := known[k]
			if !there {
				i = len(e.steps)
				known[k] = i
				e.steps = append(e.steps, step)
			}
			at = append(at, i)
		}
		e.outs, e.sizes = append(e.outs, at[len(at)-1]), append(e.sizes, T(t.Size))
	}
	e.z = nn.NewStreams[T](batch, k, len(e.steps), components)
	e.zbar = nn.NewAdjoint[T](batch, len(e.steps), components)
	e.kept = make([][3]T, batch*len(e.steps))
	return e
}

func (e *expressions[T]) In() int  { return e.in }
func (e *expressions[T]) Out() int { return len(e.outs) }

// Forward implements nn.Part.
func (e *expressions[T]) Forward(x, y *nn.Streams[T]) {
	e.x = x
	e.z.Resize(x.Batch)
	e.zbar.Resize(x.Batch)
	for b := range x.Batch {
		xb, z := x.Row(0, b), e.z.Row(0, b)
		for i, s := range e.steps {
			switch s.Kind {
			case symbolic.Constant:
				z[i] = T(s.C)
			case symbolic.Variable:
				z[i] = xb[s.A]
			case symbolic.Sum:
				z[i] = z[s.A] + T(s.C)*z[s.B]
			case symbolic.Product:
				z[i] = z[s.A] * z[s.B]
			case symbolic.Function:
				f := s.F(float64(z[s.A]))
				z[i], e.kept[b*len(e.steps)+i] = T(f[0]), [3]T{T(f[1]), T(f[2]), T(f[3])}
			}
		}
	}
	for k := 1; k <= x.K; k++ {
		e.push(k, x)
	}
	e.out(y, 0, x.K)
}

// push sets z_k = f′ x_k for block k, a tangent or a direction; of st it adds f″[x_s, x_t].
func (e *expressions[T]) push(k int, x *nn.Streams[T]) {
	for b := range x.Batch {
		z, xk, zk, kept := e.z.Row(0, b), x.Row(k, b), e.z.Row(k, b), e.kept[b*len(e.steps):]
		var zs, zt []T
		if k == nn.ST {
			zs, zt = e.z.Row(nn.S, b), e.z.Row(nn.T, b)
		}
		for i, s := range e.steps {
			switch s.Kind {
			case symbolic.Constant:
				zk[i] = 0
			case symbolic.Variable:
				zk[i] = xk[s.A]
			case symbolic.Sum:
				zk[i] = zk[s.A] + T(s.C)*zk[s.B]
			case symbolic.Product:
				if zk[i] = zk[s.A]*z[s.B] + z[s.A]*zk[s.B]; zs != nil {
					zk[i] += zs[s.A]*zt[s.B] + zt[s.A]*zs[s.B]
				}
			case symbolic.Function:
				if zk[i] = kept[i][0] * zk[s.A]; zs != nil {
					zk[i] += kept[i][1] * zs[s.A] * zt[s.A]
				}
			}
		}
	}
}

// out sets the blocks lo … hi of the values.
func (e *expressions[T]) out(y *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range y.Batch {
			z, yb := e.z.Row(k, b), y.Row(k, b)
			for o, i := range e.outs {
				yb[o] = z[i] / e.sizes[o]
			}
		}
	}
}

// Reverse implements nn.Part.
func (e *expressions[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	K := e.x.K
	for b := range ybar.Batch {
		z, λ, kept := e.z.Row(0, b), e.zbar.Row(0, b), e.kept[b*len(e.steps):]
		xb := xbar.Row(0, b)
		e.begin(ybar, xb, λ, 0, b)
		for i, s := range slices.Backward(e.steps) {
			var c T // f″
			switch s.Kind {
			case symbolic.Variable:
				xb[s.A] += λ[i]
			case symbolic.Sum:
				λ[s.A] += λ[i]
				λ[s.B] += T(s.C) * λ[i]
			case symbolic.Product:
				λ[s.A] += λ[i] * z[s.B]
				λ[s.B] += λ[i] * z[s.A]
				c = λ[i]
			case symbolic.Function:
				λ[s.A] += λ[i] * kept[i][0]
				c = λ[i] * kept[i][1]
			}
			if H == nil || c == 0 {
				continue
			}
			for k := 1; k <= K; k++ {
				zk := e.z.Row(k, b)
				for j := 1; j <= k; j++ {
					zj := e.z.Row(j, b)
					if s.Kind == symbolic.Product {
						H[b*K*K+(j-1)*K+k-1] += c * (zj[s.A]*zk[s.B] + zk[s.A]*zj[s.B])
					} else {
						H[b*K*K+(j-1)*K+k-1] += c * zj[s.A] * zk[s.A]
					}
				}
			}
		}
	}
}

// begin begins the way back of block k: nothing but the adjoints of the values.
func (e *expressions[T]) begin(ybar *nn.Streams[T], xb, λ []T, k, b int) {
	clear(xb)
	clear(λ)
	for o, i := range e.outs {
		λ[i] += ybar.Row(k, b)[o] / e.sizes[o]
	}
}

// Mixed implements nn.Part.
func (e *expressions[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for k := nn.S; k >= -x.Components; k-- {
		e.push(k, x)
	}
	e.out(y, -x.Components, nn.S)
}

// MixedReverse implements nn.Part: the way of Reverse in dual or hyper-dual numbers.
func (e *expressions[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		kept := e.kept[b*len(e.steps):]
		for k := nn.S; k >= -ybar.Components; k-- {
			e.begin(ybar, xbar.Row(k, b), e.zbar.Row(k, b), k, b)
		}
		z, λ, xb := components(e.z, b), components(e.zbar, b), components(xbar, b)
		for i, s := range slices.Backward(e.steps) {
			l := λ.at(i)
			switch s.Kind {
			case symbolic.Variable:
				xb.add(s.A, l)
			case symbolic.Sum:
				λ.add(s.A, l)
				λ.add(s.B, l.scale(T(s.C)))
			case symbolic.Product:
				x, y := z.at(s.A), z.at(s.B)
				λ.add(s.A, l.mul(y))
				λ.add(s.B, l.mul(x))
			case symbolic.Function:
				f := kept[i]
				λ.add(s.A, l.mul(z.at(s.A).map2(f[0], f[1], f[2])))
			}
		}
	}
}

// numberRow is one row of streams, read as dual or hyper-dual numbers.
type numberRow[T nn.Float] struct{ blocks [4][]T }

func components[T nn.Float](x *nn.Streams[T], b int) (r numberRow[T]) {
	for k := range x.Components + 1 {
		r.blocks[k] = x.Row(-k, b)
	}
	return r
}

func (r numberRow[T]) at(i int) hyper[T] {
	a := hyper[T]{x: r.blocks[0][i], s: r.blocks[1][i]}
	if r.blocks[2] != nil {
		a.t, a.st = r.blocks[2][i], r.blocks[3][i]
	}
	return a
}

// add adds the components s, t and st; the value is that of Reverse.
func (r numberRow[T]) add(i int, a hyper[T]) {
	if r.blocks[1][i] += a.s; r.blocks[2] != nil {
		r.blocks[2][i] += a.t
		r.blocks[3][i] += a.st
	}
}

// beside is two parts with the same input, whose outputs stand one after the other. It implements nn.Part.
type beside[T nn.Float] struct {
	first, second nn.Part[T]
	xbar          *nn.Streams[T] // of the second
}

func newBeside[T nn.Float](first, second nn.Part[T], batch, components int) *beside[T] {
	return &beside[T]{first, second, nn.NewAdjoint[T](batch, first.In(), components)}
}

func (p *beside[T]) In() int  { return p.first.In() }
func (p *beside[T]) Out() int { return p.first.Out() + p.second.Out() }

// halves are the columns of y of either.
func (p *beside[T]) halves(y *nn.Streams[T]) (a, b *nn.Streams[T]) {
	a, b = &nn.Streams[T]{}, &nn.Streams[T]{}
	n := p.first.Out()
	a.View(y, 0, n)
	b.View(y, n, n+p.second.Out())
	return a, b
}

// Forward implements nn.Part.
func (p *beside[T]) Forward(x, y *nn.Streams[T]) {
	p.xbar.Resize(x.Batch)
	a, b := p.halves(y)
	p.first.Forward(x, a)
	p.second.Forward(x, b)
}

// Reverse implements nn.Part.
func (p *beside[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, g nn.Gradient[T]) {
	a, b := p.halves(ybar)
	p.first.Reverse(a, xbar, H, g)
	p.second.Reverse(b, p.xbar, H, g)
	p.add(xbar, 0, 0)
}

// Mixed implements nn.Part.
func (p *beside[T]) Mixed(d nn.Directions[T], x, y *nn.Streams[T]) {
	a, b := p.halves(y)
	p.first.Mixed(d, x, a)
	p.second.Mixed(d, x, b)
}

// MixedReverse implements nn.Part.
func (p *beside[T]) MixedReverse(ybar, xbar *nn.Streams[T], g nn.Gradient[T]) {
	a, b := p.halves(ybar)
	p.first.MixedReverse(a, xbar, g)
	p.second.MixedReverse(b, p.xbar, g)
	p.add(xbar, -xbar.Components, nn.S)
}

func (p *beside[T]) add(xbar *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range xbar.Batch {
			row := xbar.Row(k, b)
			for i, y := range p.xbar.Row(k, b) {
				row[i] += y
			}
		}
	}
}
