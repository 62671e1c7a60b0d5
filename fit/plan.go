package fit

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// Plan is how a recording is to be learned from. It is decided once, from the recording and what was asked for, before
// the first step; Record.Plan is that of a model.
type Plan struct {
	Recording Recording `json:"recording"`
	Lines     []Line    `json:"lines"`
}

// Line is one thing that was decided.
type Line struct {
	What   string `json:"what"`
	Choice string `json:"choice"`
	Reason string `json:"reason"`
	Detail bool   `json:"detail,omitempty"` // not shown to people, unless it was asked for
}

// Reasons of lines that the recording had no say in.
const (
	AskedFor = "asked for"
	Kept     = "kept from the model that it goes on from"
)

// set adds a line, or replaces the one about the same thing.
func (p *Plan) set(what, choice, reason string) {
	line := Line{What: what, Choice: choice, Reason: reason}
	if i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.What == what }); i >= 0 {
		line.Detail = p.Lines[i].Detail
		p.Lines[i] = line
		return
	}
	p.Lines = append(p.Lines, line)
}

// Line finds what was decided about a thing; the zero value where nothing was.
func (p Plan) Line(what string) Line {
	for _, l := range p.Lines {
		if l.What == what {
			return l
		}
	}
	return Line{}
}

// WriteText writes the plan for people.
func (p Plan) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "recording\t%s\n", p.Recording)
	if noise := p.Recording.noises(); noise != "" {
		fmt.Fprintf(t, "noise\t%s\n", noise)
	}
	for _, doubt := range p.Recording.Doubts {
		fmt.Fprintf(t, "note\t%s\n", doubt)
	}
	for _, l := range p.Lines {
		if l.Detail && l.Reason != AskedFor {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\n", l.What, strings.TrimSuffix(l.Choice+": "+l.Reason, ": "))
	}
	return t.Flush()
}

// planner completes options, decision by decision.
type planner struct {
	set      *data.Set
	asked, o Options // as they were given; complete as far as decided
	was      Options // with what a model to go on from brings
	found    Recording
}

// decision is what makes a line of a plan. decide completes the options; an empty choice is no line.
type decision struct {
	what   string
	decide func(p *planner) (choice, reason string, err error)
	detail bool
}

// decisions are those of every plan, in their order: each may rest on those before it. A new one is a function and a
// line here.
var decisions = []decision{
	{"model", (*planner).model, false},
	{"objective", (*planner).objective, false},
	{"forces", (*planner).forces, false},
	{"windows", (*planner).windows, false},
	{"method", (*planner).method, false},
	{"head", (*planner).head, true},
	{"net", (*planner).net, false},
	{"initial guess", (*planner).guess, false},
	{"loss", (*planner).loss, true},
	{"batch", (*planner).batch, true},
	{"rate", (*planner).rate, true},
	{"steps", (*planner).steps, false},
	{"roll-outs", (*planner).rollouts, false},
}

// decide completes options for a recording, and says how.
func decide(set *data.Set, found Recording, asked, was Options) (o Options, plan Plan, err error) {
	p := planner{set: set, asked: asked, o: was, was: was, found: found}
	plan.Recording = found
	for _, d := range decisions {
		choice, reason, err := d.decide(&p)
		if err != nil {
			return p.o, plan, err
		}
		if choice != "" {
			plan.Lines = append(plan.Lines, Line{d.what, choice, reason, d.detail})
		}
	}
	p.o.Every = cmp.Or(p.o.Every, saveEvery)
	return p.o, plan, nil
}

// why is the reason of a choice: that it was asked for, or is kept, or else its own.
func why(asked, kept bool, own string) string {
	switch {
	case asked:
		return AskedFor
	case kept:
		return Kept
	}
	return own
}

func (p *planner) model() (choice, reason string, err error) {
	p.o.Model = cmp.Or(p.o.Model, DefaultModel)
	if p.o.climbing {
		return model.Title(p.o.Model), fmt.Sprintf("the first of %s, until one is down to the noise",
			strings.Join(ladder, ", ")), nil
	}
	return model.Title(p.o.Model), why(p.asked.Model != "", p.was.Model != "", "the default"), nil
}

