package page

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
	"lagrange/view"
)

// recording is one of pendulums, with a name that a page must not take for its own text.
const title = `<script>alert("1")</script>`

var recorded = sync.OnceValues(func() (*data.Set, error) {
	return sim.Simulation{System: mech.Chain(1), Trajectories: 9, Steps: 100, Dt: 0.02, Seed: 1,
		Accelerations: true}.Run(context.Background())
})

var learned = sync.OnceValues(func() (*lagrange.Model, error) {
	set, err := recorded()
	if err != nil {
		return nil, err
	}
	return lagrange.Fit(context.Background(), set, lagrange.Settings{Model: "lnn", Hidden: []int{6}, Steps: 10,
		Workers: 1, Friction: model.NoFriction, Horizon: 0.5, Seed: 1})
})

func scene(t *testing.T) *view.Scene {
	t.Helper()
	set, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	m, err := learned()
	if err != nil {
		t.Fatal(err)
	}
	s, err := view.New(t.Context(), title, []view.Named{{Name: title, Model: m}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listener is one that is never asked.
type listener struct{ address net.Addr }

func (l listener) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (l listener) Close() error              { return nil }
func (l listener) Addr() net.Addr            { return l.address }

func server(t *testing.T, ip string) *Server {
	t.Helper()
	v, err := NewServer(scene(t), listener{&net.TCPAddr{IP: net.ParseIP(ip), Port: 4321}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// request asks a handler; set changes the request.
func request(h http.Handler, method, path, body string, set func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:4321"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if set != nil {
		set(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// All that the page asks for is there, and asked side by side it is the same.
func TestHandler(t *testing.T) {
	h := server(t, "127.0.0.1").Handler()
	paths := []string{"/", "/page.css", "/main.js", "/mechanism.js", "/film.js", "/mass.js", "/plots.js", "/link.js",
		"/source.js", "/colours.js", "/words.js", "/uplot/uPlot.iife.min.js", "/uplot/uPlot.min.css", "/uplot/LICENSE",
		"/motion", "/motion?trajectory=3", "/motion?trajectory=1&from=0.5&span=0.5", "/recording?trajectory=2",
		"/verdicts", "/explained", "/plots"}
	var g sync.WaitGroup
	for range 2 {
		for _, p := range paths {
			g.Go(func() {
				w := request(h, "GET", p, "", nil)
				if w.Code != http.StatusOK || w.Body.Len() < 30 {
					t.Errorf("%s: %d, %.200s", p, w.Code, w.Body)
				}
				if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
					t.Errorf("%s: %q", p, csp)
				}
			})
		}
		g.Go(func() {
			w := request(h, "POST", "/from", `{"q":[1],"v":[0],"u":[],"span":2}`, nil)
			var m view.Motion
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"kind":"learned"`) {
				t.Errorf("%d, %.200s", w.Code, w.Body)
			} else if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || m.Span != 2 || len(m.Paths) != 2 {
				t.Errorf("%v, %d paths over %g", err, len(m.Paths), m.Span)
			}
		})
	}
	g.Wait()
}

// What may not be asked is refused with words, and nothing crashes.
func TestRefused(t *testing.T) {
	h := server(t, "127.0.0.1").Handler()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	large := `{"q":[` + strings.Repeat("1,", 1<<18) + `1]}`
	for _, c := range []struct {
		method, path, body string
		set                func(*http.Request)
		want               int
	}{
		{"GET", "/", "", host("evil.example:4321"), 403}, // a name that was made to lead here
		{"GET", "/motion", "", host("127.0.0.1:80"), 403}, {"GET", "/", "", host(""), 403},
		{"GET", "/", "", host("localhost:4321"), 200},
		{"POST", "/from", `{"q":[1],"v":[0],"span":1}`, header("Origin", "http://evil.example"), 403},
		{"POST", "/from", `{"q":[1],"v":[0],"span":1}`, header("Origin", "null"), 403},
		{"POST", "/from", `{"q":[1],"v":[0],"span":1}`, header("Origin", "http://127.0.0.1:4321"), 200},
		{"GET", "/plots", "", header("Sec-Fetch-Site", "cross-site"), 403},
		{"POST", "/from", `{"q":[1],"v":[0],"span":1}`, header("Content-Type", "text/plain"), 415},
		{"POST", "/from", `{"q":[1]`, nil, 400}, {"POST", "/from", large, nil, 400},
		{"POST", "/from", `{"q":[1],"v":[0],"span":1,"path":"/etc/passwd"}`, nil, 400},
		{"POST", "/from", `{"q":[1,2],"v":[0],"span":1}`, nil, 422},
		{"POST", "/from", `{"q":[1],"v":[0],"span":0}`, nil, 422},
		{"POST", "/from", `{"q":[1],"v":[1e300],"span":1}`, nil, 200},
		{"GET", "/motion?trajectory=99", "", nil, 422}, {"GET", "/motion?trajectory=-1", "", nil, 422},
		{"GET", "/motion?trajectory=x", "", nil, 422}, {"GET", "/motion?from=NaN", "", nil, 422},
		{"GET", "/motion?trajectory=1e99", "", nil, 422}, {"GET", "/recording?trajectory=99", "", nil, 422},
		{"GET", "/motion?from=1e290&span=-5", "", nil, 200},
		{"GET", "/from", "", nil, 405}, {"POST", "/", "", nil, 405}, {"GET", "/server.go", "", nil, 404},
		{"GET", "/assets/main.js", "", nil, 404}, {"GET", "/uplot/", "", nil, 404},
		{"GET", "/uplot/..%2f..%2fpage.go", "", nil, 404},
	} {
		w := request(h, c.method, c.path, c.body, c.set)
		if w.Code != c.want {
			t.Errorf("%s %s %.40s: %d, want %d: %.200s", c.method, c.path, c.body, w.Code, c.want, w.Body)
		}
		if w.Code == 422 && !strings.Contains(w.Body.String(), `{"error":"`) {
			t.Errorf("%s %s: %s", c.method, c.path, w.Body)
		}
	}
}

// Where others can reach the server, only the token opens it.
func TestToken(t *testing.T) {
	v := server(t, "0.0.0.0")
	if v.token == "" || !strings.Contains(v.URL(), "?token="+v.token) {
		t.Fatalf("the address is %s", v.URL())
	}
	h := v.Handler()
	for _, path := range []string{"/", "/motion", "/?token=", "/?token=x", "/motion?token=" + v.token} {
		if w := request(h, "GET", path, "", nil); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := request(h, "GET", "/?q=1&token="+v.token, "", nil)
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(cookies) != 1 || w.Header().Get("Location") != "/?q=1" ||
		!cookies[0].HttpOnly {
		t.Fatalf("%d, %v, %s", w.Code, cookies, w.Header())
	}
	with := func(r *http.Request) { r.AddCookie(cookies[0]) }
	if w := request(h, "GET", "/motion", "", with); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	if v := server(t, "127.0.0.1"); v.token != "" {
		t.Error("this machine alone needs no token")
	}
}

// More requests than are answered are turned away.
func TestOpen(t *testing.T) {
	v := server(t, "127.0.0.1")
	for range mostOpen {
		v.open <- struct{}{}
	}
	if w := request(v.Handler(), "GET", "/", "", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}

// A server ends within a second of being told, with a computation under way and a connection open, and leaves no
// goroutine behind.
func TestServe(t *testing.T) {
	s := scene(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewServer(s, l)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- v.Serve(ctx, l) }()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	r, err := client.Get(v.URL())
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || !bytes.Contains(text, []byte(`"title":"\u003cscript\u003e`)) ||
		bytes.Contains(text, []byte(title)) {
		t.Errorf("%v, %.300s", err, text)
	}
	asked := make(chan struct{})
	go func() { // a motion that takes much longer than the server has
		defer close(asked)
		r, err := client.Post(v.URL()+"from", "application/json", strings.NewReader(`{"q":[1],"v":[0],"span":1e7}`))
		if err == nil {
			r.Body.Close()
		}
	}()
	time.Sleep(100 * time.Millisecond)
	begin := time.Now()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if d := time.Since(begin); d > time.Second {
		t.Errorf("it ended after %v", d)
	}
	<-asked
}

// A report is one file that asks for nothing: no address in it is fetched, and what it says of the model is in it.
func TestReport(t *testing.T) {
	s := scene(t)
	f, err := Freeze(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteReport(&b, s, f); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	asks := regexp.MustCompile(`(?i)<(script|link|img|iframe)[^>]*(src|href)=|@import|[: ]url\(|(?m)^(import|export) `)
	if x := asks.FindString(text); x != "" {
		t.Errorf("it asks for %q", x)
	}
	for _, want := range []string{"Predictions hold for", "default-src 'none'", "uPlot (v1.6.32)", `"kind":"learned"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(text, title) {
		t.Error("a title became a script")
	}
	if n := len(f.Motions); n != mostFrozen {
		t.Errorf("%d motions", n)
	}
}
