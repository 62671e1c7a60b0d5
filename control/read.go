package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lagrange/internal/file"
	"lagrange/model"
)

// Version is the newest version of a model file.
const Version = 2

// Network is one of a model file.
type Network struct {
	Net    *model.Model[float64]
	Member bool // one of the others of an ensemble
}

// Read reads the networks of a model file that answer together: one, or those of an ensemble. Errors say what is wrong
// with the file and the way out.
func Read(r io.Reader) ([]*model.Model[float64], error) {
	c, err := file.Decode(r, "the model", "model", Version)
	if err != nil {
		return nil, err
	}
	all, err := Networks(c.Header, c.Floats)
	if err != nil {
		return nil, fmt.Errorf("the model: %w", err)
	}
	nets := []*model.Model[float64]{all[0].Net}
	for _, n := range all[1:] {
		if n.Member {
			nets = append(nets, n.Net)
		}
	}
	return nets, nil
}

// Networks are those of a model file, in their order: the model, the plain network beside it if there is one, then the
// other members of an ensemble. The header is an array of their Specs; their parameters stand one after the other.
func Networks(header []byte, floats []float64) (all []Network, err error) {
	var hs []struct {
		Spec   model.Spec `json:"spec"`
		Member bool       `json:"member"`
	}
	if err := json.Unmarshal(header, &hs); err != nil || len(hs) == 0 {
		return nil, errors.Join(errors.New("its header is not that of a model"), err)
	}
	rest := floats
	for i, h := range hs {
		first := hs[0].Spec
		if h.Spec.D() != first.D() || h.Spec.M() != first.M() || i == 0 && h.Member || i > 1 && !h.Member ||
			h.Member && h.Spec.Family != first.Family {
			return nil, errors.New("its header is not that of a model")
		}
		n, err := model.Params(h.Spec)
		if err != nil {
			return nil, err
		}
		if n > len(rest) {
			return nil, fmt.Errorf("holds %d numbers, too few for its models", len(floats))
		}
		net, err := model.With(h.Spec, rest[:n:n])
		if err != nil {
			return nil, err
		}
		all, rest = append(all, Network{net, h.Member}), rest[n:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("holds %d numbers more than its models have", len(rest))
	}
	return all, nil
}