func (p *planner) objective() (choice, reason string, err error) {
	f := model.FamilyOf(p.o.Model)
	if p.o.Objective, err = p.o.objective(p.set); err != nil {
		return "", "", err
	}
	own := "no accelerations are recorded"
	switch motion := p.o.Objective == Motion || p.o.Objective == SmoothedMotion; {
	case motion && p.found.Bare:
		own = "no velocities are recorded"
	case motion:
		own = "noise, as a part of what is recorded: " + strings.Join(p.found.Noisy, ", ")
	case p.o.Objective == Accelerations:
		own = "they are recorded"
	case f.Rollouts:
		own = "it learns from nothing else"
	}
	if p.o.Objective == SmoothedMotion {
		own += "; " + takesLong(f, p.set)
	}
	if p.o.Objective == Windows && p.found.unclear {
		own += "; noise is not told from motion"
	}
	if why := p.o.unlike(p.set); p.o.Objective == Windows && len(p.found.Noisy) > 0 && why != "" {
		own += "; with noise (" + strings.Join(p.found.Noisy, ", ") + "), but " + why
	}
	return p.o.Objective, why(p.asked.Objective != "", p.was.Objective != "", own), nil
}

// forces are held from row to row where they have few values, as switches have. Of motion the likelier is found.
func (p *planner) forces() (choice, reason string, err error) {
	names := p.set.Switched()
	if p.o.Held != nil || p.o.Objective == Motion || p.set.States() || len(names) == 0 {
		return "", "", nil
	}
	p.o.Held = names
	return "held from row to row", "few values: " + strings.Join(names, ", "), nil
}

func (p *planner) windows() (choice, reason string, err error) {
	step := p.set.TypicalStep()
	p.o.Horizon = p.o.horizon(p.set)
	if p.o.Window == 0 {
		p.o.Window = min(mostWindow, max(1, rounded(p.o.Horizon/step)))
	}
	if p.set.States() {
		return "", "", nil
	}
	held := strings.TrimSpace(fmt.Sprintf("%.3g %s", p.o.Horizon, p.found.TimeUnit)) + " held out"
	if p.o.Objective == Windows {
		held = fmt.Sprintf("%d rows to learn from, %s", p.o.Window, held)
	}
	asked := p.asked.Horizon != 0 || p.asked.Window != 0
	own := fmt.Sprintf("%d typical steps", horizonSteps)
	if p.o.Horizon < (horizonSteps-0.5)*step {
		own = "as long as its pieces bear"
	}
	if p.o.Objective == Windows {
		own += fmt.Sprintf(", at most %d rows to learn from", mostWindow)
	}
	return held, why(asked, p.was.Horizon != 0, own), nil
}

func (p *planner) method() (choice, reason string, err error) {
	own := ""
	if p.o.Method == "" {
		p.o.Method, own = p.o.usual(p.set)
	}
	return p.o.Method, why(p.asked.Method != "", p.was.Method != "", own), nil
}

func (p *planner) head() (choice, reason string, err error) {
	if p.o.Head == "" && model.FamilyOf(p.o.Model).Heads {
		p.o.Head = p.o.bestHead()
	}
	own := "Adam builds on the fixed kinetic energy"
	switch {
	case p.o.dear(p.set):
		own = "Gauss–Newton learns a mass matrix; of many coordinates one that depends on positions alone"
	case p.o.Head == model.Quadratic:
		own = "second-order steps learn a mass matrix that depends on the state"
	}
	return string(p.o.Head), why(p.asked.Head != "", p.was.Head != "", own), nil
}

func (p *planner) net() (choice, reason string, err error) {
	own := ""
	p.o.Activation = cmp.Or(p.o.Activation, defaultActivation)
	if model.FamilyOf(p.o.Model).Netless {
		return "none", "its terms are given", nil
	}
	if p.o.Hidden == nil {
		if p.o.Hidden, own = p.o.layers(p.set); p.o.Objective == Motion && p.linear() && p.found.Exact {
			p.o.Hidden, own = []int{exactUnits}, own+", and as many as exact positions bear"
		}
	}
	choice = shown(p.o.Hidden) + " " + p.o.Activation
	if p.o.Head != "" {
		choice += fmt.Sprintf(", %s head", p.o.Head)
	}
	return choice, why(p.asked.Hidden != nil, p.was.Hidden != nil, own), nil
}

func (p *planner) guess() (choice, reason string, err error) {
	switch {
	case p.o.From != nil:
		return "parameters of the model", Kept, nil
	case p.o.Objective == Motion && p.linear():
		return "weak initialisation", "selected by held-out motion from bumps of several lengths, and ridges", nil
	case p.o.Objective == Motion:
		return "smoothed accelerations", fmt.Sprintf("%d steps", smoothedSteps), nil
	case !curved(p.o.Method) || p.o.Method == train.Kaczmarz && !p.o.onRows():
		return "as drawn", p.o.Method + " moves all layers", nil
	case p.o.onRows() && p.o.Method == train.GaussNewton && p.linear():
		return "convex initialisation", fmt.Sprintf("if it leaves less than %g %% of the loss without acceleration; "+
			"else %d steps of Adam, or %d", 100*goodGuess, warmSteps[0], warmSteps[1]), nil
	case p.o.onRows():
		return "steps of Adam",
			fmt.Sprintf("%d, or %d where these leave more than %g %% of the loss without acceleration",
				warmSteps[0], warmSteps[1], 100*warmEnds), nil
	case p.o.Objective == Windows && p.linear():
		return "convex initialisation", "Gauss–Newton needs one that is near", nil
	}
	return "as drawn", "there is nothing to solve for", nil
}

