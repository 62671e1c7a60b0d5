package explain

import (
	"context"
	"time"

	"lagrange/fit"
	"lagrange/paper/recorded"
)

// realNames are recordings of package recorded: those of a motor of which the textbook's equations are consistent.
var realNames = []string{"ilqr", "ddp", "direct-collocation"}

// Real is what is found in a recording of a real mechanism: there is no true formula. Errors are root mean squares over
// the horizon, in radians.
type Real struct {
	Name       string    `json:"name"`
	Title      string    `json:"title"`
	Horizon    float64   `json:"horizon"`
	Text       string    `json:"formula"`
	Terms      []Found   `json:"terms"`
	Parameters []float64 `json:"textbook_parameters"` // as package recorded has them
	Error      float64   `json:"error"`
	Textbook   float64   `json:"textbook"`
	Seconds    float64   `json:"seconds"`
	Failed     string    `json:"failed,omitempty"`
}

// real learns from one of them.
func real(ctx context.Context, folder, name string, o fit.Options) (r Real, err error) {
	begin := time.Now()
	row, m, err := recorded.Learn(ctx, folder, name, o)
	if err != nil {
		return r, err
	}
	x := row.Models["default"]
	r = Real{Name: name, Title: row.Title, Horizon: row.Horizon, Parameters: row.Parameters, Error: x.Over,
		Textbook: row.Textbook.Over, Failed: x.Failed}
	if m != nil {
		f, _, err := truth{}.of(ctx, m, nil)
		if err != nil {
			return r, err
		}
		r.Terms, r.Text = f.Terms, f.String()
	}
	r.Seconds = time.Since(begin).Seconds()
	return r, nil
}
