// Package smtp speaks SMTP, for mail transfer and submission, and LMTP: a server
// engine and a client.
//
// A Server runs the protocol and asks a Backend what to do with senders,
// recipients and messages. The smallest Backend is one function:
//
//	srv := &smtp.Server{
//		Hostname: "mx.example.org",
//		Domains:  []string{"example.org"},
//		Backend: smtp.HandlerFunc(func(ctx context.Context, c *smtp.Conn, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
//			_, err := io.Copy(os.Stdout, body)
//			return smtp.Reply{}, err
//		}),
//	}
//	l, err := net.Listen("tcp", "localhost:2525")
//	...
//	err = srv.Serve(l)
//
// It implements RFC 5321 with PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME
// (RFC 6152), CHUNKING (RFC 3030), SMTPUTF8 (RFC 6531), ENHANCEDSTATUSCODES (RFC
// 2034), LIMITS (RFC 9422), STARTTLS (RFC 3207) and AUTH (RFC 4954); LMTP (RFC
// 2033) and submission (RFC 6409); and what a Session says that it can do: see
// Capable, Dequeuer, Turner, URLFetcher.
//
// A client sends one message by SendMail, many over one connection by Client,
// and to many servers by Pool. Client.Send picks what the server offers, reports
// what became of each recipient, and whether that is certain.
//
// What cannot be switched off: a line ends in CRLF and a message in
// CRLF.CRLF, nothing else (RFC 5321, 2.3.8 and 4.1.1.4), so that a message
// cannot smuggle another one; a message that did not come whole is never
// accepted; recipients outside Server.Domains pass a relay control, which
// refuses everybody who has not logged in unless the program says otherwise.
//
// The files:
//
//	server.go     Server and its life
//	conn.go       Conn: one conversation, the only reader and writer
//	command.go    the protocol: a table with a line for each verb
//	commandline.go  a line, and the command that it is
//	extension.go  what EHLO advertises, derived from the Server
//	args.go       parsers of arguments; path.go, params.go: of their parts
//	reply.go      Reply, the answer and the error
//	backend.go    what a program implements
//	envelope.go   sender and recipients
//	capable.go    what a program may implement beyond that
//	dsn.go deliverby.go xtext.go  values of the envelope
//	greet.go mail.go data.go tls.go login.go dequeue.go xclient.go  the handlers
//	receive.go    a message that comes, by data.go, bdat.go or burl.go
//	chunks.go between.go  the message in chunks, and commands between them
//	middleware.go what a program puts around every command
//	budget.go     what mistakes cost a client
//	foreign.go    clients of other protocols
//	submission.go headers that are added
//	policy.go policy_limit.go  Backends that restrict others
//	received.go   the trace header
//	relay.go      who may send where
//	limits.go     what a client can use at most
//	trace.go      what happened, for metrics and logs
//	client*.go    Client: greeting, TLS (DANE too), login, the commands
//	send*.go      Client.Send and SendMail: a message whole
//	pool*.go      Pool: connections kept for the next message
//
// Package smtptest has a server for tests and the conformance cases.
package smtp
