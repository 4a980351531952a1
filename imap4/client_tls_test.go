package imap4

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/testcert"
)

// clientCert makes a certificate for mail.example, and who trusts it.
func clientCert(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	cert, err := testcert.New("mail.example")
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	return &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{RootCAs: roots}
}

const clientPlainGreeting = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED X-EVIL AUTH=PLAIN] hi\n"

// TestClientStartTLS begins TLS, and forgets what was said before it.
func TestClientStartTLS(t *testing.T) {
	server, client := clientCert(t)
	for _, policy := range []TLSPolicy{TLSVerified, TLSRequired, TLSOpportunistic} {
		nc := clientPlay(t, clientPlainGreeting+`
			C: w1 STARTTLS
			S: w1 OK go
			tls
			C: w2 CAPABILITY
			S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR
			S: w2 OK done
			C: w3 AUTHENTICATE PLAIN AHRpbQBzZWNyZXQ=
			S: w3 OK [CAPABILITY IMAP4rev1 IDLE] welcome
			C: w4 LOGOUT
			S: * BYE
			S: w4 OK bye
			`, server)
		c, err := NewClient(t.Context(), nc, &Options{TLS: policy, TLSConfig: client, ServerName: "mail.example"})
		require.NoError(t, err)
		require.NotNil(t, c.TLS())
		require.False(t, c.Has("X-EVIL"))
		require.NoError(t, c.Login(t.Context(), "tim", "secret"))
		require.True(t, c.Has("IDLE"))
		require.ErrorIs(t, c.StartTLS(t.Context()), errClientTLS)
		require.NoError(t, c.Logout(t.Context()))
	}
}

// TestClientNoTLS refuses what is not safe: each of these servers gets nothing of
// use, and the connection is closed.
func TestClientNoTLS(t *testing.T) {
	server, client := clientCert(t)
	var alerts int
	o := Options{TLSConfig: client, ServerName: "mail.example", Updates: func(Update) { alerts++ }}
	other := o
	other.ServerName = "other.example"
	nameless := o
	nameless.ServerName = ""
	strangers := o
	strangers.TLSConfig = nil
	for name, test := range map[string]struct {
		script string
		o      Options
		want   error
	}{
		"PREAUTH":           {"S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\nlisten", o, ErrNoTLS},
		"not offered":       {"S: * OK [CAPABILITY IMAP4rev1] hello\nlisten", o, ErrNoTLS},
		"not now":           {clientPlainGreeting + "C: w1 STARTTLS\nS: w1 NO not now\nlisten", o, ErrNoTLS},
		"bad":               {clientPlainGreeting + "C: w1 STARTTLS\nS: w1 BAD what\nlisten", o, ErrNoTLS},
		"injected":          {clientPlainGreeting + "C: w1 STARTTLS\nS! \"w1 OK go\\r\\n* CAPABILITY X-EVIL\\r\\n\"\nlisten", o, ErrProtocol},
		"injected before":   {"S: * OK [ALERT] call 555 now\n" + "C: w1 CAPABILITY\nS: * NO [ALERT] call\nS: w1 OK a\nlisten", o, ErrNoTLS},
		"other name":        {clientPlainGreeting + "C: w1 STARTTLS\nS: w1 OK go\ntls\nlisten", other, ErrHandshake},
		"unknown authority": {clientPlainGreeting + "C: w1 STARTTLS\nS: w1 OK go\ntls\nlisten", strangers, ErrHandshake},
		"no name":           {clientPlainGreeting + "C: w1 STARTTLS\nS: w1 OK go\nlisten", nameless, errClientNoName},
		"BYE":               {"S: * BYE go away\nlisten", o, Reply{Status: StatusNO, Text: "go away", Close: true}},
		"no greeting":       {"S: * NO go away\nlisten", o, ErrProtocol},
		"not IMAP":          {"S: 220 mail.example ESMTP\nlisten", o, ErrProtocol},
	} {
		_, err := NewClient(t.Context(), clientPlay(t, test.script, server), &test.o)
		require.ErrorIs(t, err, test.want, name)
	}
	require.Zero(t, alerts, "nobody is told what anybody may have said")
}

// TestClientImplicitTLS begins with TLS: by DialTLS, and with the caller's own.
func TestClientImplicitTLS(t *testing.T) {
	server, client := clientCert(t)
	script := "tls\n" + clientGreeting + "C: w1 NOOP\nS: w1 OK done\n"
	o := &Options{TLSConfig: client, DialContext: func(_ context.Context, network, addr string) (net.Conn, error) {
		require.Equal(t, "tcp mail.example:993", network+" "+addr)
		return clientPlay(t, script, server), nil
	}}
	c, err := DialTLS(t.Context(), "mail.example:993", o)
	require.NoError(t, err)
	require.NoError(t, c.Noop(t.Context()))
	c.Close()

	own := client.Clone()
	own.InsecureSkipVerify = true
	own.ServerName = "mail.example"
	c, err = NewClient(t.Context(), tls.Client(clientPlay(t, script, server), own), &Options{TLSConfig: client})
	require.NoError(t, err)
	require.NoError(t, c.Noop(t.Context()))
	c.Close()

	own.ServerName = "other.example"
	_, err = NewClient(t.Context(), tls.Client(clientPlay(t, "tls\nlisten", server), own), &Options{TLSConfig: client})
	require.ErrorIs(t, err, ErrHandshake)
	_, err = Dial(t.Context(), "no port", nil)
	require.Error(t, err)
}

// A clientProver is a mechanism whose server has to prove itself.
type clientProver struct {
	sasl.Client
	proven bool
}

func (p clientProver) ServerProven() bool { return p.proven }

