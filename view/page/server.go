package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lagrange/view"
)

// Bounds of what a request may ask for.
const (
	mostBody    = 1 << 18         // bytes
	mostHeader  = 1 << 14         // bytes
	mostAtOnce  = 4               // computations; others wait for their turn
	mostOpen    = 64              // requests under way; more are turned away
	mostStreams = 16              // of them pages that follow a training
	mostFollow  = 5 * time.Second // of computing one motion
	mostMeasure = 10 * time.Minute
	leave       = 500 * time.Millisecond // for requests under way, once the server has to end
	cookie      = "lagrange"
)

// Server answers a page on one address.
type Server struct {
	scene   *view.Scene // nil: the training has not ended yet
	follow  *view.Training
	pages   atomic.Pointer[http.ServeMux] // what is answered
	streams chan struct{}
	address string // of the listener, as browsers name it in Host
	token   string // that requests have to know; "": those of this machine alone can ask
	turn    chan struct{}
	open    chan struct{}
	told    sync.Mutex
	kept    map[string][]byte // what takes long, once it is known
}

// NewServer makes one for a listener. Where others than this machine can reach it, requests have to know a token,
// which is drawn anew.
func NewServer(s *view.Scene, l net.Listener) (*Server, error) {
	v := newServer(l)
	return v, v.Show(s)
}

func newServer(l net.Listener) *Server {
	v := &Server{address: l.Addr().String(), turn: make(chan struct{}, mostAtOnce), open: make(chan struct{}, mostOpen),
		streams: make(chan struct{}, mostStreams), kept: map[string][]byte{}}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		v.token = rand.Text()
	}
	return v
}

// URL is the address of the page, with the token where there is one.
func (v *Server) URL() string {
	u := url.URL{Scheme: "http", Host: v.address, Path: "/"}
	if v.token != "" {
		u.RawQuery = url.Values{"token": {v.token}}.Encode()
	}
	return u.String()
}

// Serve answers until ctx is done, and leaves nothing running behind.
func (v *Server) Serve(ctx context.Context, l net.Listener) error {
	within, stop := context.WithCancel(ctx)
	defer stop()
	h := &http.Server{Handler: v.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: mostMeasure + mostFollow, IdleTimeout: time.Minute, MaxHeaderBytes: mostHeader,
		BaseContext: func(net.Listener) context.Context { return within }}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), leave)
	defer done()
	if h.Shutdown(patience) != nil {
		h.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler answers requests that may ask. No path of a request is one of a file: all there is has a line here.
func (v *Server) Handler() http.Handler {
	return v.guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.pages.Load().ServeHTTP(w, r) }))
}

// paged answers a page and what it is made of.
func (v *Server) paged(page []byte) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		give(w, "text/html; charset=utf-8", page)
	})
	for _, name := range append([]string{"training.js"}, modules...) {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			give(w, "text/javascript; charset=utf-8", asset(name))
		})
	}
	for name, kind := range map[string]string{"page.css": "text/css", "uplot/uPlot.min.css": "text/css",
		"uplot/uPlot.iife.min.js": "text/javascript", "uplot/LICENSE": "text/plain"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			give(w, kind+"; charset=utf-8", asset(name))
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	if v.follow != nil {
		mux.HandleFunc("GET /events", v.events)
	}
	return mux
}

// Show makes the page one of a scene, from now on. It is called once.
func (v *Server) Show(s *view.Scene) error {
	var page bytes.Buffer
	if err := layout.Execute(&page, content{About: s.About()}); err != nil {
		return err
	}
	v.scene = s
	mux := v.paged(page.Bytes())
	mux.HandleFunc("GET /recording", v.recording)
	mux.HandleFunc("GET /motion", v.motion)
	mux.HandleFunc("POST /from", v.from)
	for name, f := range map[string]func(context.Context) (any, error){
		"verdicts":   func(ctx context.Context) (any, error) { return s.Verdicts(ctx) },
		"plots":      func(ctx context.Context) (any, error) { return s.Plots(ctx) },
		"explained":  func(ctx context.Context) (any, error) { return s.Explained(ctx) },
		"histories":  func(context.Context) (any, error) { return s.Histories(), nil },
		"comparison": func(ctx context.Context) (any, error) { return s.Comparison(ctx) },
	} {
		mux.HandleFunc("GET /"+name, v.once(name, f))
	}
	v.pages.Store(mux)
	return nil
}

// guarded lets only those in who may ask, and no more than can be answered.
func (v *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "+
			"frame-ancestors 'none'")
		switch {
		case !v.isHost(r.Host):
			refuse(w, http.StatusForbidden, "this server goes by another name")
			return
		case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host,
			r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.URL.Path != "/":
			refuse(w, http.StatusForbidden, "another page may not ask here")
			return
		case !v.knows(w, r):
			return
		}
		select {
		case v.open <- struct{}{}:
			defer func() { <-v.open }()
		default:
			refuse(w, http.StatusServiceUnavailable, "too many requests are under way")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		next.ServeHTTP(w, r)
	})
}

