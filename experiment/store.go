package experiment

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"

	"lagrange/internal/file"
)

// PartsFile is the file of a Store whose parts are of no use once the experiment is done.
const PartsFile = "parts.jsonl"

// Store holds the finished parts of an experiment, so that an interrupted run goes on after the last of them. They
// stand in a file of its folder, one JSON object a line. A key says what a part is of: whatever its numbers depend on.
type Store[K comparable, V any] struct {
	mutex sync.Mutex
	key   func(V) K
	parts map[K]V
	path  string   // "": the parts are kept in memory only
	file  *os.File // nil: nothing is added yet
}

// OpenStore reads what is there, without a last line that a crash has torn.
// Without a folder there is no file; else there is one after the first Add.
func OpenStore[K comparable, V any](folder, name string, key func(V) K) (*Store[K, V], error) {
	s := &Store[K, V]{key: key, parts: map[K]V{}}
	if folder == "" {
		return s, nil
	}
	s.path = filepath.Join(folder, name)
	text, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	} else if err != nil {
		return nil, err
	}
	whole := 0
	for line := range bytes.Lines(text) {
		var v V
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &v) != nil {
			break
		}
		s.parts[key(v)] = v
		whole += len(line)
	}
	if whole == len(text) {
		return s, nil
	}
	return s, file.Put(s.path, text[:whole])
}

// Get is the part of a key, if it is finished.
func (s *Store[K, V]) Get(k K) (V, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	v, ok := s.parts[k]
	return v, ok
}

// Add writes a part behind the others, down to the disk.
func (s *Store[K, V]) Add(v V) (err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.parts[s.key(v)] = v
	if s.path == "" {
		return nil
	}
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if s.file == nil {
		if s.file, err = os.OpenFile(s.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666); err != nil {
			return err
		}
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return s.file.Sync()
}

// Once is the part of a key, made and added where there is none.
func (s *Store[K, V]) Once(k K, make func() (V, error)) (V, error) {
	if v, ok := s.Get(k); ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	return v, s.Add(v)
}

// Close ends the writing.
func (s *Store[K, V]) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// Remove closes the store and removes its file: the experiment is done.
func (s *Store[K, V]) Remove() {
	s.Close()
	if s.path != "" {
		os.Remove(s.path) // a file that stays is of no harm
	}
}

// Floats are numbers of which a Store keeps every bit, also where they are not finite.
type Floats []float64

// MarshalJSON implements json.Marshaler.
func (x Floats) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 8*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return json.Marshal(b)
}

// UnmarshalJSON implements json.Unmarshaler.
func (x *Floats) UnmarshalJSON(text []byte) error {
	var b []byte
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	if len(b)%8 != 0 {
		return fmt.Errorf("%d bytes are no numbers", len(b))
	}
	*x = make(Floats, len(b)/8)
	for i := range *x {
		(*x)[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return nil
}
