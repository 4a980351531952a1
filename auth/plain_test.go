package auth

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlain(t *testing.T) {
	kurt := verifierFunc(func(_ context.Context, _ *Conn, name, password string) (string, error) {
		if name == "Kurt" && password == "xipj3plmq" {
			return name, nil
		}
		return tim(context.Background(), nil, name, password)
	})
	for _, c := range []struct {
		name    string
		message string
		user    string
		err     error
	}{
		{"RFC 4616, 4, first example", "\x00tim\x00tanstaaftanstaaf", "tim", nil},
		{"RFC 4616, 4, second example", "Ursel\x00Kurt\x00xipj3plmq", "", ErrAuthorization},
		{"wrong password", "\x00tim\x00tanstaaf", "", ErrCredentials},
		{"unknown name", "\x00tom\x00tanstaaftanstaaf", "", ErrCredentials},
		{"password with a line end", "\x00tim\x00tanstaaftanstaaf\r\n", "", ErrDisallowed},
		{"control in the name", "\x00tim\x7f\x00x", "", ErrDisallowed},
		{"space before the name", "\x00 tim\x00x", "", ErrDisallowed},
		{"empty", "", "", ErrMalformed},
		{"no NUL", "tim", "", ErrMalformed},
		{"one NUL", "tim\x00tanstaaftanstaaf", "", ErrMalformed},
		{"one NUL, first", "\x00tim", "", ErrMalformed},
		{"three NULs", "\x00tim\x00tanstaaftanstaaf\x00", "", ErrMalformed},
		{"four NULs", "\x00tim\x00tanstaaftanstaaf\x00\x00", "", ErrMalformed},
		{"NUL in the password", "\x00tim\x00tanstaaf\x00tanstaaf", "", ErrMalformed},
		{"only NULs", "\x00\x00", "", ErrMalformed},
		{"empty name", "\x00\x00tanstaaftanstaaf", "", ErrMalformed},
		{"empty name with another", "tim\x00\x00tanstaaftanstaaf", "", ErrMalformed},
		{"empty password", "\x00tim\x00", "", ErrMalformed},
		{"empty password with another", "tim\x00tim\x00", "", ErrMalformed},
		{"authzid not UTF-8", "\xc3\x28\x00tim\x00tanstaaftanstaaf", "", ErrMalformed},
		{"authcid not UTF-8", "\x00t\xe9m\x00tanstaaftanstaaf", "", ErrMalformed},
		{"passwd not UTF-8", "\x00tim\x00p\xe4ss", "", ErrMalformed},
		{"surrogate", "\x00tim\x00\xed\xa0\x80", "", ErrMalformed},
		{"overlong NUL", "\x00tim\x00\xc0\x80", "", ErrMalformed},
		{"overlong slash", "\x00tim\xe0\x80\xaf\x00x", "", ErrMalformed},
		{"above U+10FFFF", "\x00tim\x00\xf4\x90\x80\x80", "", ErrMalformed},
		{"cancelled as if a message", "*", "", ErrMalformed},
		{"long", "\x00" + strings.Repeat("a", 70000) + "\x00x", "", ErrMalformed},
	} {
		for _, initial := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				e, err := (&Authenticator{Accounts: kurt, Logger: silent}).Start(t.Context(), secure, "PLAIN")
				require.NoError(t, err)
				if !initial {
					challenge, done, err := e.Next(nil)
					require.NoError(t, err)
					require.False(t, done)
					require.Equal(t, []byte{}, challenge) // RFC 4422, 5: empty, not absent
				}
				challenge, done, err := e.Next([]byte(c.message))
				require.Nil(t, challenge)
				require.Equal(t, c.user, e.Identity().Name())
				if c.err == nil {
					require.NoError(t, err)
					require.True(t, done)
					return
				}
				require.False(t, done)
				require.ErrorIs(t, err, c.err)
				require.Equal(t, 1, strings.Count(err.Error(), "auth: "), err)
			})
		}
	}
}

// A nil answer to the empty challenge is an empty message, not another request
// for one: the exchange must come to an end.
func TestPlainNilTwice(t *testing.T) {
	e, err := (&Authenticator{Accounts: tim, Logger: silent}).Start(t.Context(), secure, "PLAIN")
	require.NoError(t, err)
	_, _, err = e.Next(nil)
	require.NoError(t, err)
	_, _, err = e.Next(nil)
	require.ErrorIs(t, err, ErrMalformed)
}

// FuzzPlain checks that a message is read if and only if it has the grammar's
// shape, that its parts put together are the message again, and that the whole
// exchange hands the verifier nothing with a NUL or a control character in it.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "\x00tim\x00tanstaaftanstaaf", "Ursel\x00Kurt\x00xipj3plmq", "\x00\x00", "a\x00b\x00c\x00", "\x00tim\x00", "\x00\x00x", "\x00\xff\x00x", "\x00e\u0301\x00\u00a0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := parsePlain(in)
		parts := bytes.Split(in, []byte{0})
		shaped := len(parts) == 3 && len(parts[1]) > 0 && len(parts[2]) > 0
		require.Equal(t, shaped, err == nil)
		if err == nil {
			require.Equal(t, string(in), m.authzid+"\x00"+m.authcid+"\x00"+m.passwd)
		} else {
			require.ErrorIs(t, err, ErrMalformed)
		}
		calls := 0
		a := &Authenticator{Logger: silent, Accounts: verifierFunc(func(_ context.Context, _ *Conn, name, password string) (string, error) {
			calls++
			requireClean(t, name)
			requireClean(t, password)
			return name, nil
		})}
		e, err := a.Start(t.Context(), secure, "PLAIN")
		require.NoError(t, err)
		_, done, err := e.Next(append([]byte{}, in...))
		require.Equal(t, err == nil, done)
		require.LessOrEqual(t, calls, 1)
		require.Equal(t, done, e.Identity() != Identity{})
		if done {
			require.True(t, shaped)
			require.Equal(t, 1, calls)
			require.Empty(t, e.Identity().As)
		}
	})
}

func requireClean(t *testing.T, s string) {
	t.Helper()
	require.NotEmpty(t, s)
	require.False(t, strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }), "%q", s)
}
