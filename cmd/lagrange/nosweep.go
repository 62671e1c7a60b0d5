//go:build nosweep

package main

import "github.com/spf13/cobra"

// sweepCommands are none: the program was built without sweeps, and without the server in it.
func sweepCommands() []*cobra.Command { return nil }
