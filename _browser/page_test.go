// Package browser opens the page of lagrange serve, and the file of lagrange report, in a real browser: what a person
// would see, click and drag.
//
//	go test -C _browser ./...                          skips with a word where there is no Chromium
//	LAGRANGE_PICTURES=folder go test -C _browser ./... leaves pictures of the pages to look at
//	LAGRANGE_QUIET=1 go test -C _browser ./...         holds times to their bounds: nothing else is to run
package browser

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is the browser of this machine.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium here: the page is not opened")
	return ""
}

// quiet says that nothing else runs on the machine, so that times mean something.
var quiet = os.Getenv("LAGRANGE_QUIET") != ""

var (
	folder  string // of program, recording and models
	program string
)

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "browser-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

var made = sync.OnceValue(func() error {
	program = filepath.Join(folder, "lagrange")
	build := exec.Command("go", "build", "-C", "..", "-o", program, "./cmd/lagrange")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	for _, line := range []string{
		"simulate double-pendulum --trajectories 9 --duration 4 --dt 0.02 -o swings.csv",
		"train swings.csv --steps 4 -o swings.lagrange",
		"simulate chain-10 --trajectories 2 --duration 4 --dt 0.02 -o chain.csv",
		"report swings.lagrange swings.csv -o report.html",
	} {
		if text, err := command(line).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, text)
		}
	}
	return nil
})

func command(line string) *exec.Cmd {
	c := exec.Command(program, strings.Fields(line)...)
	c.Dir = folder
	return c
}

// serve starts the program and returns the address that it prints. It is to end within a second of being interrupted.
func serve(t *testing.T, args string) string {
	t.Helper()
	c := command("serve " + args)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		begin := time.Now()
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := c.Wait(); err != nil || time.Since(begin) > time.Second {
			t.Errorf("it ended after %v: %v, %s", time.Since(begin), err, &said)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	return strings.TrimSpace(line)
}

// tab is a page in the browser, and what went wrong on it.
type tab struct {
	context.Context
	t      *testing.T
	mu     sync.Mutex
	faults []string
	asked  []string // addresses
}

func open(t *testing.T, width, height int, dark bool) *tab {
	t.Helper()
	path := chromium(t)
	if err := made(); err != nil {
		t.Fatal(err)
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("hide-scrollbars", true))
	all, stop := chromedp.NewExecAllocator(t.Context(), o...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(all)
	t.Cleanup(end)
	b := &tab{Context: ctx, t: t}
	if err := chromedp.Listen(ctx, b.listen); err != nil { // it starts the browser
		t.Fatal(err)
	}
	var late context.CancelFunc
	b.Context, late = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(late)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, cdplog.Enable, cdp.Empty{})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}}})
	b.run(chromedp.EmulateViewport(int64(width), int64(height)))
	return b
}

func (b *tab) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			b.faults = append(b.faults, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *cdplog.EventEntryAdded:
		b.faults = append(b.faults, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

// failed ends the test, with what went wrong on the page.
func (b *tab) failed(err error) {
	b.t.Helper()
	if err != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.t.Fatalf("%v; %q", err, b.faults)
	}
}

func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.failed(chromedp.Do(b, steps...))
}

// call sends a command to the browser.
func call[P, R any](b *tab, c cdp.Command[P, R], params P) {
	b.t.Helper()
	_, err := chromedp.Call(b, c, params)
	b.failed(err)
}

// visit opens an address and waits until all is drawn.
func (b *tab) visit(address string) {
	b.t.Helper()
	b.run(chromedp.Navigate(address), chromedp.WaitReady(`html[data-ready="all"]`))
	if text := value[string](b, `document.getElementById("problem").textContent`); text != "" {
		b.t.Errorf("the page says %q", text)
	}
}

