package pop3

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
	// TLS is what the client asks of TLS. ImplicitTLS begins with it, as on
	// port 995 (RFC 8314, 3.2), instead of by STLS.
	TLS         TLSPolicy
	ImplicitTLS bool

	// TLSConfig has roots, versions, client certificates and the session cache;
	// it may be nil. Whether to verify is for TLS to say: its
	// InsecureSkipVerify is ignored.
	TLSConfig *tls.Config

	// ServerName is the name that the certificate must have, and is asked for;
	// the host that is dialled if empty.
	ServerName string

	// Auth are the ways to log in, the best first: the first one that the
	// server offers is used, and to have none in common is an error. A refused
	// login is not tried in another way. Nobody is logged in if it is empty.
	Auth []Login

	// PlaintextAuth allows logins that show the password to whoever listens,
	// though there is no TLS.
	PlaintextAuth bool

	// UTF8 asks for messages with UTF-8 in header fields as they are (RFC
	// 6856), where the server offers that.
	UTF8 bool

	// AnyOctets takes messages with a bare CR, bare LF or NUL in them as they
	// are; some servers send what they have. Without it such a message is
	// ErrBareOctets, and stays on the server. Whoever reads them must not take
	// such an octet for the end of a line, or of a message when it is sent on.
	AnyOctets bool

	// Ignore lists capabilities that are not to be used though they are
	// offered, for servers that do not keep what they promise: PIPELINING, say.
	Ignore []string

	// MessageSize and Messages bound what the server can send: octets of one
	// message (0: no limit), and how many it can list (500,000).
	MessageSize int64
	Messages    int

	Timeouts Timeouts

	// DialContext connects for Dial; a net.Dialer does if nil.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Trace is told of every conversation and command, by the goroutine that
	// uses the Client. It sees no arguments, so no credentials either. The Verb
	// is empty for the greeting.
	Trace func(*Client, Event)
}

// Timeouts are what a Client waits for at most, on top of what its contexts
// allow. A zero field means its default, a negative one no limit.
type Timeouts struct {
	Connect   time.Duration // to the server; 30 seconds
	Handshake time.Duration // of TLS; 1 minute
	Command   time.Duration // for the answer to a command, or its next line; 5 minutes
	Stall     time.Duration // for more of a message; 2 minutes
	Block     time.Duration // for the server to take commands; 3 minutes
}

// A TLSPolicy says what a Client asks of TLS, from the least to the most.
type TLSPolicy uint8

// The policies.
const (
	// TLSDefault is TLSVerified.
	TLSDefault TLSPolicy = iota

	// TLSNone is plain text, whatever the server offers.
	TLSNone

	// TLSOpportunistic is TLS with whoever is there if it is offered, else
	// plain text.
	TLSOpportunistic

	// TLSRequired is TLS with whoever is there, or nothing.
	TLSRequired

	// TLSVerified is TLS with a server whose certificate has the name and leads
	// to one of the roots, or nothing.
	TLSVerified
)

func (o *Options) orDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.TLS == TLSDefault {
		d.TLS = TLSVerified
	}
	t := &d.Timeouts
	t.Connect = cmp.Or(t.Connect, 30*time.Second)
	t.Handshake = cmp.Or(t.Handshake, time.Minute)
	t.Command = cmp.Or(t.Command, 5*time.Minute)
	t.Stall = cmp.Or(t.Stall, 2*time.Minute)
	t.Block = cmp.Or(t.Block, 3*time.Minute)
	d.Messages = orDefault(d.Messages, 500_000)
	return d
}
