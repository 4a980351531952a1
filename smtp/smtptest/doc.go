// Package smtptest has what tests of mail software need: a server that keeps
// what it is sent, in one line, as net/http/httptest has for HTTP; written
// dialogues for servers; a check that a Backend keeps its promises; a server
// that does wrong, to try clients with; and conformance cases for any server at
// any address.
//
//	func TestReport(t *testing.T) {
//		srv := smtptest.NewServer(t)
//		sendReport(srv.Addr) // the code under test
//		m := srv.Messages()[0]
//		...
//	}
//
// The files:
//
//	server.go    Server: starts, keeps messages
//	message.go   what it keeps
//	script.go    Server.On: how it is to answer
//	fault.go     Fault: what a FaultServer does wrong
//	faultserver.go  FaultServer: a server to try clients with; faultconn.go: its side of a conversation
//	play.go      dialogues
//	backend.go   TestBackend
//	target.go    Target, Check: conformance cases against a server
//	session.go   the client's side of a case
//	cases.go     the list of the cases; case_*.go: the cases by topic
package smtptest
