package data

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	whole = func(suffix string) bool { return suffix == "" }
	// One letter says little: v1, v_arm and vx are velocities, voltage is not.
	short    = regexp.MustCompile(`^([0-9_. -].*|[a-z])?$`).MatchString
	numbered = regexp.MustCompile(`^[_. ]?[0-9]*$`).MatchString
	// place is a name of a coordinate that says little where velocities tell which columns are coordinates.
	place = regexp.MustCompile(`^[xyzrs][0-9]*$`)
	// led are the letters of a derivative before the name of the coordinate: v_r, dphi, ddphi, a_x.
	led = [3][]string{1: {"v", "d", "vel", "velocity", "omega", "qd"}, 2: {"a", "dd", "d2", "acc", "accel", "qdd"}}
	// behind are those at the end of it: theta_d, x_v, x_dd.
	behind = [3][]string{1: {"d", "v", "vel", "speed"}, 2: {"dd", "a", "acc"}}
)

// guess is what a name alone, or a name beside others, suggests.
type guess struct {
	role  string // "" when nothing is recognised
	rest  string // the name without its keyword: what pairs theta1 with omega1
	of    string // the key of the name whose time derivative this is: theta_dot is of theta
	why   string
	angle bool // the name says angle
	aim   bool // what should be, not what was measured
}

// key is a name without what writers differ in: theta_1, Theta1 and θ₁ have the same.
func key(name string) string {
	w, _ := unitSuffix(wordsOf(name))
	return strings.Join(bared(w), "")
}

// bared are the words without what a recorder puts before all of them.
func bared(w []string) []string {
	for len(w) > 1 && (w[0] == "field" || w[0] == "msg") {
		w = w[1:]
	}
	return w
}

// roleOf is the role that the words of a name say by themselves.
func roleOf(w []string) string { return byWords(strings.Join(w, "_"), w).role }

// byName reads one name.
func byName(name string) guess {
	w, _ := unitSuffix(wordsOf(name))
	if slices.ContainsFunc(w, func(x string) bool { return has(sines, x) }) {
		return guess{why: "the sine or cosine of an angle by its name", aim: true}
	}
	g := byWords(strings.ToLower(name), bared(w))
	if g.role == "" && slices.ContainsFunc(w, func(x string) bool { return has(aims, x) }) {
		return aimed
	}
	return g
}

// aimed is the guess of a set point.
var aimed = guess{why: "what should be by its name, not what was measured", aim: true}

// byWords reads one name by its words; name is all of it, in lower case.
func byWords(name string, w []string) guess {
	const most = 64 // words of a name; more are none
	if len(w) == 0 || len(w) > most || deviation(w[0]) {
		return guess{aim: true}
	}
	if of, order := derivative(w); order > 0 {
		g := guess{role: [3]string{1: RoleV, 2: RoleA}[order], of: strings.Join(of, ""),
			why: "a derivative by its name"}
		b := byWords(strings.Join(of, "_"), of)
		g.rest, g.angle = b.rest, b.angle
		if b.role == RoleV && order == 1 {
			g.role = RoleA
		}
		return g
	}
	if k, at, rest, found := keywordIn(w); found {
		g := guess{role: k.role, rest: rest, angle: k.angle, why: "its name has the word " + w[at]}
		if len(w) == 1 {
			g.why = "by its name"
		}
		return g.checked(w)
	}
	return byLetters(name, w)
}

// deviation says whether a name that begins so is that of a standard deviation, whatever it is of; spread is that of
// older files.
func deviation(first string) bool { return first == "sd" || first == "std" || first == "spread" }

// keywordLines are the places in keywords of their words.
var keywordLines = func() map[string]int {
	m := map[string]int{}
	for i, k := range keywords {
		for word := range strings.FieldsSeq(k.words) {
			if _, seen := m[word]; !seen {
				m[word] = i
			}
		}
	}
	return m
}()

// keywordIn finds the first line of keywords with a word that is among those of a name: the word itself, or with two
// letters more, as in velx.
func keywordIn(w []string) (k keyword, at int, rest string, found bool) {
	best, tail := len(keywords), ""
	for i, x := range w {
		if line, is := keywordLines[x]; is {
			if line < best {
				best, at, tail = line, i, ""
			}
			continue
		}
		for n := 1; n <= 2 && len(x)-n >= 3; n++ {
			if line, is := keywordLines[x[:len(x)-n]]; is && line < best {
				best, at, tail = line, i, x[len(x)-n:]
				break
			}
		}
	}
	if best == len(keywords) {
		return k, 0, "", false
	}
	other := slices.Clone(w)
	other[at] = tail
	return keywords[best], at, remainder(other), true
}

