package smtp

import (
	"errors"
	"os"

	"github.com/wirepost/wirepost/internal/wire"
)

// readLine reads a command. How long one may be is known only once its verb
// is, and a BDAT that is too long must not pass for another command.
func (c *Conn) readLine() ([]byte, error) {
	line, err := c.wire.ReadLine(wire.MaxLine)
	if errors.Is(err, wire.ErrLineTooLong) {
		err = errHugeLine
	}
	return line, err
}

// errHugeLine is a command line of which not even the verb is known.
var errHugeLine = errors.New("smtp: line is longer than any buffer")

// lineLimit is how long the line of a command may be, nil for one that is not
// known.
func (c *Conn) lineLimit(cmd *command) int {
	if cmd != nil && cmd.verb == "AUTH" && c.srv.Auth != nil {
		return c.srv.limits().AuthLine
	}
	return c.srv.limits().Line
}

// lineReply is the answer to a line that could not be read, none if there is
// nobody to answer.
func (c *Conn) lineReply(err error) Reply {
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		return lineTooLong
	case errors.Is(err, errHugeLine):
		return hugeLine
	case errors.Is(err, wire.ErrBareLF):
		return bareLF
	case errors.Is(err, wire.ErrBareCR), errors.Is(err, wire.ErrNUL):
		if c.state == Start && c.wire.TLS() == nil {
			return notSMTP // as isForeign; a ClientHello is full of NULs
		}
		return badOctets
	case errors.Is(err, wire.ErrInterrupted) && c.ending.Load():
		return sessionEnded
	case errors.Is(err, wire.ErrInterrupted):
		return shuttingDown
	case errors.Is(err, os.ErrDeadlineExceeded) && c.wire.Flush() == nil:
		return idleTooLong // and not one that takes no replies
	}
	return Reply{}
}

// lookUp finds the command of a line, or the Reply that refuses it.
func (c *Conn) lookUp(line []byte) (*command, string, Reply) {
	// A copy: the arguments outlive the buffer.
	cmd, args := find(*c.table, string(line))
	c.current = cmd
	switch {
	case cmd == nil && c.state == Start && isForeign(line):
		return nil, "", notSMTP
	case len(line)+len("\r\n") > c.lineLimit(cmd):
		if cmd != nil && cmd.verb == "BDAT" {
			return nil, "", badChunk // or what follows would be taken for commands
		}
		return nil, "", lineTooLong
	case cmd == nil:
		return nil, "", unknownCommand
	}
	return cmd, args, Reply{}
}
