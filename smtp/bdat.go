package smtp

import (
	"context"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A chunkRequest is what a BDAT command says (RFC 3030, 2).
type chunkRequest struct {
	size int64
	last bool
}

// maxChunkDigits is how long a chunk-size may be. RFC 3030, 2 says
// 1*DIGIT; twenty hold any size that there is.
const maxChunkDigits = 20

// bdatArgs takes a chunk size and LAST. The octets that follow the command
// cannot be skipped if their number is not known, so what does not parse ends
// the conversation: they must not be taken for commands.
func bdatArgs(s string) (chunkRequest, error) {
	number, last, more := strings.Cut(strings.Trim(s, " "), " ")
	last = strings.Trim(last, " ")
	if number == "" || len(number) > maxChunkDigits || strings.Trim(number, "0123456789") != "" ||
		more && !ascii.EqualFold(last, "LAST") {
		return chunkRequest{}, badChunk
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return chunkRequest{}, hugeChunk
	}
	return chunkRequest{n, more}, nil
}

// bdat takes a message in chunks. The first chunk's handler runs the Session,
// whose reader goes on to the chunks that follow, so that a message streams
// however it comes, and no goroutine is needed.
func (c *Conn) bdat(ctx context.Context, req chunkRequest) Reply {
	if c.state != Ready {
		return c.refuseChunk(req)
	}
	if r := c.dataStart(ctx); r != (Reply{}) {
		c.fail()
		if skipped := c.refuseChunk(req); skipped.hangsUp() {
			return skipped
		}
		return r
	}
	if c.isHuge(req) {
		return hugeChunk
	}
	body := c.newChunkReader(ctx)
	body.begin(req)
	return c.receive(ctx, body)
}

// skipChunk answers a BDAT that may not come now.
func (c *Conn) skipChunk(_ context.Context, req chunkRequest) Reply { return c.refuseChunk(req) }

// refuseChunk consumes a chunk and answers that there is no message for it to
// be part of.
func (c *Conn) refuseChunk(req chunkRequest) Reply {
	r := R(503, Enhanced{5, 5, 1}, "out of order, there is no message for this chunk")
	if c.isHuge(req) {
		return hugeChunk
	}
	if err := c.wire.CountedReader(req.size).Drain(); err != nil {
		return c.bodyReply(err)
	}
	if req.last && c.state == Failed {
		c.endFailed(r)
	}
	return r
}

// endFailed ends a transaction whose message was refused. The last chunk has a
// reply for each recipient (RFC 2033, 4.3): these are all but the last one.
func (c *Conn) endFailed(r Reply) {
	for range c.owed - 1 {
		c.send(r)
	}
	c.reset()
}

// isHuge reports whether a chunk is so large that it is not worth reading to
// its end only to refuse it.
func (c *Conn) isHuge(req chunkRequest) bool {
	limit := c.srv.limits().Message
	return limit > 0 && req.size/2 > limit
}
