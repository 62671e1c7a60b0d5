package sweep

import "math"

// Halving gives most of the time to the best (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification").
// The points of a batch are trained a little; the best of them, one in Factor, go on from their models to Factor times
// as many steps, and so on. Batches do not wait for each other unless the sampler does (Li et al. 2020, ASHA), and what
// goes on is a function of the results of the batch, not of who was first.
type Halving struct {
	Steps  int `toml:"steps"`  // of the first rung
	Factor int `toml:"factor"` // 3 if not given
	Rungs  int `toml:"rungs"`  // 3 if not given
}

func (h *Halving) check(f *File) error {
	if h.Factor == 0 {
		h.Factor = 3
	}
	if h.Rungs == 0 {
		h.Rungs = 3
	}
	switch {
	case f.Run != "train":
		return f.wrong("halving", "halving is for run = \"train\": an experiment does not go on from a model")
	case h.Steps < 1:
		return f.wrong("halving.steps", "steps = %d: want the steps of the first rung, 1 or more", h.Steps)
	case h.Factor < 2 || h.Rungs < 1 || h.total(h.Rungs-1) > math.MaxInt32:
		return f.wrong("halving", "factor = %d, rungs = %d: want 2 or more, and 1 or more", h.Factor, h.Rungs)
	case f.Space["steps"] != nil || f.Space["budget"] != nil:
		return f.wrong("space", "halving sets the number of steps: leave steps and budget out of the space")
	}
	return nil
}

// total is the number of steps by the end of a rung.
func (h *Halving) total(rung int) int {
	n := float64(h.Steps) * math.Pow(float64(h.Factor), float64(rung))
	return int(min(n, math.MaxInt64/2))
}

// steps are those of a trial of the rung.
func (h *Halving) steps(rung int) int {
	if rung == 0 {
		return h.Steps
	}
	return h.total(rung) - h.total(rung-1)
}

// survivors is how many of n points go on.
func (h *Halving) survivors(n int) int { return (n + h.Factor - 1) / h.Factor }

// rungs is how many there are; without halving one.
func (f *File) rungs() int {
	if f.Halving == nil {
		return 1
	}
	return f.Halving.Rungs
}

// last says whether no rung follows.
func (f *File) last(rung int) bool { return rung == f.rungs()-1 }
