package jet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"lagrange/sweep"
)

// Note implements sweep.Board.
func (b *Board) Note(ctx context.Context, id, key string, text []byte) error {
	return b.steadily(ctx, func(ctx context.Context) error {
		kv, _, err := b.on(ctx, id)
		if err == nil {
			_, err = kv.Put(ctx, key, text)
		}
		return err
	})
}

// Create implements sweep.Board.
func (b *Board) Create(ctx context.Context, id, key string, text []byte) (made bool, err error) {
	err = b.steadily(ctx, func(ctx context.Context) error {
		kv, _, err := b.on(ctx, id)
		if err != nil {
			return err
		}
		_, err = kv.Create(ctx, key, text)
		if errors.Is(err, jetstream.ErrKeyExists) {
			return nil
		}
		made = err == nil
		return err
	})
	return made, err
}

// Noted implements sweep.Board.
func (b *Board) Noted(ctx context.Context, id, key string) (text []byte, err error) {
	err = b.steadily(ctx, func(ctx context.Context) error {
		kv, _, err := b.on(ctx, id)
		if err != nil {
			return err
		}
		e, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err == nil {
			text = e.Value()
		}
		return err
	})
	return text, err
}

// claim is a message that is not acknowledged yet.
type claim struct {
	b     *Board
	m     jetstream.Msg
	t     sweep.Trial
	taken int
}

// Trial implements sweep.Claim.
func (c *claim) Trial() sweep.Trial { return c.t }

// Taken implements sweep.Claim.
func (c *claim) Taken() int { return c.taken }

// Alive implements sweep.Claim. While the server cannot be reached nobody else can get the trial either.
func (c *claim) Alive(context.Context) error {
	_ = c.m.InProgress()
	return nil
}

// header is what a message may have beside its text.
const header = 4096

// noted is a result as it is noted: numbers that are more than a message of the server may hold are a file.
type noted struct {
	sweep.Result
	Apart bool `json:"apart,omitempty"`
}

// Done implements sweep.Claim.
func (c *claim) Done(ctx context.Context, r sweep.Result) error {
	n := noted{Result: r}
	text, err := json.Marshal(n)
	if most := int(c.b.nc.MaxPayload()) - header; err == nil && len(text) > most {
		if err := c.b.put(ctx, c.t.Sweep, r.ID+"/numbers", bytes.NewReader(r.Numbers)); err != nil {
			return err
		}
		n.Numbers, n.Apart = nil, true
		text, err = json.Marshal(n)
	}
	if err != nil {
		return err
	}
	_, err = c.b.Create(ctx, c.t.Sweep, "result."+c.t.ID, text)
	if err == nil {
		// Nobody waits for an answer to that: a server that was killed may not know that it gave the trial out, and is
		// silent then. Whoever gets the trial again finds its result.
		_ = c.m.Ack()
	}
	return err
}

// Back implements sweep.Claim.
func (c *claim) Back(context.Context) error { return c.m.NakWithDelay(0) }

// steadily repeats a request until it is answered, for as long as a server may take to come back. What the server
// refuses is not repeated.
func (b *Board) steadily(ctx context.Context, ask func(context.Context) error) error {
	for until := time.Now().Add(10 * patience); ; {
		one, done := b.online(ctx)
		err := ask(one)
		cut := one.Err() != nil
		done()
		if err == nil || ctx.Err() != nil || !cut && !passing(err) || time.Now().After(until) {
			return err
		}
		pause(ctx, time.Second)
	}
}

// online is a context for one request. It ends when the request has had its time, and as soon as the connection breaks:
// the answer to what was asked over it is lost, and to wait for it would only take time.
func (b *Board) online(ctx context.Context) (one context.Context, done func()) {
	one, cancel := context.WithTimeout(ctx, patience)
	breaks := b.nc.StatusChanged(nats.RECONNECTING)
	var wait sync.WaitGroup
	wait.Go(func() {
		select {
		case <-breaks:
			cancel()
		case <-one.Done():
		}
	})
	return one, func() {
		cancel()
		wait.Wait()
		b.nc.RemoveStatusListener(breaks)
	}
}

// passing says whether an error may pass by itself: the connection or the server is away.
func passing(err error) bool {
	return slices.ContainsFunc([]error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected,
		nats.ErrConnectionReconnecting, nats.ErrStaleConnection, jetstream.ErrNoStreamResponse,
		context.DeadlineExceeded}, func(e error) bool { return errors.Is(err, e) })
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func copied(r io.Reader) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	}
}
