//go:build !nosweep

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

const readEvents = `
import json, sys, glob, os
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
out = {}
for path in sorted(glob.glob(sys.argv[1] + "/**/*tfevents*", recursive=True)):
    a = EventAccumulator(path)
    a.Reload()
    run = {"steps": {}, "last": {}, "hparams": {}}
    for tag in a.Tags()["scalars"]:
        x = a.Scalars(tag)
        run["steps"][tag], run["last"][tag] = len(x), x[-1].value
    content = a.summary_metadata
    for tag, m in content.items():
        if m.plugin_data.plugin_name != "hparams":
            continue
        if tag == metadata.EXPERIMENT_TAG:
            e = metadata.parse_experiment_plugin_data(m.plugin_data.content)
            run["varied"] = [i.name for i in e.hparam_infos]
            run["measure"] = [i.name.tag for i in e.metric_infos]
        if tag == metadata.SESSION_START_INFO_TAG:
            s = metadata.parse_session_start_info_plugin_data(m.plugin_data.content)
            run["hparams"] = {k: v.string_value or v.number_value for k, v in s.hparams.items()}
        if tag == metadata.SESSION_END_INFO_TAG:
            run["status"] = metadata.parse_session_end_info_plugin_data(m.plugin_data.content).status
    out[os.path.basename(os.path.dirname(path))] = run
print(json.dumps(out))
`

// TestEvents reads with TensorBoard itself what a sweep wrote for it: a run for each trial with its losses, its
// parameters and its measure.
func TestEvents(t *testing.T) {
	python := pythonWith(t, "tensorboard")
	if python == "" {
		t.Skip("no Python with tensorboard here")
	}
	folder := t.TempDir()
	program := linked(t, folder)
	if program == "" {
		t.Skip("no links here")
	}
	written(t, filepath.Join(folder, "s.toml"), `simulate = ["pendulum", "--trajectories", "4", "--accelerations"]
run     = "train"
args    = ["simulated.csv", "--model", "lnn", "--no-baseline", "--steps", "6"]
measure = "models.lnn.rmse_q"
sampler = "grid"
[space.hidden]
choices = ["4x1", "6x1"]
`)
	sweep := exec.Command(program, "sweep", "s.toml", "-o", "runs", "--tensorboard")
	sweep.Dir = folder
	if out, err := sweep.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := exec.Command(python, "-c", readEvents, filepath.Join(folder, "runs/tensorboard")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var runs map[string]struct {
		Steps           map[string]int
		Last            map[string]float64
		HParams         map[string]any
		Varied, Measure []string
		Status          int
	}
	if err := json.Unmarshal(text, &runs); err != nil {
		t.Fatal(err)
	}
	top := runs["tensorboard"]
	if len(top.Varied) != 1 || top.Varied[0] != "hidden" || len(top.Measure) != 1 ||
		top.Measure[0] != "models.lnn.rmse_q" {
		t.Errorf("%+v", top)
	}
	for id, hidden := range map[string]string{"p0-s1": "4x1", "p1-s1": "6x1"} {
		r := runs[id]
		if r.HParams["hidden"] != hidden || r.Status != 1 || !(r.Last["models.lnn.rmse_q"] > 0) || len(r.Steps) < 2 {
			t.Errorf("%s: %+v", id, r)
		}
	}
}
