package office

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much of a message is kept in memory, in octets, before a file is made of it.
const spoolMemory = 256 << 10

// A spool is a message that can be read more than once.
type spool struct {
	head []byte
	file *os.File // what is behind the head; nil if nothing is
	size int64    // of the file
}

// spooled reads a message to its end.
func spooled(r io.Reader) (*spool, error) {
	var head bytes.Buffer
	_, err := io.CopyN(&head, r, spoolMemory)
	s := &spool{head: head.Bytes()}
	if errors.Is(err, io.EOF) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if s.file, err = os.CreateTemp("", "postoffice-mail-"); err != nil {
		return nil, fmt.Errorf("keeping a message for a moment: %w", err)
	}
	if s.size, err = io.Copy(s.file, r); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// reader reads the message from its beginning.
func (s *spool) reader() io.Reader {
	if s.file == nil {
		return bytes.NewReader(s.head)
	}
	return io.MultiReader(bytes.NewReader(s.head), io.NewSectionReader(s.file, 0, s.size))
}

// close removes the file.
func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
