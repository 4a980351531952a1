package imap4

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Options say how a Client connects and what it insists on. Every field's zero
// value is its default, and a nil *Options is all defaults. They must not be
// changed while a Client uses them.
type Options struct {
	// TLS is what the client asks of TLS: that the server offers it and proves
	// its name, if nothing else is said.
	TLS TLSPolicy

	// TLSConfig has roots, versions, client certificates and the session cache;
	// it may be nil. What is to be verified is for TLS and ServerName to say:
	// its InsecureSkipVerify is ignored.
	TLSConfig *tls.Config

	// ServerName is the name that the certificate must have; the host that is
	// dialled if empty.
	ServerName string

	// PlaintextAuth allows to send the password in the clear, though there is
	// no TLS.
	PlaintextAuth bool

	// Updates is told what the server says without being asked: see Update. It
	// is called by the goroutine that uses the Client, between two responses,
	// and must not use the Client (ErrBusy). Without it such news are dropped.
	Updates func(Update)

	// Ignore lists capabilities that are not to be used though they are offered,
	// for servers that do not keep what they promise: LITERAL+ or MOVE, say.
	Ignore []string

	Timeouts ClientTimeouts
	Limits   ClientLimits

	// DialContext connects for Dial and DialTLS; a net.Dialer does if nil.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Trace is told of every conversation and command, by the goroutine that
	// uses the Client. It sees no arguments, so no credentials either.
	Trace func(*Client, Event)
}

// A TLSPolicy says what a Client asks of TLS.
type TLSPolicy uint8

// The policies.
const (
	TLSVerified      TLSPolicy = iota // TLS with a server whose certificate has its name, or nothing
	TLSRequired                       // TLS with whoever is there, or nothing
	TLSOpportunistic                  // TLS with whoever is there if it is offered, else plain text
	TLSNone                           // plain text, whatever the server offers; for a Unix socket or a tunnel
)

// ClientTimeouts are what a Client waits for at most, on top of what its
// contexts allow. A zero field means its default, a negative one no limit.
type ClientTimeouts struct {
	Connect   time.Duration // to the server; 30 seconds
	Handshake time.Duration // of TLS; 1 minute
	Greeting  time.Duration // 1 minute
	Command   time.Duration // for the next response to a command; 10 minutes, for a search may take long
	Stall     time.Duration // for more of a response that has begun; 1 minute
	Write     time.Duration // for the server to take 32 KiB; 3 minutes
	Idle      time.Duration // after which IDLE is said anew; 28 minutes, for servers may hang up after 30 (RFC 2177, 3)
}

func (t ClientTimeouts) orDefaults() ClientTimeouts {
	return ClientTimeouts{
		Connect:   cmp.Or(t.Connect, 30*time.Second),
		Handshake: cmp.Or(t.Handshake, time.Minute),
		Greeting:  cmp.Or(t.Greeting, time.Minute),
		Command:   cmp.Or(t.Command, 10*time.Minute),
		Stall:     cmp.Or(t.Stall, time.Minute),
		Write:     cmp.Or(t.Write, 3*time.Minute),
		Idle:      cmp.Or(t.Idle, 28*time.Minute),
	}
}

// ClientLimits bound what a server can make a Client hold in memory. A zero or
// negative field means its default. What is beyond one is an ErrProtocol. Bodies
// that Fetch hands out are not held, and have no limit.
type ClientLimits struct {
	Line     int // octets of a line: an answer to SEARCH is one; 8 MiB
	Literal  int // octets of a literal that is not a body; 8 MiB
	Response int // octets of one response, bodies aside; 16 MiB
	Backlog  int // octets of all responses that one command collects; 64 MiB
	Nesting  int // lists within each other; 250
	Set      int // UIDs of a set that has to be written out, such as that of COPYUID; 1,000,000
}

func (l ClientLimits) orDefaults() ClientLimits {
	or := func(n, d int) int {
		if n <= 0 {
			return d
		}
		return n
	}
	return ClientLimits{
		Line:     or(l.Line, 8<<20),
		Literal:  or(l.Literal, 8<<20),
		Response: or(l.Response, 16<<20),
		Backlog:  or(l.Backlog, 64<<20),
		Nesting:  min(or(l.Nesting, 250), 10_000),
		Set:      or(l.Set, 1_000_000),
	}
}

func (o *Options) orDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	d.Timeouts = d.Timeouts.orDefaults()
	d.Limits = d.Limits.orDefaults()
	return d
}
