package jet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"lagrange/sweep"
	"lagrange/sweep/boardtest"
)

func within(t testing.TB) *Board {
	t.Helper()
	s, err := Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close(); s.Close() })
	return b
}

func TestBoard(t *testing.T) { boardtest.Run(t, within(t)) }

// TestUnreachable names the server that does not answer.
func TestUnreachable(t *testing.T) {
	if _, err := Open("nats://127.0.0.1:1", ""); err == nil {
		t.Error("no error")
	}
}

// TestTold has a line for each thing that is known of a server.
func TestTold(t *testing.T) {
	lines, err := within(t).Told(t.Context())
	must(t, err)
	want := []string{"version      " + server.VERSION, "storage      0 MB used", "max_payload  1024 kB",
		"replicas     1", "sync         not told"}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("%q, want %q", line, want[i])
		}
	}
}

// TestLarge ends a trial that printed more than a message may hold: what it printed is a file beside, and comes back.
func TestLarge(t *testing.T) {
	b, ctx := within(t), t.Context()
	must(t, b.Post(ctx, sweep.Trial{Sweep: "large", ID: "p0-s1"}))
	c := boardtest.Taken(ctx, t, b)
	v, numbers := 2.0, []byte(`"`+strings.Repeat("x", 2<<20)+`"`)
	must(t, c.Done(ctx, sweep.Result{ID: "p0-s1", Value: &v, Numbers: numbers, Errors: []string{"a try"}}))
	ctx, stop := context.WithCancel(ctx)
	var r sweep.Result
	if err := b.Results(ctx, "large", func(x sweep.Result) { r = x; stop() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r.Value == nil || *r.Value != v || !bytes.Equal(r.Numbers, numbers) || len(r.Errors) != 1 {
		t.Errorf("%d bytes came back of %d, %v", len(r.Numbers), len(numbers), r.Errors)
	}
}

// BenchmarkTrials is how many trials that take no time pass through the server within, with all that is kept of them on
// the disk: a message, its claim, a result and the acknowledgement.
func BenchmarkTrials(b *testing.B) {
	board := within(b)
	file, err := sweep.Parse("bench.toml", fmt.Appendf(nil, "run = \"train\"\nmeasure = \"x\"\npoints = %d\n"+
		"batch = 64\n[space.rate]\nrange = [0, 1]\n", b.N))
	if err != nil {
		b.Fatal(err)
	}
	s, err := sweep.New(file, "v", nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	board.Idle = time.Hour
	var wait sync.WaitGroup
	for i := range 8 {
		w := &sweep.Worker{Name: fmt.Sprint("w", i), Board: board, Folder: b.TempDir(), Program: "v", Beat: time.Minute,
			Do: func(context.Context, sweep.Trial) (r sweep.Result, err error) {
				v := 1.0
				return sweep.Result{Value: &v}, nil
			}}
		wait.Go(func() {
			if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
				b.Error(err)
			}
		})
	}
	b.ResetTimer()
	if err := s.Run(ctx, board, b.TempDir(), func(*sweep.Result) error { return nil }); err != nil {
		b.Fatal(err)
	}
	stop()
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "trials/min")
}
