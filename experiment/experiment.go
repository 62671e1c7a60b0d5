// Package experiment is the frame of the experiments: what one is, how it is run, resumed and reported, and the page of
// results.
package experiment

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"lagrange/plot"
)

// Experiment is one of those that `lagrange reproduce` knows.
type Experiment struct {
	Name, Title, About string
	Full, Quick        time.Duration            // how long it takes with the default settings, all in all, on two cores
	Share              func(s Settings) float64 // what s asks for, as a part of the default; nil: 1
	// of which Settings.Models may choose; none: it heeds neither these nor Recipe and Seeds
	Models  []string
	Default int      // so many of Models, the first, are taken by a run that names none
	Recipes []string // for Settings.Recipe
	Derived bool     // made of the reports of the others, which Settings.Others has
	Needs   bool     // recordings, which Settings.Recordings has: a run of All without these leaves it out
	Run     func(ctx context.Context, s Settings) (Result, error)
}

// Result is what an experiment found.
type Result struct {
	Numbers any                    // for report.json and --json; all of them finite
	Tables  []Table                // for people and the page of results
	Figures map[string]plot.Figure // by the names of their files
	Notes   []string               // losses, caveats, what was found
}

// Table is a table for people, beside the published numbers.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// Settings says how an experiment is run. Without Steps and Budget
// each experiment takes what it needs, with Quick a part of it.
type Settings struct {
	Steps  int           // training steps of each model
	Budget time.Duration // training time of all models together; turned into Steps, which the report names
	Seed   uint64
	Code   Code // of the program; runs of another one do not count as done
	Quick  bool // an honest shorter run: its notes say how short
	// where figures and numbers go, and what an experiment needs to go on after an interruption; "" = nowhere
	Folder string
	Models []string // of an experiment that has a choice; none = its default ones, "all" = all
	Recipe string   // of the same; "" for the best one found here
	Seeds  int      // of the same: so many runs, with Seed, Seed + 1, …; 0 = 1
	// Recordings is the folder of those that are no part of the program.
	Recordings string
	// of a run of all: the experiments that may run, by name; none
	// = all. What others have left in Folder stays on the page
	Only []string
	// Others are the reports of the experiments that ran before, by name.
	Others map[string]json.RawMessage
	// On is told how it goes.
	On func(Progress)
}

// Takes is about how long a run takes on two cores; 0 = nobody knows, since steps are given.
func (e Experiment) Takes(s Settings) time.Duration {
	switch {
	case s.Steps > 0:
		return 0
	case s.Budget > 0 && !e.Derived:
		return s.Budget
	}
	share := 1.0
	if e.Share != nil {
		share = e.Share(s)
	}
	if s.Quick {
		return time.Duration(share * float64(e.Quick))
	}
	return time.Duration(share * float64(e.Full))
}

// Reproduce runs the experiment and leaves report.json, figure.json and the pictures in s.Folder, which it makes.
func (e Experiment) Reproduce(ctx context.Context, s Settings) (Result, error) {
	if s.Folder != "" {
		if err := os.MkdirAll(s.Folder, 0o777); err != nil {
			return Result{}, err
		}
	}
	r, err := e.Run(ctx, e.heeded(s))
	if err != nil || s.Folder == "" {
		return r, err
	}
	return r, save(s.Folder, r.Numbers, r.Figures)
}

// Progress is how far the training of one model has come.
type Progress struct {
	Model       string
	Step, Steps int
	Loss, Valid float64
	Left        time.Duration
}
