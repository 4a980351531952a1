package auth_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"github.com/Azure/go-ntlmssp"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// secrets is a SecretLookup: passwords by name.
type secrets map[string]string

func (s secrets) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	secret, ok := s[name]
	if !ok {
		return "", "", auth.ErrCredentials
	}
	return name, secret, nil
}

// TestNTLMForeignClient has another implementation log in.
func TestNTLMForeignClient(t *testing.T) {
	a := &auth.Authenticator{
		Accounts: &auth.NTLM{Accounts: secrets{"tim": "tanstaaftanstaaf", "jürgen": "pässword"}, Domain: "EXAMPLE"},
		Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, c := range []struct {
		domain, name, password string
		want                   error
	}{
		{"EXAMPLE", "tim", "tanstaaftanstaaf", nil},
		{"", "jürgen", "pässword", nil},
		{"EXAMPLE", "tim", "wrong", auth.ErrCredentials},
		{"EXAMPLE", "tom", "tanstaaftanstaaf", auth.ErrCredentials},
	} {
		e, err := a.Start(t.Context(), nil, "NTLM")
		require.NoError(t, err)
		one, err := ntlmssp.NewNegotiateMessage(c.domain, "PC")
		require.NoError(t, err)
		two, _, err := e.Next(one)
		require.NoError(t, err)
		name := c.name
		if c.domain != "" {
			name = c.domain + `\` + name
		}
		three, err := ntlmssp.NewAuthenticateMessage(two, name, c.password, nil)
		require.NoError(t, err)
		_, done, err := e.Next(three)
		require.ErrorIs(t, err, c.want)
		require.Equal(t, c.want == nil, done)
	}
}

func ExampleNTLM() {
	accounts := secrets{"tim": "tanstaaftanstaaf"}
	login := &auth.Authenticator{
		Accounts: &auth.NTLM{Accounts: accounts, Domain: "EXAMPLE"},
	}
	server, err := login.Start(context.Background(), nil, "NTLM")
	if err != nil {
		panic(err)
	}
	client := auth.NTLMClient(nil, "EXAMPLE", "tim", "tanstaaftanstaaf")
	_, message, err := client.Start()
	for done := false; err == nil && !done; {
		var challenge []byte
		if challenge, done, err = server.Next(message); err == nil && !done {
			message, err = client.Next(challenge)
		}
	}
	fmt.Println(server.Identity().User, err)
	// Output: tim <nil>
}
