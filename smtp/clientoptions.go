package smtp

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Options say how a Client connects and what it insists on. Every field's zero
// value is its default, and a nil *Options is all defaults. They must not be
// changed while a Client or Pool uses them.
type Options struct {
	// Hello is the name that the client gives itself: its host name, fully
	// qualified. Without one it is the address literal of the connection (RFC
	// 5321, 4.1.4), which many servers on the Internet take amiss.
	Hello string

	// LMTP makes the client speak LMTP (RFC 2033), in which the server answers
	// for each recipient once it has the message.
	LMTP bool

	// TLS is what the client asks of TLS. ImplicitTLS begins with it, as on
	// port 465 (RFC 8314, 3.3), instead of by STARTTLS.
	TLS         TLSPolicy
	ImplicitTLS bool

	// TLSConfig has roots, versions, client certificates and the session cache;
	// it may be nil. What is to be verified is for TLS and the names here to
	// say: its InsecureSkipVerify is ignored.
	TLSConfig *tls.Config

	// ServerName is the name that the certificate must have, and is asked for;
	// the host that is dialled if empty. AltNames will do as well (RFC 7672,
	// 3.2.2): those of the domain that the mail is for, say.
	ServerName string
	AltNames   []string

	// TLSA is what the DNS has for the server, securely, for TLSDANE.
	TLSA []TLSA

	// Auth is how to log in: Password, *auth.Credentials, or a program's own.
	// If the server offers nothing that will do, that is an error. Nobody is
	// logged in if it is nil.
	Auth Login

	// Login names who Auth logs in, for a Pool: connections of different logins
	// are never shared, and without a name none is.
	Login string

	// PlaintextAuth allows mechanisms that show the password to whoever
	// listens, though there is no TLS.
	PlaintextAuth bool

	// Convert changes a message that the server cannot take as it is. Without
	// it such a message is refused, by a Reply of the client's own.
	Convert ConvertFunc

	// Ignore lists keywords of extensions that are not to be used though they
	// are offered, for servers that do not keep what they promise: CHUNKING or
	// PIPELINING, say.
	Ignore []string

	Timeouts Timeouts

	// ReplyLines and ReplyOctets bound one reply of the server: 500 lines and
	// 64 KiB.
	ReplyLines, ReplyOctets int

	// DialContext connects for Dial; a net.Dialer does if nil.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Trace is told of every conversation and command, by the goroutine that
	// uses the Client. It sees no arguments, so no credentials either. The Verb
	// is empty for the greeting, and "." for the reply to a message.
	Trace func(*Client, Event)
}

// Timeouts are what a Client waits for at most, on top of what its contexts
// allow. A zero field means its default, those of RFC 5321, 4.5.3.2 where that
// has one; a negative one no limit.
type Timeouts struct {
	Connect   time.Duration // to the server; 30 seconds
	Handshake time.Duration // of TLS; 1 minute
	Greeting  time.Duration // 5 minutes
	Command   time.Duration // for the reply to a command that is not named here; 5 minutes
	Mail      time.Duration // for the reply to MAIL; 5 minutes
	Rcpt      time.Duration // for the reply to each RCPT; 5 minutes
	Data      time.Duration // for the reply to DATA; 2 minutes
	Block     time.Duration // for the server to take 64 KiB; 3 minutes
	End       time.Duration // for the reply to the message; 10 minutes
}

func (t Timeouts) orDefaults() Timeouts {
	return Timeouts{
		Connect:   cmp.Or(t.Connect, 30*time.Second),
		Handshake: cmp.Or(t.Handshake, time.Minute),
		Greeting:  cmp.Or(t.Greeting, 5*time.Minute),
		Command:   cmp.Or(t.Command, 5*time.Minute),
		Mail:      cmp.Or(t.Mail, 5*time.Minute),
		Rcpt:      cmp.Or(t.Rcpt, 5*time.Minute),
		Data:      cmp.Or(t.Data, 2*time.Minute),
		Block:     cmp.Or(t.Block, 3*time.Minute),
		End:       cmp.Or(t.End, 10*time.Minute),
	}
}

// of is how long the reply to a command may take.
func (t *Timeouts) of(verb string) time.Duration {
	switch verb {
	case "":
		return t.Greeting
	case "MAIL":
		return t.Mail
	case "RCPT":
		return t.Rcpt
	case "DATA":
		return t.Data
	case "BDAT", ".":
		return t.End
	}
	return t.Command
}

func (o *Options) orDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.TLS == TLSDefault {
		d.TLS = TLSOpportunistic
		if d.ImplicitTLS || d.Auth != nil {
			d.TLS = TLSVerified
		}
	}
	d.Timeouts = d.Timeouts.orDefaults()
	d.ReplyLines = orDefault(d.ReplyLines, 500)
	d.ReplyOctets = orDefault(d.ReplyOctets, 64<<10)
	return d
}
