package diskfile

import (
	"errors"
	"io"
	"os"
	"runtime"
)

// A System is a file system. Its errors are those of package os.
type System interface {
	Create(path string) (File, error) // for writing; the path must be new
	Rename(from, to string) error
	Remove(path string) error

	// SyncDir makes new names in a directory last.
	SyncDir(path string) error
}

// A File is one that is being written. What has come behind it lasts from Sync on.
type File interface {
	io.WriteCloser
	Sync() error
}

// OS is the operating system's file system. What it creates is its user's alone.
type OS struct{}

// Create implements System.
func (OS) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Rename implements System.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements System.
func (OS) Remove(path string) error { return os.Remove(path) }

// SyncDir implements System. Windows has no such call, and keeps names in a journal.
func (OS) SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
