package plot

import (
	"regexp"
	"strings"
)

// symbolic are names of one letter, written out if it is a Greek one, and perhaps a number.
var symbolic = regexp.MustCompile(`^(\pL+?)_?([0-9]*)$`)

// greek letters by their names; one that begins with a capital letter is a capital letter.
var greek = map[string]string{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
	"eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
	"rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω"}

// letter takes a name apart: theta1 and theta_1 are θ with the index ₁. ok is false for words.
func letter(name string) (of, index string, ok bool) {
	m := symbolic.FindStringSubmatch(name)
	if m == nil {
		return "", "", false
	}
	of = m[1]
	if g, known := greek[strings.ToLower(of)]; known {
		if of[0] >= 'A' && of[0] <= 'Z' {
			g = strings.ToUpper(g)
		}
		of = g
	}
	for _, digit := range m[2] {
		index += string([]rune(subs)[digit-'0'])
	}
	return of, index, len([]rune(of)) == 1
}

// Symbol writes the name of a quantity as papers do: theta1 is θ₁. Words stay as they are.
func Symbol(name string) string {
	of, index, ok := letter(name)
	if !ok {
		return name
	}
	return of + index
}

// Rate writes a velocity: that of theta1 is θ̇₁, whatever its own name is. Where the coordinate is a word, it is the
// symbol of its own name.
func Rate(coordinate, name string) string {
	of, index, ok := letter(coordinate)
	if !ok {
		return Symbol(name)
	}
	return of + "\u0307" + index
}

// powers are exponents as people type them, such as ^2 and ^-1.
var powers = regexp.MustCompile(`\^-?[0-9]+`)

// Label is what stands beside an axis: a symbol or words, and the unit in brackets, such as θ̇₁ (rad/s); m/s^2 is m/s².
func Label(symbol, unit string) string {
	if unit == "" {
		return symbol
	}
	unit = powers.ReplaceAllStringFunc(unit, func(p string) (text string) {
		for _, r := range p[1:] {
			text += string([]rune(supers)[strings.IndexRune("0123456789-", r)])
		}
		return text
	})
	return strings.TrimSpace(symbol + " (" + unit + ")")
}
