package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"
)

type anonymousFunc func(trace string) (string, error)

func (f anonymousFunc) Anonymous(_ context.Context, _ *Conn, trace string) (string, error) {
	return f(trace)
}

func TestAnonymous(t *testing.T) {
	for _, c := range []struct {
		name, trace string
		err         error
	}{
		{"RFC 4505, 4", "sirhc", nil},
		{"none", "", nil},
		{"address", "tim@example.org", nil},
		{"every kind of letter", "t\u00efm \u6f22\u5b57 \u05d0 \U0001f600 \u00a0\u00ad", nil},
		{"255 characters", strings.Repeat("\U0001f600", 255), nil},
		{"256 characters", strings.Repeat("a", 256), ErrMalformed},
		{"256 long characters", strings.Repeat("\U0001f600", 256), ErrMalformed},
		{"not UTF-8", "\xff", ErrMalformed},
		{"surrogate", "\xed\xa0\x80", ErrMalformed},
		{"NUL", "a\x00", ErrMalformed},
		{"line end", "a\r\nb", ErrMalformed},
		{"DEL", "\x7f", ErrMalformed},
		{"C1", "\u0085", ErrMalformed},
		{"line separator", "\u2028", ErrMalformed},
		{"override", "\u202e", ErrMalformed},
		{"byte order mark", "\ufeff", ErrMalformed},
		{"private use", "\ue000", ErrMalformed},
		{"noncharacter", "\U0002ffff", ErrMalformed},
		{"noncharacter of Arabic", "\ufdd0", ErrMalformed},
		{"replacement", "\ufffd", ErrMalformed},
		{"tag", "\U000e0041", ErrMalformed},
		{"last of all", "\U0010ffff", ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			a := &Authenticator{Logger: silent, Accounts: anonymousFunc(func(trace string) (string, error) {
				got = append(got, trace)
				return "guest", nil
			})}
			mechanism, response, err := sasl.NewAnonymousClient(c.trace).Start()
			require.NoError(t, err)
			e, err := a.Start(t.Context(), nil, mechanism)
			require.NoError(t, err)
			_, done, err := e.Next(append([]byte{}, response...))
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.err == nil, done)
			if c.err == nil {
				require.Equal(t, []string{c.trace}, got)
				require.Equal(t, Identity{User: "guest", Mechanism: "ANONYMOUS"}, e.Identity())
			} else {
				require.Empty(t, got)
			}
		})
	}
}

// TestAnonymousIsAskedFor: nobody gets in where the program has not said so (RFC
// 4505, 5), and its refusals stand.
func TestAnonymousIsAskedFor(t *testing.T) {
	require.NotContains(t, (&Authenticator{Accounts: tim, AllowInsecure: true}).Offer(nil), "ANONYMOUS")
	for _, want := range []error{ErrCredentials, errDown, nil} {
		a := &Authenticator{Logger: silent, Accounts: anonymousFunc(func(string) (string, error) { return "", want })}
		require.Equal(t, []string{"ANONYMOUS"}, a.Offer(nil))
		require.False(t, a.PasswordAllowed(secure))
		e, err := a.Start(t.Context(), nil, "ANONYMOUS")
		require.NoError(t, err)
		_, done, err := e.Next([]byte{})
		require.False(t, done)
		require.Error(t, err)
		require.True(t, want == nil || errors.Is(err, want))
	}
}

// FuzzTrace checks that a trace that is taken has no controls, is UTF-8 and within
// the limit.
func FuzzTrace(f *testing.F) {
	for _, s := range []string{"", "sirhc", "tim@example.org", "\x00", "\u202e", strings.Repeat("\u00e9", 256)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, trace string) {
		if checkTrace(trace) != nil {
			return
		}
		require.True(t, utf8.ValidString(trace))
		require.LessOrEqual(t, utf8.RuneCountInString(trace), 255)
		if trace != "" {
			requireClean(t, trace)
		}
	})
}
