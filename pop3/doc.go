// Package pop3 speaks POP3: a server engine for fetching mail.
//
// A Server runs the protocol and asks a Backend for the maildrop of whoever has
// logged in. A Maildrop has four methods; the engine numbers the messages,
// keeps the marks, and removes nothing before QUIT:
//
//	srv := &pop3.Server{
//		Hostname: "pop.example.org",
//		Auth:     &auth.Authenticator{Accounts: users},
//		Backend: pop3.BackendFunc(func(ctx context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
//			return openMaildrop(c.Identity().Name()) // pop3.ErrInUse if it is locked
//		}),
//		TLSConfig: cfg,
//	}
//	l, err := net.Listen("tcp", "localhost:1110")
//	...
//	err = srv.Serve(l)
//
// It implements RFC 1939 without APOP, CAPA, response codes and pipelining (RFC
// 2449), STLS (RFC 2595), AUTH (RFC 5034) and the response codes of logins (RFC
// 3206).
//
// What cannot be switched off: a command ends in CRLF; a message that holds a
// bare CR or LF is never sent, since clients could find its end in it; a client
// that goes away without QUIT removes nothing; and passwords in the clear want
// TLS unless the Server's Auth says otherwise.
//
// The files:
//
//	server.go     Server and its life
//	conn.go       Conn: one conversation, the only reader and writer
//	command.go    the protocol: a table with a line for each verb
//	extension.go  what CAPA advertises, derived from the Server
//	args.go       parsers of arguments
//	reply.go      Reply, the answer and the error
//	body.go       the rest of answers of many lines
//	backend.go    what a program implements
//	drop.go       a maildrop as one session sees it: numbers and marks
//	capa.go tls.go login.go list.go fetch.go update.go  the handlers
//	limits.go     what a client can use at most
//	trace.go      what happened, for metrics and logs
//
// Package pop3test has a server for tests and the conformance cases.
package pop3
