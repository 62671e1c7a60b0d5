package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var shBlock = regexp.MustCompile("(?ms)^```sh\\n(.*?)^```")

// commands lists the lines of the sh blocks that call the program, without comments; a line may go on after a
// backslash.
func commands(text string) (lines []string) {
	for _, block := range shBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "lagrange ") || strings.HasPrefix(line, "go run ./cmd/lagrange ") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)

// hurried takes a command apart into arguments, with two steps in place of any time or number of steps to train, two in
// place of any number of networks, and experiments that are quick and of one seed.
func hurried(command string) (args []string) {
	command = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(command), "go run ./cmd/"), "lagrange ")
	words := quoted.FindAllString(command, -1)
	for i := 0; i < len(words); i++ {
		w := strings.Trim(words[i], `"'`)
		flag, _, joined := strings.Cut(w, "=")
		switch {
		case flag != "--budget" && flag != "--steps" && flag != "--seeds" && flag != "--ensemble":
			args = append(args, w)
			continue
		case flag == "--seeds":
			args = append(args, flag, "1")
		case flag == "--ensemble":
			args = append(args, flag, "2")
		}
		if !joined {
			i++
		}
	}
	// a plan has steps of its own
	if (args[0] == "train" && !slices.Contains(args, "--plan") && !slices.Contains(args, "--steps-of")) ||
		args[0] == "reproduce" {
		args = append(args, "--steps", "2")
	}
	if args[0] == "reproduce" {
		args = append(args, "--quick")
	}
	return args
}

func TestHurried(t *testing.T) {
	got := commands("```sh\ngo run ./cmd/lagrange train a.csv --budget 5m --ensemble=5 \\\n  -o 'a b' --steps 15  # " +
		"learn\nls\nlagrange systems\n```\n```\nlagrange not this\n```\n")
	if len(got) != 2 || got[1] != "lagrange systems" {
		t.Fatalf("%q", got)
	}
	if args := hurried(got[0]); !slices.Equal(args, []string{"train", "a.csv", "--ensemble", "2", "-o", "a b",
		"--steps", "2"}) {
		t.Errorf("%q", args)
	}
}

// The commands of the README and of the pages work, those of a page one after the other in a folder that has what they
// name.
func TestREADME(t *testing.T) {
	for _, name := range []string{"README.md", "doc/measured.md", "doc/guide.md", "doc/recordings.md",
		"doc/sweeps.md"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("../..", name))
			if err != nil {
				t.Fatal(err)
			}
			lines := commands(string(text))
			if len(lines) == 0 {
				t.Errorf("no sh block calls the program")
			}
			if testing.Short() {
				t.Skip("the experiments and the training take seconds")
			}
			follow(t, lines)
		})
	}
}

// follow runs commands, hurried.
func follow(t *testing.T, lines []string) {
	folder := filepath.Join(t.TempDir(), "lagrange")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	link(t, "../../examples", filepath.Join(folder, "examples"))
	shared := link(t, "../../../shared", filepath.Join(folder, "../shared"))
	program := linked(t, t.TempDir())
	t.Chdir(folder)
	for _, line := range lines {
		if strings.Contains(line, "../shared") && !shared {
			t.Logf("skipped, no ../shared: %s", line)
			continue
		}
		begin := time.Now()
		var in, out io.ReadWriter = nil, &bytes.Buffer{}
		for command := range strings.SplitSeq(line, " | ") {
			var errw bytes.Buffer
			if args := hurried(command); args[0] == "sweep" { // its trials are processes of the program
				sweep := exec.Command(program, args...)
				sweep.Stdin, sweep.Stdout, sweep.Stderr = in, out, &errw
				if err := sweep.Run(); err != nil {
					t.Fatalf("%s: %v\n%s", line, err, &errw)
				}
			} else if code := run(args, in, out, &errw); code != exitOK {
				t.Fatalf("%s: exit code %d\n%s", line, code, &errw)
			}
			in, out = out, &bytes.Buffer{}
		}
		t.Logf("%.1f s: %s", time.Since(begin).Seconds(), line)
	}
}

// linked gives the test the name of the program, by which it is the program.
func linked(t *testing.T, folder string) string {
	self, err := os.Executable()
	program := filepath.Join(folder, "lagrange")
	if err != nil || os.Link(self, program) != nil {
		text, err := os.ReadFile(self)
		if err != nil || os.WriteFile(program, text, 0o755) != nil {
			return ""
		}
	}
	return program
}

// link makes a folder appear at a path, if there is one.
func link(t *testing.T, folder, at string) bool {
	t.Helper()
	from, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(from); err != nil {
		return false
	}
	if err := os.Symlink(from, at); err != nil {
		t.Skipf("no links here: %v", err)
	}
	return true
}
