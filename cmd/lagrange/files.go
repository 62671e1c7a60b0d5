package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/internal/file"
	"lagrange/view"
)

// longRead is the size in bytes of recordings whose reading takes a second or so.
const longRead = 50e6

// reading reads recordings, says so where it takes a while, and ends when it is interrupted.
func reading(cmd *cobra.Command, paths []string, o data.Options) (*data.Set, error) {
	size := 0.0
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			size += float64(info.Size())
		}
	}
	if size > longRead {
		fmt.Fprintf(cmd.ErrOrStderr(), "reading %.0f MB\n", size/1e6)
	}
	type outcome struct {
		set *data.Set
		err error
	}
	read := make(chan outcome, 1)
	go func() {
		set, err := data.Read(paths, o)
		read <- outcome{set, err}
	}()
	select {
	case r := <-read:
		return r.set, r.err
	case <-cmd.Context().Done():
		return nil, cmd.Context().Err()
	}
}

// modelsAndRecording reads files that are named in any order, each being what it says it is: models with how they were
// trained, where that is kept, and one recording of all that are none, read as that of the first model was.
func modelsAndRecording(cmd *cobra.Command, paths []string, o columnFlags) (models []view.Named, set *data.Set,
	err error) {
	var recordings []string
	for _, p := range paths {
		if file.KindOf(p) != "model" {
			recordings = append(recordings, p)
			continue
		}
		k := view.Named{Name: called(p), Path: p}
		if k.Model, err = lagrange.Load(p); err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(models, func(other view.Named) bool { return other.Name == k.Name }) {
			k.Name = p
		}
		if k.History, err = view.ReadHistory(p + view.HistorySuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			note(cmd, "%v", err)
		}
		models = append(models, k)
	}
	switch columns := o.options(); {
	case len(recordings) == 0:
		return models, nil, nil
	case len(models) > 0:
		set, err = readMotion(recordings, modelColumns(cmd, models[0].Model, columns))
	default:
		columns.Positions = true
		set, err = data.Read(recordings, columns)
	}
	return models, set, err
}

// called is the name of a file without its folder and what it ends in.
func called(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// spare refuses to write to path where that is one of the files that are read, or a model or a checkpoint: neither can
// be made again from the other files.
func spare(path string, inputs ...string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil // nothing is there to lose; file.Write names what is wrong
	}
	for _, in := range inputs {
		if i, err := os.Stat(in); err == nil && os.SameFile(i, info) {
			return fmt.Errorf("-o %s would replace %s, which is read: name another file", path, in)
		}
	}
	if kind := file.KindOf(path); kind != "" {
		return fmt.Errorf("-o %s would replace a %s of lagrange: name another file", path, kind)
	}
	return nil
}

// claim makes sure, before hours of training, that a model can be written to path, with its picture beside it, and that
// nothing is lost by that: only a model takes the place of a model, and only by force.
func claim(path, picture string, force bool, inputs ...string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("%s is a folder; name a file", path)
	case file.KindOf(path) == "model":
		if !force {
			return fmt.Errorf("%s: --force trains anew and replaces it, --from %s goes on from it", describe(path),
				path)
		}
	case info.Mode().IsRegular() && info.Size() > 0:
		for _, in := range inputs {
			if i, err := os.Stat(in); err == nil && os.SameFile(i, info) {
				return fmt.Errorf("-o %s would replace %s, which is read: name another file for the model", path, in)
			}
		}
		return fmt.Errorf("%s exists and is no model: name another file for the model", path)
	}
	if _, e := os.Stat(picture); e == nil && err != nil && !force {
		return fmt.Errorf("%s exists, where the picture of the model goes: --force replaces it, or name another model",
			picture)
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".lagrange-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, errors.Unwrap(err))
	}
	return errors.Join(t.Close(), os.Remove(t.Name()))
}

// describe says in a few words which model stands in a file.
func describe(path string) string {
	m, err := lagrange.Load(path)
	if err != nil {
		return path + " is a model that cannot be read"
	}
	r := m.Record
	return fmt.Sprintf("%s is a finished model (%s, %d steps, seed %d)", path, m.Spec().Family, r.Steps, r.Seed)
}

// pictureOf is the file of the picture that train draws beside a model.
func pictureOf(model string) string { return strings.TrimSuffix(model, filepath.Ext(model)) + ".svg" }
