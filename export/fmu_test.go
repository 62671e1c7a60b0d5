package export

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/ode"
)

// hosting is a script that validates FMUs, simulates them by CVode and by their own steps, and does with them what they
// have to refuse. It answers with the states at the times asked for, and with derivatives that it asked for in a
// direction.
const hosting = `
import json, shutil, sys
import numpy
import fmpy
from fmpy.fmi2 import FMU2Slave
from fmpy.fmi3 import FMU3Slave
from fmpy.validation import validate_fmu

answer, sys.stdout = sys.stdout, sys.stderr # FMPy prints what FMUs tell it

def instance(k, d, folder, heard):
    kind = FMU3Slave if d.fmiVersion == "3.0" else FMU2Slave
    m = kind(guid=d.guid, unzipDirectory=folder, modelIdentifier=d.coSimulation.modelIdentifier, instanceName="one")
    if d.fmiVersion == "3.0":
        m.instantiate(loggingOn=True, logMessage=lambda e, s, c, text: heard.append(text.decode()))
        m.enterInitializationMode(startTime=0)
    else:
        m.instantiate(loggingOn=True)
        m.setupExperiment(startTime=0)
        m.enterInitializationMode()
    named = {v.name: v.valueReference for v in d.modelVariables}
    set(m, d, [named[n] for n in k["start"]], list(k["start"].values()))
    m.exitInitializationMode()
    return m

def set(m, d, r, x): (m.setFloat64 if d.fmiVersion == "3.0" else m.setReal)(r, x)
def get(m, d, r): return (m.getFloat64 if d.fmiVersion == "3.0" else m.getReal)(r)

def refused(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        assert "FAILED" in str(e).upper(), e
        return
    raise AssertionError(("not refused", f, args))

def by_hand(k):
    folder = fmpy.extract(k["path"])
    d = fmpy.read_model_description(folder)
    heard, three = [], d.fmiVersion == "3.0"
    m, other = instance(k, d, folder, heard), instance(k, d, folder, heard)
    states = k["states"]
    made = [v.valueReference for v in d.modelVariables if v.initial == "calculated"]
    known = [v.valueReference for v in d.modelVariables if v.causality in ("input", "parameter")] + states
    assert len(made) + len(known) + 1 == len(d.modelVariables)
    first = list(get(m, d, made))
    seed = [1.0 + 0.3 * i for i in range(len(known))]
    if three:
        along = m.getDirectionalDerivative(unknowns=made, knowns=known, seed=seed)
    else:
        along = m.getDirectionalDerivative(vUnknown_ref=made, vKnown_ref=known, dvKnown=seed)
    at, h = get(m, d, known), 1e-5
    moved = []
    for s in (h, -h):
        set(m, d, known, [x + s * y for x, y in zip(at, seed)])
        moved.append(numpy.array(get(m, d, made)))
    set(m, d, known, at)
    slopes = (moved[0] - moved[1]) / (2 * h)
    assert numpy.allclose(along, slopes, rtol=1e-5, atol=1e-5 * abs(slopes).max()), (along, slopes)

    # one instance does not move another; a state that was saved comes back, as bytes too
    state = m.getFMUState() if three else m.getFMUstate()
    m.doStep(currentCommunicationPoint=0, communicationStepSize=0.05)
    later = list(get(m, d, states))
    assert list(get(other, d, made)) == first and later != list(get(other, d, states))
    bytes = m.serializeFMUState(state) if three else m.serializeFMUstate(state)
    again = m.deserializeFMUState(bytes) if three else m.deSerializeFMUstate(bytes)
    for s in (state, again):
        (m.setFMUState if three else m.setFMUstate)(s)
        assert list(get(m, d, made)) == first
        m.doStep(currentCommunicationPoint=0, communicationStepSize=0.05)
        assert list(get(m, d, states)) == later
        (m.freeFMUState if three else m.freeFMUstate)(s)
    m.reset()
    starts = {v.valueReference: float(v.start) for v in d.modelVariables if v.start is not None}
    assert list(get(m, d, list(starts))) == list(starts.values())

    # what is refused
    refused(get, m, d, [9999])
    refused(set, m, d, [made[0]], [1.0])
    refused(set, m, d, [0], [1.0])
    refused(set, m, d, states[:1], [float("nan")])
    refused(m.doStep, currentCommunicationPoint=7, communicationStepSize=0.05)
    refused(m.doStep, currentCommunicationPoint=0, communicationStepSize=-1)
    refused(m.getInt32 if three else m.getInteger, [1])
    set(m, d, states, [1e300] * len(states))
    bursts = False
    try: # a model may well be constant out there
        m.doStep(currentCommunicationPoint=0, communicationStepSize=1)
        assert numpy.isfinite(get(m, d, states)).all()
    except fmpy.fmi1.FMICallException as e:
        bursts = e.status == 3
        assert not three or "no number" in heard.pop(), heard
    if three:
        assert len(heard) == 7 and "9999" in heard[0] and "no number" in heard[3], heard
    m.terminate()
    m.freeInstance()
    assert list(get(other, d, made)) == first
    other.freeInstance()
    d.guid = "another"
    refused(instance, k, d, folder, heard)
    shutil.rmtree(folder)
    return first, bursts

def told(k):
    assert validate_fmu(k["path"]) == [], validate_fmu(k["path"])
    common = dict(start_time=0, stop_time=k["times"][-1], start_values=k["start"], output_interval=k["times"][1])
    names = k["names"]
    rows = {}
    for kind, more in (("ModelExchange", dict(solver="CVode", relative_tolerance=1e-10)), ("CoSimulation", {})):
        r = fmpy.simulate_fmu(k["path"], fmi_type=kind, output=names, **common, **more)
        assert numpy.allclose(r["time"], k["times"]), r["time"]
        rows[kind] = [[float(x[n]) for n in names] for x in r]
    rows["made"], rows["bursts"] = by_hand(k)
    return rows

json.dump([told(k) for k in json.load(sys.stdin)], answer)
`

