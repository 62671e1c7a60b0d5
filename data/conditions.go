package data

import (
	"fmt"
	"slices"
	"strings"
)

// leastConditions are those of which one can be held out whole: two are left to learn from what they do.
const leastConditions = 3

// Condition is the values of the system parameters under which a motion was recorded, in the order of these.
type Condition []float64

// conditions are those of the trajectories, each once and in the order of their values, and the number of that of each
// trajectory. There are none where a set has no system parameters, or one of them changes within a trajectory.
func (s *Set) conditions() (all []Condition, of []int) {
	m, p := s.M(), s.SystemParameters
	if p == 0 || s.states {
		return nil, nil
	}
	for i := range s.Trajectories {
		u := s.Trajectories[i].U
		first := Condition(u[m-p : m])
		for at := m; at < len(u); at += m {
			if !slices.Equal(u[at+m-p:at+m], first) {
				return nil, nil
			}
		}
		all = append(all, first)
	}
	own := slices.Clone(all)
	slices.SortFunc(all, slices.Compare[Condition])
	all = slices.CompactFunc(all, slices.Equal[Condition])
	for _, c := range own {
		n, _ := slices.BinarySearchFunc(all, c, slices.Compare[Condition])
		of = append(of, n)
	}
	return all, of
}

// heldConditions says for each of the conditions where it goes (0 train, 1 valid, 2 test): a third of them to test and,
// of nine or more, a ninth to validate, evenly in their order. None has the least or the largest value of a parameter
// of three values or more, as far as others are there, so that what is learned from bounds them. The rest is learned
// from; where conditions are fewer, validation is by a part of that. It is nil where there are too few to hold one out.
func heldConditions(all []Condition, tested bool) (to []int) {
	if len(all) < leastConditions {
		return nil
	}
	to = make([]int, len(all))
	var within []int
	for n, c := range all {
		if !atEdge(c, all) {
			within = append(within, n)
		}
	}
	if len(within) == 0 {
		for n := range all[2:] {
			within = append(within, n+1)
		}
	}
	hold := func(part, number int) {
		free := slices.DeleteFunc(slices.Clone(within), func(n int) bool { return to[n] > 0 })
		number = min(number, len(free))
		for i := range number {
			at := len(free) / 2
			if number > 1 {
				at = i * (len(free) - 1) / (number - 1)
			}
			to[free[at]] = part
		}
	}
	if tested {
		hold(2, len(all)/3)
	}
	hold(1, len(all)/ManyTrajectories)
	return to
}

// conditionParts is heldConditions for each trajectory.
func (s *Set) conditionParts(tested bool) (to []int) {
	all, of := s.conditions()
	if parts := heldConditions(all, tested); parts != nil {
		for _, n := range of {
			to = append(to, parts[n])
		}
	}
	return to
}

// atEdge says whether one of the parameters of a condition has its least or largest value, of three or more.
func atEdge(c Condition, all []Condition) bool {
	for k, x := range c {
		var values []float64
		for _, other := range all {
			values = append(values, other[k])
		}
		slices.Sort(values)
		values = slices.Compact(values)
		if n := len(values); n > 2 && (x == values[0] || x == values[n-1]) {
			return true
		}
	}
	return false
}

// DifferingConditions says whether trajectories differ in their conditions, in three at least: Split holds out whole
// ones.
func (s *Set) DifferingConditions() bool {
	all, _ := s.conditions()
	return len(all) >= leastConditions
}

// UnseenConditions says whose errors those of the test part of Split are: of conditions that nothing was learned from,
// or of ones that were. It is nothing where trajectories do not differ in theirs.
func (s *Set) UnseenConditions() (f Finding, some bool) {
	all, _ := s.conditions()
	if len(all) < 2 {
		return f, false
	}
	f = Finding{Kind: KindConditions, Sure: Certain}
	if len(all) < leastConditions {
		f.Says = fmt.Sprintf("errors are those of conditions that were learned from: %s are too few to hold one out",
			count(len(all), "condition"))
		f.Do = fmt.Sprintf("record %d or more", leastConditions)
		return f, true
	}
	const shown = 4
	var held []string
	for n, part := range heldConditions(all, true) {
		if part == 2 {
			held = append(held, s.named(all[n]))
		}
	}
	list := strings.Join(held[:min(shown, len(held))], "; ")
	if more := len(held) - shown; more > 0 {
		list += fmt.Sprintf("; and %d more", more)
	}
	f.Says = fmt.Sprintf("errors are those of conditions that nothing was learned from, %d of %d: %s", len(held),
		len(all), list)
	return f, true
}

// named is a condition in words: mass 1, length 0.8.
func (s *Set) named(c Condition) string {
	var words []string
	for i, x := range c {
		words = append(words, fmt.Sprintf("%s %.6g", s.Inputs[len(s.Forces())+i], x))
	}
	return strings.Join(words, ", ")
}
