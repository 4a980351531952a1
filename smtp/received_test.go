package smtp_test

import (
	"context"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// received runs a conversation up to its first message and returns the header
// that the server would put before that.
func received(t *testing.T, srv *smtp.Server, p func(*peer)) string {
	var header string
	srv.Backend = smtp.HandlerFunc(func(_ context.Context, c *smtp.Conn, env *smtp.Envelope, _ io.Reader) (smtp.Reply, error) {
		header = c.ReceivedHeader(env, "1A2B", time.Date(2026, 2, 3, 14, 5, 6, 0, time.FixedZone("", -5*3600)))
		return smtp.Reply{}, nil
	})
	client := connect(t, srv)
	p(client)
	client.want("354", "DATA")
	client.want("250", ".")
	return header
}

func TestReceivedHeader(t *testing.T) {
	srv, _ := newServer(t)
	require.Equal(t, "Received: from client.example ([127.0.0.1])\r\n"+
		"\tby mx.here.example with ESMTP id 1A2B\r\n"+
		"\tfor <one@here.example>;\r\n"+
		"\tTue, 3 Feb 2026 14:05:06 -0500\r\n", received(t, srv, func(p *peer) { p.to(smtp.Ready) }))

	// More than one recipient: none is named.
	srv, _ = newServer(t)
	require.Equal(t, "Received: from client.example ([127.0.0.1])\r\n"+
		"\tby mx.here.example with ESMTP id 1A2B;\r\n"+
		"\tTue, 3 Feb 2026 14:05:06 -0500\r\n", received(t, srv, func(p *peer) {
		p.to(smtp.Ready)
		p.want("250", "RCPT TO:<two@here.example>")
	}))

	// TLS and a login.
	srv, _, client := tlsServer(t)
	header := received(t, srv, func(p *peer) {
		p.to(smtp.Greeted)
		p.want("220", "STARTTLS")
		p.handshake(client)
		p.to(smtp.Greeted)
		p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
		p.want("250", "MAIL FROM:<ü@x.example> SMTPUTF8")
		p.want("250", "RCPT TO:<ü@here.example>")
	})
	require.Contains(t, header, "(using TLS 1.3 with TLS_")
	require.Contains(t, header, "with UTF8SMTPSA id")
	require.Contains(t, header, "for <ü@here.example>;")
	require.NotContains(t, header, "anna")
}

// A client's name for itself that a header cannot hold is not in it, and no
// name makes a header of its own.
func TestReceivedHello(t *testing.T) {
	for hello, want := range map[string]string{
		"client.example": "from client.example (", "[192.0.2.1]": "from [192.0.2.1] (", "[IPv6:2001:db8::1]": "from [IPv6:2001:db8::1] (",
		"x);evil": "from [127.0.0.1] (", "(": "from [127.0.0.1] (", "b\u00fccher.example": "from [127.0.0.1] (", "\xff": "from [127.0.0.1] (",
		"a..b": "from [127.0.0.1] (", "by": "from by (", "\"a\"": "from [127.0.0.1] (",
	} {
		srv, _ := newServer(t)
		header := received(t, srv, func(p *peer) {
			p.want("250", "EHLO "+hello)
			p.want("250", "MAIL FROM:<>")
			p.want("250", `RCPT TO:<"a> (b\\\"; \" "@here.example>`)
		})
		require.True(t, strings.HasPrefix(header, "Received: "+want), "%q: %q", hello, header)
		m, err := mail.ReadMessage(strings.NewReader(header + "\r\n"))
		require.NoError(t, err)
		require.Len(t, m.Header, 1)
		require.Len(t, m.Header["Received"], 1)
		for _, c := range header {
			require.Less(t, c, rune(0x80), "%q", header)
		}
	}
	// Where the message is in UTF-8, so may be the name.
	srv, _ := newServer(t)
	header := received(t, srv, func(p *peer) {
		p.want("250", "EHLO b\u00fccher.example")
		p.want("250", "MAIL FROM:<> SMTPUTF8")
		p.want("250", "RCPT TO:<one@here.example>")
	})
	require.Contains(t, header, "from b\u00fccher.example (")
}

// RFC 3848: how a message came, by its registered name.
func TestProtocol(t *testing.T) {
	srv, _ := newServer(t)
	require.Contains(t, received(t, srv, func(p *peer) {
		p.want("250", "HELO client.example")
		p.want("250", "MAIL FROM:<>")
		p.want("250", "RCPT TO:<one@here.example>")
	}), "with SMTP id")
	srv, _ = newServer(t)
	srv.Auth = insecure(authenticator(t))
	require.Contains(t, received(t, srv, func(p *peer) {
		p.to(smtp.Greeted)
		p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
		p.want("250", "MAIL FROM:<>")
		p.want("250", "RCPT TO:<one@here.example>")
	}), "with ESMTPA id")
}

// A client without an IP address, or with one of IPv6.
func TestReceivedAddress(t *testing.T) {
	srv, inbox := newServer(t)
	var headers []string
	srv.Backend = wrapping(inbox, func(c *smtp.Conn, in smtp.Session) smtp.Session {
		headers = append(headers, c.ReceivedHeader(new(smtp.Envelope), "", time.Unix(0, 0).UTC()))
		return in
	})
	require.NoError(t, srv.ServeConn(t.Context(), unixTape{&tape{in: newReader("QUIT\r\n")}}))
	l := serve(t, srv)
	dialFrom(t, l, "2001:db8::1").expect("220")
	require.Equal(t, "Received: from unknown (unknown)\r\n\tby mx.here.example with SMTP;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n", headers[0])
	require.Contains(t, headers[1], "from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r\n")
}

// A priority is in the header (RFC 6710, 4.1), that of normal messages is not.
func TestReceivedPriority(t *testing.T) {
	for priority, want := range map[int8]string{0: "", 4: "\r\n\tpriority 4", -9: "\r\n\tpriority -9"} {
		srv, _ := newServer(t)
		srv.Backend = smtp.HandlerFunc(func(_ context.Context, c *smtp.Conn, env *smtp.Envelope, _ io.Reader) (smtp.Reply, error) {
			env.From.Priority = priority
			require.Contains(t, c.ReceivedHeader(env, "1A2B", time.Now()), "\r\n\tfor <one@here.example>"+want+";\r\n")
			return smtp.Reply{}, nil
		})
		p := connect(t, srv)
		p.to(smtp.Greeted)
		p.deliver("hi")
	}
}
