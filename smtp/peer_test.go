package smtp_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A peer is the client's side of a conversation.
type peer struct {
	tb testing.TB
	nc net.Conn
	r  *bufio.Reader

	greeting string // EHLO if empty
}

// connect connects to srv and reads the greeting.
func connect(tb testing.TB, srv *smtp.Server) *peer {
	p := newPeer(tb, smtptest.Dial(tb, srv))
	p.expect("220 ")
	return p
}

func newPeer(tb testing.TB, nc net.Conn) *peer {
	return &peer{tb: tb, nc: nc, r: bufio.NewReader(nc)}
}

// serveConn holds a conversation over memory as smtptest.Dial does, and hands
// out what ServeConn returned.
func serveConn(tb testing.TB, ctx context.Context, srv *smtp.Server, wrap func(net.Conn) net.Conn) (*peer, <-chan error) {
	client, server := memnet.Pipe()
	if wrap != nil {
		server = wrap(server)
	}
	done := make(chan error, 1)
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer server.Close()
		done <- srv.ServeConn(ctx, server)
	}()
	tb.Cleanup(func() { client.Close(); <-over })
	return newPeer(tb, client), done
}

func (p *peer) send(s string) {
	p.tb.Helper()
	_, err := io.WriteString(p.nc, s)
	require.NoError(p.tb, err)
}

// reply reads one reply and returns its lines, each with a "\n". It is empty
// if the server hung up.
func (p *peer) reply() string {
	p.tb.Helper()
	reply, err := readReply(p.r)
	require.NoError(p.tb, err)
	return reply
}

func readReply(r *bufio.Reader) (string, error) {
	var reply strings.Builder
	for {
		line, err := r.ReadString('\n')
		switch {
		case err == io.EOF && line == "" && reply.Len() == 0:
			return "", nil
		case err != nil:
			return "", err
		}
		text, ok := strings.CutSuffix(line, "\r\n")
		if !ok || len(text) < len("250 ") {
			return "", errors.New("not a line of a reply: " + line)
		}
		reply.WriteString(text + "\n")
		if text[3] == ' ' {
			return reply.String(), nil
		}
	}
}

// expect reads a reply that must begin with prefix.
func (p *peer) expect(prefix string) string {
	p.tb.Helper()
	reply := p.reply()
	if !strings.HasPrefix(reply, prefix) {
		require.FailNow(p.tb, "wrong reply", "got %q, want %q", reply, prefix)
	}
	return reply
}

// do sends a command and returns its reply.
func (p *peer) do(line string) string {
	p.tb.Helper()
	p.send(line + "\r\n")
	return p.reply()
}

// want sends a command whose reply must begin with prefix.
func (p *peer) want(prefix, line string) string {
	p.tb.Helper()
	p.send(line + "\r\n")
	return p.expect(prefix)
}

// end checks that the server has hung up.
func (p *peer) end() {
	p.tb.Helper()
	require.Empty(p.tb, p.reply())
}

// to brings a conversation that has just begun to a state.
func (p *peer) to(state smtp.State) {
	p.tb.Helper()
	if state >= smtp.Greeted {
		p.want("250-", cmp.Or(p.greeting, "EHLO")+" client.example")
	}
	if state >= smtp.Mailed {
		p.want("250 2.1.0", "MAIL FROM:<a@client.example>")
	}
	if state >= smtp.Ready {
		p.want("250 2.1.5", "RCPT TO:<one@here.example>")
	}
	switch state {
	case smtp.Chunking:
		p.want("250 2.0.0 0 octets", "BDAT 0")
	case smtp.Failed:
		p.send("BDAT 1\r\n\x00")
		p.expect("554 5.6.0")
	}
}

// deliver sends a message from state Greeted.
func (p *peer) deliver(text string) {
	p.tb.Helper()
	p.want("250 2.1.0", "MAIL FROM:<a@client.example>")
	p.want("250 2.1.5", "RCPT TO:<one@here.example>")
	p.want("354", "DATA")
	p.want("250 2.0.0", text+"\r\n.")
}

// handshake begins TLS.
func (p *peer) handshake(cfg *tls.Config) {
	p.tb.Helper()
	nc := tls.Client(p.nc, cfg)
	require.NoError(p.tb, nc.HandshakeContext(p.tb.Context()))
	p.nc, p.r = nc, bufio.NewReader(nc)
}

// tlsConfigs returns those of a server and of a client that trusts it.
func tlsConfigs(tb testing.TB) (server, client *tls.Config) {
	s := smtptest.NewUnstartedServer(tb)
	roots := x509.NewCertPool()
	roots.AddCert(s.Config.TLSConfig.Certificates[0].Leaf)
	return s.Config.TLSConfig, &tls.Config{RootCAs: roots, ServerName: "localhost"}
}
