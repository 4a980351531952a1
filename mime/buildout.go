package mime

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// An Outgoing is a message or part that is ready to be written, as often as its contents can be opened, and by several
// goroutines at a time if they can. It refers to the contents, and holds only the headers.
type Outgoing struct {
	segments   []segment
	size       int64
	encoding   transfer.Encoding
	utf8Header bool
	messageID  string
}

// sum adds up the sizes of segments.
func (o *Outgoing) sum() {
	o.size = 0
	for _, s := range o.segments {
		if s.size < 0 {
			o.size = -1
			return
		}
		o.size += s.size
	}
}

// Size is the number of octets that are written, for the SIZE of SMTP; -1 if some content does not know its own.
func (o *Outgoing) Size() int64 { return o.size }

// Encoding is what the transport has to take: 7bit, 8bit or binary, for the BODY of SMTP.
func (o *Outgoing) Encoding() transfer.Encoding { return o.encoding }

// UTF8Header reports that the header, or that of a part, has UTF-8 beyond ASCII, and so needs SMTPUTF8 (RFC 6532). Contents do
// not count, such as a message/global.
func (o *Outgoing) UTF8Header() bool { return o.utf8Header }

// MessageID is the Message-ID of what [Builder.Build] made, with its angle brackets.
func (o *Outgoing) MessageID() string { return o.messageID }

// WriteTo writes the message. Its errors are those of w and of contents, and that of a content that has changed since it
// was built: what was written then is no message.
func (o *Outgoing) WriteTo(w io.Writer) (int64, error) {
	r := o.open()
	defer func() { _ = r.Close() }()
	return r.WriteTo(w)
}

// Open reads what [Outgoing.WriteTo] writes.
func (o *Outgoing) Open() (io.ReadCloser, error) { return o.open(), nil }

func (o *Outgoing) open() *outReader { return &outReader{left: o.segments} }

// An outReader encodes a message piece by piece.
type outReader struct {
	left    []segment
	encoded bytes.Buffer // not read yet
	in      *contentReader
	out     *chain
	chunk   []byte
	err     error
}

func (r *outReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.encoded.Len() == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	return r.encoded.Read(p)
}

// WriteTo writes what was not read yet.
func (r *outReader) WriteTo(w io.Writer) (int64, error) {
	written := int64(0)
	for {
		n, err := r.encoded.WriteTo(w)
		written += n
		switch {
		case err != nil:
			return written, err
		case r.err == io.EOF:
			return written, nil
		case r.err != nil:
			return written, r.err
		}
		r.fill()
	}
}

// fill encodes the next piece. What there was before an error can still be read.
func (r *outReader) fill() {
	if err := r.step(); err == io.EOF {
		r.err = err
	} else if err != nil {
		r.err = fmt.Errorf("mime: writing a message: %w", err)
	}
}

func (r *outReader) step() error {
	if r.in == nil {
		if len(r.left) == 0 {
			return io.EOF
		}
		s := &r.left[0]
		r.left = r.left[1:]
		if s.content == nil {
			r.encoded.Write(s.fixed)
			return nil
		}
		in, err := openContent(s.content)
		if err != nil {
			return err
		}
		r.in, r.out = in, s.writer(&r.encoded)
		r.chunk = in.buffer(r.chunk)
	}
	n, err := r.in.read(r.chunk)
	if _, err := r.out.Write(r.chunk[:n]); err != nil {
		return err
	}
	if err == nil {
		return nil
	}
	r.in.Close()
	r.in = nil
	if err != io.EOF {
		return err
	}
	return r.out.Close()
}

var errClosedReader = errors.New("mime: reading a message that was closed")

// Close closes the content that is open.
func (r *outReader) Close() error {
	if r.in != nil {
		r.in.Close()
		r.in = nil
	}
	r.encoded.Reset()
	if r.err == nil {
		r.err = errClosedReader
	}
	return nil
}

// A contentReader reads a content, and fails where it does not have as many octets as it says: a file that was cut must not
// be sent as whole.
type contentReader struct {
	r     io.ReadCloser
	left  int64
	sized bool
	empty int
}

func openContent(c Content) (*contentReader, error) {
	size := c.Size()
	r, err := c.Open()
	if err != nil {
		return nil, fmt.Errorf("opening a content: %w", err)
	}
	return &contentReader{r: r, left: size, sized: size >= 0}, nil
}

// buffer is what to read into: b if that is large enough.
func (c *contentReader) buffer(b []byte) []byte {
	size := int64(maxRead)
	if c.sized {
		size = min(size, max(c.left, 512))
	}
	if int64(cap(b)) < size {
		return make([]byte, size)
	}
	return b[:cap(b)]
}

var errResized = errors.New("a content has not as many octets as its Size says")

func (c *contentReader) read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.sized && (c.left < 0 || err == io.EOF && c.left > 0) {
		return 0, errResized
	}
	if c.empty++; n > 0 {
		c.empty = 0
	} else if err == nil && c.empty == 100 {
		err = io.ErrNoProgress
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("reading a content: %w", err)
	}
	return n, err
}

// Close ends the reading: by then all has been read that is needed, so what it says changes nothing.
func (c *contentReader) Close() { _ = c.r.Close() }