// remainder is what is left of the words of a name to tell coordinates apart.
func remainder(w []string) string {
	var s []string
	for _, x := range w {
		if !has(qualities, x) {
			s = append(s, x)
		}
	}
	return strings.Join(s, "")
}

// checked is the guess with what other words of the name say against it.
func (g guess) checked(w []string) guess {
	for _, x := range w {
		switch {
		case g.role != RoleTime && g.role != RoleU && has(aims, x):
			return aimed
		case g.role == RoleQ && x == "rate", g.role == RoleQ && x == "rates":
			g.role = RoleV
		}
		switch k := keywordOf(x); {
		case (g.role == RoleV || g.role == RoleA) && k.angle:
			g.angle = true
		}
	}
	if g.role == RoleTrajectory {
		for _, x := range w {
			if !has(counters, x) && !isNumber(x) && keywordOf(x).role != RoleTrajectory {
				return guess{}
			}
		}
	}
	return g
}

// keywordOf is the line of keywords that has a word; the zero value where none has.
func keywordOf(word string) (k keyword) {
	if line, is := keywordLines[word]; is {
		k = keywords[line]
	}
	return k
}

// byLetters reads a name of few letters.
func byLetters(name string, w []string) guess {
	if len(w) > 0 && !strings.HasPrefix(name, w[0]) {
		name = strings.Join(w, "_")
	}
	if n := len(w); n == 1 {
		name = w[0] // without its unit
	} else if n == 2 && isNumber(w[1]) {
		name = w[0] + w[1]
	}
	best, at := "", -1
	for i, k := range letters {
		if suffix, ok := strings.CutPrefix(name, k.word); ok && len(k.word) > len(best) && k.fits(suffix) {
			best, at = k.word, i
		}
	}
	if _, is := versions[w[0]]; at < 0 && is && len(w) > 1 { // actual_q_0
		return byWords(strings.Join(w[1:], "_"), w[1:])
	} else if at < 0 {
		return guess{}
	}
	k := letters[at]
	g := guess{role: k.role, rest: strings.Trim(strings.ReplaceAll(name[len(best):], "_", ""), ". -"), angle: k.angle,
		why: "its name starts with " + best}
	if g.rest == "" {
		g.why = "by its name"
	}
	return g.checked(w)
}

// derivative takes the marks of a time derivative off the words of a name: theta dot, q ddot 1, dtheta dt, d 2 x dt 2.
func derivative(w []string) (of []string, order int) {
	for i, x := range w {
		for _, m := range []struct {
			mark  string
			order int
		}{{"ddot", 2}, {"dot", 1}} {
			if head, ok := strings.CutSuffix(x, m.mark); ok && (head != "" || len(w) > 1) { // also \\dot\\theta
				of = slices.Clone(w)
				of[i] = head
				return slices.DeleteFunc(of, func(x string) bool { return x == "" }), m.order
			}
		}
	}
	n := len(w)
	if n > 2 && w[n-1] == "2" && w[n-2] == "dt" && strings.HasPrefix(w[0], "d") {
		of, order = slices.Clone(w[:n-2]), 2
		if of[0] = strings.TrimPrefix(of[0], "d"); len(of) > 1 && of[1] == "2" {
			of = slices.Delete(of, 1, 2)
		}
	} else if n > 1 && w[n-1] == "dt" && strings.HasPrefix(w[0], "d") {
		of, order = slices.Clone(w[:n-1]), 1
		of[0] = strings.TrimPrefix(of[0], "d")
	}
	if of = slices.DeleteFunc(of, func(x string) bool { return x == "" }); len(of) == 0 {
		return nil, 0
	}
	return of, order
}

