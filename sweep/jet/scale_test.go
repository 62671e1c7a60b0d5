package jet

import (
	"container/heap"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "measure and write doc/scale.md")

const page = "../../doc/scale.md"

// things are what a worker asks of the server, in the order in which a trial does.
var things = []string{"message", "heartbeat", "checkpoint", "result"}

// beatEvery and saveEvery are how often a worker says that it is alive and keeps a checkpoint (work.go, keep.go).
const beatEvery, saveEvery = Wait / 6, 5 * time.Second

// event is that a worker asks for a thing.
type event struct {
	at     float64 // s
	worker int
	thing  string
	trial  int
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// load is what a simulation finds, over its second half.
type load struct {
	perMinute float64 // trials that end
	training  float64 // part of the workers' time in which they train
	busy      float64 // part of the server's time
	silence   float64 // s, the longest that a worker was not heard
	bytes     float64 // of checkpoints, each second
}

// worker is one of a simulation: the end of its training, when its last checkpoint is kept, when it was heard last.
type worker struct {
	trial            int
	end, kept, heard float64
}

// simulate has workers train trials for d s each, within a fifth, with one server that answers one thing after the
// other, in costs' wall time each.
func simulate(workers int, d float64, costs map[string]cost, checkpoints bool) (l load) {
	horizon := max(4*d, 1200)
	half := horizon / 2
	draw := rand.New(rand.NewPCG(1, uint64(workers)))
	var queue events
	all := make([]worker, workers)
	for w := range all { // they begin one after the other, not all at once
		heap.Push(&queue, event{at: d * draw.Float64(), worker: w, thing: "message"})
	}
	free := 0.0 // when the server is
	for len(queue) > 0 {
		e := heap.Pop(&queue).(event)
		if e.at > horizon {
			break
		}
		w := &all[e.worker]
		if e.trial != w.trial || e.thing == "checkpoint" && e.at > w.end {
			continue // of a training that has ended
		}
		if e.thing == "result" && w.kept > e.at { // a checkpoint is on its way still
			e.at = w.kept
			heap.Push(&queue, e)
			continue
		}
		begin := max(free, e.at)
		free = begin + costs[e.thing].wall.Seconds()
		l.busy += max(0, min(free, horizon)-max(begin, half))
		next := event{at: free, worker: e.worker, trial: e.trial}
		switch e.thing {
		case "message":
			w.end, w.heard, w.kept = free+d*(0.8+0.4*draw.Float64()), free, 0
			l.training += max(0, min(w.end, horizon)-max(free, half))
			queue.begin(*w, e, checkpoints)
			next.at, next.thing = w.end, "result"
		case "heartbeat":
			if e.at > half {
				l.silence = max(l.silence, free-w.heard)
			}
			w.heard = free
			next.at, next.thing = e.at+beatEvery.Seconds(), e.thing
		case "checkpoint":
			w.kept = free
			if e.at > half {
				l.bytes += 1 << 20
			}
			ticks := math.Floor((free-e.at)/saveEvery.Seconds()) + 1 // those during which it was kept are let pass
			next.at, next.thing = e.at+ticks*saveEvery.Seconds(), e.thing
		case "result":
			w.trial++
			next.trial, next.thing = w.trial, "message"
			if e.at > half {
				l.perMinute++
			}
		}
		heap.Push(&queue, next)
	}
	return load{l.perMinute / half * 60, l.training / half / float64(workers), l.busy / half, l.silence, l.bytes / half}
}

// begin has a worker that begins to train heard, and its checkpoints kept, for the first time.
func (e *events) begin(w worker, x event, checkpoints bool) {
	if beat := w.heard + beatEvery.Seconds(); beat < w.end {
		heap.Push(e, event{beat, x.worker, "heartbeat", x.trial})
	}
	if save := w.heard + saveEvery.Seconds(); save < w.end && checkpoints {
		heap.Push(e, event{save, x.worker, "checkpoint", x.trial})
	}
}

// TestSimulation holds the simulation against what can be said without one: with few workers the sum of the times of a
// trial, with too many the sum of its costs.
func TestSimulation(t *testing.T) {
	costs := map[string]cost{"message": {wall: time.Millisecond}, "heartbeat": {wall: 10 * time.Microsecond},
		"checkpoint": {wall: 20 * time.Millisecond}, "result": {wall: 2 * time.Millisecond}}
	near := func(what string, got, want, part float64) {
		if math.Abs(got-want) > part*want {
			t.Errorf("%s: %.4g, want %.4g", what, got, want)
		}
	}
	one := simulate(5, 60, costs, true)
	near("trials of five", one.perMinute, 5*60/60.003, 0.1)
	near("training", one.training, 1, 0.01)
	near("bytes", one.bytes, 5*(1<<20)/5, 0.1)
	near("busy", one.busy, 5*(0.02001/5+0.003/60), 0.1)
	near("silence", one.silence, 5, 0.05)
	many := simulate(10000, 4, costs, false) // shorter than the beat
	near("trials of very many", many.perMinute, 60/0.003, 0.02)
	near("busy", many.busy, 1, 0.001)
	near("training", many.training, 4*(1/0.003)/10000, 0.05)
}

// tables are what the page says of costs, for at most so many workers.
func tables(costs map[string]cost, most int) string {
	var b strings.Builder
	for _, checkpoints := range []bool{true, false} {
		fmt.Fprintf(&b, "\n## %s\n\n", map[bool]string{true: "With checkpoints of 1 MB, one in 5 s",
			false: "Without checkpoints"}[checkpoints])
		b.WriteString("| trial | workers | trials a minute | workers train | server busy | longest silence |" +
			" into it |\n|---|---|---|---|---|---|---|\n")
		for _, d := range []float64{10, 60, 600} {
			for _, n := range []int{10, 30, 100, 300, 1000, 3000, 10000} {
				if n > most {
					break
				}
				l := simulate(n, d, costs, checkpoints)
				lost := ""
				if l.silence > Wait.Seconds() {
					lost = " **lost**"
				}
				fmt.Fprintf(&b, "| %.0f s | %d | %.0f | %.0f %% | %.0f %% | %.0f s%s | %.0f MB/s |\n", d, n,
					l.perMinute, 100*l.training, 100*l.busy, l.silence, lost, l.bytes/(1<<20))
			}
		}
	}
	return b.String()
}

var costLine = regexp.MustCompile(`(?m)^\| (message|heartbeat|checkpoint|result) \| (\S+) \| (\S+) \| (\S+) \|$`)

// TestScale holds the tables of the page against the simulation with the costs that the page states; with -update
// these are measured anew.
func TestScale(t *testing.T) {
	if *update {
		costs := measured(t, 400)
		text := fmt.Sprintf(strings.ReplaceAll(pageText, "@", "`"), machine(), clients)
		for _, name := range things {
			c, ns := costs[name], 100*time.Nanosecond
			text += fmt.Sprintf("| %s | %v | %v | %v |\n", name, c.alone.Round(ns), c.wall.Round(ns),
				c.cpu.Round(ns))
		}
		full := saveEvery.Seconds() / costs["checkpoint"].wall.Seconds()
		most := time.Minute.Seconds() / (costs["message"].wall + costs["result"].wall).Seconds()
		text += fmt.Sprintf(pageRest, full, most)
		must(t, os.WriteFile(page, []byte(text+tables(stated(t, text), math.MaxInt)), 0o666))
		return
	}
	if testing.Short() {
		t.Skip("simulates a thousand workers")
	}
	text, err := os.ReadFile(page)
	must(t, err)
	for _, line := range strings.Split(tables(stated(t, string(text)), 1000), "\n") {
		if !strings.Contains(string(text), line+"\n") {
			t.Errorf("%s has not %q, which follows from its costs: go test ./sweep/jet -run TestScale -update",
				page, line)
		}
	}
}

// stated are the costs that the page states.
func stated(t *testing.T, text string) map[string]cost {
	all := map[string]cost{}
	for _, m := range costLine.FindAllStringSubmatch(text, -1) {
		var c cost
		for i, to := range []*time.Duration{&c.alone, &c.wall, &c.cpu} {
			d, err := time.ParseDuration(m[i+2])
			must(t, err)
			*to = d
		}
		all[m[1]] = c
	}
	if len(all) != len(things) {
		t.Fatalf("%s states %d costs, want %d", page, len(all), len(things))
	}
	return all
}

const pageText = `# What one server carries

Workers of a sweep ask a server for four things. This page says what each of them costs, and what
follows for 10 to 10,000 workers. Everything below is written by

    go test ./sweep/jet -run TestScale -update

A server in a process of its own, on loopback, writes each thing to the disk before it answers
(@sync_interval: always@). The machine has %s.
"Alone" is how long one takes when nobody else asks. "Wall" is the time between two that end while
%d clients ask as fast as they can, on the same cores as the server. "Processor" is the server's own
processor time for one, under that load.

- A message: a trial is put up, taken, and looked up for a result and for errors.
- A heartbeat: a worker says that it is alive, every 5 s.
- A checkpoint: 1 MB into the object store.
- A result: it is noted, the message is acknowledged, the checkpoint is dropped.

| thing | alone | wall | processor |
|---|---|---|---|
`

const pageRest = `
Where the wall time is many times the processor time, the processor is not the limit: the server
waits, most likely for the disk, to which each thing is synced.

So %.0f workers that train for longer than 5 s fill a server with their checkpoints. Trials that have
none are at most %.0f a minute.

The tables are a simulation by discrete events. Trials last 10 s, 1 min or 10 min, each within a
fifth. The server answers one thing after the other, in its wall time. This is on the safe side: a
real server answers heartbeats while it writes a checkpoint. "Workers train" is the part of their
time in which they do. "Longest silence" is between two heartbeats of a worker. Beyond 30 s the
server gives the trial to another, which the simulation only marks. "Into it" is what the network
has to carry. The network's own limit is not simulated: 1 Gbit/s is about 119 MB/s. A trial waits
for a checkpoint only at its end, and none begins while the last is on its way. So a server that is
full has fewer checkpoints, before it has fewer trials.
`
