package auth

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
	"github.com/wirepost/wirepost/internal/testcert"
)

// ntSecrets is a SecretLookup of tim.
type ntSecrets struct{}

func (ntSecrets) Secret(_ context.Context, _ *Conn, name string) (user, secret string, err error) {
	switch name {
	case "tim":
		return "tim", "tanstaaftanstaaf", nil
	case "empty":
		return "empty", "", nil
	case "away":
		return "", "", ErrDisabled
	case "nameless":
		return "", "tanstaaftanstaaf", nil
	case "broken":
		return "", "", errors.New("the disk is full")
	}
	return "", "", ErrCredentials
}

// ntHashes is an NTHashLookup of tim in a domain.
type ntHashes struct{}

func (ntHashes) NTHash(ctx context.Context, c *Conn, domain, name string) (user string, hash [16]byte, err error) {
	if domain != "" && domain != "EXAMPLE" {
		return "", hash, ErrCredentials
	}
	user, secret, err := ntSecrets{}.Secret(ctx, c, name)
	return user, ntlm.PasswordHash(secret), err
}

// runNTLM has a client log in and returns who it is.
func runNTLM(t *testing.T, a *Authenticator, server, client *Conn, domain, name, password string) (Identity, error) {
	t.Helper()
	e, err := a.Start(t.Context(), server, "NTLM")
	require.NoError(t, err)
	c := NTLMClient(client, domain, name, password)
	mech, response, err := c.Start()
	require.NoError(t, err)
	require.Equal(t, "NTLM", mech)
	challenge, done, err := e.Next(response)
	require.NoError(t, err)
	require.False(t, done)
	response, err = c.Next(challenge)
	require.NoError(t, err)
	challenge, done, err = e.Next(response)
	require.Equal(t, err == nil, done)
	require.Nil(t, challenge)
	return e.Identity(), err
}

func TestNTLM(t *testing.T) {
	accounts := []any{ntSecrets{}, ntHashes{}, &NTLM{Accounts: ntHashes{}, Name: "MAIL", Domain: "EXAMPLE", DNSName: "mail.example", DNSDomain: "example"}}
	for _, c := range []struct {
		domain, name, password string
		want                   error
	}{
		{"EXAMPLE", "tim", "tanstaaftanstaaf", nil},
		{"", "tim", "tanstaaftanstaaf", nil},
		{"EXAMPLE", "tim", "tanstaaf", ErrCredentials},
		{"EXAMPLE", "tom", "tanstaaftanstaaf", ErrCredentials},
		{"EXAMPLE", "tom", "", ErrCredentials},
		{"EXAMPLE", "empty", "", ErrCredentials},
		{"EXAMPLE", "away", "tanstaaftanstaaf", ErrDisabled},
		{"EXAMPLE", "t\x00m", "tanstaaftanstaaf", ErrMalformed},
		{"EXAMPLE", strings.Repeat("t", 513), "tanstaaftanstaaf", ErrMalformed},
		{strings.Repeat("t", 513), "tim", "tanstaaftanstaaf", ErrMalformed},
		{"EX\r\nAMPLE", "tim", "tanstaaftanstaaf", ErrDisallowed},
		{"EXAMPLE", "", "", ErrCredentials},
	} {
		for _, accounts := range accounts {
			a := &Authenticator{Accounts: accounts, Logger: silent}
			require.Contains(t, a.Offer(inClear), "NTLM")
			require.NoError(t, a.Check())
			id, err := runNTLM(t, a, inClear, nil, c.domain, c.name, c.password)
			require.ErrorIs(t, err, c.want, "%q", c)
			if c.want == nil {
				require.Equal(t, Identity{User: "tim", Mechanism: "NTLM"}, id)
			} else {
				require.Zero(t, id)
			}
		}
	}
	for _, name := range []string{"broken", "nameless"} {
		_, err := runNTLM(t, &Authenticator{Accounts: ntHashes{}, Logger: silent}, inClear, nil, "", name, "tanstaaftanstaaf")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrCredentials, name)
		require.NotErrorIs(t, err, ErrMalformed, name)
	}
	_, err := runNTLM(t, &Authenticator{Accounts: ntHashes{}, Logger: silent}, inClear, nil, "OTHER", "tim", "tanstaaftanstaaf")
	require.ErrorIs(t, err, ErrCredentials)
}

func TestNTLMAccount(t *testing.T) {
	a := &Authenticator{Logger: silent, Accounts: &NTLM{
		Accounts: ntHashes{},
		Account: func(domain, name string) string {
			require.Equal(t, "EXAMPLE", domain)
			name, _, _ = strings.Cut(name, "@")
			return name
		},
	}}
	id, err := runNTLM(t, a, nil, nil, "EXAMPLE", "tim@example.org", "tanstaaftanstaaf")
	require.NoError(t, err)
	require.Equal(t, "tim", id.User)
}

