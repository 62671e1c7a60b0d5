package jet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"lagrange/sweep"
	"lagrange/sweep/boardtest"
)

// cuttable is a server whose line to the client can be cut, and that another can take the place of.
type cuttable struct {
	now atomic.Pointer[Server]
	cut atomic.Bool // with the next answer, which is lost
}

// InProcessConn gives the client a line.
func (c *cuttable) InProcessConn() (net.Conn, error) {
	conn, err := c.now.Load().s.InProcessConn()
	return line{conn, c}, err
}

// cutting gives a server that can be cut, with a client.
func cutting(t *testing.T, folder string) (*cuttable, *Board) {
	t.Helper()
	server := &cuttable{}
	s, err := Start(folder)
	must(t, err)
	server.now.Store(s)
	b, err := open("", "", nats.InProcessServer(server))
	must(t, err)
	t.Cleanup(func() { b.Close(); server.now.Load().Close() })
	return server, b
}

type line struct {
	net.Conn
	server *cuttable
}

func (l line) Read(to []byte) (int, error) {
	n, err := l.Conn.Read(to)
	if l.server.cut.CompareAndSwap(true, false) {
		l.Close()
		return 0, io.EOF
	}
	return n, err
}

// TestAnswerLost cuts the line after a request has come to the server and before its answer has come back. Each request
// is made again as soon as there is a line, not when its time is over.
func TestAnswerLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, make([]byte, 1<<20), 0o644))
	v := 1.0
	for name, ask := range map[string]func(context.Context, *Board, sweep.Claim) error{
		"post": func(ctx context.Context, b *Board, _ sweep.Claim) error {
			return b.Post(ctx, sweep.Trial{Sweep: "line", ID: "p1-s1"})
		},
		"note": func(ctx context.Context, b *Board, _ sweep.Claim) error { return b.Note(ctx, "line", "key", nil) },
		"create": func(ctx context.Context, b *Board, _ sweep.Claim) error {
			_, err := b.Create(ctx, "line", "key", nil)
			return err
		},
		"noted": func(ctx context.Context, b *Board, _ sweep.Claim) error {
			_, err := b.Noted(ctx, "line", "key")
			return err
		},
		"put": func(ctx context.Context, b *Board, _ sweep.Claim) error { return b.Put(ctx, "line", "other", path) },
		"get": func(ctx context.Context, b *Board, _ sweep.Claim) error {
			return b.Get(ctx, "line", "file", path+"2")
		},
		"forget": func(ctx context.Context, b *Board, _ sweep.Claim) error { return b.Forget(ctx, "line", "file") },
		"done": func(ctx context.Context, _ *Board, c sweep.Claim) error {
			return c.Done(ctx, sweep.Result{ID: "p0-s1", Value: &v})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, b := cutting(t, t.TempDir())
			ctx := t.Context()
			must(t, b.Put(ctx, "line", "file", path))
			must(t, b.Post(ctx, sweep.Trial{Sweep: "line", ID: "p0-s1"}))
			c := boardtest.Taken(ctx, t, b)
			server.cut.Store(true)
			begin := time.Now()
			must(t, ask(ctx, b, c))
			if server.cut.Load() {
				t.Fatal("the line was not cut: this shows nothing")
			}
			if took := time.Since(begin); took > patience/2 {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestForgetful gives a trial out, and goes back to what the server had on its disk before: so does one that is killed
// before it has written what it gave out. It is silent when the trial is said to be done; the worker does not wait for
// it, and the trial does not run twice.
func TestForgetful(t *testing.T) {
	t.Parallel()
	folder, before, v := t.TempDir(), t.TempDir(), 1.0
	server, b := cutting(t, folder)
	ctx := t.Context()
	must(t, b.Note(ctx, "line", "key", nil))
	must(t, b.Post(ctx, sweep.Trial{Sweep: "line", ID: "p0-s1"}))
	must(t, os.CopyFS(before, os.DirFS(folder)))
	c := boardtest.Taken(ctx, t, b)
	server.now.Load().Close()
	s, err := Start(before)
	must(t, err)
	server.now.Store(s)
	begin := time.Now()
	must(t, c.Done(ctx, sweep.Result{ID: "p0-s1", Value: &v}))
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("it took %v", took)
	}
	if c, err := b.Take(ctx, "w"); !errors.Is(err, sweep.ErrNone) {
		t.Errorf("%v is given out again, %v", c, err)
	}
}
