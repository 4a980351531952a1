package auth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/auth"
)

// tokens are bearer tokens and whose they are.
type tokens map[string]string

func (t tokens) VerifyToken(_ context.Context, _ *auth.Conn, name, token string) (string, error) {
	user, ok := t[token]
	if !ok || name != "" && name != user {
		return "", &auth.TokenError{Scope: "mail"} // the client may ask for a better one
	}
	return user, nil
}

// A server that knows tokens, and a client that has a stale one.
func ExampleXOAUTH2Client() {
	server := &auth.Authenticator{Accounts: tokens{"vF9dft4qmT": "tim"}}
	conn := &auth.Conn{TLS: &tls.ConnectionState{}}
	fmt.Println(server.Offer(conn))

	client := auth.XOAUTH2Client("tim", "stale")
	mechanism, response, _ := client.Start()
	exchange, err := server.Start(context.Background(), conn, mechanism)
	if err != nil {
		fmt.Println(err)
		return
	}
	challenge, _, _ := exchange.Next(response)
	fmt.Println(string(challenge))
	response, _ = client.Next(challenge)
	_, _, err = exchange.Next(response)
	fmt.Println(errors.Is(err, auth.ErrCredentials))
	// Output:
	// [OAUTHBEARER XOAUTH2]
	// {"status":"401","schemes":"bearer","scope":"mail"}
	// true
}
