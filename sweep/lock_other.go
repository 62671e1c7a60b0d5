//go:build !unix

package sweep

import (
	"os"
	"path/filepath"
)

// lock does nothing where files cannot be locked so that a lock ends with its process.
func lock(folder string) (*os.File, error) {
	return os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|os.O_CREATE, 0o644)
}
