package symbolic

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a formula in the named variables:
//
//	sum     = [ "-" ] product { ( "+" | "-" ) product }
//	product = power { ( "*" | "/" ) power }
//	power   = atom [ "^" exponent ]
//	atom    = number | name | function "(" sum ")" | "(" sum ")"
//
// with the functions sin, cos, exp, ln and sqrt, and exponents such as 2, -1, 0.5 or (3/2). A name may have blanks and
// any letters; the longest that fits is taken. The error says where in the text it is, and the way out.
func Parse(text string, names []string) (Expr, error) {
	p := &parser{text: text, names: names}
	e, err := p.sum()
	if err == nil && p.rest() != "" {
		err = p.bad("a formula goes on with +, -, * or /")
	}
	if err != nil {
		return Expr{}, err
	}
	return Expr{e, names}, nil
}

// deepest bounds brackets within brackets, and longest a formula.
const deepest, longest = 100, 10_000

type parser struct {
	text  string
	at    int // what is read of it, in bytes
	names []string
	depth int
}

// rest is what is left, without blanks before it.
func (p *parser) rest() string {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
	return p.text[p.at:]
}

func (p *parser) took(token string) bool {
	if strings.HasPrefix(p.rest(), token) {
		p.at += len(token)
		return true
	}
	return false
}

func (p *parser) bad(want string) error {
	if p.rest() == "" {
		return fmt.Errorf("it ends too early: %s", want)
	}
	return fmt.Errorf("not understood at letter %d, %q: %s", 1+utf8.RuneCountInString(p.text[:p.at]), p.text[p.at:],
		want)
}

func (p *parser) sum() ([]node, error) {
	if p.depth++; p.depth > deepest || len(p.text) > longest {
		return nil, fmt.Errorf("a formula has at most %d brackets in one another and %d letters", deepest, longest)
	}
	defer func() { p.depth-- }()
	negative := p.took("-")
	e, err := p.product()
	if negative && err == nil {
		e = join(node{op: times}, num(-1), e)
	}
	for err == nil {
		head := node{op: plus}
		switch {
		case p.took("+"):
		case p.took("-"):
			head.op = minus
		default:
			return e, nil
		}
		var b []node
		if b, err = p.product(); err == nil {
			e = join(head, e, b)
		}
	}
	return nil, err
}

func (p *parser) product() ([]node, error) {
	e, err := p.power()
	for err == nil {
		head := node{op: times}
		switch {
		case p.took("*"):
		case p.took("/"):
			head.op = over
		default:
			return e, nil
		}
		var b []node
		if b, err = p.power(); err == nil {
			e = join(head, e, b)
		}
	}
	return nil, err
}

func (p *parser) power() ([]node, error) {
	e, err := p.atom()
	if err != nil || !p.took("^") {
		return e, err
	}
	r, err := p.exponent()
	if err != nil {
		return nil, err
	}
	if r == 1 {
		return e, nil
	}
	for v, x := range powers {
		if math.Abs(float64(x.p)/float64(x.q)-r) < 1e-9 {
			return join(node{op: power, v: v}, e), nil
		}
	}
	return nil, p.before("exponents are whole from -3 to 4, halves from -3/2 to 3/2, thirds, and 1/4; write others " +
		"as products")
}

// before is an error of what was just read.
func (p *parser) before(why string) error {
	return fmt.Errorf("before letter %d: %s", 1+utf8.RuneCountInString(p.text[:p.at]), why)
}

// exponent reads 2, -1, 0.5, (3/2) or (-1/2).
func (p *parser) exponent() (r float64, err error) {
	const how = "an exponent is a number, like 2, -1, 0.5 or (3/2)"
	bracket := p.took("(")
	sign := 1.0
	if p.took("-") {
		sign = -1
	}
	r, ok := p.number()
	if ok && bracket && p.took("/") {
		var q float64
		if q, ok = p.number(); ok {
			r /= q
		}
	}
	if !ok || bracket && !p.took(")") {
		return 0, p.bad(how)
	}
	return sign * r, nil
}

var numeral = regexp.MustCompile(`^[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?`)

// number reads one without a sign.
func (p *parser) number() (x float64, ok bool) {
	text := numeral.FindString(p.rest())
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	p.at += len(text)
	return x, true
}

func (p *parser) atom() ([]node, error) {
	if v, ok := p.name(); ok {
		return []node{{op: variable, v: v}}, nil
	}
	if x, ok := p.number(); ok {
		return num(x), nil
	}
	head := node{op: constant}
	switch {
	case p.took("sqrt("):
		head = node{op: power, v: root}
	case p.took("("):
	default:
		for op, name := range functions {
			if head.op == constant && p.took(name+"(") {
				head.op = op
			}
		}
		if head.op == constant {
			return nil, p.bad("a formula is of numbers, sin, cos, exp, ln, sqrt and " + strings.Join(p.names, ", "))
		}
	}
	e, err := p.sum()
	if err == nil && !p.took(")") {
		err = p.bad("a bracket is to be closed")
	}
	if err != nil || head.op == constant {
		return e, err
	}
	return join(head, e), nil
}

// name reads the longest name that stands here.
func (p *parser) name() (at int, ok bool) {
	at, length := LongestName(p.rest(), p.names)
	p.at += length
	return at, length > 0
}

// LongestName is the place of the longest of the names that a text begins with, and how many bytes it has; 0 where it
// begins with none.
func LongestName(text string, names []string) (at, length int) {
	for i, name := range names {
		if len(name) > length && strings.HasPrefix(text, name) && !goesOn(name, text[len(name):]) {
			at, length = i, len(name)
		}
	}
	return at, length
}

// goesOn says whether a name that ends in a letter or digit has more of them behind it, and so is another one.
func goesOn(name, rest string) bool {
	in := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	last, _ := utf8.DecodeLastRuneInString(name)
	next, _ := utf8.DecodeRuneInString(rest)
	return rest != "" && in(last) && in(next)
}
