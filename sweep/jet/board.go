package jet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"lagrange/internal/file"
	"lagrange/sweep"
)

// What stands on the server: one stream and one consumer for the trials of all sweeps, and for each sweep a bucket of
// notes and one of files, with the sweep's ID behind the prefix.
const (
	stream   = "lagrange-trials"
	subjects = "lagrange.trials."
	consumer = "workers"
	prefix   = "lagrange-"
)

// Wait is how long a trial may be without a word from its worker before another gets it.
const Wait = 30 * time.Second

// patience is how long one request may take, a reconnection included.
const patience = 30 * time.Second

// Board is a sweep.Board on a NATS server.
type Board struct {
	nc    *nats.Conn
	js    jetstream.JetStream
	Idle  time.Duration // how long Take waits for a trial; 0: it returns at once
	mu    sync.Mutex
	queue jetstream.Consumer
	notes map[string]jetstream.KeyValue
	files map[string]jetstream.ObjectStore
}

// Open connects to a server at a URL, with a file of credentials if there is one. TLS and the rest are as the URL says.
func Open(url, credentials string) (*Board, error) { return open(url, credentials) }

func open(url, credentials string, options ...nats.Option) (*Board, error) {
	options = append(options, nats.Name("lagrange"), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second),
		nats.RetryOnFailedConnect(false), nats.Timeout(10*time.Second))
	if credentials != "" {
		options = append(options, nats.UserCredentials(credentials))
	}
	nc, err := nats.Connect(url, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, err
	}
	b := &Board{nc: nc, js: js, notes: map[string]jetstream.KeyValue{}, files: map[string]jetstream.ObjectStore{}}
	if err := b.prepare(); err != nil {
		nc.Close()
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return b, nil
}

// Told is what the server has, in a line each. Whether it syncs each write it tells nobody.
func (b *Board) Told(ctx context.Context) ([]string, error) {
	a, err := b.js.AccountInfo(ctx)
	if err != nil {
		return nil, err
	}
	s, err := b.js.Stream(ctx, stream)
	if err != nil {
		return nil, err
	}
	storage := fmt.Sprintf("%d MB used, no limit of the account", a.Store>>20)
	if a.Limits.MaxStore >= 0 {
		storage = fmt.Sprintf("%d of %d MB used", a.Store>>20, a.Limits.MaxStore>>20)
	}
	return []string{
		"version      " + b.nc.ConnectedServerVersion(),
		"storage      " + storage,
		fmt.Sprintf("max_payload  %d kB", b.nc.MaxPayload()>>10),
		fmt.Sprintf("replicas     %d", s.CachedInfo().Config.Replicas),
		"sync         not told: without sync_interval: always it may lose what it acknowledged when power fails",
	}, nil
}

// prepare makes the stream and its consumer, where they are not there yet.
func (b *Board) prepare() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := b.js.AccountInfo(ctx); err != nil {
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, nats.ErrNoResponders) {
			return errors.New("the server has no JetStream: start it with nats-server -js")
		}
		return err
	}
	s, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: stream, Description: "trials of lagrange sweeps", Subjects: []string{subjects + "*.*"},
		Retention: jetstream.WorkQueuePolicy,
		// a trial that waits is not posted again
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
	})
	if err != nil {
		return err
	}
	b.queue, err = s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: Wait, MaxAckPending: -1,
	})
	return err
}

// Close implements sweep.Board.
func (b *Board) Close() error {
	b.nc.Close()
	return nil
}

// on gives the buckets of a sweep, made where they are not there yet.
func (b *Board) on(ctx context.Context, id string) (jetstream.KeyValue, jetstream.ObjectStore, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if kv, ok := b.notes[id]; ok {
		return kv, b.files[id], nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	kv, err := b.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: prefix + id, History: 1,
		Description: "results and notes of a lagrange sweep"})
	if err != nil {
		return nil, nil, err
	}
	files, err := b.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: prefix + id,
		Description: "recordings, checkpoints and models of a lagrange sweep"})
	if err != nil {
		return nil, nil, err
	}
	b.notes[id], b.files[id] = kv, files
	return kv, files, nil
}

// Post implements sweep.Board.
func (b *Board) Post(ctx context.Context, t sweep.Trial) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return b.steadily(ctx, func(ctx context.Context) error {
		_, err := b.js.Publish(ctx, subjects+t.Sweep+"."+t.ID, text)
		var api *jetstream.APIError
		if errors.As(err, &api) && strings.Contains(api.Description, "maximum messages per subject exceeded") {
			return nil // it is up
		}
		return err
	})
}

