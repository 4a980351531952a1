// Package nntptest has what tests of news software need: a server in one line,
// as net/http/httptest has for HTTP; written dialogues for servers; a check that
// a Store keeps its promises; and conformance cases for any server at any
// address.
//
//	func TestFetch(t *testing.T) {
//		srv := nntptest.NewServer(t, "example.test")
//		id := srv.Post("From: ann@example.org\r\nNewsgroups: example.test\r\nSubject: hello\r\n\r\nHello.\r\n")
//		fetch(srv.Addr, id) // the code under test
//		...
//	}
//
// The files:
//
//	server.go    Server: starts, lets everybody in
//	play.go      dialogues
//	store.go     TestStore; store_*.go: the promises by topic
//	target.go    Target, Check: conformance cases against a server
//	session.go   the client's side of a case
//	cases.go     the list of the cases; case_*.go: the cases by topic
package nntptest
