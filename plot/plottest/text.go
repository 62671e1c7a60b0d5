package plottest

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// text is a line of words as it reads, with the height of its letters.
type text struct {
	text         string
	at           point // its left end, or its lower end if it is turned
	size, width  float64
	bold, turned bool
	sample       string // the look of what it explains, in the legend
}

// read joins pieces of text that stand behind one another into lines, and finds what the samples of the legend, above
// the first panel, are called.
func read(es []element, top float64) (texts []text, names map[string]string) {
	names = map[string]string{}
	open := false // the last element was a text
	for i, e := range es {
		if e.text == "" {
			open = false
			continue
		}
		size, _ := strconv.ParseFloat(strings.TrimSuffix(e.style["font-size"], "px"), 64)
		t := text{
			text: e.text, at: e.pieces[0].ps[0], size: size, width: wide(e.text, size),
			bold: e.style["font-weight"] == "bold", turned: math.Abs(e.at.b) > 0.5,
		}
		if n := len(texts) - 1; open && texts[n].continued(&t) {
			texts[n].text += t.text
			texts[n].width += t.width
			continue
		}
		if i > 0 && es[i-1].text == "" && t.at.y < top {
			t.sample = es[i-1].look()
		}
		texts, open = append(texts, t), true
	}
	for _, t := range texts {
		if t.sample != "" {
			names[t.sample] = t.text
		}
	}
	return texts, names
}

// wide is about the width of a text.
func wide(s string, size float64) (w float64) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(".,:;'|!ijl ", r):
			w += 0.26
		case strings.ContainsRune("()[]-rtfI", r):
			w += 0.32
		default:
			w += 0.556
		}
	}
	return w * size
}

// continued says whether b goes on where a line ends, and then gives b the characters that its height and place mean.
func (t *text) continued(b *text) bool {
	along, up := b.at.x-t.at.x, t.at.y-b.at.y
	if t.turned {
		along, up = t.at.y-b.at.y, t.at.x-b.at.x
	}
	small := math.Abs(b.size-0.7*t.size) < 0.1
	if b.bold != t.bold || b.turned != t.turned || along < 0 || math.Abs(up) > t.size/2 || !small && b.size != t.size {
		return false
	}
	switch {
	case small && up > 0:
		b.text = swapped(b.text, "−0123456789", raised)
	case small:
		b.text = swapped(b.text, "0123456789", lowered)
	case b.text == "˙":
		b.text, b.width = "\u0307", 0
	case b.text == "¨":
		b.text, b.width = "\u0308", 0
	}
	return true
}

// The characters that small text above and below the line stands for.
const (
	raised  = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
	lowered = "₀₁₂₃₄₅₆₇₈₉"
)

// swapped puts the characters of to in the place of those of from.
func swapped(s, from, to string) string {
	f, t := []rune(from), []rune(to)
	return strings.Map(func(r rune) rune {
		if i := slices.Index(f, r); i >= 0 {
			return t[i]
		}
		return r
	}, s)
}