// Results implements sweep.Board. A watch that breaks is begun again.
func (b *Board) Results(ctx context.Context, id string, on func(sweep.Result)) error {
	var kv jetstream.KeyValue
	err := b.steadily(ctx, func(ctx context.Context) (err error) {
		kv, _, err = b.on(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := b.watch(ctx, id, kv, on); err != nil && ctx.Err() == nil {
			pause(ctx, time.Second)
		}
	}
	return ctx.Err()
}

// rewatch is how often a watch is begun again, for what a broken connection may have swallowed.
const rewatch = time.Minute

func (b *Board) watch(ctx context.Context, id string, kv jetstream.KeyValue, on func(sweep.Result)) error {
	ctx, cancel := context.WithTimeout(ctx, rewatch)
	defer cancel()
	w, err := kv.Watch(ctx, "result.>")
	if err != nil {
		return err
	}
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Updates():
			if !ok {
				return errors.New("the watch has ended")
			}
			var r noted
			if e == nil || json.Unmarshal(e.Value(), &r) != nil {
				continue
			}
			if r.Apart {
				_, files, err := b.on(ctx, id)
				if err == nil {
					r.Numbers, err = files.GetBytes(ctx, r.ID+"/numbers")
				}
				if err != nil {
					return err // the watch is begun again
				}
			}
			on(r.Result)
		}
	}
}

// Take implements sweep.Board.
func (b *Board) Take(ctx context.Context, _ string) (sweep.Claim, error) {
	for until := time.Now().Add(b.Idle); ; {
		m, err := b.fetch(ctx, min(max(time.Until(until), 100*time.Millisecond), 5*time.Second))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && !passing(err):
			return nil, err
		case m != nil:
			if c, err := b.claim(ctx, m); c != nil || err != nil {
				return c, err
			}
		case time.Now().After(until):
			return nil, sweep.ErrNone
		case err != nil:
			pause(ctx, 200*time.Millisecond)
		}
	}
}

// fetch waits for a message; nil: none came.
func (b *Board) fetch(ctx context.Context, wait time.Duration) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err := b.queue.Fetch(1, jetstream.FetchContext(ctx))
	if err != nil {
		return nil, err
	}
	for m := range batch.Messages() {
		return m, nil
	}
	if err := batch.Error(); !errors.Is(err, jetstream.ErrNoMessages) {
		return nil, err
	}
	return nil, nil
}

// claim reads a message; nil: the trial has a result, and needs no second one.
func (b *Board) claim(ctx context.Context, m jetstream.Msg) (sweep.Claim, error) {
	c := &claim{b: b, m: m}
	if err := json.Unmarshal(m.Data(), &c.t); err != nil {
		_ = m.Term()
		return nil, fmt.Errorf("a message that is no trial, on %s: %w", m.Subject(), err)
	}
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	c.taken = int(meta.NumDelivered)
	there, err := b.Noted(ctx, c.t.Sweep, "result."+c.t.ID)
	if err != nil {
		return nil, err
	}
	if there != nil {
		_ = m.Ack()
		return nil, nil
	}
	return c, nil
}

// Put implements sweep.Board.
func (b *Board) Put(ctx context.Context, id, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.put(ctx, id, name, f)
}

// put stores what can be read, from its beginning at each attempt.
func (b *Board) put(ctx context.Context, id, name string, r io.ReadSeeker) error {
	return b.steadily(ctx, func(ctx context.Context) error {
		_, files, err := b.on(ctx, id)
		if err != nil {
			return err
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err = files.Put(ctx, jetstream.ObjectMeta{Name: name}, r)
		return err
	})
}

// Get implements sweep.Board.
func (b *Board) Get(ctx context.Context, id, name, path string) error {
	return b.steadily(ctx, func(ctx context.Context) error {
		_, files, err := b.on(ctx, id)
		if err != nil {
			return err
		}
		o, err := files.Get(ctx, name)
		if errors.Is(err, jetstream.ErrObjectNotFound) {
			return sweep.ErrNoFile
		}
		if err != nil {
			return err
		}
		defer o.Close()
		return file.Write(path, copied(o))
	})
}

// Forget implements sweep.Board.
func (b *Board) Forget(ctx context.Context, id, name string) error {
	return b.steadily(ctx, func(ctx context.Context) error {
		_, files, err := b.on(ctx, id)
		if err != nil {
			return err
		}
		if err := files.Delete(ctx, name); !errors.Is(err, jetstream.ErrObjectNotFound) {
			return err
		}
		return nil
	})
}
