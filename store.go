package lagrange

import (
	"encoding/json"
	"errors"
	"fmt"

	"lagrange/internal/file"
	"lagrange/model"
)

// The newest version of a model file, and that of one without an ensemble, which older programs read too.
const (
	modelVersion  = 2
	singleVersion = 1
)

// header is the JSON part of a model file; the parameters of each model stand after it, one model after the other: the
// model, its baseline if there is one, then the other members of an ensemble.
type header struct {
	Spec        model.Spec   `json:"spec"`
	Record      Record       `json:"record"`
	Member      bool         `json:"member,omitempty"` // one of the others of an ensemble
	Calibration *Calibration `json:"calibration,omitempty"`
}

// Save writes the model, its baseline and its ensemble with it, atomically.
func (m *Model) Save(path string) error {
	var hs []header
	c := file.Container{Kind: "model", Version: singleVersion}
	for k := m; k != nil; k = k.Baseline {
		h := header{Spec: k.net.Spec, Record: k.Record}
		if k.Ensemble != nil {
			h.Calibration = k.Ensemble.Calibration
		}
		hs = append(hs, h)
		c.Floats = append(c.Floats, k.net.Theta...)
	}
	for _, k := range m.Members()[1:] {
		c.Version = modelVersion
		hs = append(hs, header{Spec: k.net.Spec, Record: k.Record, Member: true})
		c.Floats = append(c.Floats, k.net.Theta...)
	}
	h, err := json.Marshal(hs)
	if err != nil {
		return err
	}
	c.Header = h
	return c.Save(path)
}

// Load reads a model that Save wrote. Errors say what is wrong with the file and the way out.
func Load(path string) (*Model, error) {
	c, err := file.Load(path, "model", modelVersion)
	if err != nil {
		return nil, err
	}
	m, err := decode(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(c file.Container) (*Model, error) {
	var hs []header
	if err := json.Unmarshal(c.Header, &hs); err != nil || !belong(hs) {
		return nil, errors.Join(fmt.Errorf("its header is not that of a model"), err)
	}
	var first *Model
	floats := c.Floats
	for i, h := range hs {
		n, err := model.Params(h.Spec)
		if err != nil {
			return nil, err
		}
		if n > len(floats) {
			return nil, fmt.Errorf("holds %d numbers, too few for its models", len(c.Floats))
		}
		net, err := model.With(h.Spec, floats[:n:n])
		if err != nil {
			return nil, err
		}
		floats = floats[n:]
		m := &Model{Record: h.Record, net: net}
		switch {
		case i == 0:
			first = m
		case h.Member:
			if first.Ensemble == nil {
				one := &Model{Record: first.Record, net: first.net}
				first.Ensemble = &Ensemble{Members: []*Model{one}, Calibration: hs[0].Calibration}
			}
			first.Ensemble.Members = append(first.Ensemble.Members, m)
		default:
			first.Baseline = m
		}
	}
	if len(floats) > 0 {
		return nil, fmt.Errorf("holds %d numbers more than its models have", len(floats))
	}
	return first, nil
}

// belong says whether these are a model, at most one baseline and the other members of an ensemble, all of one system.
func belong(hs []header) bool {
	for i, h := range hs {
		d, m := h.Spec.D(), h.Spec.M()
		switch {
		case d != hs[0].Spec.D() || m != hs[0].Spec.M(), i == 0 && h.Member, i > 1 && !h.Member:
			return false
		case h.Member && h.Spec.Family != hs[0].Spec.Family:
			return false
		case h.Calibration != nil && (i > 0 || len(hs) < 2 || !hs[len(hs)-1].Member || !h.Calibration.fits(d)):
			return false
		}
	}
	return len(hs) > 0
}
