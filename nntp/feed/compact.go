package feed

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// compactLines is how many lines a file has at least before it is written anew.
const compactLines = 10_000

// compact writes the file anew, with what is of use. The caller has it for
// himself.
func (b *File) compact() error {
	size, lines := b.size, b.lines
	k, err := b.read()
	if err != nil {
		b.size, b.lines = size, lines
		return err
	}
	fresh, err := k.write(b.path + ".new")
	if err != nil {
		return err
	}
	end, err := fresh.Seek(0, io.SeekEnd)
	if err == nil {
		err = os.Rename(b.path+".new", b.path)
	}
	if err != nil {
		fresh.Close()
		return err
	}
	old := b.f
	b.f, b.size, b.lines = fresh, end, len(k.order)
	// It has been replaced, whatever becomes of it.
	_ = old.Close()
	return syncDir(b.path)
}

// write writes a durable file with what is kept.
func (k *kept) write(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriter(f)
	var line []byte
	for _, id := range k.order {
		line = append(append(append(line[:0], '+'), id...), ' ')
		line = append(strconv.AppendInt(line, k.added[id].Unix(), 10), '\n')
		// Flush tells of an error.
		_, _ = w.Write(line)
	}
	if err = w.Flush(); err == nil {
		err = f.Sync()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// syncDir makes the name of a file durable.
func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
