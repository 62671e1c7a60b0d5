package export

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
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
		{Name: "fmu", Title: "a functional mock-up unit, NAME.fmu, of FMI 3.0 or 2.0 (--fmi), for simulators",
			Extension: ".fmu", Write: FMU},
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

// readers find what an export tells of its model, as JSON, in files of one kind each; "" where there is nothing.
var readers = []func(f *os.File) (string, error){ofArchive, ofONNX, ofLines}

// About reads what an export tells of its model into about, as Source.About was. ok is false for a file that is no
// export.
func About(name string, about any) (ok bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	for _, read := range readers {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return false, err
		}
		text, err := read(f)
		if err == nil && text != "" {
			err = json.Unmarshal([]byte(text), about)
		}
		if err != nil {
			return true, fmt.Errorf("%s: what it tells of its model is damaged: export it again (%w)", name, err)
		}
		if text != "" {
			return true, nil
		}
	}
	return false, nil
}

// markedLines are as many as the marker of an export is looked for in.
const markedLines = 50

// ofLines is what stands behind the marker in C and in Python.
func ofLines(f *os.File) (string, error) { return marked(f), nil }

func marked(from io.Reader) string {
	r := bufio.NewReaderSize(from, 1<<16)
	for range markedLines {
		line, err := r.ReadString('\n')
		if _, text, found := strings.Cut(line, Marker); found {
			return strings.TrimSuffix(strings.TrimSpace(text), "*/")
		}
		if err != nil {
			break
		}
	}
	return ""
}

// ofArchive is what a header says in a functional mock-up unit, or in another archive that has one.
func ofArchive(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return "", nil // it is another kind of file
	}
	for _, file := range z.File {
		if ok, _ := path.Match("sources/*.h", file.Name); !ok {
			continue
		}
		r, err := file.Open()
		if err != nil {
			return "", err
		}
		text := marked(r)
		if err := r.Close(); err != nil || text != "" {
			return text, err
		}
	}
	return "", nil
}
