package train

import (
	"encoding/json"
	"fmt"
	"slices"

	"lagrange/internal/file"
	"lagrange/model"
	"lagrange/nn"
)

const (
	checkpointVersion = 3
	oldestVersion     = 3 // older ones do not say which run they belong to
)

// Identity says, by names for people, what a checkpoint belongs to: the data, each setting, the stage. A run goes on
// from no other.
type Identity map[string]string

// differs lists what two identities do not have in common, as far as a line holds it.
func (i Identity) differs(from Identity) (what []string) {
	const shown = 24
	keys := slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, m := range []Identity{i, from} {
			for k := range m {
				if !yield(k) {
					return
				}
			}
		}
	}))
	for _, k := range keys {
		switch a, b := i[k], from[k]; {
		case a == b:
		case len(a) > shown || len(b) > shown || a == "" || b == "":
			what = append(what, "another "+k)
		default:
			what = append(what, fmt.Sprintf("%s %s, not %s", k, a, b))
		}
	}
	return what
}

// checkpoint is the header of a checkpoint file. Its numbers stand after it: θ, m, s and the best θ, then BestLoss and
// Sum, then three for each point of the history.
type checkpoint struct {
	Spec     model.Spec   `json:"spec"`
	Settings Settings     `json:"settings"`
	Of       Identity     `json:"of"`
	Step     int          `json:"step"`
	Updates  int          `json:"updates"`
	Skipped  int          `json:"skipped"`
	Health   model.Health `json:"health"`
	Points   int          `json:"points"`
	Count    int          `json:"count"`
	Damping  float64      `json:"damping"`
	Rejected int          `json:"rejected"`
	Decided  int          `json:"decided"`
	Seconds  float64      `json:"seconds"`
}

// SaveCheckpoint writes all that a run needs to go on bit for bit, atomically. of says which run it is.
func SaveCheckpoint[T nn.Float](path string, of Identity, spec model.Spec, s Settings, st *State[T]) error {
	h, err := json.Marshal(checkpoint{
		spec, s, of, st.Step, st.Updates, st.Skipped, st.Health, len(st.History), st.Count, st.Damping, st.Rejected,
		st.Decided, st.Seconds,
	})
	if err != nil {
		return err
	}
	c := file.Container{Kind: "checkpoint", Version: checkpointVersion, Header: h}
	for _, part := range [][]T{st.Theta, st.M, st.S, st.Best} {
		for _, x := range part {
			c.Floats = append(c.Floats, float64(x))
		}
	}
	c.Floats = append(c.Floats, st.BestLoss, st.Sum)
	for _, p := range st.History {
		c.Floats = append(c.Floats, float64(p.Step), p.Train, p.Valid)
	}
	return c.Save(path)
}

// LoadCheckpoint reads a checkpoint back and says with which settings its run was going. It must be of the same run
// and Spec as the model that is to go on, or the error says what differs.
func LoadCheckpoint[T nn.Float](path string, of Identity, m *model.Model[T]) (*State[T], Settings, error) {
	var h checkpoint
	c, err := file.Load(path, "checkpoint", checkpointVersion)
	if err != nil {
		return nil, h.Settings, err
	}
	if err := json.Unmarshal(c.Header, &h); err != nil {
		return nil, h.Settings, fmt.Errorf("%s: its header is not that of a checkpoint: %w", path, err)
	}
	was, _ := json.Marshal(h.Spec)
	is, _ := json.Marshal(m.Spec)
	what := h.Of.differs(of)
	if string(was) != string(is) {
		what = append(what, "another model")
	}
	switch {
	case c.Version < oldestVersion:
		return nil, h.Settings, fmt.Errorf("%s was written by an older version, which did not note whose run it was; "+
			"leave out --resume to start again", path)
	case len(what) > 0:
		return nil, h.Settings, otherRun(path, what)
	}
	n := len(m.Theta)
	if h.Points < 0 || len(c.Floats) != 4*n+2+3*h.Points {
		return nil, h.Settings, fmt.Errorf("%s: holds %d numbers, not those of a model of %d parameters", path,
			len(c.Floats), n)
	}
	st := NewState(m)
	for k, part := range [][]T{st.Theta, st.M, st.S, st.Best} {
		for i := range part {
			part[i] = T(c.Floats[k*n+i])
		}
	}
	st.Sum, st.Count, st.Damping, st.Rejected = c.Floats[4*n+1], h.Count, h.Damping, h.Rejected
	st.Decided, st.Seconds = h.Decided, h.Seconds
	st.BestLoss, st.Step, st.Updates, st.Skipped, st.Health = c.Floats[4*n], h.Step, h.Updates, h.Skipped, h.Health
	for p := c.Floats[4*n+2:]; len(p) > 0; p = p[3:] {
		st.History = append(st.History, Point{int(p[0]), p[1], p[2]})
	}
	return st, h.Settings, nil
}