// hosted is an FMU with what is asked of it, and what the library says.
type hosted struct {
	Path   string             `json:"path"`
	Start  map[string]float64 `json:"start"`
	States []int              `json:"states"`
	Names  []string           `json:"names"`
	Times  []float64          `json:"times"`
	want   []float64          // (times, 2d)
	made   []float64
}

// hosting asks an FMU of a model for a motion from a state.
func (x specimen) hosted(t *testing.T, folder string, fmi int, u ...float64) hosted {
	t.Helper()
	files, err := writeUnit(x.Source, Options{Name: x.name, FMI: fmi, Compiler: compiler(t)}, "-O0",
		"-D"+x.name+"_NARROW")
	if err != nil {
		t.Fatal(err)
	}
	d := x.Spec.D()
	k := hosted{Path: filepath.Join(folder, files[0].Name), Start: map[string]float64{}}
	if err := os.WriteFile(k.Path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	at := make([]float64, 2*d)
	for i, c := range x.Spec.Coordinates {
		at[i], at[d+i] = c.Mean+0.4*c.Scale, 0.3*c.Speed
		k.Names = append(k.Names, c.Name)
		k.Start[c.Name], k.Start[x.Spec.VelocityOf(i)] = at[i], at[d+i]
	}
	for i := range d {
		k.Names = append(k.Names, x.Spec.VelocityOf(i))
	}
	k.States = from(1, 2*d)
	for j, in := range x.Spec.Inputs {
		k.Start[in.Name] = u[j]
	}
	for i := range 11 {
		k.Times = append(k.Times, 0.05*float64(i))
	}
	field := func(_ float64, z, dz []float64) {
		clear(dz)
		for _, net := range x.nets {
			one := make([]float64, 2*d)
			net.Tape(1).Field(z, u, one)
			for i := range dz {
				dz[i] += one[i] / float64(len(x.nets))
			}
		}
	}
	r, err := ode.Solve(context.Background(), field, at, k.Times, ode.Options{RTol: 1e-11, ATol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	k.want = r.X
	truth := x.truth(at[:d], at[d:], make([]float64, d), u)
	for _, name := range []string{"w", "a", "energy", "p"} {
		k.made = append(k.made, truth[name]...)
	}
	return k
}

// Motions of FMUs by a host's CVode and by their own steps are those of the library, and FMPy finds nothing wrong:
// double pendulum, motor and friction, a system parameter, momenta, an ensemble, accelerations alone, a graph.
func TestFMU(t *testing.T) {
	python := withNumpy(t, "fmpy")
	compiler(t)
	all, folder := map[string]specimen{}, t.TempDir()
	for _, x := range append(specimens(t), shapes(t)[:1]...) {
		all[x.name] = x
	}
	pendulum := all["double pendulum, 20x2, quadratic head"]
	pendulum.name = "pendulum"
	asked := []hosted{pendulum.hosted(t, folder, 3), all["lnn4"].hosted(t, folder, 2, 2.2, 0.8, -9)}
	if !testing.Short() {
		asked = append(asked, all["terms11"].hosted(t, folder, 3, 0.7, -5),
			all["hnn10"].hosted(t, folder, 3, 0.7, 1.9), all["ensemble"].hosted(t, folder, 2, 0.4),
			all["nn14"].hosted(t, folder, 3, 0.7, 1.9), all["graph1"].hosted(t, folder, 2, 0.3, -0.2, 0.5, 1.2))
	}
	in, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", hosting)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var says []struct {
		ModelExchange, CoSimulation [][]float64
		Made                        []float64
		Bursts                      bool
	}
	if err := json.Unmarshal(stdout.Bytes(), &says); err != nil {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	for i, k := range asked {
		if i < 2 && !says[i].Bursts {
			t.Errorf("%s goes on from 1e300", k.Path)
		}
		if e := off(says[i].Made, k.made); !(e < rounding) {
			t.Errorf("%s: outputs %v, the library says %v", k.Path, says[i].Made, k.made)
		}
		for name, rows := range map[string][][]float64{"CVode": says[i].ModelExchange, "steps": says[i].CoSimulation} {
			var got []float64
			for _, row := range rows {
				got = append(got, row...)
			}
			e := off(got, k.want)
			if !(e < 1e-6) {
				t.Errorf("%s, %s: %.1e apart from the library", filepath.Base(k.Path), name, e)
			}
			t.Logf("%s, %s: %.1e apart", filepath.Base(k.Path), name, e)
		}
	}
}

// The same model gives the same archive, whose functions compile without a warning; bad requests are refused.
func TestFMUArchive(t *testing.T) {
	cc := compiler(t)
	x := specimens(t)[3]
	for _, fmi := range []int{2, 3} {
		o := Options{Name: "m", FMI: fmi}
		first, err := FMU(x.Source, o)
		if err != nil {
			t.Fatal(err)
		}
		second, err := FMU(x.Source, o)
		if err != nil || !bytes.Equal(first[0].Text, second[0].Text) {
			t.Errorf("FMI %d: two archives differ, %v", fmi, err)
		}
		o.Compiler = cc
		if _, err := writeUnit(x.Source, o, append([]string{"-Dm_NARROW"}, warnings...)...); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []struct {
		o    Options
		want string
	}{{Options{Name: "m", FMI: 1}, "no FMI 1"}, {Options{Name: "m", Single: true}, "single"},
		{Options{Name: "a b"}, "identifier"}, {Options{Name: "m", Compiler: "no-such"}, "variable CC"}} {
		if _, err := FMU(x.Source, k.o); err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%+v: %v", k.o, err)
		}
	}
}

// Names are told as they are, and told apart.
func TestFMUNames(t *testing.T) {
	x := specimens(t)[0]
	x.Spec.Coordinates[0].Name, x.Spec.Coordinates[1].Name = "a & \"b\" <c>", "time"
	p, err := newProgram(x.Source)
	if err != nil {
		t.Fatal(err)
	}
	for _, fmi := range []int{2, 3} {
		var names []string
		d := xml.NewDecoder(strings.NewReader(p.asUnit(Options{Name: "m", FMI: fmi}).description()))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e, ok := token.(xml.StartElement)
			if ok && (e.Name.Local == "ScalarVariable" || e.Name.Local == "Float64") {
				names = append(names, e.Attr[0].Value)
			}
		}
		if len(names) != 12 || names[1] != "a & \"b\" <c>" || names[2] != "time_" {
			t.Errorf("FMI %d: %q", fmi, names)
		}
	}
}

// Units are told in those of the SI.
func TestBaseUnit(t *testing.T) {
	for text, want := range map[string]string{
		"rad": `<BaseUnit rad="1"/>`, "rad/s": `<BaseUnit s="-1" rad="1"/>`, "m/s^2": `<BaseUnit m="1" s="-2"/>`,
		"N": `<BaseUnit kg="1" m="1" s="-2"/>`, "furlong": "", "": "",
		"deg": fmt.Sprintf(`<BaseUnit rad="1" factor="%v"/>`, math.Pi/180),
	} {
		if got := baseUnit(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
