package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"
)

// tokensFunc is a TokenVerifier.
type tokensFunc func(name, token string) (string, error)

func (f tokensFunc) VerifyToken(_ context.Context, _ *Conn, name, token string) (string, error) {
	return f(name, token)
}

// RFC 7628, 4.1.
const goodToken = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

// tokens knows one token, of tim.
var tokens = tokensFunc(func(name, token string) (string, error) {
	switch {
	case token == "narrow":
		return "", fmt.Errorf("scopes: %w", &TokenError{Status: "insufficient_scope", Scope: "mail", Configuration: "https://id.test/x"})
	case token == "down":
		return "", errDown
	case token == "nameless":
		return "", nil
	case token != goodToken || name != "" && name != "tim":
		return "", ErrCredentials
	}
	return "tim", nil
})

func TestOAuthBearer(t *testing.T) {
	for _, c := range []struct {
		name, message string
		user          string
		challenge     string // of the refusal
		err           error
	}{
		{"RFC 7628, 4.1, shape", "n,a=tim,\x01host=server.example.com\x01port=143\x01auth=Bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"no name", "n,,\x01auth=Bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"y", "y,,\x01auth=Bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"scheme in lower case", "n,,\x01auth=bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"unknown key", "n,,\x01future=a=b\r\n\x01auth=Bearer " + goodToken + "\x01mthd=POST\x01\x01", "tim", "", nil},
		{"unknown key twice", "n,,\x01qs=\x01qs=\x01auth=Bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"wrong token", "n,,\x01auth=Bearer x\x01\x01", "", `{"status":"invalid_token"}`, ErrCredentials},
		{"token for another", "n,a=tom,\x01auth=Bearer " + goodToken + "\x01\x01", "", `{"status":"invalid_token"}`, ErrCredentials},
		{"scope", "n,,\x01auth=Bearer narrow\x01\x01", "", `{"status":"insufficient_scope","scope":"mail","openid-configuration":"https://id.test/x"}`, ErrCredentials},
		{"down", "n,,\x01auth=Bearer down\x01\x01", "", "", errDown},
		{"escaped name", "n,a=t=2Ci=3Dm,\x01auth=Bearer x\x01\x01", "", `{"status":"invalid_token"}`, ErrCredentials},
		{"disallowed name", "n,a=t\x7fm,\x01auth=Bearer x\x01\x01", "", "", ErrDisallowed},
		{"other host", "n,,\x01host=evil.test\x01auth=Bearer " + goodToken + "\x01\x01", "", "", ErrCredentials},

		{"binding", "p=tls-exporter,,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"non-standard flag", "F,n,,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"bad escape", "n,a=t=2cm,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"= at the end", "n,a=tim=,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"empty name", "n,a=,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"name without a=", "n,tim,\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"empty", "", "", "", ErrMalformed},
		{"only the end", "\x01", "", "", ErrMalformed},
		{"no pairs", "n,,\x01\x01", "", "", ErrMalformed},
		{"no end", "n,,\x01auth=Bearer x\x01", "", "", ErrMalformed},
		{"after the end", "n,,\x01auth=Bearer x\x01\x01x", "", "", ErrMalformed},
		{"auth twice", "n,,\x01auth=Bearer x\x01auth=Bearer " + goodToken + "\x01\x01", "", "", ErrMalformed},
		{"host twice", "n,,\x01host=a\x01host=b\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"digit in a key", "n,,\x01k1=\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"empty key", "n,,\x01=x\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"NUL in a value", "n,,\x01k=\x00\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"not ASCII", "n,,\x01k=\u00e9\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"port 0", "n,,\x01port=0\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"port 0143", "n,,\x01port=0143\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"port 65536", "n,,\x01port=65536\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"Basic", "n,,\x01auth=Basic dGltOnRpbQ==\x01\x01", "", "", ErrMalformed},
		{"no token", "n,,\x01auth=Bearer \x01\x01", "", "", ErrMalformed},
		{"only =", "n,,\x01auth=Bearer ==\x01\x01", "", "", ErrMalformed},
		{"token with a space", "n,,\x01auth=Bearer a b\x01\x01", "", "", ErrMalformed},
		{"token with a line end", "n,,\x01auth=Bearer a\r\n\x01\x01", "", "", ErrMalformed},
		{"= within the token", "n,,\x01auth=Bearer a=b\x01\x01", "", "", ErrMalformed},
		{"long token", "n,,\x01auth=Bearer " + strings.Repeat("a", maxToken+1) + "\x01\x01", "", "", ErrMalformed},
		{"many keys", "n,," + strings.Repeat("\x01abc=", 1) + manyKeys() + "\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			testToken(t, "OAUTHBEARER", c.message, c.user, c.challenge, c.err)
		})
	}
}

