package lagrange

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lagrange/control"
	"lagrange/internal/file"
	"lagrange/model"
)

// singleVersion is that of a model file without an ensemble, which older programs read too.
const singleVersion = 1

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
		c.Version = control.Version
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
	c, err := file.Load(path, "model", control.Version)
	if err != nil {
		return nil, err
	}
	return named(path, c)
}

// Read is Load from what r has to its end. A program that only evaluates models has less to carry with package control.
func Read(r io.Reader) (*Model, error) {
	c, err := file.Decode(r, "the model", "model", control.Version)
	if err != nil {
		return nil, err
	}
	return named("the model", c)
}

func named(name string, c file.Container) (*Model, error) {
	m, err := decode(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// Controller makes one of the model, for loops that must not wait; see package control.
func (m *Model) Controller() *control.Controller {
	var nets []*model.Model[float64]
	for _, k := range m.Members() {
		nets = append(nets, k.net)
	}
	return control.New(nets)
}

func decode(c file.Container) (*Model, error) {
	nets, err := control.Networks(c.Header, c.Floats)
	if err != nil {
		return nil, err
	}
	var hs []header
	if err := json.Unmarshal(c.Header, &hs); err != nil || !calibrated(hs) {
		return nil, errors.Join(errors.New("its header is not that of a model"), err)
	}
	var first *Model
	for i, n := range nets {
		m := &Model{Record: hs[i].Record, net: n.Net}
		switch {
		case i == 0:
			first = m
		case n.Member:
			if first.Ensemble == nil {
				one := &Model{Record: first.Record, net: first.net}
				first.Ensemble = &Ensemble{Members: []*Model{one}, Calibration: hs[0].Calibration}
			}
			first.Ensemble.Members = append(first.Ensemble.Members, m)
		default:
			first.Baseline = m
		}
	}
	return first, nil
}

// calibrated says whether what calibrates an ensemble stands at its first network, and fits.
func calibrated(hs []header) bool {
	for i, h := range hs {
		if h.Calibration != nil && (i > 0 || !hs[len(hs)-1].Member || !h.Calibration.fits(h.Spec.D())) {
			return false
		}
	}
	return true
}