// bases are the keys of the names that the given one may be the derivative of the given order (1 or 2) of.
func bases(name string, order int) (of []string) {
	if g := byName(name); g.of != "" && g.role == [3]string{1: RoleV, 2: RoleA}[order] {
		of = append(of, g.of)
	}
	w, _ := unitSuffix(wordsOf(name))
	if w = bared(w); len(w) > 0 && deviation(w[0]) {
		return nil
	}
	all := strings.Join(w, "")
	for _, p := range led[order] {
		if x, ok := strings.CutPrefix(all, p); ok && x != "" && !isNumber(x) {
			of = append(of, x)
		}
	}
	last := len(w) - 1
	for last > 0 && isNumber(w[last]) {
		last--
	}
	if last < 1 {
		return of
	}
	for _, p := range append(slices.Clone(behind[order]), led[order]...) { // theta_d, cart_vx
		if x, ok := strings.CutPrefix(w[last], p); ok && (x != "" || slices.Contains(behind[order], p)) {
			of = append(of, strings.Join(w[:last], "")+x+strings.Join(w[last+1:], ""))
		}
	}
	return of
}

// guesses reads all names together. Beside what each says by itself, a column x is a coordinate
// if another is named after it as its velocity: v_x, vx, x_dot, xdot, dx, x_vel.
func guesses(names []string) []guess {
	g := make([]guess, len(names))
	at := map[string]int{}
	named := false // does any name say coordinate by itself?
	for j, n := range names {
		g[j] = byName(n)
		if _, seen := at[key(n)]; !seen {
			at[key(n)] = j
		}
		named = named || g[j].role == RoleQ
	}
	coordinate := func(x int) bool {
		for _, of := range bases(names[x], 1) {
			if y, ok := at[of]; ok && y != x && g[y].role != RoleTime && g[y].role != RoleTrajectory {
				return false // itself a derivative: ddx is not the velocity of dx
			}
		}
		switch g[x].role {
		case RoleQ:
			return true
		case "", roleMomentum:
			return !g[x].aim
		case RoleA, RoleU: // a,b,va,vb are two coordinates, but q,v,a,da are not
			return !named && g[x].of == ""
		}
		return false
	}
	out := slices.Clone(g)
	for order := 1; order <= 2; order++ {
		for j, n := range names {
			for _, of := range bases(n, order) {
				x, ok := at[of]
				if !ok || x == j || order == 2 && out[x].role != RoleQ {
					continue
				}
				switch {
				case g[x].role == RoleV && g[j].of != "": // v_dot
					out[j] = guess{role: RoleA, rest: g[x].rest, why: "derivative of " + names[x]}
				case coordinate(x):
					out[j] = guess{role: [3]string{1: RoleV, 2: RoleA}[order], of: of, rest: g[j].rest,
						angle: g[j].angle, why: "named after " + names[x]}
					if out[x].role != RoleQ {
						out[x] = guess{role: RoleQ, rest: of, angle: g[x].angle,
							why: strings.ToLower(n) + " is named after it"}
					}
				}
			}
		}
	}
	places(names, out)
	alphas(names, out)
	return out
}

// places takes x1 for a coordinate that v1 or w1 goes with by its ending, where no other name says coordinate.
func places(names []string, g []guess) {
	if slices.ContainsFunc(g, func(g guess) bool { return g.role == RoleQ }) {
		return
	}
	taken := map[int]bool{}
	for j, n := range names {
		k := key(n)
		if g[j].role != "" || !place.MatchString(k) {
			continue
		}
		for i := range g {
			if g[i].role == RoleV && g[i].of == "" && g[i].rest == k[1:] && !taken[i] {
				g[j] = guess{role: RoleQ, rest: k[1:], why: fmt.Sprintf("%s goes with it", names[i])}
				taken[i] = true
				break
			}
		}
	}
}

// alphas takes alpha and alpha1 for accelerations beside angles and their velocities, else for coordinates.
func alphas(names []string, g []guess) {
	angle := slices.ContainsFunc(g, func(g guess) bool { return g.role == RoleQ && g.angle }) ||
		slices.ContainsFunc(g, func(g guess) bool { return g.role == RoleV && g.angle })
	for j, n := range names {
		w := wordsOf(n)
		if g[j].role != "" || len(w) == 0 || w[0] != "alpha" && (w[0] != "beta" || angle) {
			continue
		}
		if rest := remainder(w[1:]); angle {
			g[j] = guess{role: RoleA, rest: rest, why: "its name is that of an angular acceleration beside angles"}
		} else {
			g[j] = guess{role: RoleQ, rest: rest, why: "its name is that of an angle"}
		}
	}
}

// angular tells whether a coordinate's name says angle.
func angular(name string) bool { return byName(name).angle }

// unitIn is the unit that a name ends in, such as deg/s of omega1_deg_s.
func unitIn(name string) string {
	_, unit := unitSuffix(wordsOf(name))
	return unit
}
