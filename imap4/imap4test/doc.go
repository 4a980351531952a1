// Package imap4test has what tests of mail software need: a server with
// mailboxes, in one line, as net/http/httptest has for HTTP; and conformance
// cases for any server at any address.
//
//	func TestFetch(t *testing.T) {
//		srv := imap4test.NewServer(t, imap4test.User{
//			Name: "tim", Password: "tanstaaf",
//			Messages: []string{"Subject: hello\r\n\r\nHello, Tim.\r\n"},
//		})
//		fetchAll(srv.Addr, "tim", "tanstaaf") // the code under test
//		...
//	}
//
// The cases hold conversations with a server, in up to three sessions at once,
// and look at every octet that it sends: each response must be as the formal
// syntax wants it, and be one that may come at that moment, whatever the case is
// about.
//
// The files:
//
//	server.go    Server: starts, lets users in
//	target.go    Target, Check: conformance cases against a server
//	cases.go     the list of the cases; case_*.go: those that are made from tables or written in Go
//	cases/*.txt  those that are scripts; script.go has their language, match.go its patterns
//	session.go   one connection of a case; login.go, compress.go; watch.go: what may not come
//	grammar*.go, token.go  the formal syntax of responses
//	samples.go   the messages that cases work on
package imap4test
