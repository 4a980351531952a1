package imap4

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/internal/memnet"
)

// Without a Backend nothing is served, and the listener is closed.
func TestNoBackend(t *testing.T) {
	l := memnet.Listen()
	srv := new(Server)
	require.ErrorContains(t, srv.Serve(l), "Backend must be set")
	_, err := l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorContains(t, srv.ServeConn(t.Context(), &octetConn{in: strings.NewReader("")}), "Backend must be set")
	require.ErrorContains(t, newServer(mailstore()).ServeTLS(memnet.Listen()), "TLSConfig")
}

func client(nc net.Conn) *tls.Conn {
	return tls.Client(nc, &tls.Config{InsecureSkipVerify: true, ServerName: "imap.example"})
}

// After STARTTLS the client is known anew, and may log in.
func TestSTARTTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(mailstore())
		srv.TLSConfig = certificate()
		srv.RequireTLS = true
		nc := dial(t, srv)
		p := &dialogue.Player{Conn: nc, ReadReply: readReply(nc)}
		require.NoError(t, p.Play("S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ STARTTLS LOGINDISABLED\nC: a LOGIN tim secret\nS: a NO [PRIVACYREQUIRED]\n"+
			"C: a AUTHENTICATE PLAIN AHRpbQBzZWNyZXQ=\nS: a NO [PRIVACYREQUIRED]\nC: b STARTTLS\nS: b OK\n"))
		secure := client(nc)
		p = &dialogue.Player{Conn: secure, ReadReply: readReply(secure)}
		require.NoError(t, p.Play("C: c CAPABILITY\nS: c OK\nS! STARTTLS\nS~ AUTH=PLAIN\nC: d STARTTLS\nS: d BAD TLS is active already\n"+
			"C: e LOGIN tim secret\nS: e OK\nC: f COMPRESS DEFLATE\nS: f OK\n"))
	})
}

// ServeTLS begins with TLS. Pause turns new clients away, Resume lets them in, and
// the counters count.
func TestServeTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(mailstore())
		srv.TLSConfig = certificate()
		srv.Deny = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		l := memnet.Listen()
		served := make(chan error)
		go func() { served <- srv.ServeTLS(l) }()
		hello := func(from string) string {
			nc, err := l.DialFrom(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(from), 0))
			require.NoError(t, err)
			defer nc.Close()
			b := make([]byte, 200)
			n, err := client(nc).Read(b)
			require.NoError(t, err)
			return string(b[:n])
		}
		require.Contains(t, hello("192.0.2.1"), "* OK [CAPABILITY")
		require.Contains(t, hello("10.0.0.1"), "* BYE no service for your address")
		srv.Pause()
		require.True(t, srv.Stats().Paused)
		require.Contains(t, hello("192.0.2.1"), "* BYE [UNAVAILABLE]")
		srv.Resume()
		require.Contains(t, hello("192.0.2.1"), "* OK [CAPABILITY")
		require.Equal(t, uint64(4), srv.Stats().Accepted)
		require.Equal(t, uint64(1), srv.Stats().Denied)
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-served, ErrServerClosed)
		require.ErrorIs(t, srv.ServeConn(t.Context(), &octetConn{in: strings.NewReader("")}), ErrServerClosed)
	})
}

// What ServeConn returns tells how a conversation ended.
func TestServeConnError(t *testing.T) {
	for in, want := range map[string]string{
		"a LOGOUT\r\n":                     "",
		"a NOOP\r\n":                       "imap4: client hung up: unexpected EOF",
		"a NO":                             "imap4: conversation lost: unexpected EOF",
		"a NOOP\n":                         "imap4: hung up: BYE a line must end in CRLF, this one ended in LF",
		"GET / HTTP/1.1\r\n":               "imap4: hung up: BYE this is an IMAP server",
		"\x16\x03\x01\x00\r\n":             "imap4: hung up: BYE this is an IMAP server",
		"a LOGIN {5+}\r\nti":               "imap4: conversation lost: inside a literal: unexpected EOF",
		"a AUTHENTICATE PLAIN\r\n":         "imap4: conversation lost: no answer to a challenge: EOF",
		"a LOGIN tim secret\r\nb IDLE\r\n": "imap4: conversation lost: while idle: EOF",
		"a LOGIN tim secret\r\nb APPEND INBOX {5+}\r\nab": "imap4: conversation lost: inside a message: inside a literal: unexpected EOF",
	} {
		err := newServer(mailstore()).ServeConn(t.Context(), &octetConn{in: strings.NewReader(in)})
		if want == "" {
			require.NoError(t, err, in)
		} else {
			require.EqualError(t, err, want, in)
		}
	}
}

