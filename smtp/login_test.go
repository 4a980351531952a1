package smtp_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// RFC 4954, 4: an AUTH line has up to 12288 octets with its CRLF, whether the
// response comes with the command or behind a challenge. Longer ones are
// refused, and other commands have no more room than before.
func TestAuthLine(t *testing.T) {
	srv, _ := newServer(t)
	srv.Auth = insecure(authenticator(t))
	srv.Auth.Limits = auth.Limits{Name: 20000, Password: 20000}
	long := strings.Repeat("x", 9192)
	srv.Auth.Accounts = passwords{"anna": long}
	response := base64.StdEncoding.EncodeToString([]byte("\x00anna\x00" + long))
	const first = "AUTH PLAIN "
	require.Equal(t, 12264, len(response))

	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("501", first+strings.Repeat(" ", 12288-len(first)-len("\r\n")-len("!"))+"!")
	p.want("500 5.5.2 line too long", first+strings.Repeat(" ", 12288-len(first)-len("\r\n"))+"!")
	p.want("500 5.5.2 line too long", "NOOP "+strings.Repeat("x", 2048))
	p.want("250", "NOOP "+strings.Repeat("x", 2048-len("NOOP \r\n")))
	p.want("334 ", "AUTH PLAIN")
	p.want("501 5.5.2", strings.Repeat("A", 12286))
	p.want("334 ", "AUTH PLAIN")
	p.want("500 5.5.2 line too long", strings.Repeat("A", 12287))
	p.want("334 ", "AUTH PLAIN")
	p.want("235 2.7.0", response)

	p = connect(t, srv)
	p.to(smtp.Greeted)
	p.want("235 2.7.0", first+response)

	// Without logins there is no such room.
	srv, _ = newServer(t)
	p = connect(t, srv)
	p.want("500 5.5.2 line too long", first+response)
}

// passwords are accounts by name.
type passwords map[string]string

func (p passwords) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if p[name] != password {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// What auth is told of the connection.
func TestAuthConn(t *testing.T) {
	srv, _, client := tlsServer(t)
	var seen *auth.Conn
	srv.Auth.Accounts = verifierFunc(func(c *auth.Conn) error { seen = c; return nil })
	p := connect(t, srv)
	p.to(smtp.Greeted)
	p.want("220", "STARTTLS")
	p.handshake(client)
	p.to(smtp.Greeted)
	p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
	require.Equal(t, "smtp", seen.Protocol)
	require.Equal(t, "mx.here.example", seen.ServerName)
	require.NotNil(t, seen.TLS)
	require.Equal(t, "127.0.0.1:40000", seen.RemoteAddr.String())
}

type verifierFunc func(*auth.Conn) error

func (f verifierFunc) VerifyPassword(_ context.Context, c *auth.Conn, name, _ string) (string, error) {
	return name, f(c)
}

// A verifier may refuse in its own words; what is no refusal is no login.
func TestAuthReply(t *testing.T) {
	for want, err := range map[string]error{
		"432 4.7.12 transition needed":  smtp.R(432, smtp.Enhanced{4, 7, 12}, "transition needed"),
		"454 4.7.0 cannot check logins": smtp.R(235, smtp.Enhanced{2, 7, 0}, "yes"),
		"421 4.7.0 go away":             smtp.R(421, smtp.Enhanced{4, 7, 0}, "go away"),
	} {
		srv, _ := newServer(t)
		srv.Auth = insecure(authenticator(t))
		srv.Auth.Accounts = verifierFunc(func(*auth.Conn) error { return err })
		srv.RequireAuth = true
		p := connect(t, srv)
		p.to(smtp.Greeted)
		p.want(want, "AUTH PLAIN AGFubmEAc2VzYW1l")
		if strings.HasPrefix(want, "421") {
			p.end()
			continue
		}
		p.want("530", "MAIL FROM:<>")
	}
}

// A wrong password and an unknown name are answered alike.
func TestAuthTellsNothing(t *testing.T) {
	srv, _ := newServer(t)
	srv.Auth = insecure(authenticator(t))
	p := connect(t, srv)
	p.to(smtp.Greeted)
	wrong := p.do("AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00anna\x00wrong")))
	unknown := p.do("AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00nobody\x00wrong")))
	require.Equal(t, wrong, unknown)
}
