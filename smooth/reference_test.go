package smooth

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs the smoother of a file beside the project, which is written in covariances and not in square roots, on a
// series from standard input.
const script = `
import sys, json, numpy as np
sys.path.insert(0, sys.argv[1])
import noise_reference as ref
z = json.load(sys.stdin); t, y, v = (np.array(z[k]) for k in 'TQV')
o = {}
for name, w in (('alone', None), ('recorded', v)):
    r = dict(t=t, y=y[:, None]) if w is None else dict(t=t, y=y[:, None], yv=w[:, None])
    s, sv, par = ref.smoother([r]); p = par[0]
    k = ref.kalman(t, y[:, None]/s[0], p[2], 10.**p[0], None if w is None else w[:, None]/s[0], 10.**p[1])
    o[name] = dict(sigma=s[0], sigmaV=0 if sv is None else sv[0], order=p[2], ratio=10.**p[0],
        x=(k['x'][0, :, :3]*s[0]).tolist(), sd=(k['sd'][:, :3]*s[0]).tolist())
json.dump(o, sys.stdout)
`

// answer is what the reference finds: σ, order, density of a step, states and deviations.
type answer struct {
	Sigma, SigmaV, Ratio float64
	Order                int
	X, Sd                [][3]float64
}

// reference runs the script on a series, from positions alone and with the velocities; it skips the test where it
// cannot.
func reference(t *testing.T, s Series) [2]answer {
	folder, err := filepath.Abs("../../shared/design")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "noise_reference.py")); err != nil {
		t.Skip("the reference is not here")
	}
	if err := exec.Command("python3", "-c", "import numpy").Run(); err != nil {
		t.Skip("no python3 with numpy here")
	}
	in, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", script, folder)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Alone, Recorded answer }
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	return [2]answer{want.Alone, want.Recorded}
}

// With its order, cut-off and noise, states and deviations are those of the reference, but where its prior of the start
// is felt; and it finds like noise.
func TestReference(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	x := motions(t, "pendulum", 3, every(300, 0.02))[0]
	s := Series{T: x.t, Q: noisy(r, x.q, 0.01), V: noisy(r, x.v, 0.1)}
	for i, w := range reference(t, s) {
		s := s
		if i == 0 {
			s.V = nil
		}
		f := &Fit{Order: w.Order, Step: 0.02, Q: Noise{Value: w.Sigma}, V: Noise{Value: w.SigmaV}}
		f.Cutoff = math.Pow(w.Ratio, 1/float64(2*w.Order)) / f.Step
		y := f.States(s, nil)
		for n := 100; n < 200; n++ {
			for k, c := range [3][2]float64{{y.Q[n], y.SdQ[n]}, {y.V[n], y.SdV[n]}, {y.A[n], y.SdA[n]}} {
				if math.Abs(c[0]-w.X[n][k]) > 1e-5*c[1] || math.Abs(c[1]/w.Sd[n][k]-1) > 1e-5 {
					t.Fatalf("row %d, derivative %d: %.9g ± %.9g, want %.9g ± %.9g", n, k, c[0], c[1], w.X[n][k],
						w.Sd[n][k])
				}
			}
		}
		g, err := Find(t.Context(), []Series{s})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("σ %.5f, %.5f of v, order %d; reference %.5f, %.5f, %d", g.Q.Value, g.V.Value, g.Order, w.Sigma,
			w.SigmaV, w.Order)
		near := [2]float64{0.03, 0.1}[i] // its grid of σ_v/σ is one of eighths of a decade
		if math.Abs(g.Q.Value/w.Sigma-1) > near || math.Abs(g.V.Value-w.SigmaV) > near*w.SigmaV {
			t.Errorf("σ %g, %g of v; reference %g, %g", g.Q.Value, g.V.Value, w.Sigma, w.SigmaV)
		}
	}
}
