package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// verifierFunc is a PasswordVerifier.
type verifierFunc func(ctx context.Context, c *Conn, name, password string) (string, error)

func (f verifierFunc) VerifyPassword(ctx context.Context, c *Conn, name, password string) (string, error) {
	return f(ctx, c, name, password)
}

// tim accepts RFC 4616's first example and nothing else.
var tim = verifierFunc(func(_ context.Context, _ *Conn, name, password string) (string, error) {
	if name == "tim" && password == "tanstaaftanstaaf" {
		return name, nil
	}
	return "", ErrCredentials
})

// wrapper is middleware around accounts of any kind.
type wrapper struct{ inner any }

func (w wrapper) Unwrap() any { return w.inner }

var (
	inClear = &Conn{Protocol: "smtp", RemoteAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 49152}}
	secure  = &Conn{Protocol: "smtp", RemoteAddr: inClear.RemoteAddr, TLS: &tls.ConnectionState{}}
	silent  = slog.New(slog.NewTextHandler(io.Discard, nil))
)

func TestOffer(t *testing.T) {
	for _, c := range []struct {
		name     string
		auth     *Authenticator
		conn     *Conn
		offer    []string
		password bool
	}{
		{"nil", nil, secure, nil, false},
		{"no accounts", &Authenticator{}, secure, nil, false},
		{"accounts that can do nothing", &Authenticator{Accounts: 1}, secure, nil, false},
		{"TLS", &Authenticator{Accounts: tim}, secure, []string{"PLAIN", "LOGIN"}, true},
		{"clear", &Authenticator{Accounts: tim}, inClear, nil, false},
		{"nil connection", &Authenticator{Accounts: tim}, nil, nil, false},
		{"clear allowed", &Authenticator{Accounts: tim, AllowInsecure: true}, inClear, []string{"PLAIN", "LOGIN"}, true},
		{"nil connection allowed", &Authenticator{Accounts: tim, AllowInsecure: true}, nil, []string{"PLAIN", "LOGIN"}, true},
		{"wrapped", &Authenticator{Accounts: wrapper{wrapper{tim}}}, secure, []string{"PLAIN", "LOGIN"}, true},
		{"wrapped around nothing", &Authenticator{Accounts: wrapper{nil}}, secure, nil, false},
		{"ordered", &Authenticator{Accounts: tim, Mechanisms: []string{"login", "Plain", "LOGIN"}}, secure, []string{"LOGIN", "PLAIN"}, true},
		{"restricted", &Authenticator{Accounts: tim, Mechanisms: []string{"PLAIN"}}, secure, []string{"PLAIN"}, true},
		{"restricted, clear", &Authenticator{Accounts: tim, Mechanisms: []string{"PLAIN"}}, inClear, nil, false},
		{"unknown passed over", &Authenticator{Accounts: tim, Mechanisms: []string{"X-OWN", "LOGIN"}}, secure, []string{"LOGIN"}, true},
		{"none chosen", &Authenticator{Accounts: tim, Mechanisms: []string{}}, secure, nil, false},
		{"no plaintext chosen", &Authenticator{Accounts: tim, Mechanisms: []string{"X-OWN"}}, secure, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.offer, c.auth.Offer(c.conn))
			require.Equal(t, c.password, c.auth.PasswordAllowed(c.conn))
		})
	}
}

func TestStartUnknownMechanism(t *testing.T) {
	a := &Authenticator{Accounts: tim, AllowInsecure: true}
	for _, name := range []string{
		"", " ", "PLAI", "PLAINN", "PLAIN ", " PLAIN", "PLAIN\r\n", "PLAIN\x00", "PLAIN\xff", "X-OWN", "CRAM-MD5",
		"PLA\u0131N", "LOG\u0130N", "P-AIN", "AUTHPLAIN", strings.Repeat("PLAIN", 1000),
	} {
		_, err := a.Start(t.Context(), secure, name)
		require.ErrorIs(t, err, ErrMechanism, "%q", name)
		require.NotErrorIs(t, err, ErrCredentials)
	}
}

