package export

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lagrange/model"
)

// variable is one of a functional mock-up unit. Its reference is its place among all.
type variable struct {
	name, causality, unit, about string
	state                        int // reference of the state that it is; 0: none
	derivative                   int // reference of the state that it is the derivative of
	made                         bool
	start, nominal               float64
	dependsOn                    []int // references; nil: all that is known
}

// asUnit lists the variables: time; q, v, u, c; and what is made of them.
func (p *program) asUnit(o Options) *unit {
	u := &unit{program: p, Options: o}
	s, d := p.source.Spec, p.source.Spec.D()
	add := func(x variable) { u.variables = append(u.variables, x) }
	add(variable{name: "time", causality: "independent", unit: s.TimeUnit, about: "time"})
	labels := p.labels()
	for i, c := range s.Coordinates {
		x := variable{name: c.Name, causality: "output", about: "coordinate", state: 1 + i, nominal: c.Scale}
		if x.unit = labels["q"][i].unit; c.Period == 0 {
			x.start = c.Mean
		}
		add(x)
	}
	what := "velocity"
	if _, momenta := p.routineOf("rate"); momenta {
		what = "momentum"
	}
	for i, c := range s.Coordinates {
		add(variable{name: s.VelocityOf(i), causality: "output", unit: labels["v"][i].unit, about: what,
			state: 1 + d + i, nominal: c.Speed})
	}
	for i := range p.forces {
		l := labels["u"][i]
		x := variable{name: l.name, causality: "input", unit: l.unit, about: "known force"}
		if l.delay > 0 {
			x.about += fmt.Sprintf(" as it acts, %.4g later than it is commanded", l.delay)
		}
		add(x)
	}
	for i, j := range p.params {
		l := labels["c"][i]
		add(variable{name: l.name, causality: "parameter", unit: l.unit, about: "system parameter",
			start: s.Inputs[j].Mean})
	}
	u.rates(labels)
	u.results()
	u.tidy()
	return u
}

// rates adds the derivatives of the states.
func (u *unit) rates(labels map[string][]label) {
	s, d := u.source.Spec, u.source.Spec.D()
	_, momenta := u.routineOf("rate")
	for i, c := range s.Coordinates {
		x := variable{name: "der(" + c.Name + ")", causality: "local", about: "rate of " + c.Name, made: true,
			derivative: 1 + i, unit: over(labels["q"][i].unit, s.TimeUnit), dependsOn: []int{1 + d + i}}
		if momenta {
			x.dependsOn = from(1, 2*d)
		}
		u.variables = append(u.variables, x)
	}
	for i := range s.Coordinates {
		l := labels["v"][i]
		u.variables = append(u.variables, variable{name: "der(" + s.VelocityOf(i) + ")", causality: "output",
			about: "rate of " + l.name, made: true, derivative: 1 + d + i, unit: over(l.unit, s.TimeUnit)})
	}
}

// results adds energy and momenta.
func (u *unit) results() {
	s := u.source.Spec
	for _, name := range []string{"energy", "momentum"} {
		r, ok := u.routineOf(name)
		if !ok {
			continue
		}
		u.outputs = append(u.outputs, name)
		for i := range r.outputs[0].of.cols {
			x := variable{name: name, causality: "output", made: true, dependsOn: from(1, 2*s.D()),
				about: "the learned " + name + ", in the unit of the learned L"}
			if name == "momentum" {
				x.name += "(" + s.Coordinates[i].Name + ")"
			}
			u.variables = append(u.variables, x)
		}
	}
}

// tidy makes names unique, and notes the ranges of the training data.
func (u *unit) tidy() {
	ranges := map[string]string{}
	for _, ls := range u.labels() {
		for _, l := range ls {
			if l.recorded != nil {
				ranges[l.name] = fmt.Sprintf(", from %.4g to %.4g in the training data", l.recorded.Min, l.recorded.Max)
			}
		}
	}
	seen := map[string]bool{}
	for i := range u.variables {
		x := &u.variables[i]
		x.about += ranges[x.name]
		for seen[x.name] {
			x.name += "_"
		}
		seen[x.name] = true
	}
}

