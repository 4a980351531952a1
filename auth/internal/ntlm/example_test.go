package ntlm_test

import (
	"fmt"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
)

func Example() {
	hash := ntlm.PasswordHash("tanstaaftanstaaf")
	client := &ntlm.Client{Domain: "EXAMPLE", User: "tim", Hash: hash}
	server := &ntlm.Server{Domain: "EXAMPLE"}

	handshake, challenge, err := server.Challenge(client.Negotiate())
	if err != nil {
		panic(err)
	}
	authenticate, err := client.Authenticate(challenge)
	if err != nil {
		panic(err)
	}
	response, err := handshake.Open(authenticate)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.Domain, response.User, response.Verify(hash))
	// Output: EXAMPLE tim <nil>
}
