package auth

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"
)

// TestClients runs each client against the server's side, with and without an
// initial response.
func TestClients(t *testing.T) {
	for _, c := range []struct {
		name   string
		client sasl.Client
		want   Identity
	}{
		{"PLAIN", sasl.NewPlainClient("", "tim", "tanstaaftanstaaf"), Identity{User: "tim", Mechanism: "PLAIN"}},
		{"PLAIN as itself", sasl.NewPlainClient("tim", "tim", "tanstaaftanstaaf"), Identity{User: "tim", Mechanism: "PLAIN"}},
		{"LOGIN", LoginClient("tim", "tanstaaftanstaaf"), Identity{User: "tim", Mechanism: "LOGIN"}},
		{"LOGIN of go-sasl", sasl.NewLoginClient("tim", "tanstaaftanstaaf"), Identity{User: "tim", Mechanism: "LOGIN"}},
	} {
		for _, initial := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/initial=%t", c.name, initial), func(t *testing.T) {
				mechanism, response, err := c.client.Start()
				require.NoError(t, err)
				e, err := (&Authenticator{Accounts: tim}).Start(t.Context(), secure, mechanism)
				require.NoError(t, err)
				if !initial {
					challenge, done, err := e.Next(nil)
					require.NoError(t, err)
					require.False(t, done)
					require.NotNil(t, challenge)
				}
				for done := false; !done; {
					require.Zero(t, e.Identity())
					var challenge []byte
					challenge, done, err = e.Next(response)
					require.NoError(t, err)
					if !done {
						response, err = c.client.Next(challenge)
						require.NoError(t, err)
					}
				}
				require.Equal(t, c.want, e.Identity())
			})
		}
	}
}

func TestExchangeStaysFailed(t *testing.T) {
	calls := 0
	a := &Authenticator{Logger: silent, Accounts: verifierFunc(func(context.Context, *Conn, string, string) (string, error) {
		calls++
		return "", ErrCredentials
	})}
	e, err := a.Start(t.Context(), secure, "PLAIN")
	require.NoError(t, err)
	for range 3 {
		challenge, done, err := e.Next([]byte("\x00tim\x00x"))
		require.ErrorIs(t, err, ErrCredentials)
		require.False(t, done)
		require.Nil(t, challenge)
	}
	require.Equal(t, 1, calls)
	require.Equal(t, "auth.Exchange(PLAIN, failed)", e.String())
}

func TestMessageAfterTheEnd(t *testing.T) {
	e, err := (&Authenticator{Accounts: tim}).Start(t.Context(), secure, "PLAIN")
	require.NoError(t, err)
	_, done, err := e.Next([]byte("\x00tim\x00tanstaaftanstaaf"))
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, "auth.Exchange(PLAIN, done)", e.String())
	_, done, err = e.Next([]byte{})
	require.False(t, done)
	require.ErrorIs(t, err, ErrMalformed)
	require.ErrorIs(t, err, sasl.ErrUnexpectedClientResponse)
	require.Zero(t, e.Identity())
}

// TestPanicFailsExchange: an engine that survives a panic in the program's code
// must not find the exchange done, or where it was.
func TestPanicFailsExchange(t *testing.T) {
	a := &Authenticator{Accounts: verifierFunc(func(context.Context, *Conn, string, string) (string, error) { panic("x") })}
	e, err := a.Start(t.Context(), secure, "PLAIN")
	require.NoError(t, err)
	require.Panics(t, func() { _, _, _ = e.Next([]byte("\x00tim\x00x")) })
	require.Zero(t, e.Identity())
	_, done, err := e.Next([]byte("\x00tim\x00x"))
	require.False(t, done)
	require.Error(t, err)
}

// TestTemporaryFailure: the program's own error reaches the engine, which may
// look for its Reply in it.
func TestTemporaryFailure(t *testing.T) {
	broken := errors.New("down")
	a := &Authenticator{Logger: silent, Accounts: verifierFunc(func(context.Context, *Conn, string, string) (string, error) {
		return "tim", fmt.Errorf("store: %w", broken)
	})}
	for mechanism, messages := range map[string][]string{"PLAIN": {"\x00tim\x00x"}, "LOGIN": {"tim", "x"}} {
		e, err := a.Start(t.Context(), secure, mechanism)
		require.NoError(t, err)
		for _, m := range messages {
			_, _, err = e.Next([]byte(m))
		}
		require.ErrorIs(t, err, broken)
		requireTemporary(t, err)
		require.Zero(t, e.Identity())
	}
}

// TestPrintingShowsNoSecret prints each state of each exchange by every verb.
func TestPrintingShowsNoSecret(t *testing.T) {
	const canary = "c4n4ry"
	for mechanism, messages := range map[string][]string{
		"PLAIN": {"\x00tim\x00" + canary},
		"LOGIN": {"tim", canary},
	} {
		for _, accept := range []bool{true, false} {
			a := &Authenticator{Logger: silent, Accounts: verifierFunc(func(context.Context, *Conn, string, string) (string, error) {
				if accept {
					return "tim", nil
				}
				return "", ErrCredentials
			})}
			e, err := a.Start(t.Context(), secure, mechanism)
			require.NoError(t, err)
			for _, message := range messages {
				_, _, err = e.Next([]byte(message))
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
					require.NotContains(t, fmt.Sprintf(verb, e), canary)
					require.NotContains(t, fmt.Sprintf(verb, *e), canary)
					require.NotContains(t, fmt.Sprintf(verb, e.Identity()), canary)
					require.NotContains(t, fmt.Sprintf(verb, err), canary)
				}
			}
		}
		client := LoginClient("tim", canary)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", client, client, client), canary)
	}
}
