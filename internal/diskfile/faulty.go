package diskfile

import (
	"errors"
	"slices"
	"sync"
)

// A Faulty System is the operating system's, but for one operation, which fails.
// It notes which there were. The zero value never fails.
type Faulty struct {
	OS
	mu   sync.Mutex
	ops  []string
	fail int
	with error
}

var _ System = (*Faulty)(nil)

// Arm forgets what there was, and has the operation number fail, from 1, fail with
// an error; 0: none. Of a write that fails one half is written.
func (f *Faulty) Arm(fail int, with error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops, f.fail, f.with = nil, fail, with
}

// Ops are the operations since Arm: create, write, sync, close, rename, remove
// and syncDir, those that failed included.
func (f *Faulty) Ops() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.ops)
}

func (f *Faulty) op(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops = append(f.ops, name)
	if len(f.ops) == f.fail {
		return f.with
	}
	return nil
}

// Create implements System.
func (f *Faulty) Create(path string) (File, error) {
	if err := f.op("create"); err != nil {
		return nil, err
	}
	made, err := f.OS.Create(path)
	if err != nil {
		return nil, err
	}
	return &faultyFile{made, f}, nil
}

// Rename implements System.
func (f *Faulty) Rename(from, to string) error {
	if err := f.op("rename"); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

// Remove implements System.
func (f *Faulty) Remove(path string) error {
	if err := f.op("remove"); err != nil {
		return err
	}
	return f.OS.Remove(path)
}

// SyncDir implements System.
func (f *Faulty) SyncDir(path string) error {
	if err := f.op("syncDir"); err != nil {
		return err
	}
	return f.OS.SyncDir(path)
}

type faultyFile struct {
	File
	system *Faulty
}

// Write implements File.
func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.system.op("write"); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

// Sync implements File.
func (f *faultyFile) Sync() error {
	if err := f.system.op("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close implements File.
func (f *faultyFile) Close() error { return errors.Join(f.system.op("close"), f.File.Close()) }
