package browser

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

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
	text := value[string](b, `document.getElementById("problems").textContent`)
	if !strings.Contains(text, "cannot be followed") {
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
	value[int](b, `window.taken = [];
		URL.createObjectURL = (b) => { b.text().then((x) => window.taken.push(x)); return "#"; };
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
	r := value[rate](b, `new Promise((done) => {
		document.getElementById("play").click();
		let n = 0;
		const t = performance.now();
		const f = () => {
			n++;
			const s = (performance.now() - t) / 1000;
			s < 2 ? requestAnimationFrame(f) : done({Frames: n, Seconds: s});
		};
		requestAnimationFrame(f); })`)
	t.Logf("%.1f frames a second", r.Frames/r.Seconds)
	if quiet && r.Frames/r.Seconds < 30 {
		t.Errorf("%.1f frames a second", r.Frames/r.Seconds)
	}
	b.clean(address)
}
