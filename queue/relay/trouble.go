package relay

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/wirepost/wirepost/smtp"
)

// told is a verdict with the host, the address that was tried, and what happened there: for the sender, and for the
// administrator who is to mend it. Nothing that the host has said is in it.
func told(r smtp.Reply, h host, addr, verb string, err error) smtp.Reply {
	r.Text = named(h, addr) + ": " + happened(verb, err)
	return r
}

// maxName is how much of a host's name is told, in octets: what a name may have (RFC 1035, 2.3.4).
const maxName = 255

// named is a host with the address that was tried. The name came from the DNS, where anybody can write anything.
func named(h host, addr string) string {
	name := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, h.name[:min(len(h.name), maxName)])
	ip, _, err := net.SplitHostPort(addr)
	if err != nil || h.local { // a socket on this machine, whose place is nobody's business
		return "host " + name
	}
	if name == "["+ip+"]" || name == "[IPv6:"+ip+"]" {
		return "host " + name
	}
	return "host " + name + " [" + ip + "]"
}

// happened says what went wrong, and at which command.
func happened(verb string, err error) string {
	s, unopened := errors.AsType[*sessionError](err)
	what := cause(err)
	if unopened {
		verb = s.verb
	}
	switch {
	case unopened && !s.connected:
		return "no connection: " + what
	case unopened && !s.greeted:
		return "no greeting: " + what
	case verb == ".":
		return "the connection was lost behind the message: " + what
	case verb != "":
		return "the connection was lost at " + verb + ": " + what
	}
	return "the connection was lost: " + what
}

// cause is an error in words of our own.
func cause(err error) string {
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no way leads there"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return "timed out"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset by the host"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "closed by the host"
	case errors.Is(err, smtp.ErrReply):
		return "the host does not speak SMTP"
	}
	return "failed"
}
