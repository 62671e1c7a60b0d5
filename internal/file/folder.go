package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// WriteFolder makes a folder at path with the files of those names. What stands there already is never replaced. On any
// error nothing is left behind.
func WriteFolder(path string, files map[string][]byte) (err error) {
	path = filepath.Clean(path)
	if info, err := os.Lstat(path); err == nil {
		kind := "file"
		if info.IsDir() {
			kind = "folder"
		}
		return fmt.Errorf("%s exists, and is a %s: name a folder that does not", path, kind)
	}
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x.tmp", filepath.Base(path), rand.Uint32()))
	if err := os.Mkdir(temp, 0o777); err != nil {
		return explain(path, filepath.Dir(path), err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	for name, text := range files {
		if !fs.ValidPath(name) || filepath.Base(name) != name {
			panic("file: " + name + " is no name of a file in a folder")
		}
		f, err := os.Create(filepath.Join(temp, name))
		if err == nil {
			err = keep(f, func(w io.Writer) error { _, err := w.Write(text); return err })
		}
		if err != nil {
			return explain(path, filepath.Dir(path), err)
		}
	}
	syncFolder(temp)
	if err := os.Rename(temp, path); err != nil {
		return explain(path, filepath.Dir(path), err)
	}
	syncFolder(filepath.Dir(path))
	return nil
}
