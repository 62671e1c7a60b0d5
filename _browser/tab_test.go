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
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
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
	const light = (c) => {
		const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const bad = new Set();
	for (const e of document.querySelectorAll("header *, main *, footer *")) {
		const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
		if (!text || !e.checkVisibility() || e.disabled) continue;
		let back = e;
		while (back && (rgb(getComputedStyle(back).backgroundColor)[3] ?? 1) === 0) back = back.parentElement;
		const of = (c) => light(rgb(c).slice(0, 3));
		const a = of(getComputedStyle(e).color), b = of(getComputedStyle(back || document.body).backgroundColor);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + e.textContent.slice(0, 30));
	}
	return [...bad];
})()`