// isHost says whether a request names this server: its address or, on this machine, localhost. Another name that leads
// here is that of a page which wants to read what is not its own. Behind a token any name does, as such a page does not
// know it.
func (v *Server) isHost(host string) bool {
	_, port, err := net.SplitHostPort(v.address)
	return err == nil && (v.token != "" || host == v.address || host == "localhost:"+port)
}

// knows checks the token, and turns the one of the address into a cookie.
func (v *Server) knows(w http.ResponseWriter, r *http.Request) bool {
	same := func(x string) bool { return subtle.ConstantTimeCompare([]byte(x), []byte(v.token)) == 1 }
	if v.token == "" {
		return true
	}
	if c, err := r.Cookie(cookie); err == nil && same(c.Value) {
		return true
	}
	q := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.Path != "/" || !same(q.Get("token")) {
		refuse(w, http.StatusUnauthorized, "open the address that the program has printed, with its token")
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: v.token, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteStrictMode})
	q.Del("token")
	http.Redirect(w, r, (&url.URL{Path: "/", RawQuery: q.Encode()}).String(), http.StatusSeeOther)
	return false
}

func give(w http.ResponseWriter, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	// A browser that has gone away is no error.
	_, _ = w.Write(text)
}

// refuse answers with an error in words.
func refuse(w http.ResponseWriter, status int, says string) {
	text, err := written(map[string]string{"error": says})
	if err != nil {
		panic("page: " + err.Error()) // two strings are JSON
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // as in give
}

// answer writes what was computed, or why it could not be.
func answer(w http.ResponseWriter, x any, err error) {
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	text, err := written(x)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	give(w, "application/json", text)
}

// turns waits until less is computed than the machine bears.
func (v *Server) turns(ctx context.Context) (done func(), err error) {
	select {
	case v.turn <- struct{}{}:
		return func() { <-v.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// compute does something in its turn, within a time.
func (v *Server) compute(w http.ResponseWriter, r *http.Request, most time.Duration,
	f func(context.Context) (any, error)) {
	ctx, stop := context.WithTimeout(r.Context(), most)
	defer stop()
	done, err := v.turns(ctx)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "other computations take too long")
		return
	}
	defer done()
	x, err := f(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it takes too long to compute: ask for less time")
	}
	answer(w, x, err)
}

// number reads a number of the query; where there is none it is the other one.
func number(r *http.Request, name string, other float64) (float64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return other, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x != x || x > 1e300 || x < -1e300 {
		return 0, fmt.Errorf("%s is no number", name)
	}
	return x, nil
}

func (v *Server) recording(w http.ResponseWriter, r *http.Request) {
	i, err := number(r, "trajectory", 0)
	if err != nil {
		answer(w, nil, err)
		return
	}
	p, err := v.scene.Recording(int(max(-1, min(i, 1e9))))
	answer(w, p, err)
}

func (v *Server) motion(w http.ResponseWriter, r *http.Request) {
	i, e1 := number(r, "trajectory", 0)
	from, e2 := number(r, "from", -1e300)
	span, e3 := number(r, "span", 0)
	if err := errors.Join(e1, e2, e3); err != nil {
		answer(w, nil, err)
		return
	}
	v.compute(w, r, mostFollow, func(ctx context.Context) (any, error) {
		return v.scene.Follow(ctx, int(max(-1, min(i, 1e9))), from, span)
	})
}

// ask is a start that was set by hand, and how long to follow it.
type ask struct {
	view.Start
	Span float64 `json:"span"`
}

func (v *Server) from(w http.ResponseWriter, r *http.Request) {
	if kind := r.Header.Get("Content-Type"); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "want JSON")
		return
	}
	var x ask
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		refuse(w, http.StatusBadRequest, "want q, v, u and span as JSON: "+err.Error())
		return
	}
	v.compute(w, r, mostFollow, func(ctx context.Context) (any, error) { return v.scene.From(ctx, x.Start, x.Span) })
}

// once answers what takes long and never changes: it is computed by the first who asks, and kept.
func (v *Server) once(name string, f func(context.Context) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v.told.Lock()
		defer v.told.Unlock()
		if text := v.kept[name]; text != nil {
			give(w, "application/json", text)
			return
		}
		v.compute(w, r, mostMeasure, func(ctx context.Context) (any, error) {
			x, err := f(ctx)
			if err == nil {
				var text []byte
				if text, err = written(x); err == nil {
					v.kept[name] = text
					return json.RawMessage(text), nil
				}
			}
			return x, err
		})
	}
}
