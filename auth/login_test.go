package auth

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"
)

func TestLogin(t *testing.T) {
	for _, c := range []struct {
		name           string
		user, password string
		atName         error // what the name alone gives
		err            error
	}{
		{"draft, 2.3", "tim", right, nil, nil},
		{"wrong password", "tim", "x", nil, ErrCredentials},
		{"unknown name", "tom", right, nil, ErrCredentials},
		{"empty password", "tim", "", nil, ErrMalformed},
		{"NUL in password", "tim", right + "\x00", nil, ErrMalformed},
		{"password not UTF-8", "tim", "p\xe4ss", nil, ErrMalformed},
		{"control in password", "tim", right + "\n", nil, ErrDisallowed},
		{"long password", "tim", strings.Repeat("x", 1025), nil, ErrMalformed},
		{"empty name", "", right, ErrMalformed, nil},
		{"NUL in name", "tim\x00" + right, right, ErrMalformed, nil},
		{"name not UTF-8", "t\xefm", right, ErrMalformed, nil},
		{"control in name", "tim\r", right, ErrDisallowed, nil},
		{"long name", strings.Repeat("x", 513), right, ErrMalformed, nil},
	} {
		for _, initial := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				e, err := (&Authenticator{Accounts: tim, Logger: silent}).Start(t.Context(), secure, "LOGIN")
				require.NoError(t, err)
				if !initial {
					challenge, done, err := e.Next(nil)
					require.NoError(t, err)
					require.False(t, done)
					require.Equal(t, "Username:", string(challenge))
				}
				challenge, done, err := e.Next([]byte(c.user))
				require.False(t, done)
				if c.atName != nil {
					require.ErrorIs(t, err, c.atName)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "Password:", string(challenge))
				_, done, err = e.Next([]byte(c.password))
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.err == nil, done)
				if done {
					require.Equal(t, Identity{User: "tim", Mechanism: "LOGIN"}, e.Identity())
				}
			})
		}
	}
}

// TestLoginClientPrompts shows why go-sasl's client is not used: it fails on the
// prompts of the draft's own example.
func TestLoginClientPrompts(t *testing.T) {
	for _, prompt := range []string{"Password:", "Password\x00", "password", ""} {
		ours := LoginClient("tim", "tanstaaftanstaaf")
		mechanism, initial, err := ours.Start()
		require.NoError(t, err)
		require.Equal(t, "LOGIN", mechanism)
		require.Equal(t, "tim", string(initial))
		response, err := ours.Next([]byte(prompt))
		require.NoError(t, err)
		require.Equal(t, "tanstaaftanstaaf", string(response))
		response, err = ours.Next([]byte(prompt))
		require.ErrorIs(t, err, sasl.ErrUnexpectedServerChallenge)
		require.Nil(t, response, "the password goes out once")
	}
	theirs := sasl.NewLoginClient("tim", "tanstaaftanstaaf")
	_, _, err := theirs.Start()
	require.NoError(t, err)
	_, err = theirs.Next([]byte("Password\x00"))
	require.Error(t, err, "go-sasl follows the draft now: LoginClient can go")
}

// FuzzLogin plays three messages, with or without an initial response, and
// checks that the verifier is asked at most once, with what the first and second
// say when prepared; that only two messages log in; and that a failure stays.
func FuzzLogin(f *testing.F) {
	f.Add(true, []byte("tim"), []byte("tanstaaftanstaaf"), []byte{})
	f.Add(false, []byte("tim"), []byte("x\x00"), []byte("*"))
	f.Add(true, []byte(""), []byte("\xff"), []byte("tim"))
	f.Add(true, []byte("e\u0301 \uff21"), []byte("\u3000"), []byte("tim"))
	f.Fuzz(func(t *testing.T, initial bool, first, second, third []byte) {
		var asked []string
		a := &Authenticator{Logger: silent, Accounts: verifierFunc(func(_ context.Context, _ *Conn, name, password string) (string, error) {
			asked = append(asked, name, password)
			return name, nil
		})}
		e, err := a.Start(t.Context(), secure, "LOGIN")
		require.NoError(t, err)
		if !initial {
			_, _, err := e.Next(nil)
			require.NoError(t, err)
		}
		_, done1, err1 := e.Next(append([]byte{}, first...))
		require.False(t, done1)
		require.Empty(t, asked)
		_, done2, err2 := e.Next(append([]byte{}, second...))
		if err1 != nil {
			require.Equal(t, err1, err2)
		}
		require.Equal(t, err2 == nil, done2)
		if done2 {
			require.Equal(t, asked[0], e.Identity().User)
		}
		_, done3, err3 := e.Next(third)
		require.False(t, done3)
		require.Error(t, err3)
		require.Zero(t, e.Identity())
		if len(asked) == 0 {
			return
		}
		require.Len(t, asked, 2)
		for i, raw := range [][]byte{first, second} {
			require.False(t, bytes.Contains(raw, []byte{0}))
			requireClean(t, asked[i])
		}
	})
}
