package data_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lagrange/data"
)

// What is written as .npz or .parquet comes back to the last bit.
func TestFilesRoundTrip(t *testing.T) {
	for _, name := range []string{"motion.npz", "motion.Parquet", "motion.csv"} {
		rapid.Check(t, func(t *rapid.T) {
			s := drawSet(t)
			var b bytes.Buffer
			if err := s.Writer(name)(&b); err != nil {
				t.Fatal(err)
			}
			back, err := data.ReadFrom(&b, name, data.Options{Angles: []string{}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(contents(s), contents(back), bits); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}