func TestPassword(t *testing.T) {
	broken := errors.New("disk on fire")
	failing := verifierFunc(func(context.Context, *Conn, string, string) (string, error) { return "tim", broken })
	nameless := verifierFunc(func(context.Context, *Conn, string, string) (string, error) { return "", nil })
	renaming := verifierFunc(func(context.Context, *Conn, string, string) (string, error) { return "Tim Smith", nil })
	for _, c := range []struct {
		name     string
		auth     *Authenticator
		conn     *Conn
		user     string
		password string
		want     Identity
		err      error
	}{
		{"right", &Authenticator{Accounts: tim}, secure, "tim", "tanstaaftanstaaf", Identity{User: "tim"}, nil},
		{"wrong password", &Authenticator{Accounts: tim}, secure, "tim", "x", Identity{}, ErrCredentials},
		{"unknown name", &Authenticator{Accounts: tim}, secure, "tom", "tanstaaftanstaaf", Identity{}, ErrCredentials},
		{"canonical name", &Authenticator{Accounts: renaming}, secure, "TIM", "x", Identity{User: "Tim Smith"}, nil},
		{"clear", &Authenticator{Accounts: tim}, inClear, "tim", "tanstaaftanstaaf", Identity{}, ErrInsecure},
		{"clear allowed", &Authenticator{Accounts: tim, AllowInsecure: true}, nil, "tim", "tanstaaftanstaaf", Identity{User: "tim"}, nil},
		{"nil", nil, secure, "tim", "tanstaaftanstaaf", Identity{}, ErrMechanism},
		{"no accounts", &Authenticator{}, secure, "tim", "tanstaaftanstaaf", Identity{}, ErrMechanism},
		{"not chosen", &Authenticator{Accounts: tim, Mechanisms: []string{}}, secure, "tim", "tanstaaftanstaaf", Identity{}, ErrMechanism},
		{"empty name", &Authenticator{Accounts: tim}, secure, "", "x", Identity{}, ErrMalformed},
		{"empty password", &Authenticator{Accounts: tim}, secure, "tim", "", Identity{}, ErrMalformed},
		{"NUL", &Authenticator{Accounts: tim}, secure, "tim\x00", "x", Identity{}, ErrMalformed},
		{"temporary", &Authenticator{Accounts: failing}, secure, "tim", "x", Identity{}, broken},
		{"verifier names nobody", &Authenticator{Accounts: nameless}, secure, "tim", "x", Identity{}, errAny},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.auth != nil {
				c.auth.Logger = silent
			}
			got, err := c.auth.Password(t.Context(), c.conn, c.user, c.password)
			require.Equal(t, c.want, got)
			if c.err == errAny {
				requireTemporary(t, err)
				return
			}
			require.ErrorIs(t, err, c.err)
			if errors.Is(c.err, broken) {
				requireTemporary(t, err)
			}
		})
	}
}

var errAny = errors.New("any")

// requireTemporary checks that an engine would take err for a temporary failure.
func requireTemporary(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for _, permanent := range []error{ErrCredentials, ErrMalformed, ErrMechanism, ErrInsecure} {
		require.NotErrorIs(t, err, permanent)
	}
}

func TestVerifierGetsPreparedInput(t *testing.T) {
	var got []string
	a := &Authenticator{AllowInsecure: true, Accounts: verifierFunc(
		func(ctx context.Context, c *Conn, name, password string) (string, error) {
			require.NotNil(t, c)
			require.Equal(t, "here", ctx.Value(errAny))
			got = append(got, name, password)
			return name, nil
		})}
	ctx := context.WithValue(t.Context(), errAny, "here")
	_, err := a.Password(ctx, nil, "Ju\u0308rgen \uff21", "p\u00e4ss\u00a0wo\u0308rd")
	require.NoError(t, err)
	e, err := a.Start(ctx, nil, "PLAIN")
	require.NoError(t, err)
	_, done, err := e.Next([]byte("\x00Ju\u0308rgen \uff21\x00p\u00e4ss\u00a0wo\u0308rd"))
	require.NoError(t, err)
	require.True(t, done)
	want := []string{"J\u00fcrgen A", "p\u00e4ss w\u00f6rd"}
	require.Equal(t, append(want, want...), got)
}

func TestLimits(t *testing.T) {
	anyone := verifierFunc(func(_ context.Context, _ *Conn, name, _ string) (string, error) { return name, nil })
	for _, c := range []struct {
		limits         Limits
		name, password int
		err            error
	}{
		{Limits{}, 255, 255, nil}, // RFC 4616, 2: MUST accept
		{Limits{}, 512, 1024, nil},
		{Limits{}, 513, 1, ErrMalformed},
		{Limits{}, 1, 1025, ErrMalformed},
		{Limits{Name: 3, Password: 4}, 3, 4, nil},
		{Limits{Name: 3, Password: 4}, 4, 4, ErrMalformed},
		{Limits{Name: 3, Password: 4}, 3, 5, ErrMalformed},
	} {
		a := &Authenticator{Accounts: anyone, Limits: c.limits, Logger: silent}
		a.Authorize = func(context.Context, string, string) error { return nil }
		name, password := strings.Repeat("n", c.name), strings.Repeat("p", c.password)
		_, err := a.Password(t.Context(), secure, name, password)
		require.ErrorIs(t, err, c.err)
		for _, first := range []string{"\x00" + name + "\x00" + password, name + "\x00u\x00" + password} {
			e, err := a.Start(t.Context(), secure, "PLAIN")
			require.NoError(t, err)
			_, done, err := e.Next([]byte(first))
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.err == nil, done)
		}
	}
}

