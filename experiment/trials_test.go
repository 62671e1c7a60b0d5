package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// square is a trial whose key says all.
type square struct {
	Of     int `json:"of"`
	Square int `json:"square"`
}

func (s square) key() int { return s.Of }

// squares are trials that note their keys when they are made.
func squares(t *testing.T, folder string, fail func(k int) error) (all Trials[int, square], made func() []int) {
	t.Helper()
	store, err := OpenStore(folder, PartsFile, square.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	var mutex sync.Mutex
	var keys []int
	return Trials[int, square]{Store: store, Loss: func(s square) float64 { return float64(s.Square) },
		Make: func(_ context.Context, k int) (square, error) {
			mutex.Lock()
			keys = append(keys, k)
			mutex.Unlock()
			return square{k, k * k}, fail(k)
		}}, func() []int { slices.Sort(keys); return keys }
}

func never(int) error { return nil }

// Trials that were interrupted go on: what is kept is not made again, values stand in the order of their keys, and what
// is heard counts those that were there.
func TestTrialsGoOn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	folder, broken := t.TempDir(), errors.New("broken")
	all, made := squares(t, folder, func(k int) error {
		if k == 5 {
			return broken
		}
		return nil
	})
	heard := 0
	s := Settings{On: func(Progress) { heard++ }}
	if _, err := all.Each(t.Context(), s, "squares", []int{9, 2, 5, 4, 7, 3, 8, 6}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	first := made()
	if heard != len(first)-1 { // the one that failed is not done
		t.Errorf("%d heard, %v made", heard, first)
	}
	all.Store.Close()
	all, made = squares(t, folder, never)
	var last Progress
	steps, least := 0, math.Inf(1)
	s.On = func(p Progress) { last, least, steps = p, min(least, p.Loss), steps+1 }
	keys := []int{9, 2, 5, 4, 7, 3, 8, 6}
	values, err := all.Each(t.Context(), s, "squares", keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keys {
		if values[i] != (square{k, k * k}) {
			t.Errorf("value %d is %+v", i, values[i])
		}
	}
	both := slices.Concat(slices.DeleteFunc(first, func(k int) bool { return k == 5 }), made())
	if slices.Sort(both); !slices.Equal(both, []int{2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("made %v", both)
	}
	if last.Model != "squares" || last.Step != 8 || last.Steps != 8 || last.Valid != 4 || steps != len(made()) {
		t.Errorf("%d steps, the last %+v", steps, last)
	}
	if again, err := all.Each(t.Context(), s, "squares", keys); err != nil || !slices.Equal(again, values) ||
		steps != len(made()) {
		t.Errorf("again %v, %v", again, err)
	}
	text, err := os.ReadFile(filepath.Join(folder, PartsFile))
	if err != nil || strings.Count(string(text), "\n") != 8 {
		t.Errorf("%v\n%s", err, text)
	}
}

// As many jobs run at a time as there are cores, and all of them once.
func TestAbreast(t *testing.T) {
	for _, cores := range []int{1, 2, 3} {
		before := runtime.GOMAXPROCS(cores)
		meet, began := make(chan struct{}), make(chan int, 6)
		go func() {
			for range 6 / cores {
				for range cores {
					<-began
				}
				for range cores {
					meet <- struct{}{}
				}
			}
		}()
		var mutex sync.Mutex
		var done []int
		err := Abreast(Settings{}, "", 6, func(i int) (float64, error) {
			began <- i
			<-meet // nobody goes on before as many have begun as there are cores
			mutex.Lock()
			defer mutex.Unlock()
			done = append(done, i)
			return 0, nil
		})
		runtime.GOMAXPROCS(before)
		if slices.Sort(done); err != nil || fmt.Sprint(done) != "[0 1 2 3 4 5]" {
			t.Errorf("%d cores: %v, %v", cores, done, err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var told []string
	s := Settings{On: func(p Progress) { told = append(told, fmt.Sprint(p.Step, p.Steps, p.Loss, p.Valid)) }}
	err := Abreast(s, "", 3, func(i int) (float64, error) { return []float64{2, 1, 3}[i], nil })
	if want := "[1 3 2 2 2 3 1 1 3 3 3 1]"; err != nil || fmt.Sprint(told) != want {
		t.Errorf("told are %v, want %s; %v", told, want, err)
	}
	begun, broken := 0, errors.New("broken")
	err = Abreast(Settings{}, "", 6, func(i int) (float64, error) {
		if begun++; i == 2 {
			return 0, broken
		}
		return 0, nil
	})
	if begun != 3 || !errors.Is(err, broken) {
		t.Errorf("%d begun, %v", begun, err)
	}
}
