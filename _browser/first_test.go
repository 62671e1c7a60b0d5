package browser

import (
	"bufio"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// The first view of a hundred thousand rows takes less than a second of processor time, whatever else the machine does:
// that of the program from its start, and that of the page until the motion is drawn.
func TestFirstView(t *testing.T) {
	b := open(t, 1280, 900, false)
	if text, err := command("simulate double-pendulum --trajectories 1 --duration 1000 --dt 0.01 -o first.csv").
		CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	c := command("serve swings.lagrange first.csv")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	call(b, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
	// what judges the model is asked for after the motion; the part of it that is done by the end of the test counts, too
	b.run(chromedp.Navigate(address+"?"), chromedp.WaitReady(`html[data-ready]`))
	page, err := chromedp.Call(b, performance.GetMetrics, cdp.Empty{})
	b.failed(err)
	for _, m := range page.Metrics {
		if m.Name == "ThreadTime" && m.Value > 1 {
			t.Errorf("the page took %.2g s", m.Value)
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	if took := c.ProcessState.UserTime() + c.ProcessState.SystemTime(); took > time.Second {
		t.Errorf("the program took %v", took)
	}
}
