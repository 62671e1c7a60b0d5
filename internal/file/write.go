// Package file writes files that are either whole or not there, and reads back
// only what was written whole.
//
// Write replaces a file atomically: the new content goes to a temporary file in
// the same folder, is flushed to the disk, and takes the old name in one rename
// (POSIX rename(2)); a crash at any moment leaves the old file or the new one.
// Container is a small checked format for numbers with a JSON header.
package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write creates or replaces the file at path with what fill writes. On any
// error, or when fill panics, the file at path is as it was and nothing else is
// left behind. A replaced file keeps its permissions, a symbolic link keeps
// pointing where it did, and a device or pipe is written to directly. The error
// names path and the way out; an error of fill stays reachable by errors.Is.
func Write(path string, fill func(w io.Writer) error) error {
	target, mode := path, fs.FileMode(0o666)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	if info, err := os.Stat(target); err == nil {
		switch {
		case info.IsDir():
			return fmt.Errorf("cannot write %s: it is a folder; name a file in it", path)
		case !info.Mode().IsRegular():
			return writeDevice(path, fill)
		}
		mode = info.Mode().Perm()
	}
	folder := filepath.Dir(target)
	temp, err := create(folder, filepath.Base(target), mode)
	if err != nil {
		return explain(path, folder, err)
	}
	defer os.Remove(temp.Name()) // does nothing once the rename has taken the name away

	if err := keep(temp, fill); err != nil {
		return explain(path, folder, err)
	}
	if err := os.Rename(temp.Name(), target); err != nil {
		return explain(path, folder, err)
	}
	syncFolder(folder)
	return nil
}

// Put is Write with what is there already.
func Put(path string, text []byte) error {
	return Write(path, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// create opens a new hidden file beside base. Unlike os.CreateTemp it asks for
// the permissions of an ordinary file, so the user's umask decides.
func create(folder, base string, mode fs.FileMode) (*os.File, error) {
	for {
		name := filepath.Join(folder, fmt.Sprintf(".%s.%08x.tmp", base, rand.Uint32()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// keep closes a file that is filled and on the disk.
func keep(f *os.File, fill func(w io.Writer) error) error {
	defer f.Close() // a second Close is harmless; this one serves errors and panics
	if err := fillTo(f, fill); err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func fillTo(f *os.File, fill func(w io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	if err := fill(w); err != nil {
		return err
	}
	return w.Flush()
}

// writeDevice serves outputs such as /dev/stdout, which a rename would destroy.
func writeDevice(path string, fill func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return explain(path, filepath.Dir(path), err)
	}
	if err := errors.Join(fillTo(f, fill), f.Close()); err != nil {
		return explain(path, filepath.Dir(path), err)
	}
	return nil
}

// syncFolder makes the rename itself durable. Some file systems refuse to sync a
// folder; the file is whole either way, so a refusal is no failure.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// explain puts the name the user gave in place of the temporary one.
func explain(path, folder string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && filepath.Dir(p.Path) == folder && filepath.Ext(p.Path) == ".tmp" {
		err = p.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot write %s: the folder %s does not exist; create it first (%w)", path, folder, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("cannot write %s: no permission to write in %s; choose another place (%w)", path, folder, err)
	}
	return fmt.Errorf("cannot write %s: %w", path, err)
}
