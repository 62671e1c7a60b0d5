package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Target is something that models can be exported to.
type Target struct {
	Name, Title string
	Folder      bool   // it is several files
	Extension   string // of one that is not
	Write       func(s *Source, o Options) ([]File, error)
}

// Targets lists what there is.
func Targets() []Target {
	return []Target{
		{Name: "c", Title: "C99, NAME.h and NAME.c in a folder", Folder: true, Write: C},
		{Name: "casadi", Title: "C with an external function for CasADi or acados, in a folder", Folder: true,
			Write: CasADi},
		{Name: "onnx", Title: "one file, NAME.onnx, for onnxruntime and others", Extension: ".onnx", Write: ONNX},
		{Name: "python", Title: "one file, NAME.py, for numpy", Extension: ".py", Write: Python},
	}
}

// Lookup finds a target; the error lists the names.
func Lookup(name string) (Target, error) {
	var names []string
	for _, t := range Targets() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Target{}, fmt.Errorf("no target %q; there are %s", name, strings.Join(names, ", "))
}

// markedLines are as many as the marker of an export is looked for in.
const markedLines = 50

// About reads what an export tells of its model into about, as Source.About was. ok is false for a file that is no
// export.
func About(path string, about any) (ok bool, err error) {
	if ok, err := aboutONNX(path, about); ok {
		return ok, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	for range markedLines {
		line, err := r.ReadString('\n')
		if _, text, found := strings.Cut(line, Marker); found {
			text = strings.TrimSuffix(strings.TrimSpace(text), "*/")
			if err := json.Unmarshal([]byte(text), about); err != nil {
				return true, fmt.Errorf("%s: what it tells of its model is damaged: export it again (%w)", path, err)
			}
			return true, nil
		}
		if err != nil {
			break
		}
	}
	return false, nil
}
