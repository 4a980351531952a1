package wire

import "io"

// ReadFrom implements io.ReaderFrom: what r has is read into the queue, without
// another copy, and sent as that fills. The error is that of r, or of a write.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	var total int64
	for empty := 0; empty < maxEmptyReads; empty++ {
		room := c.room(largeSize)
		if c.werr != nil {
			return total, c.werr
		}
		n, err := r.Read(room)
		c.held += n
		total += int64(n)
		switch {
		case err == io.EOF:
			return total, nil
		case err != nil:
			return total, err
		case n > 0:
			empty = -1
		}
	}
	return total, io.ErrNoProgress
}

// maxEmptyReads is how often a reader may say that there is nothing and no end.
const maxEmptyReads = 100
