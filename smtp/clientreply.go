package smtp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/wire"
)

// ErrReply is what a Client's errors wrap if the server sent something that is
// no reply, or one that was not asked for. What else comes on the connection
// cannot be told to answer what, so it is over.
var ErrReply = errors.New("smtp: malformed reply")

// readReply reads the reply to verb, all of it within the time that it has. The
// error is not nil only if the conversation is over. A 421 ends it too, but is
// a reply.
func (c *Client) readReply(verb string) (Reply, error) {
	if err := c.wire.Flush(); err != nil {
		return c.lastWords(verb, lostError(err))
	}
	return c.readWithin(verb, c.opts.Timeouts.of(verb))
}

// lastWordsTime is for a server that has hung up to say why.
const lastWordsTime = 5 * time.Second

// lastWords looks for a refusal that came before nothing more could be sent,
// for err. Without one err is returned.
func (c *Client) lastWords(verb string, err error) (Reply, error) {
	c.lose(err)
	c.wire.LastWords()
	r, lost := c.readWithin(verb, lastWordsTime)
	if lost != nil || r.Accepted() {
		return Reply{}, err
	}
	return r, nil
}

func (c *Client) readWithin(verb string, limit time.Duration) (Reply, error) {
	began := time.Now()
	r, err := c.readLines(verb, began, limit)
	if err != nil {
		err = c.lose(err)
	} else if r.Code == 421 {
		c.broken = r // the server hangs up after it (RFC 5321, 3.8)
	}
	c.trace(Event{Kind: CommandDone, Verb: verb, Reply: r, Err: err, Duration: time.Since(began)})
	return r, err
}

func (c *Client) readLines(verb string, began time.Time, limit time.Duration) (Reply, error) {
	p := replyParser{maxLines: c.opts.ReplyLines, maxOctets: c.opts.ReplyOctets, plain: isPlain(verb)}
	for {
		c.wire.Timeouts.Line = 0
		if limit > 0 {
			c.wire.Timeouts.Line = max(limit-time.Since(began), 1)
		}
		line, err := c.wire.ReadLine(p.maxOctets - p.octets)
		if err != nil {
			return Reply{}, readError(err)
		}
		last, err := p.add(line)
		if err != nil {
			return Reply{}, err
		}
		if last {
			return p.reply(), nil
		}
	}
}

// readError says what an error of a read means.
func readError(err error) error {
	switch {
	case err == io.EOF:
		return fmt.Errorf("smtp: server hung up: %w", io.ErrUnexpectedEOF)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("smtp: no reply in time: %w", err)
	case errors.Is(err, wire.ErrLineTooLong), errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrBareLF), errors.Is(err, wire.ErrNUL):
		return fmt.Errorf("%w: %w", ErrReply, err)
	}
	return lostError(err)
}

func lostError(err error) error { return fmt.Errorf("smtp: connection lost: %w", err) }

// isPlain tells the verbs whose replies have no enhanced status codes, since
// their text has a form of its own (RFC 2034, 4).
func isPlain(verb string) bool {
	return verb == "" || verb == "EHLO" || verb == "HELO" || verb == "LHLO"
}

// A replyParser puts the lines of one reply together.
type replyParser struct {
	maxLines, maxOctets int
	plain               bool // no enhanced status code

	lines, octets int
	first         Reply
	rest          strings.Builder // the lines behind the first
}

// add takes the next line, without its CRLF, and reports whether it is the last.
func (p *replyParser) add(line []byte) (last bool, err error) {
	p.lines++
	p.octets += len(line) + len("\r\n")
	switch {
	case p.lines > p.maxLines:
		return false, fmt.Errorf("%w: more than %d lines", ErrReply, p.maxLines)
	case p.octets > p.maxOctets:
		return false, fmt.Errorf("%w: more than %d octets", ErrReply, p.maxOctets)
	}
	code, more, octets, err := cutReply(line)
	if err != nil {
		return false, err
	}
	if p.lines > 1 && code != p.first.Code {
		return false, fmt.Errorf("%w: both %d and %d", ErrReply, p.first.Code, code)
	}
	text := printable(octets)
	e, behind := Enhanced{}, text
	if !p.plain {
		e, behind = cutEnhanced(code, text)
	}
	switch {
	case p.lines == 1:
		p.first = R(code, e, behind)
		return !more, nil
	case e == p.first.Enhanced:
		text = behind
	}
	p.rest.WriteByte('\n')
	p.rest.WriteString(text)
	return !more, nil
}

func (p *replyParser) reply() Reply {
	r := p.first
	if p.lines > 1 {
		r.Text += p.rest.String()
	}
	return r
}

// cutReply takes a line of a reply apart (RFC 5321, 4.2). Text and the
// separator may be missing, as 4.2 asks clients to bear with.
func cutReply(line []byte) (code int, more bool, text []byte, err error) {
	bad := len(line) < 3 || line[0] < '2' || line[0] > '5' || !isDigit(line[1]) || !isDigit(line[2])
	if bad || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		const enough = 40
		return 0, false, nil, fmt.Errorf("%w: %q", ErrReply, line[:min(len(line), enough)])
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if len(line) == 3 {
		return code, false, nil, nil
	}
	return code, line[3] == '-', line[4:], nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// cutEnhanced takes the enhanced status code off the text of a reply (RFC 2034,
// 4). It must be of the class of the reply, and written as we would write it.
func cutEnhanced(code int, text string) (Enhanced, string) {
	class, rest, ok := cutNumber(text)
	if !ok || int(class) != code/100 || len(rest) == 0 || rest[0] != '.' {
		return Enhanced{}, text
	}
	subject, rest, ok := cutNumber(rest[1:])
	if !ok || len(rest) == 0 || rest[0] != '.' {
		return Enhanced{}, text
	}
	detail, rest, ok := cutNumber(rest[1:])
	if !ok || len(rest) > 0 && rest[0] != ' ' {
		return Enhanced{}, text
	}
	return Enhanced{class, subject, detail}, strings.TrimPrefix(rest, " ")
}

// cutNumber cuts one to three digits without a leading zero off s.
func cutNumber(s string) (n uint16, rest string, ok bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		if i == 3 || i == 1 && n == 0 {
			return 0, s, false
		}
		n = n*10 + uint16(s[i]-'0')
		i++
	}
	return n, s[i:], i > 0
}

// printable returns the text of a server without what could play tricks on
// whoever sees it: controls become spaces; what is not UTF-8, or has no glyph,
// question marks.
func printable(b []byte) string {
	plain := true
	for _, c := range b {
		plain = plain && isGraphic(c)
	}
	if plain {
		return string(b)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, string(b))
}