// TestNTLMBinding runs it over TLS.
func TestNTLMBinding(t *testing.T) {
	cert, err := testcert.New("localhost")
	require.NoError(t, err)
	other, err := testcert.New("localhost")
	require.NoError(t, err)
	clientSide, serverSide := net.Pipe()
	server := tls.Server(serverSide, &tls.Config{Certificates: []tls.Certificate{cert}})
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	client := tls.Client(clientSide, &tls.Config{RootCAs: roots, ServerName: "localhost"})
	t.Cleanup(func() { clientSide.Close(); serverSide.Close() })
	done := make(chan error, 1)
	go func() { done <- server.HandshakeContext(t.Context()) }()
	require.NoError(t, client.HandshakeContext(t.Context()))
	require.NoError(t, <-done)
	serverState, clientState := server.ConnectionState(), client.ConnectionState()
	clientConn := &Conn{Protocol: "http", TLS: &clientState, ServerName: "localhost"}
	for _, c := range []struct {
		name         string
		certificate  *x509.Certificate
		require, tls bool
		client       *Conn
		want         error
	}{
		{"bound", cert.Leaf, true, true, clientConn, nil},
		{"unbound", cert.Leaf, false, true, nil, nil},
		{"unbound, but must", cert.Leaf, true, true, nil, ErrCredentials},
		{"bound elsewhere", other.Leaf, false, true, clientConn, ErrCredentials},
		{"certificate unknown", nil, false, true, clientConn, nil},
		{"certificate unknown, must", nil, true, true, clientConn, ErrCredentials},
		{"clear", nil, true, false, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &Authenticator{Accounts: &NTLM{Accounts: ntSecrets{}, RequireChannelBinding: c.require}, Logger: silent}
			conn := &Conn{ServerCertificate: c.certificate}
			if c.tls {
				conn.TLS = &serverState
			}
			_, err := runNTLM(t, a, conn, c.client, "", "tim", "tanstaaftanstaaf")
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestNTLMMessages(t *testing.T) {
	a := &Authenticator{Accounts: ntSecrets{}, Logger: silent}
	start := func() *Exchange {
		e, err := a.Start(t.Context(), nil, "ntlm")
		require.NoError(t, err)
		return e
	}
	_, one, err := NTLMClient(nil, "", "tim", "").Start()
	require.NoError(t, err)

	e := start()
	challenge, done, err := e.Next(nil)
	require.NoError(t, err)
	require.False(t, done)
	require.Equal(t, []byte{}, challenge, "asked for message 1")
	challenge, _, err = e.Next(one)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(challenge, []byte("NTLMSSP\x00\x02")))

	for _, responses := range [][][]byte{
		{{}},
		{[]byte("NTLMSSP\x00\x03\x00\x00\x00")},
		{one, one},
		{one, {}},
		{nil, nil},
		{one, bytes.Repeat([]byte("x"), 1<<20)},
	} {
		e := start()
		for i, r := range responses {
			if _, done, err = e.Next(r); i < len(responses)-1 {
				require.NoError(t, err)
			}
			require.False(t, done)
		}
		require.ErrorIs(t, err, ErrMalformed, "%.40q", responses)
	}
}

// TestNTLMSecret keeps the password and its hash out of what is printed and
// logged.
func TestNTLMSecret(t *testing.T) {
	var log bytes.Buffer
	a := &Authenticator{Accounts: ntSecrets{}, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	_, err := runNTLM(t, a, inClear, nil, "", "tim", "s3cr3t")
	require.ErrorIs(t, err, ErrCredentials)
	hash := ntlm.PasswordHash("s3cr3t")
	c := NTLMClient(nil, "", "tim", "s3cr3t")
	printed := log.String() + fmt.Sprintf("%v %+v %#v %s", c, c, c, c)
	require.Contains(t, printed, "user=tim")
	require.Contains(t, printed, "mechanism=NTLM")
	for _, secret := range []string{"s3cr3t", fmt.Sprintf("%x", hash[:]), fmt.Sprint(hash)} {
		require.NotContains(t, printed, secret)
	}
	_, err = c.Next(nil)
	require.Error(t, err)
	_, err = c.Next(nil)
	require.Error(t, err, "asked twice")
}

// TestNTLMGuard: failures are counted by name.
func TestNTLMGuard(t *testing.T) {
	var held []string
	a := &Authenticator{
		Accounts: ntSecrets{}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Guard: &Guard{Free: -1, Delay: 1, Trace: func(e GuardEvent) { held = append(held, e.Name) }},
	}
	for range 2 {
		_, err := runNTLM(t, a, nil, nil, "", "tim", "wrong")
		require.ErrorIs(t, err, ErrCredentials)
	}
	require.Equal(t, []string{"tim"}, held)
}

func BenchmarkNTLM(b *testing.B) {
	a := &Authenticator{Accounts: ntSecrets{}, Logger: silent}
	b.ReportAllocs()
	for b.Loop() {
		e, err := a.Start(b.Context(), nil, "NTLM")
		if err != nil {
			b.Fatal(err)
		}
		c := NTLMClient(nil, "", "tim", "tanstaaftanstaaf")
		_, response, _ := c.Start()
		challenge, _, err := e.Next(response)
		if err != nil {
			b.Fatal(err)
		}
		if response, err = c.Next(challenge); err != nil {
			b.Fatal(err)
		}
		if _, done, err := e.Next(response); !done || err != nil {
			b.Fatal(done, err)
		}
	}
}
