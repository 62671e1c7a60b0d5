package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ofLengths are rows of trajectories of given lengths whose numbers tell which they are.
func ofLengths(lengths ...int) string {
	var b strings.Builder
	b.WriteString("trajectory,t,q,v\n")
	k := 0
	for i, n := range lengths {
		for r := range n {
			fmt.Fprintf(&b, "%d,%d,%d,%d\n", i+1, r, 2*k, k)
			k++
		}
	}
	return b.String()
}

// Of a recording too large to be held stretches are kept, whose rows are those of the file, as many as are asked for,
// and evenly over all of it; what fits is read as ever.
func TestStretches(t *testing.T) {
	short := slices.Repeat([]int{100}, 3000)
	for name, lengths := range map[string][]int{
		"one": {300_000}, "two": {150_000, 150_000}, "short ones": short,
		"uneven": {5000, 4097, 4096, 3, 100_000, 186_000, 804},
	} {
		text := ofLengths(lengths...)
		all, err := ReadFrom(strings.NewReader(text), "a.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range []int{300_000, 100_000, 20_000} {
			set, err := ReadFrom(strings.NewReader(text), "a.csv", Options{Most: 3 * rows})
			if err != nil {
				t.Fatal(err)
			}
			if n := set.Rows(); rows == 300_000 && (n != all.Rows() || len(set.Notes) != len(all.Notes)) ||
				n > rows || n < rows/5 {
				t.Errorf("%s: %d of %d rows, %d were asked for", name, n, all.Rows(), rows)
			}
			var seen [10]int // rows in each tenth of the file
			before := -1.
			for _, w := range set.Trajectories {
				for n, v := range w.V {
					if n > 0 && (v != w.V[n-1]+1 || w.T[n] != w.T[n-1]+1) || v <= before || 2*v != w.Q[n] ||
						w.Line+n != int(v)+2 {
						t.Fatalf("%s: row %d of trajectory %q is row %g", name, n, w.ID, v)
					}
					before = v
					seen[int(v)/30_001]++
				}
			}
			if rows > 2*10*stretchRows/3 && name != "uneven" && slices.Min(seen[:]) < slices.Max(seen[:])/3 {
				t.Errorf("%s: rows by tenths of the file: %v", name, seen)
			}
		}
	}
}

// Several files are thinned as one.
func TestStretchesOfFiles(t *testing.T) {
	b := &builder{o: Options{Most: 3 * 50_000}, ids: map[string]bool{}}
	for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
		if err := b.add(strings.NewReader(ofLengths(60_000, 40_000)), name, ""); err != nil {
			t.Fatal(err)
		}
	}
	set, err := b.done()
	if err != nil {
		t.Fatal(err)
	}
	rows, ids := map[string]int{}, map[string]bool{}
	for _, w := range set.Trajectories {
		if rows[w.File] += w.Len(); ids[w.ID] {
			t.Errorf("trajectory %q is there twice", w.ID)
		}
		ids[w.ID] = true
	}
	if n := set.Rows(); n > 50_000 || len(rows) != 3 || min(rows["a.csv"], rows["b.csv"], rows["c.csv"]) < n/6 {
		t.Errorf("rows by files: %v", rows)
	}
}
