package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lagrange/data"
)

// Marker stands in front of what is told of a model in an export.
const Marker = "lagrange export: "

// FingerprintKey is the name of the fingerprint of a model in formats that keep facts by names.
const FingerprintKey = "lagrange_fingerprint"

// marker is one line of JSON.
func (s *Source) marker() (string, error) {
	about, err := json.Marshal(s.About)
	return Marker + strings.ReplaceAll(string(about), "$", `\u0024`), err
}

// label is a quantity with its unit, and its range in the training data.
type label struct {
	name, unit string
	delay      float64
	recorded   *data.Range
}

// labels are those of q, v, u and c.
func (p *program) labels() map[string][]label {
	of := func(role, name, unit string) label {
		l := label{name: name, unit: unit}
		at := slices.IndexFunc(p.source.Ranges, func(r data.Range) bool { return r.Name == name && r.Role == role })
		if at >= 0 {
			l.recorded, l.unit = &p.source.Ranges[at], p.source.Ranges[at].Unit
		}
		return l
	}
	out := map[string][]label{}
	for _, c := range p.source.Spec.Coordinates {
		out["q"] = append(out["q"], of(data.RoleQ, c.Name, c.Unit))
		out["v"] = append(out["v"], of(data.RoleV, c.Velocity, ""))
	}
	for k, places := range map[string][]int{"u": p.forces, "c": p.params} {
		for _, j := range places {
			l := of(data.RoleU, p.source.Spec.Inputs[j].Name, "")
			l.delay = p.source.Spec.Inputs[j].Delay
			out[k] = append(out[k], l)
		}
	}
	return out
}

// list says what stands in an array: theta [rad], omega [rad/s].
func list(of []label) string {
	var words []string
	for _, l := range of {
		text := l.name
		if l.unit != "" {
			text += " [" + l.unit + "]"
		}
		if l.recorded != nil {
			text += fmt.Sprintf(" from %.4g to %.4g", l.recorded.Min, l.recorded.Max)
		}
		if l.delay > 0 {
			text += fmt.Sprintf(", which acts %.4g later than it is commanded", l.delay)
		}
		words = append(words, text)
	}
	if words == nil {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// header is NAME.h.
func (w *cWriter) header(marker string) string {
	var b strings.Builder
	labels, real := w.labels(), "double"
	if w.single {
		real = "float"
	}
	safe := strings.NewReplacer("*/", "* /", "/*", "/ *", "\n", " ", "$", "")
	fmt.Fprintf(&b, "/* A learned model of motion. Numbers in and out, with their ranges in the training data:\n *\n")
	for _, k := range []struct{ name, what string }{{"q", "coordinates"}, {"v", "velocities"}, {"u", "known forces"},
		{"c", "system parameters"}} {
		fmt.Fprintf(&b, " * %s, %s: %s\n", k.name, k.what, safe.Replace(list(labels[k.name])))
	}
	b.WriteString(" *\n * What the model has none of may be a null pointer. Outputs may not overlap inputs.\n")
	fmt.Fprintf(&b, " * %s */\n", marker)
	b.WriteString("#ifndef $H\n#define $H\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n")
	fmt.Fprintf(&b, "typedef %s $real;\n\n", real)
	fmt.Fprintf(&b, "#define $D %d /* coordinates */\n#define $M %d /* known forces */\n#define $P %d /* system "+
		"parameters */\n", w.source.Spec.D(), len(w.forces), len(w.params))
	for _, l := range w.about(labels) {
		fmt.Fprintf(&b, "extern const %s;\n", l.declaration)
	}
	for _, r := range w.routines {
		fmt.Fprintf(&b, "\n/* %s */\n%s;\n", r.about, w.declaration(r))
	}
	b.WriteString("\n/* one step of the classical Runge-Kutta method of order 4, under constant u */\n")
	b.WriteString("void $step($real *q, $real *v, const $real *u, const $real *c, $real h);\n")
	b.WriteString("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n")
	return b.String()
}

// fact is a constant that tells something of the model.
type fact struct{ declaration, value string }

// about are the constants of an export.
func (w *cWriter) about(labels map[string][]label) (all []fact) {
	all = append(all, fact{fmt.Sprintf("char $fingerprint[%d]", len(w.source.Fingerprint)+1),
		cString(w.source.Fingerprint)})
	for _, k := range []string{"q", "v", "u", "c"} {
		of := labels[k]
		if of == nil {
			continue
		}
		size := map[string]string{"q": "$D", "v": "$D", "u": "$M", "c": "$P"}[k]
		var names, units, least, most []string
		known := true
		for _, l := range of {
			names, units = append(names, cString(l.name)), append(units, cString(l.unit))
			if l.recorded == nil {
				known = false
				continue
			}
			least = append(least, strings.Trim(w.real(l.recorded.Min), "()"))
			most = append(most, strings.Trim(w.real(l.recorded.Max), "()"))
		}
		add := func(kind, name string, values []string) {
			all = append(all, fact{fmt.Sprintf("%s$%s_%s[%s]", kind, k, name, size),
				"{" + strings.Join(values, ", ") + "}"})
		}
		add("char *const ", "name", names)
		add("char *const ", "unit", units)
		if known {
			add("$real ", "min", least)
			add("$real ", "max", most)
		}
	}
	return all
}

// metadata defines the constants.
func (w *cWriter) metadata() string {
	var b strings.Builder
	for _, f := range w.about(w.labels()) {
		value := f.value
		fmt.Fprintf(&b, "const %s = %s;\n", f.declaration, value)
	}
	return b.String() + "\n"
}

// cString is a string constant; what is not ASCII is written as octal bytes.
func cString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~' || c == '?' || c == '$':
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
