// Package httpauth has an HTTP server ask who is there, and an HTTP client
// answer: Basic (RFC 7617), Digest (RFC 7616, and RFC 2617 as it is spoken),
// NTLM, and Negotiate as far as NTLM goes (RFC 4559, RFC 4178). Accounts and
// rules are an [auth.Authenticator]'s.
//
//	login := &httpauth.Handler{
//		Auth:  &auth.Authenticator{Accounts: accounts},
//		Realm: "im.example",
//		Next:  site, // asks httpauth.Identity(r.Context())
//	}
//	srv := &http.Server{Handler: login, ConnContext: httpauth.ConnContext}
//
// What is offered follows from what the accounts can do:
//
//	Basic          where the Authenticator takes passwords: PasswordVerifier, and TLS
//	Digest         SecretLookup
//	NTLM           NTHashLookup or SecretLookup, HTTP/1, and ConnContext
//	Negotiate      as NTLM, if Schemes says so
//
// NTLM logs in a TCP connection, not a request: those that follow on it need no
// header. Behind a proxy many share a connection, so a request that shows signs
// of one is not logged in that way. HTTP/2 is such a sharing too; a server under
// TLS whose clients need NTLM speaks HTTP/1 only (http.Server's Protocols).
//
// # Clients
//
//	client := &http.Client{Transport: &httpauth.Transport{
//		Host: "im.example", User: "tim", Password: "tanstaaftanstaaf",
//	}}
//
// # Files
//
//	handler.go      Handler: one request
//	check.go        what is wrong with its fields; why nobody can log in
//	scheme.go       THE TABLE of schemes; the 401
//	conn.go         what is known of a connection
//	body.go         bodies of requests that are not served yet
//	params.go       parser and writer of WWW-Authenticate and Authorization
//	basic.go ntlm.go digest.go  one scheme each
//	spnego.go       SPNEGO, as far as it carries NTLM
//	hash.go         the algorithms of Digest
//	prove.go        whether an answer of Digest is right
//	answer.go       the client's message of Digest
//	nonce.go        nonces of Digest
//	window.go       which counts of a nonce have been used
//	log.go          the record of failed logins by Digest
//	transport.go    Transport: the client
//	lane.go         connections of the client's own
//	reply.go        which challenge it answers
//	replies.go      by Digest and NTLM
package httpauth