// TestAuthorize has tim, who may log in as "TIM" or "tim" and is known as "tim",
// ask for other accounts.
func TestAuthorize(t *testing.T) {
	accounts := verifierFunc(func(_ context.Context, _ *Conn, name, password string) (string, error) {
		if strings.EqualFold(name, "tim") && password == "right" {
			return "tim", nil
		}
		return "", ErrCredentials
	})
	broken := errors.New("directory unreachable")
	only := func(_ context.Context, user, as string) error {
		switch {
		case user == "tim" && as == "sales":
			return nil
		case as == "broken":
			return broken
		}
		return fmt.Errorf("%w: %s", ErrAuthorization, as)
	}
	for _, c := range []struct {
		name      string
		authorize func(context.Context, string, string) error
		message   string
		want      Identity
		err       error
	}{
		{"own by default", nil, "\x00tim\x00right", Identity{User: "tim"}, nil},
		{"own, asked", nil, "tim\x00tim\x00right", Identity{User: "tim"}, nil},
		{"own, asked by the name given", nil, "TIM\x00TIM\x00right", Identity{User: "tim"}, nil},
		{"own, asked by the canonical name", nil, "tim\x00TIM\x00right", Identity{User: "tim"}, nil},
		{"another, nobody may", nil, "sales\x00tim\x00right", Identity{}, ErrAuthorization},
		{"another, wrong password", only, "sales\x00tim\x00wrong", Identity{}, ErrCredentials},
		{"another", only, "sales\x00tim\x00right", Identity{User: "tim", As: "sales"}, nil},
		{"another, prepared", only, "\uff53ales\x00tim\x00right", Identity{User: "tim", As: "sales"}, nil},
		{"another, refused", only, "root\x00tim\x00right", Identity{}, ErrAuthorization},
		{"another, failure", only, "broken\x00tim\x00right", Identity{}, broken},
		{"another, not allowed by RFC 8265", only, "a\tb\x00tim\x00right", Identity{}, ErrDisallowed},
		{"another, not UTF-8", only, "\xff\x00tim\x00right", Identity{}, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &Authenticator{Accounts: accounts, Authorize: c.authorize, Logger: silent}
			e, err := a.Start(t.Context(), secure, "PLAIN")
			require.NoError(t, err)
			_, done, err := e.Next([]byte(c.message))
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.err == nil, done)
			if c.err == nil {
				c.want.Mechanism = "PLAIN"
			}
			require.Equal(t, c.want, e.Identity())
			if c.name == "another, wrong password" {
				require.NotErrorIs(t, err, ErrAuthorization, "the right to act must not be told without the password")
			}
		})
	}
}

func TestCheck(t *testing.T) {
	require.NoError(t, (*Authenticator)(nil).Check())
	require.NoError(t, (&Authenticator{Accounts: tim}).Check())
	require.NoError(t, (&Authenticator{Accounts: &Users{}, Mechanisms: []string{"login"}}).Check())
	require.ErrorContains(t, (&Authenticator{Accounts: tim, SaltKey: []byte("short")}).Check(), "5 octets")
	require.ErrorContains(t, (&Authenticator{Accounts: tim, Floor: FloorProof, Mechanisms: []string{"plain"}}).Check(), "below Floor")
	require.ErrorContains(t, (&Authenticator{}).Check(), "set it")
	require.ErrorContains(t, (&Authenticator{Accounts: struct{ Users }{}}).Check(), "pass its address")
	require.ErrorContains(t, (&Authenticator{Accounts: tim, Mechanisms: []string{"PLAIN", "X\n"}}).Check(), `"X\n"`)
}

func TestIdentityName(t *testing.T) {
	require.Empty(t, Identity{}.Name())
	require.Equal(t, "tim", Identity{User: "tim"}.Name())
	require.Equal(t, "sales", Identity{User: "tim", As: "sales"}.Name())
}

// TestErrors checks the hierarchy that engines build on, and that no text
// carries the package's name twice.
func TestErrors(t *testing.T) {
	for _, err := range []error{ErrAuthorization, ErrDisabled, ErrDisallowed} {
		require.ErrorIs(t, err, ErrCredentials)
	}
	requireTemporary(t, ErrHash)
	all := []error{
		ErrCredentials, ErrAuthorization, ErrDisabled, ErrDisallowed, ErrMalformed, ErrMechanism, ErrInsecure, ErrServer, ErrHash,
	}
	for i, a := range all {
		require.Equal(t, 1, strings.Count(a.Error(), "auth: "), a)
		for j, b := range all {
			if i != j && b != ErrCredentials {
				require.NotErrorIs(t, a, b)
			}
		}
	}
}
