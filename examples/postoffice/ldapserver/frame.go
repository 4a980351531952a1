package ldapserver

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// readMessage waits for a message and reads it.
func (c *conn) readMessage() (message, error) {
	if err := c.wait(); err != nil {
		return message{}, err
	}
	if err := c.raw.SetReadDeadline(time.Now().Add(c.srv.limit.RequestTime)); err != nil {
		return message{}, err
	}
	total, err := c.frame()
	if err != nil {
		return message{}, unexpected(err)
	}
	// Memory grows as octets come, not as they are announced.
	var b bytes.Buffer
	if _, err := io.CopyN(&b, c.in, int64(total)); err != nil {
		return message{}, unexpected(err)
	}
	return parseMessage(b.Bytes())
}

// frame returns how long the message that follows is, with its header.
func (c *conn) frame() (total int, err error) {
	for n := 2; n <= headerSize; n++ {
		b, err := c.in.Peek(n)
		if err != nil {
			return 0, err
		}
		tag, length, size, short, ok := header(b)
		switch {
		case !ok:
			return 0, errMalformed
		case short:
			continue
		case tag != tagSequence || length > c.srv.limit.Message:
			return 0, errMalformed
		}
		return size + length, nil
	}
	return 0, errMalformed
}

// unexpected makes an end within a message one.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
