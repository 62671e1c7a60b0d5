package sweep

import (
	"strings"
	"testing"
)

// valid is a sweep file without recordings.
const valid = `run = "train"
args = ["nothing.csv"]
measure = "models.lnn.rmse_q"
sampler = "random"
points = 6
batch = 2
seeds = 2
[space.hidden]
choices = ["8x2", "20x2"]
[space.rate]
log = [1e-4, 1e-1]
[space.activation]
choices = ["tanh", "softplus"]
when = {hidden = ["20x2"]}
`

func parsed(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse("sweep.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFileErrors changes a line of a valid file: the error names file and line, and what helps.
func TestFileErrors(t *testing.T) {
	parsed(t, valid)
	for _, c := range []struct{ old, new, want string }{
		{`run = "train"`, `run = "drain"`, "sweep.toml:1: run = \"drain\": want train or reproduce"},
		{`measure = "models.lnn.rmse_q"`, ``, "no measure"},
		{`sampler = "random"`, `sampler = "sobel"`, "sweep.toml:4: sampler = \"sobel\": want cma-es, grid"},
		{`points = 6`, ``, "how many points?"},
		{`points = 6`, `points = -1`, "sweep.toml:5: points = -1"},
		{`points = 6`, `pionts = 6`, "sweep.toml:5:1: no setting has the name pionts"},
		{`points = 6`, `points = `, "sweep.toml:5:"},
		{`seeds = 2`, `seeds = 0`, "sweep.toml:7: seeds = 0"},
		{`batch = 2`, `limit = "ten minutes"`, "sweep.toml:6:"},
		{`log = [1e-4, 1e-1]`, `log = [0, 1e-1]`, "sweep.toml:10: rate: a logarithmic range begins above 0"},
		{`log = [1e-4, 1e-1]`, `range = [1]`, "sweep.toml:10: rate: a range is [smallest, largest]"},
		{`log = [1e-4, 1e-1]`, `range = [2, 1]`, "sweep.toml:10: rate: a range is"},
		{`log = [1e-4, 1e-1]`, ``, "sweep.toml:10: rate: give one of choices, range and log"},
		{`["20x2"]}`, `["21x2"]}`, "sweep.toml:12: when: hidden has no choice \"21x2\""},
		{`{hidden =`, `{hiden =`, "sweep.toml:12: when names hiden, which is no parameter"},
		{`{hidden = ["20x2"]}`, `{rate = ["1"]}`, "sweep.toml:12: when names rate, which has a range"},
		{`choices = ["8x2", "20x2"]`, "choices = [\"8x2\"]\nwhen = {activation = [\"tanh\"]}",
			"depend on each other"},
	} {
		_, err := Parse("sweep.toml", []byte(strings.Replace(valid, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s:\n%v\nwant %s", c.old, c.new, err, c.want)
		}
	}
}

func TestMeasured(t *testing.T) {
	text := []byte(`{"models": {"lnn": {"rmse_q": [1, 3], "n": 4, "none": null}}}`)
	for path, want := range map[string]float64{"models.lnn.rmse_q": 2, "models.lnn.rmse_q.1": 3, "models.lnn.n": 4} {
		if got, err := Measured(text, path); err != nil || got != want {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	for path, want := range map[string]string{
		"models.nn.n":         "no nn in models, which has lnn",
		"models.lnn.none":     "is no number",
		"models.lnn.rmse_q.2": "a list of 2",
		"models":              "which has lnn",
	} {
		if _, err := Measured(text, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
