package auth_test

import (
	"context"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
)

// An engine offers what the connection allows, and runs what the client picks.
func ExampleAuthenticator() {
	users := new(auth.Users)
	if err := users.Set("tim", "tanstaaftanstaaf"); err != nil {
		fmt.Println(err)
		return
	}
	login := &auth.Authenticator{Accounts: users}

	clear := &auth.Conn{Protocol: "smtp"}
	fmt.Println("without TLS:", login.Offer(clear))
	secure := &auth.Conn{Protocol: "smtp", TLS: &tls.ConnectionState{}}
	fmt.Println("with TLS:", login.Offer(secure))

	// The client's side, and its one message.
	mechanism, response, _ := sasl.NewPlainClient("", "Tim", "tanstaaftanstaaf").Start()

	exchange, err := login.Start(context.Background(), secure, mechanism)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, done, err := exchange.Next(response)
	fmt.Println(done, err, exchange.Identity().Name())

	_, err = login.Start(context.Background(), clear, mechanism)
	fmt.Println(errors.Is(err, auth.ErrInsecure))
	// Output:
	// without TLS: [SCRAM-SHA-256]
	// with TLS: [SCRAM-SHA-256 PLAIN LOGIN]
	// true <nil> tim
	// true
}

// An assistant may act for the account sales.
func ExampleAuthenticator_authorize() {
	users := new(auth.Users)
	_ = users.Set("tim", "tanstaaftanstaaf")
	login := &auth.Authenticator{
		Accounts: users,
		Authorize: func(_ context.Context, user, as string) error {
			if user == "tim" && as == "sales" {
				return nil
			}
			return auth.ErrAuthorization
		},
	}
	secure := &auth.Conn{TLS: &tls.ConnectionState{}}
	exchange, _ := login.Start(context.Background(), secure, "PLAIN")
	_, _, err := exchange.Next([]byte("sales\x00tim\x00tanstaaftanstaaf"))
	fmt.Printf("%v %+v\n", err, exchange.Identity())
	// Output: <nil> {User:tim As:sales Mechanism:PLAIN}
}

func ExampleHasher() {
	var hasher auth.Hasher // one for the whole program
	stored, err := hasher.Hash("tanstaaftanstaaf")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$"))
	ctx := context.Background()
	fmt.Println(hasher.Verify(ctx, stored, "tanstaaftanstaaf"))
	fmt.Println(hasher.Verify(ctx, stored, "guessed"))
	// Output:
	// true
	// <nil>
	// auth: wrong name or password
}

func ExampleUsers() {
	var users auth.Users
	_ = users.Set("Tim@Example.org", "tanstaaftanstaaf")
	// A string that other software has stored.
	_ = users.SetHash("kurt", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
	users.Disable("kurt")

	login := &auth.Authenticator{Accounts: &users, AllowInsecure: true}
	identity, err := login.Password(context.Background(), nil, "TIM@example.org", "tanstaaftanstaaf")
	fmt.Println(identity.User, err)
	_, err = users.VerifyPassword(context.Background(), nil, "kurt", "U*U")
	fmt.Println(errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrDisabled))
	// Output:
	// tim@example.org <nil>
	// true true
}

// accounts is a store that knows one account; a real one asks its database.
type accounts struct{ stored string }

func (a accounts) PasswordHash(_ context.Context, name string) (user, stored string, err error) {
	if name, err = auth.FoldName(name); err != nil || name != "tim" {
		return name, "", auth.ErrCredentials
	}
	return name, a.stored, nil
}

// One method makes a store's accounts able to log in.
func ExamplePasswords() {
	stored := "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
	login := &auth.Authenticator{
		Accounts:      &auth.Passwords{Lookup: accounts{stored}},
		AllowInsecure: true,
	}
	identity, err := login.Password(context.Background(), nil, "Tim", "U*U")
	fmt.Println(identity.Name(), err)
	// Output: tim <nil>
}

func ExampleExchange() {
	users := new(auth.Users)
	_ = users.Set("tim", "tanstaaftanstaaf")
	login := &auth.Authenticator{Accounts: users, AllowInsecure: true}

	exchange, _ := login.Start(context.Background(), nil, "LOGIN")
	for _, line := range [][]byte{nil, []byte("tim"), []byte("tanstaaftanstaaf")} {
		challenge, done, err := exchange.Next(line)
		fmt.Printf("%q %t %v\n", challenge, done, err)
	}
	fmt.Println(exchange.Identity().User, "by", exchange.Identity().Mechanism)
	// Output:
	// "Username:" false <nil>
	// "Password:" false <nil>
	// "" true <nil>
	// tim by LOGIN
}

func ExampleLoginClient() {
	client := auth.LoginClient("tim", "tanstaaftanstaaf")
	mechanism, response, _ := client.Start()
	fmt.Printf("%s %s\n", mechanism, response)
	response, _ = client.Next([]byte("Password\x00"))
	fmt.Printf("%s\n", response)
	// Output:
	// LOGIN tim
	// tanstaaftanstaaf
}

// A client takes the best mechanism that the server offers, here bound to nothing
// because there is no TLS.
func ExampleCredentials_Client() {
	users := new(auth.Users)
	_ = users.Set("tim", "tanstaaftanstaaf")
	server := &auth.Authenticator{Accounts: users}

	credentials := &auth.Credentials{Name: "tim", Password: "tanstaaftanstaaf"}
	client, err := credentials.Client(nil, server.Offer(nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	mechanism, response, _ := client.Start()
	exchange, _ := server.Start(context.Background(), nil, mechanism)
	for done := false; !done && err == nil; {
		var challenge []byte
		challenge, done, err = exchange.Next(response)
		if err == nil && !done {
			response, err = client.Next(challenge)
		}
	}
	fmt.Println(mechanism, err, auth.Proven(client), exchange.Identity().Name())
	// Output: SCRAM-SHA-256 <nil> <nil> tim
}

// POP3's APOP needs the password itself, which a program has to ask for.
func ExampleAuthenticator_APOP() {
	users := &auth.Users{Hasher: &auth.Hasher{Secret: true}}
	_ = users.Set("mrose", "tanstaaf")
	login := &auth.Authenticator{Accounts: users}

	challenge := login.APOPChallenge(nil) // goes into the greeting
	digest := md5.Sum([]byte(challenge + "tanstaaf"))
	identity, err := login.APOP(context.Background(), nil, challenge, "mrose", hex.EncodeToString(digest[:]))
	fmt.Println(identity.Name(), err)
	// Output: mrose <nil>
}
