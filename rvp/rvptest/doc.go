// Package rvptest has what tests of RVP software need: a home server with users, in
// one line, as net/http/httptest has for HTTP, and with a router in front in another;
// programs of users that keep a record of what they are told; and conformance cases for any
// server at any URL.
//
//	func TestPresence(t *testing.T) {
//		srv := rvptest.NewServer(t, rvptest.User{Name: "anna", Password: "tanstaaf"}, rvptest.User{Name: "ben", Password: "secret"})
//		anna, ben := srv.LogOn("anna"), srv.LogOn("ben")
//		anna.Watch("ben")
//		ben.Set("busy")
//		notice, err := anna.CallBack.Next(t.Context())
//		...
//	}
//
// # Conformance
//
// Check and TestServer hold conversations with a server, octet by octet, over connections of their own:
// nothing of package rvp is in between. What a server sends is read by somebody
// who takes it in any form that XML and HTTP allow; its form is what the cases form/, xml/ and some of
// notify/ are about, which read it as clients do that know less. Each case names its
// requirement, RVP-001 to RVP-149, and whether that is a MUST, without which
// some client does not work, or a SHOULD.
//
// Some requirements are seen by nobody from outside, and have no case:
//
//	RVP-024 to RVP-026, RVP-032 to RVP-034, RVP-058, RVP-083,
//	RVP-136 to RVP-142, RVP-144 to RVP-149   bind clients
//	RVP-028, RVP-030                         show to clients at two addresses only, or by settings
//	RVP-029                                  shows to one who sees both sides of a router; all cases
//	                                         pass behind one that keeps to it
//
// The two accounts of a Target end up without subscriptions. A case that waits
// for the end of a lifetime or a lease asks for two seconds, and does not apply
// where a server grants more than 15; these run together at the end. In all a run
// takes half a minute.
//
// # Files
//
//	server.go        Server: users, a home server, a router
//	program.go       Program: a user who is logged on
//	callback.go      CallBack, Notice: what is told
//	target.go        Target, Check: conformance cases against a server
//	requirements.go  the requirements
//	cases.go         the list of the cases; case_*.go: the cases by topic
//	session.go logon.go line.go login.go ntlm1.go  the client's side of a case
//	answer.go element.go document.go  HTTP and XML, as the cases read and write them
package rvptest
