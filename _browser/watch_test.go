package browser

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The page of a training moves while it runs, in light and dark, on a telephone and on a desk, and says when it has
// been ended.
func TestWatch(t *testing.T) {
	for _, width := range []int{360, 1280} {
		b := open(t, width, 900, width == 360)
		c := command("train swings.csv --steps 100000 --watch --force -o watched.lagrange")
		said, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		address := ""
		lines := bufio.NewScanner(said)
		for address == "" && lines.Scan() {
			_, address, _ = strings.Cut(lines.Text(), "watch it at ")
		}
		go func() {
			for lines.Scan() { // it would wait for whoever reads
			}
		}()
		b.visit(address)
		const done = `document.getElementById("done").value`
		moved := func() {
			was := value[float64](b, done)
			_, err := chromedp.Run(b, chromedp.Poll[bool](fmt.Sprintf("%s > %g", done, was),
				chromedp.WithPollingTimeout(time.Minute)))
			b.failed(err)
		}
		moved()
		moved()
		if n := value[int](b, `document.querySelectorAll(".plot canvas").length`); n == 0 {
			t.Error("no curve is drawn")
		}
		b.laid()
		b.picture(fmt.Sprintf("watch-%d", width))
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		b.run(chromedp.WaitReady(`#state.bad`))
		b.clean(address)
		if err := c.Wait(); err == nil {
			t.Error("an interrupted training counts as ended")
		}
	}
}
