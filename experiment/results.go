package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Finished is an experiment that has run, as result.json in its folder keeps it for the page.
type Finished struct {
	Run     Run      `json:"run"`
	Seconds float64  `json:"seconds"` // the clock's, over all interruptions; without Run.Code since the last one
	Stops   int      `json:"stops"`   // interruptions
	Machine string   `json:"machine"`
	Tables  []Table  `json:"tables"`
	Figures []string `json:"figures"`
	Notes   []string `json:"notes"`

	Numbers json.RawMessage `json:"-"` // report.json
	Err     error           `json:"-"` // why there is nothing but it
}

// Run identifies a run: one that has it all in common with another need not be repeated.
type Run struct {
	Name   string  `json:"name"`
	Code   Code    `json:"code,omitzero"`
	Seed   uint64  `json:"seed"`
	Quick  bool    `json:"quick"`
	Steps  int     `json:"steps"`
	Budget float64 `json:"budget"` // seconds
	Models string  `json:"models,omitempty"`
	Recipe string  `json:"recipe,omitempty"`
	Seeds  int     `json:"seeds,omitempty"`
}

// Run is the run of an experiment by the name that has these settings.
func (s Settings) Run(name string) Run {
	return Run{Name: name, Code: s.Code, Seed: s.Seed, Quick: s.Quick, Steps: s.Steps, Budget: s.Budget.Seconds(),
		Models: strings.Join(s.Models, ","), Recipe: s.Recipe, Seeds: s.Seeds}
}

// heeded are the settings without those that the experiment does not know.
func (e Experiment) heeded(s Settings) Settings {
	if len(e.Models) == 0 {
		s.Models, s.Recipe, s.Seeds = nil, "", 0
	}
	return s
}

// run is the run of the experiment with these settings.
func (e Experiment) run(s Settings) Run { return e.heeded(s).Run(e.Name) }

// command is how to repeat the run.
func (r Run) command() string {
	c := "lagrange reproduce " + r.Name
	if r.Quick {
		c += " --quick"
	}
	if r.Steps > 0 {
		c += fmt.Sprint(" --steps ", r.Steps)
	} else if r.Budget > 0 {
		c += fmt.Sprint(" --budget ", time.Duration(r.Budget*float64(time.Second)))
	}
	for _, flag := range [][2]string{{"models", r.Models}, {"recipe", r.Recipe}} {
		if flag[1] != "" {
			c += " --" + flag[0] + " " + flag[1]
		}
	}
	if r.Seeds > 1 {
		c += fmt.Sprint(" --seeds ", r.Seeds)
	}
	return fmt.Sprint(c, " --seed ", r.Seed)
}

// Folder is where an experiment of a run of all leaves its
// files; the page of results stands beside the folder "results".
func Folder(folder, name string) string { return filepath.Join(folder, "results", name) }

// Reports reads the reports of experiments that All has left in a folder, by name.
func Reports(folder string, experiments []Experiment) map[string]json.RawMessage {
	reports := map[string]json.RawMessage{}
	for _, e := range experiments {
		if text, err := os.ReadFile(filepath.Join(Folder(folder, e.Name), "report.json")); err == nil &&
			json.Valid(text) {
			reports[e.Name] = text
		}
	}
	return reports
}

// Done finds the experiments that All need not repeat. Those that are made of others always are, which costs nothing.
func Done(experiments []Experiment, s Settings) map[string]Finished {
	done := map[string]Finished{}
	for _, e := range experiments {
		if e.Derived || s.Folder == "" {
			continue
		}
		if f, ok := finished(Folder(s.Folder, e.Name)); ok && f.Run == e.run(s) {
			done[e.Name] = f
		}
	}
	return done
}

