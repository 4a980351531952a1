package serve

import (
	"net"
	"strconv"
	"time"
)

// A Refusal is why a connection was refused.
type Refusal int

const (
	TooManyConns    Refusal = 1 + iota // Options.MaxConns
	TooManyFromAddr                    // Options.MaxConnsPerAddr
	Denied                             // Options.Allow and Deny
	Paused                             // Life.Pause
)

// String returns the reason in words, in English and in lower case.
func (r Refusal) String() string {
	switch r {
	case TooManyConns:
		return "too many connections"
	case TooManyFromAddr:
		return "too many connections from this address"
	case Denied:
		return "address not allowed"
	case Paused:
		return "paused"
	}
	return "Refusal(" + strconv.Itoa(int(r)) + ")"
}

func (r Refusal) counter(s *Stats) *uint64 {
	switch r {
	case TooManyConns:
		return &s.RefusedFull
	case TooManyFromAddr:
		return &s.RefusedAddr
	case Paused:
		return &s.RefusedPaused
	default:
		return &s.Denied
	}
}

const (
	tellTime   = 5 * time.Second // for a refusal to be told, TLS handshake included
	maxTelling = 64              // refusals being told at once
)

// tell has the peer told why it is refused.
func (c *conn) tell(nc net.Conn, why Refusal) {
	if err := nc.SetDeadline(time.Now().Add(tellTime)); err != nil {
		return // then nobody can be told either
	}
	nc = c.encrypt(nc)
	defer nc.Close()
	c.serving.opts.Refuse(nc, why)
}
