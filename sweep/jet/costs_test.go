package jet

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"lagrange/sweep"
)

// TestApart is no test: it is the server that TestScale measures, in a process of its own, on loopback.
func TestApart(t *testing.T) {
	folder := os.Getenv("LAGRANGE_TEST_SERVER")
	if folder == "" {
		t.Skip("this is the server of another test")
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true,
		StoreDir: folder, SyncAlways: true, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("not ready")
	}
	fmt.Println(s.ClientURL())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test that began it ends
	s.Shutdown()
	s.WaitForShutdown()
}

// apart starts a server in another process.
func apart(t *testing.T) (url string, pid int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestApart$")
	cmd.Env = append(os.Environ(), "LAGRANGE_TEST_SERVER="+t.TempDir())
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	url, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return strings.TrimSpace(url), cmd.Process.Pid
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// processor is the processor time of a process so far. Linux counts it in hundredths of a second.
func processor(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skip("processor time is read from /proc, which is not here: ", err)
	}
	words := strings.Fields(string(text[strings.LastIndexByte(string(text), ')'):]))
	user, err := strconv.Atoi(words[12-1])
	must(t, err)
	system, err := strconv.Atoi(words[13-1])
	must(t, err)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// cost is what the server spends on one thing, while many ask for it at once: between two that end, and of its
// processor. alone is how long one takes when nobody else asks.
type cost struct{ alone, wall, cpu time.Duration }

// clients is how many ask at once where costs are measured.
const clients = 8

// measured are the costs of what a worker asks for. Each of the clients has a connection of its own.
func measured(t *testing.T, n int) map[string]cost {
	url, pid := apart(t)
	boards := make([]*Board, clients)
	for i := range boards {
		b, err := Open(url, "")
		must(t, err)
		t.Cleanup(func() { b.Close() })
		boards[i] = b
	}
	ask := asking(t)
	all := map[string]cost{}
	for _, name := range things {
		count := map[string]int{"heartbeat": 100 * n, "checkpoint": n / 4}[name]
		if count == 0 {
			count = n
		}
		lone := max(1, count/8)
		var c cost
		begin := time.Now()
		for k := range lone {
			must(t, ask[name](boards[0], 0, k))
		}
		c.alone = time.Since(begin) / time.Duration(lone)
		used, begin := processor(t, pid), time.Now()
		var wait sync.WaitGroup
		for i, b := range boards {
			wait.Go(func() {
				for k := range count {
					if i == 0 {
						k += lone
					}
					if err := ask[name](b, i, k); err != nil {
						t.Error(name, err)
						return
					}
				}
			})
		}
		wait.Wait()
		c.wall = time.Since(begin) / time.Duration(count*clients)
		c.cpu = (processor(t, pid) - used) / time.Duration(count*clients)
		all[name] = c
	}
	return all
}

// asking are the things that the k-th request of client i is for.
func asking(t *testing.T) map[string]func(b *Board, i, k int) error {
	claims := make([][]sweep.Claim, clients)
	megabyte := filepath.Join(t.TempDir(), "checkpoint")
	must(t, os.WriteFile(megabyte, make([]byte, 1<<20), 0o644))
	ctx := t.Context()
	return map[string]func(b *Board, i, k int) error{
		"message": func(b *Board, i, k int) error {
			id := fmt.Sprintf("p%d-s%d", k, i)
			if err := b.Post(ctx, sweep.Trial{Sweep: "costs", ID: id, Args: make([]string, 20)}); err != nil {
				return err
			}
			b.Idle = time.Minute
			c, err := b.Take(ctx, "w")
			if err != nil {
				return err
			}
			claims[i] = append(claims[i], c)
			_, err = b.Noted(ctx, "costs", "failed."+id)
			return err
		},
		"heartbeat": func(b *Board, i, k int) error {
			if err := claims[i][k%len(claims[i])].Alive(ctx); err != nil || k%100 != 99 {
				return err
			}
			return b.nc.Flush()
		},
		"checkpoint": func(b *Board, i, k int) error {
			return b.Put(ctx, "costs", fmt.Sprintf("p0-s%d/checkpoint", i), megabyte)
		},
		"result": func(b *Board, i, k int) error {
			v := 1.0
			r := sweep.Result{ID: claims[i][k].Trial().ID, Value: &v,
				Numbers: []byte(`{"a":[` + strings.Repeat("0.125,", 300) + `0]}`)}
			if err := claims[i][k].Done(ctx, r); err != nil {
				return err
			}
			return b.Forget(ctx, "costs", r.ID+"/checkpoint")
		},
	}
}

// machine is what the costs hold for.
func machine() string {
	return fmt.Sprintf("%d cores, %s, nats-server %s", runtime.NumCPU(), runtime.GOARCH, server.VERSION)
}
