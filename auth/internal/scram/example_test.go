package scram_test

import (
	"fmt"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// Both sides of an exchange, as in RFC 5802, 5, with another salt.
func Example() {
	first, _ := scram.ParseClientFirst([]byte("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"))
	salt := []byte("salt of 12..")
	secret, _ := scram.SHA1().Derive("pencil", salt, 4096)
	stored := secret.Key(salt, 4096) // what the server keeps

	answer := scram.ServerFirst{Nonce: first.Nonce + "3rfcNHYJY1ZVvWVs7j", Salt: salt, Iterations: 4096}.String()
	final := scram.NewClientFinal([]byte(first.Header), first.Nonce+"3rfcNHYJY1ZVvWVs7j")
	proof, expected := secret.Prove(scram.AuthMessage(first, answer, final))

	signature, ok := scram.SHA1().Verify(stored, scram.AuthMessage(first, answer, final), proof)
	fmt.Println(first.Name, ok, string(signature) == string(expected))
	// Output: user true true
}