func manyKeys() string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "\x01k%s=", strings.Repeat("k", i))
	}
	return b.String()
}

func TestXOAuth2(t *testing.T) {
	for _, c := range []struct {
		name, message string
		user          string
		challenge     string
		err           error
	}{
		{"good", "user=tim\x01auth=Bearer " + goodToken + "\x01\x01", "tim", "", nil},
		{"wrong token", "user=tim\x01auth=Bearer x\x01\x01", "", `{"status":"401","schemes":"bearer"}`, ErrCredentials},
		{"scope", "user=tim\x01auth=Bearer narrow\x01\x01", "", `{"status":"403","schemes":"bearer","scope":"mail"}`, ErrCredentials},
		{"down", "user=tim\x01auth=Bearer down\x01\x01", "", "", errDown},
		{"empty", "", "", "", ErrMalformed},
		{"no user", "user=\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"one end", "user=tim\x01auth=Bearer x\x01", "", "", ErrMalformed},
		{"three ends", "user=tim\x01auth=Bearer x\x01\x01\x01", "", "", ErrMalformed},
		{"other order", "auth=Bearer x\x01user=tim\x01\x01", "", "", ErrMalformed},
		{"NUL in the name", "user=t\x00m\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
		{"not UTF-8", "user=t\xffm\x01auth=Bearer x\x01\x01", "", "", ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) { testToken(t, "XOAUTH2", c.message, c.user, c.challenge, c.err) })
	}
}

// testToken sends a message, and to a challenge each answer there may be: the
// outcome is the same.
func testToken(t *testing.T, mechanism, message, user, challenge string, want error) {
	t.Helper()
	conn := &Conn{TLS: &tls.ConnectionState{ServerName: "server.example.com"}, ServerName: "mx.example.com"}
	answers := []string{""}
	if challenge != "" {
		answers = []string{"\x01", "", "*", "x", strings.Repeat("\x00", 70000), message}
	}
	for _, answer := range answers {
		e, err := (&Authenticator{Accounts: tokens, Logger: silent}).Start(t.Context(), conn, mechanism)
		require.NoError(t, err)
		got, done, err := e.Next([]byte(message))
		if challenge != "" {
			require.NoError(t, err)
			require.JSONEq(t, challenge, string(got))
			require.False(t, done)
			require.Zero(t, e.Identity())
			_, done, err = e.Next([]byte(answer))
		}
		require.ErrorIs(t, err, want)
		require.Equal(t, want == nil, done)
		require.Equal(t, user, e.Identity().Name())
	}
}

// The token error of a program's own text, and one who forgets the name.
func TestTokenErrors(t *testing.T) {
	require.ErrorIs(t, &TokenError{}, ErrCredentials)
	require.Equal(t, "auth: token refused: invalid_token", (&TokenError{}).Error())
	e, err := (&Authenticator{Accounts: tokens, Logger: silent}).Start(t.Context(), secure, "XOAUTH2")
	require.NoError(t, err)
	_, _, err = e.Next([]byte("user=tim\x01auth=Bearer nameless\x01\x01"))
	require.ErrorContains(t, err, "return its name")
	require.NotErrorIs(t, err, ErrCredentials)
}

// TestTokensNeedTLS: a token is as good as a password; and accounts that know
// only tokens allow no command that carries a password.
func TestTokensNeedTLS(t *testing.T) {
	a := &Authenticator{Accounts: tokens}
	require.Empty(t, a.Offer(inClear))
	require.Equal(t, []string{"OAUTHBEARER", "XOAUTH2"}, a.Offer(secure))
	_, err := a.Start(t.Context(), inClear, "OAUTHBEARER")
	require.ErrorIs(t, err, ErrInsecure)
	require.False(t, a.PasswordAllowed(secure))
	require.Empty(t, (&Authenticator{Accounts: tokens, Floor: FloorProof}).Offer(secure))
}

func TestTokenClients(t *testing.T) {
	for _, client := range []sasl.Client{
		XOAUTH2Client("tim", goodToken),
		sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: "tim", Token: goodToken, Host: "localhost", Port: 587}),
	} {
		mechanism, response, err := client.Start()
		require.NoError(t, err)
		for _, initial := range []bool{true, false} {
			e, err := (&Authenticator{Accounts: tokens}).Start(t.Context(), secure, mechanism)
			require.NoError(t, err)
			if !initial {
				challenge, done, err := e.Next(nil)
				require.NoError(t, err)
				require.False(t, done)
				require.Equal(t, []byte{}, challenge)
			}
			_, done, err := e.Next(response)
			require.NoError(t, err)
			require.True(t, done)
			require.Equal(t, Identity{User: "tim", Mechanism: mechanism}, e.Identity())
		}
	}
}

