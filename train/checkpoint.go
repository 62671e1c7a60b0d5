package train

import (
	"encoding/json"
	"fmt"

	"lagrange/internal/file"
	"lagrange/model"
	"lagrange/nn"
)

const checkpointVersion = 2

// checkpoint is the header of a checkpoint file. Its numbers stand after it: θ, m, s and the best θ, then BestLoss and Sum, then
// three for each point of the history.
type checkpoint struct {
	Spec     model.Spec   `json:"spec"`
	Settings Settings     `json:"settings"`
	Data     string       `json:"data"` // fingerprint of what was trained on
	Step     int          `json:"step"`
	Updates  int          `json:"updates"`
	Skipped  int          `json:"skipped"`
	Health   model.Health `json:"health"`
	Points   int          `json:"points"`
	Count    int          `json:"count"`
	Damping  float64      `json:"damping"`
	Rejected int          `json:"rejected"`
}

// SaveCheckpoint writes all that a run needs to go on bit for bit, atomically. data identifies what it is trained on and how the loss is made of it.
func SaveCheckpoint[T nn.Float](path, data string, spec model.Spec, s Settings, st *State[T]) error {
	h, err := json.Marshal(checkpoint{spec, s, data, st.Step, st.Updates, st.Skipped, st.Health, len(st.History), st.Count, st.Damping, st.Rejected})
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

// LoadCheckpoint reads a checkpoint back and says with which settings its run was going. It must be of the same Spec and
// data as the model that is to go on, or the error says what differs.
func LoadCheckpoint[T nn.Float](path, data string, m *model.Model[T]) (*State[T], Settings, error) {
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
	switch {
	case h.Data != data:
		return nil, h.Settings, fmt.Errorf("%s belongs to a run on other data or with another loss; give the same files, columns, horizon and loss, or leave out --resume to start again", path)
	case string(was) != string(is):
		return nil, h.Settings, fmt.Errorf("%s belongs to a run with another model; give the same flags, or leave out --resume to start again", path)
	}
	n := len(m.Theta)
	if h.Points < 0 || len(c.Floats) != 4*n+2+3*h.Points {
		return nil, h.Settings, fmt.Errorf("%s: holds %d numbers, not those of a model of %d parameters", path, len(c.Floats), n)
	}
	st := NewState(m)
	for k, part := range [][]T{st.Theta, st.M, st.S, st.Best} {
		for i := range part {
			part[i] = T(c.Floats[k*n+i])
		}
	}
	st.Sum, st.Count, st.Damping, st.Rejected = c.Floats[4*n+1], h.Count, h.Damping, h.Rejected
	st.BestLoss, st.Step, st.Updates, st.Skipped, st.Health = c.Floats[4*n], h.Step, h.Updates, h.Skipped, h.Health
	for p := c.Floats[4*n+2:]; len(p) > 0; p = p[3:] {
		st.History = append(st.History, Point{int(p[0]), p[1], p[2]})
	}
	return st, h.Settings, nil
}