// over is a unit over that of time; "" where one of them is not known.
func over(unit, time string) string {
	switch {
	case unit == "" || time == "":
		return ""
	case strings.HasSuffix(unit, "/"+time):
		return unit + "^2"
	}
	return unit + "/" + time
}

// escaped is text in XML, on one line.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(strings.Join(strings.Fields(text), " "))) // a Builder does not fail
	return b.String()
}

// units are the definitions of all that stand at variables, in base units where they are known.
func (u *unit) units() string {
	var b strings.Builder
	seen := map[string]bool{"": true}
	for _, x := range u.variables {
		if seen[x.unit] {
			continue
		}
		seen[x.unit] = true
		fmt.Fprintf(&b, "    <Unit name=\"%s\">%s</Unit>\n", escaped(x.unit), baseUnit(x.unit))
	}
	if b.Len() == 0 {
		return ""
	}
	return "  <UnitDefinitions>\n" + b.String() + "  </UnitDefinitions>\n"
}

// baseUnit says what a unit is in those of the SI, which FMI counts rad among; "" where that is not known.
func baseUnit(text string) string {
	of := model.ParseUnit(strings.NewReplacer("radians", "angle", "radian", "angle", "rad", "angle", "degrees", "deg",
		"degree", "deg", "°", "deg").Replace(text))
	if of == nil {
		return ""
	}
	powers, factor := map[string]int{}, 1.0
	for name, n := range of {
		switch name {
		case "angle":
			name = "rad"
		case "deg":
			name, factor = "rad", factor*math.Pow(math.Pi/180, float64(n))
		}
		powers[name] += n
	}
	out, known := "<BaseUnit", 0
	for _, name := range []string{"kg", "m", "s", "A", "K", "mol", "cd", "rad"} {
		if n, ok := powers[name]; ok {
			known++
			out += fmt.Sprintf(" %s=\"%d\"", name, n)
		}
	}
	if known < len(powers) {
		return ""
	}
	if factor != 1 {
		out += fmt.Sprintf(" factor=\"%s\"", number64(factor))
	}
	return out + "/>"
}

