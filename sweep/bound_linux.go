package sweep

import (
	"os/exec"
	"syscall"
)

// bound ends the child with its worker, however the worker ends.
func bound(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
