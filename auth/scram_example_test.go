package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"

	"github.com/wirepost/wirepost/auth"
)

// keys is a store of the keys that RFC 5802, 3, has a server keep, such as a
// database in which another program puts them. Who logs in need show nobody his
// password, not even here.
type keys map[string]auth.SCRAMKey

// SCRAMKey makes keys an auth.SCRAMLookup.
func (k keys) SCRAMKey(_ context.Context, _ *auth.Conn, name, hash string) (user string, key auth.SCRAMKey, err error) {
	if name, err = auth.FoldName(name); err != nil {
		return "", auth.SCRAMKey{}, err
	}
	key, ok := k[name]
	if !ok || hash != "SHA-256" {
		// A name that is unknown is shown what a new account would show.
		return name, auth.SCRAMKey{Iterations: 4096}, auth.ErrCredentials
	}
	return name, key, nil
}

// Serves makes keys auth.Selective: there are none for SHA-1.
func (k keys) Serves(mechanism string) bool { return mechanism == "SCRAM-SHA-256" }

// newKey is what a program computes when a password is set.
func newKey(password string, salt []byte) (auth.SCRAMKey, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, 4096, sha256.Size)
	if err != nil {
		return auth.SCRAMKey{}, err
	}
	mac := func(text string) []byte {
		h := hmac.New(sha256.New, salted)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	return auth.SCRAMKey{Salt: salt, Iterations: 4096, StoredKey: stored[:], ServerKey: mac("Server Key")}, nil
}

func ExampleSCRAMLookup() {
	key, err := newKey("tanstaaftanstaaf", []byte("sixteen at random"))
	if err != nil {
		panic(err)
	}
	server := &auth.Authenticator{Accounts: keys{"tim": key}, Floor: auth.FloorProof}
	offered := server.Offer(nil)
	fmt.Println(offered)

	client, err := (&auth.Credentials{Name: "Tim", Password: "tanstaaftanstaaf"}).Client(nil, offered)
	if err != nil {
		panic(err)
	}
	mechanism, message, _ := client.Start()
	exchange, err := server.Start(context.Background(), nil, mechanism)
	for done := false; err == nil && !done; {
		var challenge []byte
		if challenge, done, err = exchange.Next(message); err == nil && !done {
			message, err = client.Next(challenge)
		}
	}
	fmt.Println(exchange.Identity().User, err, auth.Proven(client))
	// Output:
	// [SCRAM-SHA-256]
	// tim <nil> <nil>
}

// Whoever says that a login has succeeded without having shown that he knows the
// password is not the server.
func ExampleProven() {
	credentials := &auth.Credentials{Name: "tim", Password: "tanstaaftanstaaf"}
	client, err := credentials.Client(nil, []string{"SCRAM-SHA-256"})
	if err != nil {
		panic(err)
	}
	_, _, _ = client.Start()
	// Here the server answers: 235 2.7.0 Welcome.
	fmt.Println(auth.Proven(client))
	// Output: auth: server not to be trusted: it accepted the login without proving that it knows the password
}
