package smooth

import (
	"math"
	"slices"
)

const (
	held    = 3    // rows of one value are held, if a jump follows:
	leap    = 3    // times what a number changes by from row to row beside them
	leapers = 3    // changes that are looked at on either side, in the rows near
	slight  = 1e-9 // of the largest number: no change is less
	unlike  = 1e-3 // of the noise: numbers in so fine steps are hardly the same twice, and never three times
)

// stale are the rows of a column in which no number was measured, though one stands there: those that repeat the one
// before them until it jumps, and those of 0 between two jumps. Where there are some of these, every 0 of positions is
// one. Velocities are 0 at rest, until something is struck.
func stale(y []float64, step float64, velocities bool) (rows []int) {
	most, zeros := 0.0, 0
	for _, x := range y {
		if !math.IsNaN(x) {
			most = max(most, math.Abs(x))
		}
	}
	least := max(step, slight*most)
	for lo, hi := range runsOf(y) {
		before, after := jump(y, lo-1, -1, y[lo], least), jump(y, hi, 1, y[lo], least)
		if !velocities { // a recording may begin and end without numbers
			before, after = before || lo == 0, after || hi == len(y)
		}
		switch {
		case y[lo] == 0 && before && after && hi-lo < len(y):
			rows = append(rows, between(lo, hi)...)
			zeros += hi - lo
		case hi-lo >= held && hi < len(y) && after && !(velocities && y[lo] == 0):
			rows = append(rows, between(lo+1, hi)...)
		}
	}
	if zeros >= held && !velocities {
		for i, x := range y {
			if x == 0 {
				rows = append(rows, i)
			}
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// between are the rows lo ≤ i < hi.
func between(lo, hi int) (rows []int) {
	for i := lo; i < hi; i++ {
		rows = append(rows, i)
	}
	return rows
}

// jump says whether a value is far off the number in row i, beyond which the others go on in the given direction: by
// more than these usually change, and at least some.
func jump(y []float64, i, direction int, value, least float64) bool {
	if i < 0 || i >= len(y) {
		return false
	}
	var changes []float64
	for j := i + direction; j >= 0 && j < len(y) && len(changes) < leapers && (j-i)*direction < 2*near; j += direction {
		if from := y[j-direction]; !math.IsNaN(y[j]-from) && y[j] != value && from != value {
			changes = append(changes, math.Abs(y[j]-from))
		}
	}
	if len(changes) == 0 {
		return false
	}
	slices.Sort(changes)
	return math.Abs(y[i]-value) > leap*max(least, changes[len(changes)/2])
}

// sifted are series without numbers that were not measured.
type sifted struct {
	series []Series
	stale  int     // how many those are
	step   float64 // of the encoder that reads positions; 0: none
}

// sift looks for them.
func sift(series []Series) sifted {
	x := sifted{series: slices.Clone(series), step: quantum(series)}
	for k, s := range series {
		for c, y := range s.columns() {
			least := 0.0
			if c == 0 {
				least = x.step
			}
			x.leave(k, c, stale(y, least, c > 0))
		}
	}
	if x.step > 0 {
		x.series = counted(x.series)
	}
	return x
}

// leave leaves rows of column c of series k out.
func (x *sifted) leave(k, c int, rows []int) {
	if x.stale += len(rows); len(rows) == 0 {
		return
	}
	at := []*[]float64{&x.series[k].Q, &x.series[k].V, &x.series[k].A}[c]
	*at = slices.Clone(*at)
	for _, i := range rows {
		(*at)[i] = math.NaN()
	}
}

// repeats leaves those out that are held though noise would change them, and says whether there are any.
func (x *sifted) repeats(f *Fit) bool {
	was := x.stale
	for k, s := range x.series {
		for c, y := range s.columns() {
			n := [3]Noise{f.Q, f.V, f.A}[c]
			if n.Low == 0 || c == 0 && x.step > unlike*n.Value {
				continue
			}
			for lo, hi := range runsOf(y) {
				if hi-lo >= held {
					x.leave(k, c, between(lo+1, hi))
				}
			}
		}
	}
	return x.stale > was
}
