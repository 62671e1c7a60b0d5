package page

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lagrange"
	"lagrange/eval"
	"lagrange/view"
)

// line is one of the history of a training: the losses fall as 1/step.
func line(step, steps int) view.HistoryLine {
	return view.LineOf(lagrange.Progress{Model: "lnn", Stage: "windows", Step: step, Steps: steps,
		Loss: 1 / float64(step), Valid: 2 / float64(step), Mass: &eval.Mass{MinEigenvalue: 0.5, States: 9},
		Elapsed: time.Duration(step) * time.Second / 4, Left: time.Duration(steps-step) * time.Second / 4})
}

// followed is a training with a server that answers until the test has stopped it.
func followed(t *testing.T) (w *view.Training, v *Server, stop func() time.Duration) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w = view.NewTraining(title, io.Discard, nil)
	if v, err = Following(w, l); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- v.Serve(ctx, l) }()
	return w, v, func() time.Duration {
		begin := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		return time.Since(begin)
	}
}

// stream reads what is told of a training, to its end.
func stream(client *http.Client, address string, each func(view.Followed)) error {
	r, err := client.Get(address + "events")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if kind := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || kind != "text/event-stream" {
		return fmt.Errorf("%d, %s", r.StatusCode, kind)
	}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			if lines.Text() != "" {
				return fmt.Errorf("%q is no event", lines.Text())
			}
			continue
		}
		var f view.Followed
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			return err
		}
		each(f)
	}
	return lines.Err()
}

// got is what is answered.
func got(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	r, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// Pages that follow a training see its curves grow to the last step, that it has ended, and the model in its place;
// nothing is left once the server ends.
func TestTraining(t *testing.T) {
	s := scene(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	w, v, stop := followed(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	get := func(path string) (int, string) { return got(t, client, v.URL()+path) }
	if code, text := get(""); code != http.StatusOK || !strings.Contains(text, "training.js") ||
		strings.Contains(text, title) {
		t.Errorf("%d, %.200s", code, text)
	}
	if code, _ := get("motion"); code != http.StatusNotFound {
		t.Errorf("there is a motion before there is a model: %d", code)
	}
	const pages, steps = 3, 40
	var g, begun sync.WaitGroup
	begun.Add(pages)
	for range pages {
		g.Go(func() {
			var seen []int
			var last view.Followed
			err := stream(client, v.URL(), func(f view.Followed) {
				if len(seen) == 0 {
					begun.Done()
				}
				n := 0
				if len(f.Plots) == 3 {
					n = len(f.Plots[0].Series[0].X)
				}
				seen, last = append(seen, n), f
			})
			if err != nil || len(seen) < 3 || seen[0] != 0 || seen[len(seen)-1] != steps || last.Phase != view.Ended ||
				!last.Shown || last.Done != 1 {
				t.Errorf("%v: %d lines, %+v", err, seen, last)
			}
		})
	}
	begun.Wait()
	for n := range steps {
		w.Add(line(n+1, steps))
		time.Sleep(20 * time.Millisecond)
	}
	if err := v.Show(s); err != nil {
		t.Fatal(err)
	}
	w.End(view.Ended, "", true)
	g.Wait()
	if code, text := get(""); code != http.StatusOK || !strings.Contains(text, "main.js") {
		t.Errorf("%d, %.200s", code, text)
	}
	if code, text := get("events"); code != http.StatusOK || !strings.Contains(text, `"phase":"ended"`) {
		t.Errorf("who asks late: %d, %.200s", code, text)
	}
	if took := stop(); took > time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// A training that is interrupted says so on the page before the page goes, which takes no second; a page that has been
// left is no longer told.
func TestTrainingInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	w, v, stop := followed(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	left, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(left, http.MethodGet, v.URL()+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Do(r); err != nil {
		t.Fatal(err)
	} else {
		leave()
		answer.Body.Close()
	}
	for begin := time.Now(); len(v.streams) > 0; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 5*time.Second {
			t.Fatal("a page that was left is still told")
		}
	}
	begun, over := make(chan bool), make(chan view.Followed, 1)
	go func() {
		var last view.Followed
		err := stream(client, v.URL(), func(f view.Followed) {
			if last.Phase == "" {
				close(begun)
			}
			last = f
		})
		if err != nil {
			t.Error(err)
		}
		over <- last
	}()
	<-begun
	w.End(view.Failed, "interrupted: saved", false)
	if took := stop(); took > time.Second {
		t.Errorf("it ended after %v", took)
	}
	if last := <-over; last.Phase != view.Failed || last.Says != "interrupted: saved" {
		t.Errorf("the last that the page knows: %+v", last)
	}
}

// Streams are for who may ask, and for so many at once.
func TestTrainingRefused(t *testing.T) {
	follow := func(ip string) *Server {
		l := listener{&net.TCPAddr{IP: net.ParseIP(ip), Port: 4321}}
		v, err := Following(view.NewTraining("t", io.Discard, nil), l)
		if err != nil {
			t.Fatal(err)
		}
		v.follow.End(view.Ended, "", false)
		return v
	}
	v := follow("127.0.0.1")
	h := v.Handler()
	for _, c := range []struct {
		set  func(*http.Request)
		want int
	}{
		{nil, 200},
		{func(r *http.Request) { r.Host = "evil.example:4321" }, 403},
		{func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		{func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
	} {
		if w := request(h, "GET", "/events", "", c.set); w.Code != c.want {
			t.Errorf("%d, want %d: %.200s", w.Code, c.want, w.Body)
		}
	}
	for range mostStreams {
		v.streams <- struct{}{}
	}
	if w := request(h, "GET", "/events", "", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("one stream too many: %d", w.Code)
	}
	if w := request(h, "GET", "/", "", nil); w.Code != http.StatusOK { // who only looks is answered
		t.Errorf("%d", w.Code)
	}
	if w := request(follow("0.0.0.0").Handler(), "GET", "/events", "", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("without the token: %d", w.Code)
	}
}

// What the history keeps and what the page shows is one thing, also of a training that goes on where one was
// interrupted.
func TestTrainingKeeps(t *testing.T) {
	var kept bytes.Buffer
	w := view.NewTraining("t", &kept, []view.HistoryLine{line(1, 9)})
	w.Add(line(2, 9))
	var l view.HistoryLine
	if err := json.Unmarshal(kept.Bytes(), &l); err != nil || l.Step != 2 {
		t.Errorf("%v, %s", err, &kept)
	}
	f, _ := w.Now()
	if x := f.Plots[0].Series[0].X; len(x) != 2 || x[0] != 1 || x[1] != 2 || len(w.Lines()) != 2 {
		t.Errorf("shown are the steps %v", x)
	}
}