// TestClientAuth logs in: the mechanism, its first response, its challenges.
func TestClientAuth(t *testing.T) {
	plain := func() sasl.Client { return sasl.NewPlainClient("", "tim", "secret") }
	for name, test := range map[string]struct {
		script string
		o      *Options
		run    func(*Client, context.Context) error
		check  func(t require.TestingT, err error, _ ...any)
	}{
		"no SASL-IR": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi
			C: w1 AUTHENTICATE PLAIN
			S: +
			C: AHRpbQBzZWNyZXQ=
			S: w1 OK [CAPABILITY IMAP4rev1] in`, nil, func(c *Client, ctx context.Context) error { return c.Login(ctx, "tim", "secret") }, require.NoError},
		"prompt that is no base64": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi
			C: w1 AUTHENTICATE PLAIN
			S: + go ahead!
			C: AHRpbQBzZWNyZXQ=
			S: w1 OK [CAPABILITY IMAP4rev1] in`, nil, func(c *Client, ctx context.Context) error { return c.Authenticate(ctx, plain()) }, require.NoError},
		"LOGIN the mechanism": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN] hi
			C: w1 AUTHENTICATE LOGIN
			S: + VXNlciBOYW1lAA==
			C: dGlt
			S: + UGFzc3dvcmQA
			C: c2VjcmV0
			S: w1 OK [CAPABILITY IMAP4rev1] in`, nil, func(c *Client, ctx context.Context) error {
			return c.Authenticate(ctx, plain(), auth.LoginClient("tim", "secret"))
		}, require.NoError},
		"LOGIN the command": {`S: * OK [CAPABILITY IMAP4rev1] hi
			C: w1 LOGIN "tim" {7}
			S: + go
			C: s` + "\u00e9" + `cret
			S: w1 OK in
			C: w2 CAPABILITY
			S: * CAPABILITY IMAP4rev1
			S: w2 OK`, nil, func(c *Client, ctx context.Context) error { return c.Login(ctx, "tim", "s\u00e9cret") }, require.NoError},
		"refused literal": {`S: * OK [CAPABILITY IMAP4rev1] hi
			C: w1 LOGIN "tim" {7}
			S: w1 NO no
			`, nil, func(c *Client, ctx context.Context) error { return c.Login(ctx, "tim", "s\u00e9cret") }, require.Error},
		"disabled": {`S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi
			listen`, nil, func(c *Client, ctx context.Context) error { return c.Login(ctx, "tim", "secret") }, clientWants(ErrNoMechanism)},
		"SCRAM": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256 SASL-IR] hi
			C! "w1 AUTHENTICATE SCRAM-SHA-256 "
			S: w1 NO [AUTHENTICATIONFAILED] no
			listen`, nil, func(c *Client, ctx context.Context) error { return c.Login(ctx, "tim", "secret") }, clientWants(No("AUTHENTICATIONFAILED", "no"))},
		"none": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=GSSAPI] hi
			listen`, nil, func(c *Client, ctx context.Context) error { return c.Authenticate(ctx, plain()) }, clientWants(ErrNoMechanism)},
		"refused": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi
			C: w1 AUTHENTICATE PLAIN AHRpbQBzZWNyZXQ=
			S: w1 NO [AUTHENTICATIONFAILED] no`, nil, func(c *Client, ctx context.Context) error { return c.Authenticate(ctx, plain()) }, clientWants(No("AUTHENTICATIONFAILED", "no"))},
		"given up": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi
			C: w1 AUTHENTICATE PLAIN AHRpbQBzZWNyZXQ=
			S: + b25lIG1vcmU=
			C: *
			S: w1 BAD ok`, nil, func(c *Client, ctx context.Context) error { return c.Authenticate(ctx, plain()) }, clientWants(sasl.ErrUnexpectedServerChallenge)},
		"unproven": {`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi
			C: w1 AUTHENTICATE PLAIN AHRpbQBzZWNyZXQ=
			S: w1 OK in`, nil, func(c *Client, ctx context.Context) error { return c.Authenticate(ctx, clientProver{plain(), false}) }, clientWants(auth.ErrServer)},
	} {
		t.Run(name, func(t *testing.T) {
			c := clientOn(t, test.script, test.o)
			test.check(t, test.run(c, t.Context()), name)
		})
	}
}

func clientWants(want error) func(t require.TestingT, err error, _ ...any) {
	return func(t require.TestingT, err error, _ ...any) { require.ErrorIs(t, err, want) }
}

// TestClientClear keeps the password off a connection that anybody can read.
func TestClientClear(t *testing.T) {
	nc := clientPlay(t, "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\nC: w1 NOOP\nS: w1 OK\n", nil)
	c, err := NewClient(t.Context(), nc, &Options{TLS: TLSNone})
	require.NoError(t, err)
	defer c.Close()
	require.ErrorIs(t, c.Login(t.Context(), "tim", "secret"), ErrNoMechanism)
	require.ErrorIs(t, c.Authenticate(t.Context(), sasl.NewPlainClient("", "tim", "secret")), ErrNoMechanism)
	require.NoError(t, c.Noop(t.Context()))
}

// TestClientUnauthenticate undoes a login.
func TestClientUnauthenticate(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 UNAUTHENTICATE
		S: w1 OK
		C: w2 CAPABILITY
		S: * CAPABILITY IMAP4rev1
		S: w2 OK
		`, nil)
	require.NoError(t, c.Unauthenticate(t.Context()))
	err := c.Unauthenticate(t.Context())
	require.ErrorIs(t, err, ErrUnsupported)
	require.False(t, clientIsReply(err))
	_, is := errors.AsType[Reply](err)
	require.False(t, is)
}
