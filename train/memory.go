package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"strings"

	"lagrange/internal/file"
	"lagrange/model"
)

// Memory is what an identification has come to so far, outcome by outcome in the order in which they were asked for.
// One that was interrupted goes on from it, bit for bit, since all that lies between is done again. An identification
// without a memory has a nil one.
type Memory struct {
	On       func() error // told after each new outcome; nil: nobody listens
	Seconds  float64      // that the run has taken, for the caller
	outcomes []outcome
	next     int // of them to be asked for
}

// outcome is the answer to a question.
type outcome struct {
	question string
	numbers  []float64
}

// Once is the outcome of a question: from memory, where it was asked for at this place, or else made.
func (m *Memory) Once(question string, make func() ([]float64, error)) ([]float64, error) {
	if m == nil {
		return make()
	}
	if m.next < len(m.outcomes) && m.outcomes[m.next].question == question {
		m.next++
		return m.outcomes[m.next-1].numbers, nil
	}
	numbers, err := make()
	if err != nil {
		return nil, err
	}
	m.outcomes = append(m.outcomes[:m.next], outcome{question, numbers}) // what follows answered something else
	if m.next++; m.On != nil {
		err = m.On()
	}
	return numbers, err
}

// Asked is a question about a model, of its Spec and its parameters to the last bit.
func Asked(what string, m *model.Model[float64], settings ...any) string {
	h := fnv.New64a()
	spec, _ := json.Marshal(m.Spec)
	h.Write(spec)
	for _, x := range m.Theta {
		fmt.Fprintf(h, "%x ", math.Float64bits(x))
	}
	return fmt.Sprintf("%s of %d parameters %x with %v", what, len(m.Theta), h.Sum64(), settings)
}

// memoryHeader is that of the file of a memory; its numbers stand after it, outcome after outcome.
type memoryHeader struct {
	Of        Identity `json:"of"`
	Questions []string `json:"questions"`
	Counts    []int    `json:"counts"`
	Seconds   float64  `json:"seconds"`
}

// Save writes a memory as a checkpoint, atomically. of says which run it is.
func (m *Memory) Save(path string, of Identity) error {
	h := memoryHeader{Of: of, Seconds: m.Seconds}
	c := file.Container{Kind: "checkpoint", Version: checkpointVersion}
	for _, o := range m.outcomes {
		h.Questions, h.Counts = append(h.Questions, o.question), append(h.Counts, len(o.numbers))
		c.Floats = append(c.Floats, o.numbers...)
	}
	var err error
	if c.Header, err = json.Marshal(h); err != nil {
		return err
	}
	return c.Save(path)
}

// LoadMemory reads a memory back; where there is no file it is empty. It must be of the same run, or the error says
// what differs.
func LoadMemory(path string, of Identity) (*Memory, error) {
	c, err := file.Load(path, "checkpoint", checkpointVersion)
	if errors.Is(err, fs.ErrNotExist) {
		return &Memory{}, nil
	} else if err != nil {
		return nil, err
	}
	var h memoryHeader
	if err := json.Unmarshal(c.Header, &h); err != nil {
		return nil, fmt.Errorf("%s: its header is not that of a checkpoint: %w", path, err)
	}
	if what := h.Of.differs(of); len(what) > 0 {
		return nil, otherRun(path, what)
	}
	m, sum := &Memory{Seconds: h.Seconds}, 0
	for i, n := range h.Counts {
		if n < 0 || i >= len(h.Questions) || sum+n > len(c.Floats) {
			return nil, fmt.Errorf("%s: holds %d numbers, not those that it lists", path, len(c.Floats))
		}
		m.outcomes = append(m.outcomes, outcome{h.Questions[i], c.Floats[sum : sum+n]})
		sum += n
	}
	return m, nil
}

// otherRun is the error of a checkpoint that is not of the run that is to go on from it.
func otherRun(path string, what []string) error {
	return fmt.Errorf("%s belongs to another run (%s); give the same files and flags, or leave out --resume to start "+
		"again", path, strings.Join(what, "; "))
}
