// Package pop3 speaks POP3, by which mail is fetched: a server engine, and a
// client.
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
// A Client fetches, without waiting for each message where the server allows it:
//
//	c, err := pop3.DialTLS(ctx, "pop.example.org:995", &pop3.Options{
//		Auth: pop3.Password("tim", "tanstaaf"),
//	})
//	...
//	for m, err := range c.Messages(ctx, pop3.Fetch{Seen: stored}) {
//		if err != nil { ... }
//		if store(m.UIDL, m.Body) == nil {
//			m.Delete()
//		}
//	}
//	err = c.Quit(ctx) // deletes
//
// Both implement RFC 1939 with APOP, CAPA, response codes and pipelining (RFC
// 2449), STLS (RFC 2595) and TLS from the beginning (RFC 8314), AUTH (RFC 5034),
// the response codes of logins (RFC 3206), and UTF8; the server LANG too (RFC 6856).
//
// What cannot be switched off: a command ends in CRLF; a bare CR, a bare LF and a
// NUL in a message are never sent, since clients could find its end in them, but
// mended on the way; a client that goes away without QUIT removes nothing; and passwords in the clear want
// TLS unless the Server's Auth says otherwise. The Client deletes nothing that was
// not read to its end, and believes nothing under TLS that came before it.
//
// The files of the server:
//
//	server.go     Server and its life
//	conn.go       Conn: one conversation, the only reader and writer
//	command.go    the protocol: a table with a line for each verb; middleware.go
//	extension.go  what CAPA advertises, derived from the Server
//	args.go       parsers of arguments
//	reply.go      Reply, the answer and the error
//	body.go       the rest of answers of many lines
//	backend.go    what a program implements
//	drop.go       a maildrop as one session sees it: numbers and marks
//	capa.go tls.go login.go apop.go list.go fetch.go update.go  the handlers
//	policy.go     LOGIN-DELAY and EXPIRE
//	utf8.go       UTF8, and what is sent to clients without it
//	lang.go german.go  LANG, and texts in another language
//	limits.go     what a client can use at most
//	trace.go      what happened, for metrics and logs
//	text.go       text that can be shown
//
// Those of the client:
//
//	client.go         Client and its life
//	clientoptions.go  Options
//	clientgreet.go    from the greeting to the login; CAPA
//	clienttls.go clientauth.go clientsasl.go  TLS and logins
//	clientcommand.go clientlist.go clientbody.go  the commands
//	clientfetch.go    Messages; clientpipe.go: asking ahead of the answers
//	clientreply.go    answers
//
// Package pop3test has a server for tests and the conformance cases.
package pop3
