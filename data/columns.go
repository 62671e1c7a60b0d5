package data

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// keyword is the beginning of a column name that says what the column is. The longest one that fits wins, so that
// angle is not an acceleration, qd not a coordinate, and tau, theta, torque and trial not the time.
type keyword struct {
	word, role string
	fits       func(suffix string) bool
}

var (
	whole    = func(suffix string) bool { return suffix == "" }
	anything = func(string) bool { return true }
	// One letter says little: v1, v_arm and vx are velocities, voltage is not.
	short    = regexp.MustCompile(`^([0-9_. -].*|[a-z])?$`).MatchString
	keywords = []keyword{
		{"t", RoleTime, whole}, {"time", RoleTime, anything},
		{"traj", RoleTrajectory, anything}, {"trajectory", RoleTrajectory, anything},
		{"trial", RoleTrajectory, anything}, {"episode", RoleTrajectory, anything},
		{"q", RoleQ, short}, {"pos", RoleQ, anything}, {"theta", RoleQ, anything}, {"angle", RoleQ, anything},
		{"phi", RoleQ, anything},
		{"position", RoleQ, anything},
		{"v", RoleV, short}, {"qd", RoleV, short}, {"vel", RoleV, anything}, {"velocity", RoleV, anything},
		{"omega", RoleV, anything},
		{"a", RoleA, short}, {"qdd", RoleA, short}, {"acc", RoleA, anything}, {"accel", RoleA, anything},
		{"acceleration", RoleA, anything},
		{"u", RoleU, short}, {"tau", RoleU, anything}, {"torque", RoleU, anything}, {"force", RoleU, anything},
	}
	endings = []struct {
		re   *regexp.Regexp
		role string
	}{
		{regexp.MustCompile(`^(.+)[_. -](acc|accel|acceleration)$`), RoleA},
		{regexp.MustCompile(`^(.+)[_. -](vel|velocity)$`), RoleV},
		{regexp.MustCompile(`^(.+)[_. -](pos|position|angle)$`), RoleQ},
		{regexp.MustCompile(`^(.+)[_. -](tau|torque|force)$`), RoleU},
	}
	// q_dot, qdot1, theta_ddot_2: the dots may stand before the number.
	dotted = regexp.MustCompile(`^(.+?)_?(ddot|dot)(?:_?([0-9]+))?$`)
	// v_r, dphi, ddphi, a_x: the letters stand before the name of the coordinate.
	led = [3][]string{1: {"v", "v_", "d", "d_", "vel_", "velocity_", "omega_", "qd_"},
		2: {"a", "a_", "dd", "dd_", "d2", "d2_", "acc_", "accel_", "qdd_"}}
)

// guess is what a name alone, or a name beside others, suggests.
type guess struct {
	role string // "" when nothing is recognised
	rest string // the name without its keyword: what pairs theta1 with omega1
	of   string // the name whose time derivative this is: theta_dot is of theta
	why  string
}

// deviation is the beginning of the name of a standard deviation, whatever it is of.
const deviation = "sd_"

// byName reads one name, in lower case.
func byName(name string) guess {
	if strings.HasPrefix(name, deviation) {
		return guess{}
	}
	if m := dotted.FindStringSubmatch(name); m != nil {
		role := map[string]string{"dot": RoleV, "ddot": RoleA}[m[2]]
		return guess{role: role, of: m[1] + m[3], why: fmt.Sprintf("its name ends in %s", m[2]+m[3])}
	}
	for _, e := range endings {
		if m := e.re.FindStringSubmatch(name); m != nil {
			return guess{role: e.role, rest: m[1], of: m[1], why: fmt.Sprintf("its name ends in %s", m[2])}
		}
	}
	var best keyword
	for _, k := range keywords {
		if suffix, ok := strings.CutPrefix(name, k.word); ok && len(k.word) > len(best.word) && k.fits(suffix) {
			best = k
		}
	}
	if best.word == "" {
		return guess{}
	}
	g := guess{role: best.role, rest: strings.Trim(name[len(best.word):], "_. -"),
		why: "its name starts with " + best.word}
	if g.rest == "" {
		g.why = "by its name"
	}
	return g
}

// bases are the names that the given one may be the derivative of the given order (1 or 2) of.
func bases(name string, order int) (of []string) {
	if g := byName(name); g.of != "" && g.role == [3]string{1: RoleV, 2: RoleA}[order] {
		of = append(of, g.of)
	}
	for _, p := range led[order] {
		if x, ok := strings.CutPrefix(name, p); ok {
			of = append(of, x)
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
		n = strings.ToLower(n)
		g[j] = byName(n)
		if _, seen := at[n]; !seen {
			at[n] = j
		}
		named = named || g[j].role == RoleQ
	}
	coordinate := func(x int) bool {
		for _, of := range bases(strings.ToLower(names[x]), 1) {
			if y, ok := at[of]; ok && y != x && g[y].role != RoleTime && g[y].role != RoleTrajectory {
				return false // itself a derivative: ddx is not the velocity of dx
			}
		}
		switch g[x].role {
		case RoleQ, "":
			return true
		case RoleA, RoleU: // a,b,va,vb are two coordinates, but q,v,a,da are not
			return !named && g[x].of == ""
		}
		return false
	}
	out := append([]guess(nil), g...)
	for order := 1; order <= 2; order++ {
		for j, n := range names {
			for _, of := range bases(strings.ToLower(n), order) {
				x, ok := at[of]
				if !ok || x == j || order == 2 && out[x].role != RoleQ {
					continue
				}
				switch {
				case g[x].role == RoleV && g[j].role == RoleV && strings.HasSuffix(g[j].why, "dot"): // v_dot
					out[j] = guess{role: RoleA, rest: g[x].rest, why: "derivative of " + names[x]}
				case coordinate(x):
					out[j] = guess{role: [3]string{1: RoleV, 2: RoleA}[order], of: of, rest: g[j].rest,
						why: "named after " + names[x]}
					if out[x].role != RoleQ {
						out[x] = guess{role: RoleQ, rest: of, why: n + " is named after it"}
					}
				}
			}
		}
	}
	return out
}

var unitPattern = regexp.MustCompile(`^(.*[^\s\[(])\s*(?:\[([^\[\]]*)\]|\(([^()]*)\))$`)

// split takes "theta1 [rad]" or "theta1 (rad)" apart.
func split(header string) (name, unit string) {
	if m := unitPattern.FindStringSubmatch(header); m != nil {
		return m[1], strings.TrimSpace(m[2] + m[3])
	}
	return header, ""
}

// period is the period of an angle in the given unit (rad when none is given) and whether the unit itself says angle.
func period(unit string) (p float64, angular bool) {
	switch strings.ToLower(unit) {
	case "rad", "radian", "radians":
		return 2 * math.Pi, true
	case "deg", "degree", "degrees", "°":
		return 360, true
	}
	return 2 * math.Pi, false
}

// angular tells whether a coordinate's name says angle.
func angular(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "theta") || strings.HasPrefix(name, "angle") || strings.HasPrefix(name, "phi")
}
