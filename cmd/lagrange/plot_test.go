package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of plot draw pictures as they are written, of recordings, and of the runs that the page of results
// shows.
func TestPlotExamples(t *testing.T) {
	folder := t.TempDir()
	link(t, "../../doc", filepath.Join(folder, "doc"))
	t.Chdir(folder)
	for _, name := range []string{"dp.csv", "predicted.csv"} {
		if out, code := inProcess(t, "simulate", "double-pendulum", "--trajectories", "2", "--duration", "1", "-o",
			name); code != exitOK {
			t.Fatal(out)
		}
	}
	for line := range strings.Lines(plotCommand().Example) {
		args := strings.Fields(line)[1:]
		if out, code := inProcess(t, args...); code != exitOK {
			t.Errorf("%s: exit code %d, %s", line, code, out)
		}
		for i, a := range args {
			if a != "-o" {
				continue
			}
			if info, err := os.Stat(args[i+1]); err != nil || info.Size() < 1000 {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}
