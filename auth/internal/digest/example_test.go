package digest_test

import (
	"fmt"

	"github.com/wirepost/wirepost/auth/internal/digest"
)

// A login from the challenge to the proof (RFC 2831, 4).
func Example() {
	challenge, _ := digest.ParseChallenge([]byte(
		`realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`))
	response := digest.NewResponse(challenge, "chris", challenge.Realms[0], "OA6MHXh6VqTrRk", "imap/elwood.innosoft.com", "")
	proof, rspauth := response.Compute("secret")
	fmt.Println(proof)
	fmt.Println(rspauth)
	// Output:
	// d388dad90d4bbd760a152321f2143af7
	// ea40f60335c427b5527b84dbabcdfffd
}
