package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/fit"
	"lagrange/model"
	"lagrange/train"
)

// trainFlags are the flags of train that are not settings as they stand.
type trainFlags struct {
	columns                  columnFlags
	graph                    graphFlags
	out, hidden, friction    string
	test                     []string // recordings: --test
	tests                    *data.Set
	from, like               string // models: --from and --steps-of
	horizon, budget, delay   span
	resume, json, noBaseline bool
	progress                 string // text or json
	watch                    bool
	page                     pageFlags
	force                    bool
	training                 lagrange.Training
	found                    []data.Finding // about the recording
}

// add declares the flags.
func (f *trainFlags) add(cmd *cobra.Command) {
	s, fl := &f.training.Settings, cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "model `file` to write (required)")
	fl.StringVar(&s.Model, "model", "", "`family`: "+strings.Join(model.Families(), ", "))
	fl.StringArrayVar(&s.Terms, "term", nil, "of terms: a `term` of L, such as 'cos(theta)*v*omega'; one flag "+
		"for each, none for a whole library")
	fl.StringSliceVar(&s.Cyclic, "cyclic", nil,
		"`coordinates` on which nothing depends: their momentum is conserved exactly")
	fl.StringSliceVar(&s.Held, "held", nil,
		"`forces` that keep each sample until the next, as the commands of a controller do; the others go by "+
			"straight lines (default: those of few values)")
	fl.Var(&f.delay, "delay", "by how much later than recorded all forces act; of positions alone found, if not given")
	fl.StringVar(&f.friction, "friction", "", "auto, what the motion speaks for, or none, viscous, coulomb, both, "+
		"stribeck (and more near rest), all (air and joints, too)")
	fl.StringVar(&f.hidden, "hidden", "", "hidden `layers`, units x layers, such as 20x2")
	fl.StringVar((*string)(&s.Head), "head", "",
		"of lnn, hnn and graph: plain, one output of the net, or quadratic, a mass matrix beside it")
	fl.StringVar(&s.Activation, "activation", "", strings.Join(activations(), ", "))
	fl.StringVar(&s.Loss, "loss", "", strings.Join(train.Penalties(), ", "))
	fl.StringVar(&s.Objective, "objective", "", strings.Join(fit.Objectives(), ", ")+": what to learn from")
	fl.Var(&f.horizon, "horizon", "length of held-out windows")
	fl.StringSliceVar(&f.test, "test", nil, "`recordings` to test on, of which nothing is learned; of the others "+
		"nothing is kept for testing then")
	fl.IntVar(&s.Window, "window", 0, "time steps of a training window; 1 is the next-state loss")
	fl.IntVar(&s.Steps, "steps", 0, "training steps of each model")
	fl.Var(&f.budget, "budget", "training time of all models together")
	fl.Float64Var(&s.Rate, "rate", 0, "largest learning rate of adam, or share of a step of kaczmarz")
	fl.StringVar(&s.Method, "method", "", strings.Join(train.Methods(), ", "))
	fl.Uint64Var(&s.Seed, "seed", 1, "seed of the random numbers")
	fl.IntVar(&s.Ensemble, "ensemble", 1,
		"`networks` from as many seeds, which predict by their mean and its standard deviation")
	fl.BoolVar(&f.noBaseline, "no-baseline", false, "train the model alone, without a baseline to compare it with")
	fl.DurationVar(&s.Every, "checkpoint-every", 5*time.Second,
		"`time` between checkpoints, the most work that a power cut can cost")
	fl.BoolVar(&f.resume, "resume", false, "go on where an interrupted run stopped")
	fl.StringVar(&f.from, "from", "",
		"go on from a finished `model`: its net, columns and settings, but for those given")
	fl.StringVar(&f.like, "steps-of", "", "take as many steps as this `model` took, in place of --steps or --budget")
	renamed(cmd, "plan", "steps-of")
	fl.BoolVar(&f.force, "force", false, "replace the model that -o names, if it is there")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	fl.BoolVar(&f.watch, "watch", false, "show how training goes on a page of this machine")
	f.page.add(cmd)
	fl.StringVar(&f.progress, "progress", inText, "text or json: how training goes, on standard error; json is an "+
		"object a line among lines of text")
}

// check turns the flags into a training, and refuses before anything is read what no recording could make right.
func (f *trainFlags) check() (err error) {
	s := &f.training.Settings
	if f.out == "" {
		return usagef("missing flag: -o MODEL, the file to write")
	}
	if f.hidden != "" {
		if s.Hidden, err = model.ParseHidden(f.hidden); err != nil {
			return usageError{err}
		}
	}
	s.Friction = model.Friction(f.friction)
	if !slices.Contains(progresses, f.progress) {
		return usagef("--progress %s: want %s", f.progress, strings.Join(progresses, " or "))
	}
	if s.Ensemble < 1 {
		return usagef("--ensemble %d: want at least 1", s.Ensemble)
	}
	if s.Steps > 0 && f.budget.given() || f.like != "" && (s.Steps > 0 || f.budget.given()) {
		return usagef("give one of --steps, --budget and --steps-of")
	}
	if err := f.training.Check(); err != nil {
		return usageError{err}
	}
	if f.budget.given() {
		seconds, err := f.budget.in("s")
		if err != nil {
			return err
		}
		s.Budget = time.Duration(seconds * float64(time.Second))
	}
	if !f.watch && (f.page.open || f.page.listen != anyLocal) {
		return usagef("--open and --listen are about the page of --watch: give that, too")
	}
	f.training.Path, f.training.Baseline, s.Resume = f.out, !f.noBaseline, f.resume
	return nil
}
