package nntp

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/wire"
)

// Options say how a Client connects and what it insists on. Every field's zero
// value is its default, and a nil *Options is all defaults. They must not be
// changed while a Client uses them.
type Options struct {
	// StartTLS makes the client insist on TLS by STARTTLS (RFC 4642). DialTLS
	// begins with TLS instead, which RFC 8143, 2 prefers.
	StartTLS bool

	TLSConfig  *tls.Config // for both; nil is a default one
	ServerName string      // that the certificate must have; the host that is dialled if empty

	// Login is who the client logs in as, nil for nobody: by the best SASL
	// mechanism that the server offers, or by AUTHINFO USER.
	Login *auth.Credentials

	// Feed says that the client is a peer that brings articles: it does not
	// ask for the mode of readers (RFC 3977, 5.3), in which some servers take
	// none.
	Feed bool

	// Compress begins compression if the server offers it (RFC 8054), after
	// the login. No secret should be sent then.
	Compress bool

	Timeouts Timeouts

	Line    int   // octets of a line of a list; 16 KiB, at most 64 KiB
	Items   int   // lines of one list; 50 million
	Article int64 // octets of one article; 64 MiB. See ErrTooLarge

	// DialContext connects for Dial; a net.Dialer does if nil.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Trace is told of every conversation and command, by the goroutine that
	// uses the Client. It sees no arguments, so no credentials either. The Verb
	// is empty for the greeting.
	Trace func(*Client, Event)

	implicitTLS bool
}

// Timeouts are what a Client waits for at most, on top of what its contexts
// allow. A zero field means its default; a negative one no limit.
type Timeouts struct {
	Connect   time.Duration // to the server; 30 seconds
	Handshake time.Duration // of TLS; 1 minute
	Reply     time.Duration // for a reply, or the next line of a list; 3 minutes
	Stall     time.Duration // the longest silence within an article that comes in; 2 minutes
	Write     time.Duration // for the server to take 64 KiB; 3 minutes
}

func (t Timeouts) orDefaults() Timeouts {
	return Timeouts{
		Connect:   cmp.Or(t.Connect, 30*time.Second),
		Handshake: cmp.Or(t.Handshake, time.Minute),
		Reply:     cmp.Or(t.Reply, 3*time.Minute),
		Stall:     cmp.Or(t.Stall, 2*time.Minute),
		Write:     cmp.Or(t.Write, 3*time.Minute),
	}
}

// wire is what the connection waits for. Articles must also come at
// clientRate, after clientGrace.
func (t *Timeouts) wire() wire.Timeouts {
	return wire.Timeouts{
		Line:  max(0, t.Reply),
		Write: max(0, t.Write),
		Body:  wire.Progress{Rate: clientRate, Grace: clientGrace, Stall: max(0, t.Stall)},
	}
}

const (
	clientRate  = 100 // octets a second
	clientGrace = 5 * time.Minute
)

func (o *Options) clientDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	d.Timeouts = d.Timeouts.orDefaults()
	d.Line = min(orDefault(d.Line, 16<<10), wire.MaxLine)
	d.Items = orDefault(d.Items, 50_000_000)
	d.Article = orDefault(d.Article, 64<<20)
	return d
}
