//go:build !unix

package peak

import "time"

// ProcessorTime is not known here.
func ProcessorTime() time.Duration { return 0 }
