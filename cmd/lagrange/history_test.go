package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/view"
)

// TestHistory trains: the history beside the model has both networks to their last steps, a training that is repeated
// begins it anew, one that goes on adds to it, and what is no history is not replaced. It can be drawn, half a line at
// its end or not.
func TestHistory(t *testing.T) {
	folder := t.TempDir()
	recording, model := filepath.Join(folder, "p.csv"), filepath.Join(folder, "m.lagrange")
	pendulum(t, recording)
	train := func(more ...string) (int, string) {
		var errw bytes.Buffer
		args := []string{"train", recording, "-o", model, "--model", "lnn", "--hidden", "4x1", "--steps", "3"}
		return run(append(args, more...), nil, &bytes.Buffer{}, &errw), errw.String()
	}
	lines := func() []view.HistoryLine {
		t.Helper()
		all, err := view.ReadHistory(model + view.HistorySuffix)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if code, said := train(); code != exitOK {
		t.Fatal(said)
	}
	first := lines()
	met := map[string]bool{}
	for _, l := range first {
		met[l.Model] = met[l.Model] || l.Step == 3 && l.Steps == 3 && l.Loss != nil && l.Stage != ""
	}
	if !met["lnn"] || !met["nn"] {
		t.Errorf("%+v", first)
	}
	if code, said := train("--force"); code != exitOK || len(lines()) > 2*len(first) {
		t.Errorf("%d lines after a second training, %d after the first\n%s", len(lines()), len(first), said)
	}
	before := len(lines())
	if h, old, err := newHistory(model, true); err != nil || len(old) != before {
		t.Fatal(err)
	} else if _, err := h.WriteString(`{"model":"l`); err != nil || h.Close() != nil || len(lines()) != before {
		t.Errorf("%d lines and a half, %d before", len(lines()), before)
	}
	picture := filepath.Join(folder, "h.svg")
	var errw bytes.Buffer
	draw := []string{"plot", model, "--figure", "history", "-o", picture}
	if code := run(draw, nil, &bytes.Buffer{}, &errw); code != exitOK {
		t.Error(errw.String())
	}
	if text, _ := os.ReadFile(picture); !strings.Contains(string(text), "validation loss") {
		t.Errorf("no validation loss in the picture of %d bytes", len(text))
	}
	notes := []byte("my notes\n")
	if err := os.WriteFile(model+view.HistorySuffix, notes, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, said := train("--force"); code != exitFailure || !strings.Contains(said, "no line of a history") {
		t.Errorf("%d: %s", code, said)
	}
	if text, _ := os.ReadFile(model + view.HistorySuffix); !bytes.Equal(text, notes) {
		t.Errorf("%q was replaced", text)
	}
}
