package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/export"
	"lagrange/internal/file"
)

func exportCommand() *cobra.Command {
	var to, path, sites string
	var o export.Options
	var targets []string
	for _, t := range export.Targets() {
		targets = append(targets, t.Name+": "+t.Title)
	}
	cmd := &cobra.Command{
		Use:   "export MODEL --to TARGET",
		Short: "Write a model for other programs: C, FMU, CasADi, ONNX, Python",
		Long: `Export writes a model for other programs. It has accelerations with their derivatives,
energy, momentum and mass matrix, and the forces behind a motion, as far as the model knows them.
Of an ensemble accelerations and known forces are the means of its networks.

A graph is written out for its sites, of at most 16 coordinates.

An FMU is for model exchange and co-simulation: the C, and the library of this
machine where there is a C compiler (that of the variable CC, cc, gcc or clang).

What is exported carries the fingerprint of the model; info reads it back.

Targets
  ` + strings.Join(targets, "\n  "),
		Example: `  lagrange export motor.lagrange --to c -o motor
  lagrange export motor.lagrange --to python -o motor.py
  lagrange export motor.lagrange --to fmu --fmi 3 -o motor.fmu
  lagrange info motor/motor.h`,
		Args: need("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.FMI != 2 && o.FMI != 3 {
				return usagef("--fmi %d: there are 2 and 3", o.FMI)
			}
			return exported(cmd.ErrOrStderr(), args[0], to, path, sites, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&to, "to", "", "`target`, see above")
	f.StringVarP(&path, "output", "o", "", "`folder` or file to write (default: like the model)")
	f.StringVar(&o.Name, "name", "", "`identifier` in front of all names (default: like what is written)")
	f.BoolVar(&o.Single, "single", false, "float instead of double, of C and ONNX")
	f.StringVar(&sites, "sites", "", "write a ring or a chain out for so many `sites`, a grid for 4x3 (default: those "+
		"that it was trained on)")
	f.IntVar(&o.FMI, "fmi", 3, "`version` of an FMU, 2 or 3")
	return cmd
}

// exported writes a model to a target. It says on log what an export goes without.
func exported(log io.Writer, from, to, path, sites string, o export.Options) error {
	if to == "" {
		return usagef("export to what? give --to")
	}
	target, err := export.Lookup(to)
	if err != nil {
		return usageError{err}
	}
	base := strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))
	if path == "" {
		path = base + target.Extension
	}
	if o.Name == "" {
		if o.Name = strings.TrimSuffix(filepath.Base(path), target.Extension); export.CheckName(o.Name) != nil {
			o.Name = base
		}
	}
	if err := export.CheckName(o.Name); err != nil {
		return usagef("%v, and give it by --name", err)
	}
	m, err := lagrange.Load(from)
	if err != nil {
		return err
	}
	if sites != "" {
		axes, err := parseAxes(sites)
		if err != nil {
			return usagef("--sites %s: %v", sites, err)
		}
		if m, err = m.OnSites(axes...); err != nil {
			return err
		}
	}
	source, err := m.Source()
	if err != nil {
		return err
	}
	o.Compiler = export.Compiler()
	files, err := target.Write(source, o)
	if err != nil {
		return err
	}
	if err := keepExport(target, path, files); err != nil {
		return err
	}
	if target.Name == "fmu" && o.Compiler == "" {
		fmt.Fprintf(log, "there is no C compiler, so %s has its sources alone: the simulator has to compile them, or "+
			"install gcc or clang and export again\n", path)
	}
	return nil
}

// keepExport writes a folder that is not there yet, or a file that is none or an export.
func keepExport(t export.Target, path string, files []export.File) error {
	if t.Folder {
		all := map[string][]byte{}
		for _, f := range files {
			all[f.Name] = f.Text
		}
		return file.WriteFolder(path, all)
	}
	if _, err := os.Lstat(path); err == nil {
		var about any
		if ours, err := export.About(path, &about); err != nil || !ours {
			return fmt.Errorf("%s exists and is no export: name another file", path)
		}
	}
	return file.Write(path, func(w io.Writer) error {
		_, err := w.Write(files[0].Text)
		return err
	})
}
