package export

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// libraryPlace is where the archive of a functional mock-up unit has the library of this machine, and with which
// ending.
func libraryPlace(fmi int) (folder, ending string) {
	system, ending := runtime.GOOS, ".so"
	switch system {
	case "darwin":
		ending = ".dylib"
	case "windows":
		ending = ".dll"
	}
	if fmi == 2 {
		short := map[string]string{"windows": "win"}[system]
		if short == "" {
			short = system
		}
		bits := "64"
		if runtime.GOARCH == "386" || runtime.GOARCH == "arm" {
			bits = "32"
		}
		return "binaries/" + short + bits, ending
	}
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "x86"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return "binaries/" + arch + "-" + system, ending
}

// Compiler is a C compiler of this machine, that of CC first; "" where there is none.
func Compiler() string {
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// compileUnit is the library of a functional mock-up unit.
func compileUnit(o Options, files []File, flags []string) (library File, err error) {
	folder, err := os.MkdirTemp("", "lagrange")
	if err != nil {
		return library, err
	}
	defer os.RemoveAll(folder)
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Text, 0o600); err != nil {
			return library, err
		}
	}
	place, ending := libraryPlace(o.FMI)
	name := o.Name + ending
	args := append(flags, "-std=c99", "-shared", "-o", name, o.Name+".c", o.Name+"_fmi.c", "-lm")
	if runtime.GOOS != "windows" {
		args = append([]string{"-fPIC", "-fvisibility=hidden"}, args...)
	}
	cmd := exec.Command(o.Compiler, args...)
	cmd.Dir = folder
	if text, err := cmd.CombinedOutput(); err != nil {
		return library, fmt.Errorf("%s cannot compile the model (%w): name another one by the variable CC; it says:"+
			"\n%.1000s", o.Compiler, err, text)
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	return File{place + "/" + name, text}, err
}
