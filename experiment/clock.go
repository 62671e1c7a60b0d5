package experiment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// clockEvery is how much of the time a run may lose when it is killed.
const clockEvery = 5 * time.Second

// clock adds up how long a run takes over all its interruptions. It is
// a file in the folder of the experiment until the run is finished.
type clock struct {
	Run     Run     `json:"run"`
	Seconds float64 `json:"seconds"`
	Stops   int     `json:"stops"` // interruptions
}

func clockAt(folder string) string { return filepath.Join(folder, "clock.json") }

// startClock goes on where a run with the same settings stopped. The clock runs until stop
// is called, which tells the whole time; without a folder that is the time since the start.
func startClock(folder string, r Run) (stop func() clock, err error) {
	c, begin := clock{Run: r}, time.Now()
	if folder == "" {
		return func() clock { c.Seconds = time.Since(begin).Seconds(); return c }, nil
	}
	var before clock
	if text, err := os.ReadFile(clockAt(folder)); err == nil && json.Unmarshal(text, &before) == nil &&
		before.Run == r {
		c.Seconds, c.Stops = before.Seconds, before.Stops+1
	}
	first := c.Seconds
	tick := func() error {
		c.Seconds = first + time.Since(begin).Seconds()
		return writeJSON(clockAt(folder), c)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	if err := tick(); err != nil {
		return nil, err
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		every := time.NewTicker(clockEvery)
		defer every.Stop()
		for {
			select {
			case <-every.C:
				_ = tick() // the next one may succeed; what is lost is time on the page
			case <-end:
				return
			}
		}
	}()
	return func() clock {
		close(end)
		<-ended
		_ = tick()
		return c
	}, nil
}