func number64(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// description is modelDescription.xml.
func (u *unit) description() string {
	var b strings.Builder
	about := "A learned model of motion"
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	fmt.Fprintf(&b, "<fmiModelDescription fmiVersion=\"%d.0\" modelName=\"%s\" description=\"%s\" "+
		"generationTool=\"lagrange\" variableNamingConvention=\"flat\" ", u.FMI, u.Name, about)
	if u.FMI == 3 {
		fmt.Fprintf(&b, "instantiationToken=\"%s\">\n", u.source.Fingerprint)
		for _, kind := range []string{"ModelExchange", "CoSimulation"} {
			fmt.Fprintf(&b, "  <%s modelIdentifier=\"%s\" canGetAndSetFMUState=\"true\" canSerializeFMUState=\"true\" "+
				"providesDirectionalDerivatives=\"true\"", kind, u.Name)
			if kind == "CoSimulation" {
				b.WriteString(" canHandleVariableCommunicationStepSize=\"true\"")
			}
			b.WriteString("/>\n")
		}
	} else {
		fmt.Fprintf(&b, "guid=\"%s\" numberOfEventIndicators=\"0\">\n", u.source.Fingerprint)
		for _, kind := range []string{"ModelExchange", "CoSimulation"} {
			fmt.Fprintf(&b, "  <%s modelIdentifier=\"%s\" canNotUseMemoryManagementFunctions=\"true\" "+
				"canGetAndSetFMUstate=\"true\" canSerializeFMUstate=\"true\" providesDirectionalDerivative=\"true\"",
				kind, u.Name)
			if kind == "CoSimulation" {
				b.WriteString(" canHandleVariableCommunicationStepSize=\"true\"")
			}
			fmt.Fprintf(&b, ">\n    <SourceFiles><File name=\"%[1]s.c\"/><File name=\"%[1]s_fmi.c\"/></SourceFiles>\n"+
				"  </%[2]s>\n", u.Name, kind)
		}
	}
	b.WriteString(u.units())
	b.WriteString("  <LogCategories><Category name=\"logStatusError\"/></LogCategories>\n")
	if u.FMI == 2 {
		fmt.Fprintf(&b, "  <VendorAnnotations><Tool name=\"%s\"><fingerprint>%s</fingerprint></Tool>"+
			"</VendorAnnotations>\n", FingerprintKey, u.source.Fingerprint)
	}
	b.WriteString("  <ModelVariables>\n")
	for i, x := range u.variables {
		b.WriteString(u.variable(i, x))
	}
	b.WriteString("  </ModelVariables>\n" + u.structure())
	if u.FMI == 3 {
		fmt.Fprintf(&b, "  <Annotations><Annotation type=\"%s\">%s</Annotation></Annotations>\n", FingerprintKey,
			u.source.Fingerprint)
	}
	return b.String() + "</fmiModelDescription>\n"
}

// variable writes one.
func (u *unit) variable(i int, x variable) string {
	variability, more := "continuous", ""
	if x.causality == "parameter" {
		variability = "tunable"
	}
	if x.unit != "" {
		more += fmt.Sprintf(" unit=\"%s\"", escaped(x.unit))
	}
	initial := map[bool]string{true: "calculated", false: "exact"}[x.made]
	if x.causality == "output" || x.causality == "local" || x.causality == "parameter" {
		initial = fmt.Sprintf(" initial=\"%s\"", initial)
	} else {
		initial = ""
	}
	if x.state > 0 {
		more += fmt.Sprintf(" nominal=\"%s\"", number64(x.nominal))
	}
	if !x.made && x.causality != "independent" {
		more += fmt.Sprintf(" start=\"%s\"", number64(x.start))
	}
	if x.derivative > 0 {
		at := x.derivative
		if u.FMI == 2 {
			at++ // the place in the list, from 1
		}
		more += fmt.Sprintf(" derivative=\"%d\"", at)
	}
	head := fmt.Sprintf("name=\"%s\" valueReference=\"%d\" description=\"%s\" causality=\"%s\" variability=\"%s\"%s",
		escaped(x.name), i, escaped(x.about), x.causality, variability, initial)
	if u.FMI == 3 {
		return fmt.Sprintf("    <Float64 %s%s/>\n", head, more)
	}
	return fmt.Sprintf("    <ScalarVariable %s><Real%s/></ScalarVariable>\n", head, more)
}

// structure says what depends on what.
func (u *unit) structure() string {
	var outputs, rates, unknowns strings.Builder
	for i, x := range u.variables {
		at, depends := i, x.dependsOn
		if x.state > 0 {
			depends = []int{x.state}
		}
		list := ""
		for _, r := range depends {
			if u.FMI == 2 {
				r++
			}
			list += fmt.Sprint(" ", r)
		}
		if depends != nil {
			list = fmt.Sprintf(" dependencies=\"%s\"", strings.TrimSpace(list))
		}
		entry := func(b *strings.Builder, kind, list string) {
			if u.FMI == 2 {
				fmt.Fprintf(b, "      <Unknown index=\"%d\"%s/>\n", at+1, list)
			} else {
				fmt.Fprintf(b, "    <%s valueReference=\"%d\"%s/>\n", kind, at, list)
			}
		}
		if x.causality == "output" {
			entry(&outputs, "Output", list)
		}
		if x.derivative > 0 {
			entry(&rates, "ContinuousStateDerivative", list)
		}
		if x.made {
			entry(&unknowns, "InitialUnknown", "")
		}
	}
	if u.FMI == 3 {
		return "  <ModelStructure>\n" + outputs.String() + rates.String() + unknowns.String() + "  </ModelStructure>\n"
	}
	return "  <ModelStructure>\n    <Outputs>\n" + outputs.String() + "    </Outputs>\n    <Derivatives>\n" +
		rates.String() + "    </Derivatives>\n    <InitialUnknowns>\n" + unknowns.String() +
		"    </InitialUnknowns>\n  </ModelStructure>\n"
}

// build is buildDescription.xml.
func (u *unit) build() string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<fmiBuildDescription fmiVersion="3.0">
  <BuildConfiguration modelIdentifier="%[1]s">
    <SourceFileSet language="C99"><SourceFile name="%[1]s.c"/><SourceFile name="%[1]s_fmi.c"/></SourceFileSet>
    <Library name="m" external="true"/>
  </BuildConfiguration>
</fmiBuildDescription>
`, u.Name)
}