// finished reads back what an experiment has left, if that is all there.
func finished(folder string) (f Finished, ok bool) {
	text, err := os.ReadFile(filepath.Join(folder, "result.json"))
	if err != nil || json.Unmarshal(text, &f) != nil {
		return f, false
	}
	if f.Numbers, err = os.ReadFile(filepath.Join(folder, "report.json")); err != nil || !json.Valid(f.Numbers) {
		return f, false
	}
	for _, name := range f.Figures {
		if _, err := os.Stat(filepath.Join(folder, name+".png")); err != nil {
			return f, false
		}
	}
	return f, true
}

// All runs experiments one after the other, but for those that a run with the same settings has finished in s.Folder,
// and after each writes the page results.md there. One that fails does not keep the others from running; the error
// tells all failures. An interrupted run goes on with the same call, and Settings.Only leaves experiments out that have
// not run. What has not run keeps the place on the page that an earlier run has left it, whatever its code and
// settings, which the page names. before hears which experiment starts, and returns its On.
func All(ctx context.Context, experiments []Experiment, s Settings,
	before func(e Experiment) func(Progress)) ([]Finished, error) {
	var all []Finished
	var fails []error
	done := Done(experiments, s)
	s.Others = map[string]json.RawMessage{}
	for _, e := range experiments {
		f, ok := done[e.Name]
		if s.leavesOut(e) {
			if f, ok = finished(Folder(s.Folder, e.Name)); !ok {
				continue
			}
		}
		if !ok {
			if before != nil {
				s.On = before(e)
			}
			if f = e.finish(ctx, s); f.Err != nil {
				if ctx.Err() != nil {
					return all, f.Err
				}
				fails = append(fails, fmt.Errorf("%s: %w", e.Name, f.Err))
			}
		}
		if all = append(all, f); f.Err == nil {
			s.Others[e.Name] = f.Numbers
		}
		if err := page(s.Folder, experiments, all, s.Code); err != nil {
			return all, err
		}
	}
	return all, errors.Join(fails...)
}

// leavesOut says whether an experiment may not run.
func (s Settings) leavesOut(e Experiment) bool {
	return len(s.Only) > 0 && !slices.Contains(s.Only, e.Name) || e.Needs && s.Recordings == ""
}

// Left is about how long a run of All takes on two cores, as far as it is known, how many experiments it need
// not repeat, and the names of those that it does repeat, since other code or other settings have finished them.
func Left(experiments []Experiment, s Settings) (left time.Duration, done int, again []string) {
	have := Done(experiments, s)
	for _, e := range experiments {
		if _, ok := have[e.Name]; ok {
			done++
		} else if !s.leavesOut(e) {
			left += e.Takes(s)
			if f, ok := finished(Folder(s.Folder, e.Name)); ok && s.Folder != "" && f.Run != e.run(s) {
				again = append(again, e.Name)
			}
		}
	}
	return left, done, again
}

// finish runs an experiment and notes in its folder that it is done, last of all.
func (e Experiment) finish(ctx context.Context, s Settings) Finished {
	f := Finished{Run: e.run(s), Machine: machine()}
	root := s.Folder
	if root != "" {
		s.Folder = Folder(root, e.Name)
	}
	folder := "" // of the clock
	if root != "" {
		folder = s.Folder
	}
	stop, err := startClock(folder, f.Run)
	if err != nil {
		f.Err = err
		return f
	}
	r, err := e.Reproduce(ctx, s)
	if err == nil {
		f.Numbers, err = json.Marshal(r.Numbers)
	}
	c := stop()
	f.Seconds, f.Stops = c.Seconds, c.Stops
	f.Tables, f.Figures, f.Notes = r.Tables, slices.Sorted(maps.Keys(r.Figures)), r.Notes
	if err == nil && root != "" {
		err = writeJSON(filepath.Join(s.Folder, "result.json"), f)
	}
	if f.Err = err; folder != "" && ctx.Err() == nil { // neither a finished run nor one that has failed goes on
		os.Remove(clockAt(folder)) // a file that stays is of no harm
	}
	return f
}
