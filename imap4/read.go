package imap4

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// How a command is read:
//
//  1. A line that ends in the announcement of a literal goes on behind it.
//  2. What is refused is refused before the client sends more, if it waits for
//     our word; else the rest of the command is read and dropped, since it must
//     never be taken for commands (the literal's octets are the client's, or
//     those of somebody who has made it send them).
//  3. Only a message is left unread, for the command that takes it.

// An incoming is a command as it was read.
type incoming struct {
	tag     string
	cmd     *command // nil if it is not known
	args    string   // all behind the verb; it ends in an announcement if a message follows
	refused Reply    // none if it may run
}

func (in *incoming) verb() string {
	if in.cmd == nil {
		return ""
	}
	return in.cmd.verb
}

// streams is what the command says of a message that comes next.
func (in *incoming) streams(c *Conn, text string) (bool, Reply) {
	if in.cmd.streams == nil {
		return false, Reply{}
	}
	return in.cmd.streams(c.parser(in.cmd, text))
}

// readCommand reads the next command. An error is the end of the conversation.
func (c *Conn) readCommand() (incoming, error) {
	c.resting = true
	line, err := c.readLine()
	c.resting = false
	if err != nil {
		return flawed(line, err)
	}
	in := c.begin(string(line))
	if _, more := announced(in.args); !more {
		if in.cmd == nil {
			_, more = announced(line)
		}
		if !more {
			return in, nil
		}
	}
	return in, c.readRest(&in, line)
}

// flawed answers a line that holds what no line may, if it can be told to be a
// command that ends with it.
func flawed(line []byte, err error) (incoming, error) {
	tag, _ := cutWord(string(line))
	if _, more := announced(line); more || !isFlaw(err) || !isTag(tag) {
		return incoming{}, err
	}
	return incoming{tag: tag, refused: badOctets}, nil
}

func isFlaw(err error) bool { return errors.Is(err, wire.ErrBareCR) || errors.Is(err, wire.ErrNUL) }

// begin looks at a command's first line.
func (c *Conn) begin(line string) (in incoming) {
	tag, rest := cutWord(line)
	switch {
	case c.state == NotAuthenticated && isForeign(line):
		in.refused = notIMAP
		return in
	case !isTag(tag) || len(rest) < 2:
		in.refused = badTag
		return in
	}
	in.tag = tag
	in.cmd, in.args = find(rest[1:])
	if in.cmd == nil {
		in.refused = unknownCommand
		return in
	}
	in.refused = c.mayRun(in.cmd)
	return in
}

// maxTag bounds a tag, far beyond those that clients make.
const maxTag = 64

func isTag(s string) bool {
	if s == "" || len(s) > maxTag {
		return false
	}
	for i := range len(s) {
		if octets[s[i]]&inTag == 0 {
			return false
		}
	}
	return true
}

// isForeign tells the first line of another protocol, which a browser can be
// made to send here.
func isForeign(line string) bool {
	for _, verb := range []string{"GET ", "PUT ", "HEAD ", "POST ", "DELETE ", "CONNECT ", "OPTIONS ", "PATCH ", "PRI "} {
		if strings.HasPrefix(line, verb) && strings.Contains(line, " HTTP/") {
			return true
		}
	}
	return false
}

// readRest reads a command whose first line ends in the announcement of a
// literal.
func (c *Conn) readRest(in *incoming, line []byte) error {
	var text strings.Builder
	text.WriteString(in.args)
	lit, more := announced(line)
	for n := 1; more; n++ {
		if in.refused.isNone() {
			streams, why := in.streams(c, text.String())
			if streams {
				break
			}
			if in.refused = c.admit(lit, n, text.Len()); !in.refused.isNone() && !why.isNone() {
				in.refused = why
			}
		}
		if !in.refused.isNone() {
			return c.dropRest(lit, int64(c.srv.limits().Refused))
		}
		if lit.sync {
			c.goAhead()
		}
		text.WriteString("\r\n")
		if err := c.readLiteral(&text, lit.size); err != nil {
			return err
		}
		next, err := c.readLine()
		if err != nil {
			return err
		}
		text.Write(next)
		lit, more = announced(next)
	}
	in.args = text.String()
	return nil
}

// admit is why the n-th literal of a command is refused, none if it is not.
func (c *Conn) admit(lit literal, n, got int) Reply {
	l := c.srv.limits()
	most, all := l.Literal, l.CommandBytes
	if c.state == NotAuthenticated {
		most = l.LiteralBefore
		all = min(all, l.LineBefore+2*most) // a name and a password
	}
	switch {
	case lit.size > int64(most):
		return literalRefused
	case n > l.Literals || got+int(lit.size) > all:
		return tooManyArgs
	}
	return Reply{}
}

// dropRest reads what is left of a command that is refused, from a literal on: up
// to left octets, if that is not negative.
func (c *Conn) dropRest(lit literal, left int64) error {
	for more := true; more; {
		if lit.sync {
			return nil // the client waits for our word, and gets another one
		}
		if left >= 0 {
			if lit.size > left {
				return literalTooLong
			}
			left -= lit.size
		}
		if err := c.wire.CountedReader(lit.size).Drain(); err != nil {
			return lostInside(err)
		}
		line, err := c.readLine()
		if err != nil {
			return err
		}
		lit, more = announced(line)
	}
	return nil
}

// goAhead tells a client that waits for our word to send its literal.
func (c *Conn) goAhead() {
	// An error sticks, and the next read returns it.
	_, _ = c.wire.WriteString("+ go ahead\r\n")
	_ = c.wire.Flush()
	c.wire.QuickAck()
}

func (c *Conn) readLiteral(text *strings.Builder, size int64) error {
	if _, err := c.wire.CountedReader(size).WriteTo(text); err != nil {
		return lostInside(err)
	}
	return nil
}

// lostInside wraps what cut a literal short, so that no deadline in it is taken
// for an idle client's.
func lostInside(err error) error {
	if errors.Is(err, wire.ErrTooSlow) {
		return idleTooLong
	}
	return fmt.Errorf("inside a literal: %w", err)
}

// readLine reads a line, within the time that there is for one.
func (c *Conn) readLine() ([]byte, error) {
	l := c.srv.limits()
	limit := l.Line
	c.wire.Timeouts.Line = max(l.Idle, 0)
	if c.state == NotAuthenticated {
		limit = l.LineBefore
		if l.LoginTime > 0 {
			c.wire.Timeouts.Line = max(l.LoginTime-time.Since(c.began), time.Millisecond)
		}
	}
	for {
		line, err := c.wire.ReadLine(limit)
		if errors.Is(err, wire.ErrInterrupted) && !c.mustEnd() {
			// Without NOTIFY it came when the client had stopped idling.
			if c.resting && c.watch != nil {
				if c.watch.push(between); c.lost != nil {
					return nil, c.lost
				}
			}
			continue
		}
		return line, err
	}
}