// TestXOAUTH2ClientRefused: the client hears why, answers with nothing, and the
// server's outcome follows. It can be used again.
func TestXOAUTH2ClientRefused(t *testing.T) {
	client := XOAUTH2Client("tim", canary)
	for range 2 {
		mechanism, response, err := client.Start()
		require.NoError(t, err)
		e, err := (&Authenticator{Accounts: tokens, Logger: silent}).Start(t.Context(), secure, mechanism)
		require.NoError(t, err)
		challenge, _, err := e.Next(response)
		require.NoError(t, err)
		response, err = client.Next(challenge)
		require.NoError(t, err)
		require.Equal(t, []byte{}, response)
		_, _, err = e.Next(response)
		require.ErrorIs(t, err, ErrCredentials)
		_, err = client.Next(challenge)
		require.ErrorIs(t, err, sasl.ErrUnexpectedServerChallenge)
	}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", client, client, client), canary)
}

// TestTokenNotLogged: a refusal is logged once, when it is told, whether the
// client answers or cancels; and never with the token.
func TestTokenNotLogged(t *testing.T) {
	for _, answer := range []bool{true, false} {
		for mechanism, message := range map[string]string{
			"OAUTHBEARER": "n,a=tim,\x01auth=Bearer " + canary + "\x01\x01",
			"XOAUTH2":     "user=tim\x01auth=Bearer " + canary + "\x01\x01",
		} {
			log := newCapture()
			a := &Authenticator{Accounts: tokens, Logger: slogOf(log)}
			e, err := a.Start(t.Context(), secure, mechanism)
			require.NoError(t, err)
			_, _, err = e.Next([]byte(message))
			require.NoError(t, err)
			if answer {
				_, _, err = e.Next([]byte("\x01"))
				require.ErrorIs(t, err, ErrCredentials)
			}
			require.Len(t, *log.levels, 1)
			require.Contains(t, log.all.String(), "user=tim")
			require.Contains(t, log.all.String(), mechanism)
			require.NotContains(t, log.all.String(), canary)
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", e, e, e), canary)
		}
	}
}

// FuzzTokenMessages checks, for both mechanisms, that an exchange ends within two
// messages and without a panic, that what is read is malformed or nothing but
// its parts put together, and that the program gets a clean name and a b64token.
func FuzzTokenMessages(f *testing.F) {
	for _, s := range []string{
		"", "\x01", "n,a=tim,\x01host=h\x01port=143\x01auth=Bearer abc\x01\x01", "y,,\x01auth=Bearer abc==\x01\x01",
		"user=tim\x01auth=Bearer abc\x01\x01", "n,a=t=2C=3D,\x01auth=Bearer a\x01\x01", "n,,\x01\x01", "user=\x01auth=\x01\x01",
	} {
		f.Add([]byte(s), []byte("\x01"))
	}
	f.Fuzz(func(t *testing.T, in, answer []byte) {
		for _, mechanism := range []string{"OAUTHBEARER", "XOAUTH2"} {
			a := &Authenticator{Logger: silent, Accounts: tokensFunc(func(name, token string) (string, error) {
				if name != "" {
					requireClean(t, name)
				}
				require.Regexp(t, `\A[A-Za-z0-9._~+/-]+=*\z`, token)
				require.Contains(t, string(in), token)
				if len(token)%2 == 0 {
					return "", ErrCredentials
				}
				return "tim", nil
			})}
			e, err := a.Start(t.Context(), secure, mechanism)
			require.NoError(t, err)
			challenge, done, err := e.Next(append([]byte{}, in...))
			if err == nil && !done {
				require.NotEmpty(t, challenge)
				_, done, err = e.Next(append([]byte{}, answer...))
				require.ErrorIs(t, err, ErrCredentials)
			}
			require.Equal(t, err == nil, done)
			require.True(t, err == nil || errors.Is(err, ErrMalformed) || errors.Is(err, ErrCredentials), err)
			require.Equal(t, done, e.Identity() != Identity{})
		}
		if m, err := parseXOAuth2(in); err == nil {
			require.True(t, strings.HasPrefix(string(in), "user="+m.authzid+"\x01auth=") && strings.HasSuffix(string(in), " "+m.token+"\x01\x01"))
		}
	})
}
