// Package digest has the messages and the computations of DIGEST-MD5 (RFC 2831),
// for both sides, without its layers of integrity and confidentiality: qop=auth
// only. It holds no state and asks nobody.
//
//	challenge, err := digest.ParseChallenge(message)
//	...
//	response := digest.NewResponse(challenge, name, challenge.Realms[0], cnonce, uri, "")
//
// # Files
//
//	directives.go  the list of directives that every message is
//	challenge.go   the server's message
//	response.go    the client's message, and what it proves
package digest
