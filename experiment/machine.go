package experiment

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine says on what a run runs.
func machine() string {
	cores := "1 core"
	if n := runtime.GOMAXPROCS(0); n > 1 {
		cores = fmt.Sprint(n, " cores")
	}
	parts := []string{runtime.GOOS + "/" + runtime.GOARCH}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil { // of Linux; elsewhere there is none
		if name := processor(string(text)); name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(append(parts, cores), ", ")
}

// processor is the model in the text of /proc/cpuinfo, "" if it has none.
func processor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}