// value evaluates something on the page.
func value[T any](b *tab, js string) T {
	b.t.Helper()
	x, err := chromedp.Run(b, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	b.failed(err)
	return x
}

// clean fails for errors, and for requests beyond the place of the page.
func (b *tab) clean(place string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Errorf("on the page: %s", f)
	}
	for _, a := range b.asked {
		if !strings.HasPrefix(a, place) && !strings.HasPrefix(a, "blob:"+place) && !strings.HasPrefix(a, "data:") {
			b.t.Errorf("it asks for %s", a)
		}
	}
	if len(b.asked) == 0 {
		b.t.Error("no request was seen")
	}
}

// picture leaves one of the whole page, where pictures are wanted.
func (b *tab) picture(name string) {
	b.t.Helper()
	to := os.Getenv("LAGRANGE_PICTURES")
	if to == "" {
		return
	}
	png, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	b.failed(err)
	b.kept(name, png)
}

// kept writes a picture.
func (b *tab) kept(name string, png []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(os.Getenv("LAGRANGE_PICTURES"), name+".png"), png, 0o644); err != nil {
		b.t.Error(err)
	}
}

// laid fails where something is wider than the window, or a control has no name.
func (b *tab) laid() {
	b.t.Helper()
	if wide := value[[]string](b, `[...document.querySelectorAll("main *")].filter((e) => {
		const r = e.getBoundingClientRect();
		return r.width && r.right > innerWidth + 1 && !e.closest(".scroll, .u-wrap, table");
	}).map((e) => e.tagName + "#" + e.id + "." + e.className)`); len(wide) > 0 {
		b.t.Errorf("wider than the window: %q", wide)
	}
	if w := value[[]int](b, `[document.documentElement.scrollWidth, innerWidth]`); w[0] > w[1] {
		b.t.Errorf("the page is %d wide in a window of %d", w[0], w[1])
	}
	if mute := value[[]string](b, `[...document.querySelectorAll("button, input, select, canvas[tabindex]")].filter((e) =>
		!(e.textContent.trim() && e.tagName === "BUTTON") && !e.getAttribute("aria-label") && !e.closest("label")
	).map((e) => e.tagName + "#" + e.id)`); len(mute) > 0 {
		b.t.Errorf("without a name: %q", mute)
	}
	for _, pair := range value[[]string](b, contrast) {
		b.t.Errorf("hard to read: %s", pair)
	}
}

// contrast lists texts whose contrast with what is behind them is below 4.5 [WCAG 2.2, 1.4.3].
const contrast = `(() => {
	const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
	const light = (c) => { const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const bad = new Set();
	for (const e of document.querySelectorAll("header *, main *, footer *")) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.disabled) continue;
		let back = e;
		while (back && (rgb(getComputedStyle(back).backgroundColor)[3] ?? 1) === 0) back = back.parentElement;
		const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(rgb(getComputedStyle(back || document.body).backgroundColor).slice(0, 3));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + e.textContent.slice(0, 30));
	}
	return [...bad];
})()`

// The page loads without an error and without a request beyond its host, in every width and in both lights, and nothing
// is wider than the window.
func TestPage(t *testing.T) {
	chromium(t)
	if err := made(); err != nil {
		t.Fatal(err)
	}
	address := serve(t, "swings.lagrange swings.csv")
	for _, width := range []int{360, 1280, 3840} {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("page-%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark])
			t.Run(name, func(t *testing.T) {
				b := open(t, width, max(1000, width*9/16), dark)
				b.visit(address + "?t=1.5")
				if text := value[string](b, `document.querySelector(".verdict h2").textContent`); !strings.Contains(text, "Good") {
					t.Errorf("the verdict is %q", text)
				}
				if n := value[int](b, `document.querySelectorAll(".plot canvas").length`); n < 10 {
					t.Errorf("%d plots", n)
				}
				b.laid()
				b.picture(name)
				if name == "page-1280-light" && os.Getenv("LAGRANGE_PICTURES") != "" { // that of the README
					png, err := chromedp.Run(b, chromedp.CaptureScreenshot())
					b.failed(err)
					b.kept("readme", png)
				}
				b.clean(address)
			})
		}
	}
}

