//go:build unix

package peak

import (
	"syscall"
	"time"
)

// ProcessorTime is what the program took on all cores: other programs on the machine hardly change it.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