// A message that did not come whole is not kept.
func TestCutMessage(t *testing.T) {
	for _, in := range []string{
		"b APPEND INBOX {5+}\r\nabc", "b APPEND INBOX {5+}\r\nabcde", "b APPEND INBOX {5+}\r\nabcde {5+}\r\nab",
		"b APPEND INBOX {5+}\r\nabcde x\r\n", "b APPEND INBOX CATENATE (TEXT {5+}\r\nabcde\r\n",
	} {
		s := mailstore()
		_ = newServer(s).ServeConn(t.Context(), &octetConn{in: strings.NewReader("a LOGIN tim secret\r\n" + in)})
		require.Len(t, s.boxes[0].msgs, len(letters), in)
	}
}

// A store that stops in the midst of a message leaves the conversation in order,
// and so does one that takes its time over what it was given.
func TestAppendRefused(t *testing.T) {
	s := mailstore()
	srv := newServer(s)
	for _, fail := range []error{ErrOverQuota, errors.New("odd")} {
		s.fail = nil
		out := say(t, srv, "")
		require.Empty(t, out)
		s.fail = fail
		conn := &octetConn{in: strings.NewReader("a LOGIN tim secret\r\nb APPEND INBOX {20+}\r\nx CREATE evil\r\nabcde {4+}\r\nabcd\r\nc NOOP\r\n")}
		_ = srv.ServeConn(t.Context(), conn)
		require.Contains(t, conn.out.String(), "\r\nb NO [")
		require.Contains(t, conn.out.String(), "\r\nc OK")
		require.NotContains(t, conn.out.String(), "\r\nx ")
	}
}

// A NUL that a store has is told as 0x80 in a literal, and as it is in a literal8.
func TestNUL(t *testing.T) {
	s := mailstore()
	long := "A: b\x00\r\n\r\n\x00" + strings.Repeat("x\x00", 5_000)
	s.put(s.boxes[0], long, Flags{})
	s.put(s.boxes[0], "A: b\x00\r\n\r\n\x00\x00.", Flags{})
	mended := strings.ReplaceAll(long, "\x00", "\x80")
	out := say(t, newServer(s), "c FETCH 4:5 (BODY.PEEK[] BODY.PEEK[HEADER.FIELDS (A)] BODY.PEEK[TEXT]<1.2>)\r\nd FETCH 5 BINARY.PEEK[]\r\n")
	require.Contains(t, out, fmt.Sprintf("* 4 FETCH (BODY[] {%d}\r\n%s BODY[HEADER.FIELDS (A)] {9}\r\nA: b\x80\r\n\r\n BODY[TEXT]<1> {2}\r\nx\x80)\r\n", len(mended), mended))
	require.Contains(t, out, "* 5 FETCH (BODY[] {12}\r\nA: b\x80\r\n\r\n\x80\x80. ")
	before, after, _ := strings.Cut(out, "* 5 FETCH (BINARY[] ~{")
	require.NotContains(t, before, "\x00")
	require.Contains(t, after, "A: b\x00\r\n\r\n\x00\x00.)\r\n")
}

// panics is a store whose Watch panics, once it has been called.
type panics struct{ *store }

func (panics) Watch(context.Context, func(MailboxID)) error { panic("lost my mind") }

// A panic of what waits for news ends the conversation, with a word of farewell,
// and no other one.
func TestWatchPanics(t *testing.T) {
	for name, command := range map[string]string{
		"IDLE":   "C: c IDLE\nS: +\n",
		"NOTIFY": "C: c NOTIFY SET (PERSONAL (MessageNew MessageExpunge))\nS: c OK\n",
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			srv := newServer(nil)
			srv.Backend = backendOf(panics{mailstore()})
			srv.Logger = logTo(&log)
			play(t, srv, selectedScript+command+"S: * BYE [SERVERBUG]\nS: EOF\n")
			require.Contains(t, log.String(), "lost my mind")
			require.Contains(t, log.String(), "panics.Watch")
		})
	}
}

// A body that is shorter than it says ends the conversation, for what was
// announced cannot be sent.
func TestShortBody(t *testing.T) {
	s := mailstore()
	s.put(s.boxes[0], strings.Repeat("x", 10_000), Flags{})
	srv := newServer(s)
	srv.Backend = backendOf(&shortStore{s})
	conn := &octetConn{in: strings.NewReader("a LOGIN tim secret\r\nb SELECT INBOX\r\nc FETCH 4 BODY.PEEK[]\r\nd NOOP\r\n")}
	require.ErrorIs(t, srv.ServeConn(t.Context(), conn), io.ErrUnexpectedEOF)
	require.NotContains(t, conn.out.String(), "d OK")
	require.NotContains(t, conn.out.String(), "BYE")
}