// drag moves the pointer with its button held.
func (b *tab) drag(x0, y0, x1, y1 float64) {
	b.t.Helper()
	at := func(kind input.DispatchMouseEventType, x, y float64) chromedp.Action[chromedp.Void] {
		return chromedp.MouseEvent(kind, x, y, chromedp.ButtonLeft)
	}
	b.run(at(input.DispatchMouseEventTypeMousePressed, x0, y0))
	for i := 1; i <= 10; i++ {
		c := float64(i) / 10
		b.run(at(input.DispatchMouseEventTypeMouseMoved, x0+c*(x1-x0), y0+c*(y1-y0)))
	}
	b.run(at(input.DispatchMouseEventTypeMouseReleased, x1, y1), chromedp.Sleep(700*time.Millisecond))
}

// A bob is dragged to another place, and its arrow to another velocity: the roll-out is another one, that of the new
// start, and the address says so.
func TestDrag(t *testing.T) {
	b := open(t, 1280, 900, false)
	address := serve(t, "swings.lagrange swings.csv")
	b.visit(address)
	start := func() []float64 {
		return value[[]float64](b, `[...document.querySelectorAll("#numbers input")].map((i) => +i.value)`)
	}
	before := start() // theta1, omega1, theta2, omega2
	// the place of the second bob on the window, from the canvas and the angles
	place := func(q []float64) (x, y, s float64) {
		r := value[[]float64](b, `(() => { const c = document.getElementById("drawing"); c.scrollIntoView({block: "center"});
			const r = c.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
		s = min(r[2], r[3]) / (2 * 2 * 1.12)
		return r[0] + r[2]/2 + s*(math.Sin(q[0])+math.Sin(q[2])), r[1] + r[3]/2 + s*(math.Cos(q[0])+math.Cos(q[2])), s
	}
	x, y, _ := place(before)
	want := append([]float64(nil), before...)
	want[2] -= 1
	x1, y1, _ := place(want)
	b.drag(x, y, x1, y1)
	after := start()
	if math.Abs(after[2]-want[2]) > 0.05 || after[0] != before[0] {
		t.Errorf("dragged from %v to %v, want %v", before, after, want)
	}
	if u, err := url.Parse(value[string](b, `location.href`)); err != nil || !strings.HasPrefix(u.Query().Get("q"),
		fmt.Sprint(after[0])) {
		t.Errorf("the address is %v, %v", u, err)
	}
	names := value[string](b, `document.getElementById("legend").textContent`)
	if !strings.Contains(names, "learned swings") || strings.Contains(names, "recorded") {
		t.Errorf("shown are %s", names)
	}
	// the tip of the arrow, which begins at the bob
	x, y, s := place(after)
	// and points to where the angle grows, 24 pixels from it
	ux, uy := math.Cos(after[2]), -math.Sin(after[2])
	b.drag(x+24*ux, y+24*uy, x+(24+s)*ux, y+(24+s)*uy)
	turned := start()
	if !(turned[3] > after[3]+1) || math.Abs(turned[2]-after[2]) > 1e-9 || turned[1] != after[1] {
		t.Errorf("the arrow was drawn longer, and the start went from %v to %v", after, turned)
	}
	after = turned
	b.picture("dragged")
	// the same view again, by its address alone
	b.visit(value[string](b, `location.href`))
	if again := start(); math.Abs(again[2]-after[2]) > 1e-3 {
		t.Errorf("the link shows %v, the page showed %v", again, after)
	}
	b.run(chromedp.Click("#play"), chromedp.Sleep(500*time.Millisecond))
	if now := value[float64](b, `+document.getElementById("time").value`); !(now > 0) {
		t.Error("it does not play")
	}
	b.clean(address)
}

// A start that no model can follow is a message on the page.
func TestBlowsUp(t *testing.T) {
	b := open(t, 1280, 900, false)
	address := serve(t, "swings.lagrange swings.csv")
	b.visit(address + "?q=1,1&v=1e300,0")
	if text := value[string](b, `document.getElementById("problems").textContent`); !strings.Contains(text, "cannot be followed") {
		t.Errorf("the page says %q", text)
	}
	b.clean(address)
}

// The report opens from the disk with the network off.
func TestReport(t *testing.T) {
	chromium(t)
	for _, width := range []int{360, 1280} {
		b := open(t, width, 900, width == 360)
		call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true})
		address := "file://" + filepath.Join(folder, "report.html")
		b.visit(address + "#t=2")
		if text := value[string](b, `document.querySelector(".verdict h2").textContent`); !strings.Contains(text, "Good") {
			t.Errorf("the verdict is %q", text)
		}
		if text := value[string](b, `document.getElementById("now").textContent`); text != "2 s" {
			t.Errorf("it shows %s", text)
		}
		b.laid()
		b.picture(fmt.Sprintf("report-%d", width))
		b.clean("file://")
	}
}

// What of a plot can be taken away is what it shows: a table, a picture, a drawing.
func TestTaken(t *testing.T) {
	b := open(t, 1280, 900, false)
	address := serve(t, "swings.lagrange swings.csv")
	b.visit(address)
	// what would be downloaded is caught on its way
	value[int](b, `window.taken = []; URL.createObjectURL = (b) => { b.text().then((x) => window.taken.push(x)); return "#"; };
		HTMLAnchorElement.prototype.click = () => {};
		for (const n of ["SVG", "PNG", "CSV"])
			[...document.querySelectorAll("#plot-q-theta1 button")].find((b) => b.textContent === n).click(); 0`)
	b.run(chromedp.Sleep(time.Second))
	value[int](b, `document.getElementById("film").click(); 0`)
	b.run(chromedp.Sleep(time.Second))
	taken := value[[]string](b, `window.taken`)
	var svg, csv, film bool
	for _, x := range taken {
		svg = svg || strings.HasPrefix(x, "<svg") && strings.Contains(x, "theta1 [rad]") && strings.Count(x, "<path") == 4
		csv = csv || strings.HasPrefix(x, "time,recorded,true double-pendulum,learned swings,baseline\n0,") &&
			strings.Count(x, "\n") > 900
		film = film || strings.Count(x, "<animate ") >= 4*4 && strings.HasPrefix(x, "<svg")
		if to := os.Getenv("LAGRANGE_PICTURES"); to != "" && strings.HasPrefix(x, "<svg") {
			name := fmt.Sprintf("taken-%v.svg", strings.Contains(x, "<animate "))
			if err := os.WriteFile(filepath.Join(to, name), []byte(x), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	if len(taken) != 4 || !svg || !csv || !film {
		t.Errorf("%d taken, SVG %v, CSV %v, film %v: %.300q", len(taken), svg, csv, film, taken)
	}
}

// The first view of a hundred thousand rows is there within a second: from the start of the program until the motion is
// drawn.
func TestLarge(t *testing.T) {
	b := open(t, 1280, 900, false)
	if text, err := command("simulate double-pendulum --trajectories 1 --duration 1000 --dt 0.01 -o long.csv").
		CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	begin := time.Now()
	address := serve(t, "swings.lagrange long.csv")
	read := time.Since(begin)
	b.run(chromedp.Navigate(address), chromedp.WaitReady(`html[data-ready]`))
	t.Logf("read after %v, shown after %v", read, time.Since(begin))
	if quiet && time.Since(begin) > time.Second {
		t.Errorf("the first view takes %v", time.Since(begin))
	}
}

// A chain of ten holds thirty frames a second.
func TestFrames(t *testing.T) {
	b := open(t, 1280, 900, false)
	address := serve(t, "chain.csv")
	b.visit(address)
	b.picture("chain")
	type rate struct{ Frames, Seconds float64 }
	r := value[rate](b, `new Promise((done) => { document.getElementById("play").click(); let n = 0; const t = performance.now();
		const f = () => { n++; const s = (performance.now() - t) / 1000; s < 2 ? requestAnimationFrame(f) : done({Frames: n, Seconds: s}); };
		requestAnimationFrame(f); })`)
	t.Logf("%.1f frames a second", r.Frames/r.Seconds)
	if quiet && r.Frames/r.Seconds < 30 {
		t.Errorf("%.1f frames a second", r.Frames/r.Seconds)
	}
	b.clean(address)
}
