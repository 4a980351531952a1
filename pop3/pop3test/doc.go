// Package pop3test has what tests of mail software need: a server with
// mailboxes, in one line, as net/http/httptest has for HTTP; written dialogues
// for servers; a check that a Backend keeps its promises; and conformance cases
// for any server at any address.
//
//	func TestFetch(t *testing.T) {
//		srv := pop3test.NewServer(t, pop3test.Mailbox{
//			User: "tim", Password: "tanstaaf",
//			Messages: []string{"Subject: hello\r\n\r\nHello, Tim.\r\n"},
//		})
//		fetchAll(srv.Addr, "tim", "tanstaaf") // the code under test
//		left := srv.Store.Messages("tim")
//		...
//	}
//
// The files:
//
//	server.go    Server: starts, lets users in
//	store.go     Store: keeps messages
//	play.go      dialogues
//	backend.go   TestBackend
//	target.go    Target, Check: conformance cases against a server
//	session.go   the client's side of a case
//	cases.go     the list of the cases; case_*.go: the cases by topic
package pop3test
