package pop3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/wire"
)

// ErrReply is what a Client's errors wrap if the server sent something that is
// no answer, or one that was not asked for. What else comes on the connection
// cannot be told to answer what, so it is over.
var ErrReply = errors.New("pop3: malformed answer")

// maxAnswerLine is the longest line of an answer that is not a message. RFC
// 2449, 4 allows 512, and some servers greet at more length.
const maxAnswerLine = 4096

// readLine reads a line of an answer.
func (c *Client) readLine(limit int) ([]byte, error) {
	line, err := c.wire.ReadLine(limit)
	if err != nil {
		return nil, c.lose(readError(err))
	}
	return line, nil
}

// readReply reads the first line of the answer to verb. The error is not nil
// only if the conversation is over.
func (c *Client) readReply(verb string) (Reply, error) {
	began := c.clock()
	if err := c.wire.Flush(); err != nil {
		return Reply{}, c.lose(lostError(err))
	}
	var r Reply
	line, err := c.readLine(maxAnswerLine)
	if err == nil {
		if verb == "" {
			c.timestamp = findTimestamp(string(line))
		}
		if r, err = parseReply(line); err != nil {
			c.lose(err)
		}
	}
	c.answered(verb, r, err, began)
	return r, err
}

// readLines reads the rest of an answer that has more lines, n at most, and
// hands each to take.
func (c *Client) readLines(n int, take func(line []byte) error) error {
	for i := 0; ; i++ {
		line, err := c.readLine(maxAnswerLine)
		switch {
		case err != nil:
			return err
		case len(line) == 1 && line[0] == '.':
			return nil
		case i == n:
			return c.lose(fmt.Errorf("%w: more than %d lines", ErrReply, n))
		}
		if err := take(bytes.TrimPrefix(line, []byte("."))); err != nil {
			return c.lose(err)
		}
	}
}

// parseReply takes the first line of an answer apart (RFC 1939, 3; RFC 2449, 8).
// Some servers say nothing behind "+OK".
func parseReply(line []byte) (Reply, error) {
	status, text, _ := bytes.Cut(line, []byte(" "))
	var r Reply
	switch string(status) {
	case "+OK":
		r.OK = true
	case "-ERR":
	default:
		const enough = 40
		return Reply{}, fmt.Errorf("%w: %q", ErrReply, line[:min(len(line), enough)])
	}
	r.Text = printable(string(text))
	if rest, ok := strings.CutPrefix(r.Text, "["); ok {
		code, behind, closed := strings.Cut(rest, "]")
		if closed && isCode(code) {
			r.Code = Code(ascii.Upper(code))
			r.Text = strings.TrimPrefix(behind, " ")
		}
	}
	return r, nil
}

// isCode tells a response code from a text that begins with a bracket.
func isCode(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsAlnum(c) && c != '-' && c != '/' {
			return false
		}
	}
	return s != "" && len(s) <= maxCode
}

// readError says what an error of a read means.
func readError(err error) error {
	switch {
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return fmt.Errorf("pop3: server hung up: %w", io.ErrUnexpectedEOF)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("pop3: no answer in time: %w", err)
	case errors.Is(err, wire.ErrLineTooLong), errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrBareLF), errors.Is(err, wire.ErrNUL):
		return fmt.Errorf("%w: %w", ErrReply, err)
	}
	return lostError(err)
}

func lostError(err error) error { return fmt.Errorf("pop3: connection lost: %w", err) }
