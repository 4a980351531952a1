package smtp

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// An abortedError is what a Session's reader returns when the client gives a
// message up between two chunks, by a command that is still to be answered.
type abortedError struct{ answer func() Reply }

func (*abortedError) Error() string { return "smtp: message abandoned by the client" }

// A chunkReader reads a message that comes in chunks: by BDAT, or by BURL from
// elsewhere.
type chunkReader struct {
	c     *Conn
	ctx   context.Context // of the one call of Session.Data that reads it
	chunk io.Reader       // of the current chunk; nil behind it
	close func() error    // of the current chunk
	last  bool
	limit int64 // 0 is none
	size  int64 // of the message so far
	here  int64 // of the chunk so far
	text  bool  // lines must end in CRLF
	check wire.TextChecker
	tail  []byte // to be handed out at the end: the CRLF that the last line lacks

	began time.Time // of the message

	err  error // of Read: sticks
	flaw error // the first flaw of the message
}

func (c *Conn) newChunkReader(ctx context.Context) *chunkReader {
	b := &chunkReader{c: c, ctx: ctx, limit: c.size, text: c.env.From.Body != BodyBinary, began: time.Now()}
	b.check.Line = c.srv.limits().body().Line
	return b
}

// take begins a chunk, if it is one that a message can have. A Reply refuses it
// for good: its octets are still to come.
func (b *chunkReader) take(req chunkRequest) error {
	l := b.c.srv.limits()
	switch {
	case b.c.isHuge(req):
		return hugeChunk
	case l.BodyTime > 0 && time.Since(b.began) > l.BodyTime:
		return bodyTooSlow
	case req.size == 0 && !req.last:
		b.c.junk++ // it brings the message no closer
		if over(b.c.junk, l.Junk) {
			return tooManyErrors
		}
	}
	b.begin(req)
	return nil
}

// begin makes what follows on the wire the current chunk.
func (b *chunkReader) begin(req chunkRequest) {
	chunk := b.c.wire.CountedReader(req.size)
	b.chunk, b.close, b.here, b.last = chunk, chunk.Drain, 0, req.last
}

// Read implements io.Reader.
func (b *chunkReader) Read(p []byte) (int, error) {
	for b.err == nil && len(p) > 0 {
		if len(b.tail) > 0 {
			n := copy(p, b.tail)
			b.tail = b.tail[n:]
			return n, nil
		}
		if b.chunk == nil {
			b.err = io.EOF
			break
		}
		n, err := b.chunk.Read(p)
		b.count(p[:n])
		switch {
		case b.flaw != nil:
			b.err = b.flaw
			return 0, b.err
		case n > 0:
			return n, nil
		case err == io.EOF:
			b.endChunk()
		case err != nil:
			b.err = err
		}
	}
	return 0, b.err
}

// count takes note of octets and of their flaws.
func (b *chunkReader) count(p []byte) {
	b.size += int64(len(p))
	b.here += int64(len(p))
	if b.flaw != nil {
		return
	}
	if b.limit > 0 && b.size > b.limit {
		b.flaw = wire.ErrTooLarge
	} else if b.text {
		b.flaw = b.check.Check(p)
	}
}

// endChunk closes a chunk and waits for the next, or prepares the end of the
// message.
func (b *chunkReader) endChunk() {
	b.chunk = nil
	if err := b.close(); err != nil {
		b.err = err
		return
	}
	if !b.last {
		if b.err = b.c.goOn(b.ctx, chunkTaken(b.here), nil, time.Now()); b.err == nil {
			b.err = b.c.nextChunk(b.ctx, b)
		}
		return
	}
	if b.text {
		lacks, err := b.check.End()
		if b.flaw = err; err != nil {
			b.err = err
		} else if lacks {
			b.tail = []byte("\r\n")
		}
	}
}

func chunkTaken(n int64) Reply {
	return R(250, Enhanced{2, 0, 0}, strconv.FormatInt(n, 10)+" octets received")
}

// finish implements message. A message that the Session has refused, or that
// has a flaw, ends with the current chunk, for now: what the client sends after
// it is refused too.
func (b *chunkReader) finish(refused bool) error {
	if !refused {
		// The error is in b.err too.
		_, _ = io.Copy(io.Discard, b)
	}
	if b.chunk != nil && (b.err == nil || b.err == b.flaw || isURLError(b.err)) {
		// Whatever the Session made of a flaw, the chunk is not commands.
		if err := b.close(); err != nil {
			b.err = err
		}
	}
	b.chunk = nil
	err := b.err
	b.err = io.ErrClosedPipe // for readers that somebody kept
	if err == nil || err == io.EOF {
		return b.flaw
	}
	return err
}

func isURLError(err error) bool {
	_, is := errors.AsType[*urlError](err)
	return is
}

// ended implements message.
func (b *chunkReader) ended() bool { return b.last }