// linear says whether the force of the family is linear in a part of its parameters.
func (p *planner) linear() bool { return model.FamilyOf(p.o.Model).Linear != nil }

func (p *planner) loss() (choice, reason string, err error) {
	p.o.Loss = cmp.Or(p.o.Loss, defaultLoss)
	return p.o.Loss, why(p.asked.Loss != "", p.was.Loss != "", "single wrong rows do not rule it"), nil
}

func (p *planner) batch() (choice, reason string, err error) {
	own := "a batch of Adam"
	if p.o.Batch == 0 && p.o.Method == train.Adam {
		p.o.Batch = adamBatch
		if p.o.Objective == Windows {
			p.o.Batch = max(leastWindows, windowRows/p.o.Window)
			own = fmt.Sprintf("%d rows in all", windowRows)
		}
	}
	switch {
	case p.o.Batch == 0 && p.o.Method == train.Kaczmarz:
		return "some hundred residuals", "a step satisfies a few, and keeps what the last ones said", nil
	case p.o.Batch == 0 && p.o.dear(p.set):
		return fmt.Sprintf("%g residuals for each parameter", dearResiduals),
			"steps of many coordinates are dear, and their average has more", nil
	case p.o.Batch == 0:
		return fmt.Sprintf("%d residuals for each parameter", residualsPerParameter), "recordings have noise", nil
	}
	return fmt.Sprint(p.o.Batch, " samples"), why(p.asked.Batch != 0, p.was.Batch != 0, own), nil
}

func (p *planner) rate() (choice, reason string, err error) {
	switch {
	case p.o.Method == train.GaussNewton, p.o.Method != train.Adam && p.o.Rate == 0:
		return "", "", nil
	case p.o.Rate == 0:
		p.o.Rate = adamRate
		if p.o.Objective == Windows {
			p.o.Rate = windowRate
		}
	}
	return fmt.Sprintf("%g", p.o.Rate), why(p.asked.Rate != 0, p.was.Rate != 0, "the usual one on "+p.o.Objective), nil
}

func (p *planner) steps() (choice, reason string, err error) {
	switch {
	case p.o.Objective == Motion:
		choice = fmt.Sprintf("at most %d for each length of segments", cmp.Or(p.o.Steps, shootingSteps))
		if bound := p.o.bound(); bound > 0 {
			choice += fmt.Sprintf(", within %.3g s", bound.Seconds())
		}
		return choice, "segments are doubled while held-out motion gets better", nil
	case p.o.Like != nil && p.o.Steps == 0:
		return "", "", fmt.Errorf("the model to repeat has no steps for the objective %s: give a number of steps",
			p.o.Objective)
	case p.o.Like != nil:
		return fmt.Sprint(p.o.Steps), "those of the model to repeat", nil
	case p.o.Steps != 0:
		return fmt.Sprint(p.o.Steps), AskedFor, nil
	}
	own := AskedFor
	if p.o.Total > p.o.Budget {
		own = fmt.Sprintf("its part of %v for all networks", p.o.Total)
	}
	if p.o.Budget == 0 {
		p.o.Budget, own = DefaultBudget, "the default"
	}
	choice = fmt.Sprintf("as many as fit into %v", p.o.Budget)
	if model.FamilyOf(p.o.Model).Netless {
		choice += ", or as bring anything"
	}
	return choice, own, nil
}

func (p *planner) rollouts() (choice, reason string, err error) {
	if p.o.Objective != Windows || p.o.Method != train.GaussNewton {
		return "", "", nil
	}
	return fmt.Sprintf("long ones after 1/%d of the steps", decideAfter),
		"as far as the model follows, if held-out ones get better", nil
}

// shown writes layers as ParseHidden reads them.
func shown(hidden []int) string {
	if len(hidden) > 1 && slices.Min(hidden) == slices.Max(hidden) {
		return fmt.Sprintf("%dx%d", hidden[0], len(hidden))
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(hidden), " ", ","), "[]")
}
