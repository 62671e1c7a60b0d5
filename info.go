package lagrange

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"

	"lagrange/data"
	"lagrange/model"
)

// Info is what a model is, in numbers and words.
type Info struct {
	Fingerprint string        `json:"fingerprint"` // see Model.Fingerprint
	Family      string        `json:"family"`
	Title       string        `json:"title"`   // of the family, in words
	Members     int           `json:"members"` // networks that answer together
	Baseline    bool          `json:"baseline,omitempty"`
	Coordinates []Quantity    `json:"coordinates"`
	Inputs      []model.Input `json:"inputs,omitempty"`
	TimeUnit    string        `json:"time_unit,omitempty"`
	Hidden      []int         `json:"hidden,omitempty"`
	Activation  string        `json:"activation,omitempty"`
	Head        model.Head    `json:"head,omitempty"`
	Parameters  int           `json:"parameters"` // of each network
	Formula     string        `json:"formula,omitempty"`
	// Forces has friction and gains in the units of coordinates and L; of an ensemble those of its first member
	Forces model.ForceCoefficients `json:"forces"`
	// Mass is the mass matrix at a state, in the model's own unit; nil for a model without one
	Mass     *MassAt      `json:"mass_matrix,omitempty"`
	Training TrainingInfo `json:"training"`
}

// Quantity is a coordinate of a model with its velocity; of a Hamiltonian network that is the momentum.
type Quantity struct {
	Name         string      `json:"name"`
	Unit         string      `json:"unit,omitempty"`
	Velocity     string      `json:"velocity"`
	VelocityUnit string      `json:"velocity_unit,omitempty"`
	Period       float64     `json:"period,omitempty"` // of an angle
	Ignorable    bool        `json:"ignorable,omitempty"`
	Recorded     *data.Range `json:"recorded,omitempty"` // in the recording that it was trained on
}

// MassAt is M at q, v, u.
type MassAt struct {
	Q []float64   `json:"q"`
	V []float64   `json:"v"`
	U []float64   `json:"u,omitempty"`
	M [][]float64 `json:"M"`
}

// TrainingInfo is what a model was trained on, and how well.
type TrainingInfo struct {
	Data       string       `json:"data"` // fingerprint of the numbers
	Columns    []data.Range `json:"columns,omitempty"`
	Objective  string       `json:"objective"`
	Method     string       `json:"method,omitempty"`
	Steps      int          `json:"steps"`
	Seed       uint64       `json:"seed"`
	Seconds    float64      `json:"seconds"`
	Horizon    float64      `json:"horizon"`    // of windows held out
	Validation float64      `json:"validation"` // loss of what was held out, in units of scales
	Stages     []Stage      `json:"stages,omitempty"`
	Doubt      string       `json:"doubt,omitempty"` // why it should not be trusted
}

// Fingerprint tells a model from others: what is fixed about it and all its parameters, those of all members. It is the
// same for the same numbers, however and wherever they came to be.
func (m *Model) Fingerprint() string {
	h := sha256.New()
	for _, k := range m.Members() {
		spec, err := json.Marshal(k.net.Spec)
		if err != nil {
			panic("lagrange: " + err.Error()) // a Spec that was checked is JSON
		}
		h.Write(spec)
		for _, x := range k.net.Theta {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Info describes a model, with its mass matrix at q, v under u. Where these are nil, coordinates and system parameters
// are at their means, angles at 0, without velocities and forces.
func (m *Model) Info(q, v, u []float64) Info {
	s, r := m.net.Spec, m.Record
	o := Info{Fingerprint: m.Fingerprint(), Family: s.Family, Title: model.Title(s.Family), Members: len(m.Members()),
		Baseline: m.Baseline != nil, Inputs: s.Inputs, TimeUnit: s.TimeUnit, Hidden: s.Hidden, Head: s.Head,
		Parameters: len(m.net.Theta), Formula: m.Formula(5, 1e-4), Forces: m.net.ForceCoefficients()}
	if len(s.Hidden) > 0 {
		o.Activation = s.Activation
	}
	columns := m.Columns()
	for i, c := range s.Coordinates {
		x := Quantity{Name: c.Name, Unit: c.Unit, Velocity: c.Velocity, Period: c.Period, Ignorable: c.Cyclic,
			VelocityUnit: columns.Columns[1+m.D()+i].Unit}
		for k := range r.Ranges {
			if r.Ranges[k].Name == c.Name && r.Ranges[k].Role == data.RoleQ {
				x.Recorded = &r.Ranges[k]
			}
		}
		o.Coordinates = append(o.Coordinates, x)
	}
	o.Mass = m.massAt(m.middle(q, v, u))
	o.Training = TrainingInfo{Data: r.Data, Columns: r.Ranges, Objective: r.Objective, Method: r.Method, Steps: r.Steps,
		Seed: r.Seed, Seconds: r.Seconds, Horizon: r.Horizon, Validation: r.Validation, Stages: r.Stages,
		Doubt: r.Doubt}
	return o
}

// middle puts the middle of what the model knows in the place of what is nil.
func (m *Model) middle(q, v, u []float64) (_, _, _ []float64) {
	if q == nil {
		for _, c := range m.net.Spec.Coordinates {
			if q = append(q, c.Mean); c.Period > 0 {
				q[len(q)-1] = 0
			}
		}
	}
	if v == nil {
		v = make([]float64, m.D())
	}
	if u == nil {
		u = m.means()
	}
	return q, v, u
}

// massAt is nil where there is no mass matrix.
func (m *Model) massAt(q, v, u []float64) (out *MassAt) {
	m.at(q, v, u, func(s *state) {
		k, ok := model.As[model.Mechanics[float64]](s.tape)
		if !ok || m.net.Spec.Nodes != nil {
			return
		}
		out = &MassAt{Q: q, V: v, U: u}
		for i, M := 0, k.Mass(0); i < m.D(); i++ {
			out.M = append(out.M, append([]float64(nil), M[i*m.D():(i+1)*m.D()]...))
		}
	})
	return out
}
