package lagrange

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lagrange/model"
)

// TeX writes a Lagrangian in LaTeX, with velocities as derivatives of their coordinates.
func (l *Lagrangian) TeX() string {
	var b strings.Builder
	b.WriteString("L = ")
	for k, t := range l.Terms {
		value := t.Value
		sign := " + "
		if value < 0 {
			sign, value = " - ", -value
		}
		if k == 0 {
			sign = strings.Trim(sign, " +")
		}
		b.WriteString(sign)
		number := fmt.Sprintf("%.6g", value)
		if mantissa, exponent, ok := strings.Cut(number, "e"); ok {
			power, _ := strconv.Atoi(exponent)
			number = fmt.Sprintf(`%s \times 10^{%d}`, mantissa, power)
		}
		if strings.HasPrefix(t.Simple, "-") {
			number = strings.TrimPrefix(t.Simple, "-")
		} else if t.Simple != "" {
			number = t.Simple
		}
		if n, d, ok := strings.Cut(number, "/"); ok {
			number = fmt.Sprintf(`\tfrac{%s}{%s}`, n, d)
		}
		if unit := texUnit(t.Unit); number != "1" || unit != "" {
			b.WriteString(number + unit + `\,`)
		}
		b.WriteString(l.texTerm(t.Term))
	}
	return b.String()
}

var powerOf = regexp.MustCompile(`\^(\p{N}+)`)

// texUnit writes a unit behind a number, and the scale of L as it is.
func texUnit(unit string) string {
	if unit == "" {
		return ""
	}
	over, under, divided := strings.Cut(unit, "/")
	write := func(text string) string {
		names := strings.Fields(powerOf.ReplaceAllString(strings.Trim(text, "()"), "^{$1}"))
		for i, n := range names {
			if n != model.Scale {
				names[i] = `\mathrm{` + n + `}`
			}
		}
		return strings.Join(names, `\,`)
	}
	if divided && strings.HasPrefix(under, "(") {
		return `\,` + write(over) + "/(" + write(under) + ")"
	} else if divided {
		return `\,` + write(over) + "/" + write(under)
	}
	return `\,` + write(over)
}

var (
	word = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*`)
	over = regexp.MustCompile(`1/([^*]+)`)
)

// texTerm writes a term.
func (l *Lagrangian) texTerm(term string) string {
	text := word.ReplaceAllStringFunc(term, l.texName)
	text = over.ReplaceAllString(text, `\frac{1}{$1}`)
	text = strings.ReplaceAll(text, "*", `\,`)
	return strings.NewReplacer("(", `\left(`, ")", `\right)`).Replace(text)
}

// texName writes the name of a coordinate, a velocity or a function.
func (l *Lagrangian) texName(name string) string {
	if name == "sin" || name == "cos" {
		return `\` + name
	}
	for _, c := range l.Model.Spec().Coordinates {
		if name == c.Velocity {
			return `\dot{` + texSymbol(c.Name) + `}`
		}
	}
	return texSymbol(name)
}

var (
	greek = []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
		"mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"}
	indexed = regexp.MustCompile(`^(\p{L}+)_?(\p{N}*)$`)
)

// texSymbol writes a name: theta1 as θ₁, x as it is, others upright.
func texSymbol(name string) string {
	parts := indexed.FindStringSubmatch(name)
	if parts == nil {
		return `\mathrm{` + strings.ReplaceAll(name, "_", `\_`) + `}`
	}
	symbol := parts[1]
	switch {
	case slices.Contains(greek, symbol):
		symbol = `\` + symbol
	case len(symbol) > 1:
		symbol = `\mathrm{` + symbol + `}`
	}
	if parts[2] != "" {
		symbol += "_{" + parts[2] + "}"
	}
	return symbol
}
