// Package nntp speaks NNTP: a server engine for reading, posting and passing on
// news, and a client.
//
// A Server runs the protocol over a Store, which keeps newsgroups, articles and
// the history of message identifiers. The engine does the rest: it checks and
// completes what is posted, gives articles their Path and Xref, works out their
// overviews, sends moderated posts to moderators, and obeys control messages as
// far as a policy lets it:
//
//	srv := &nntp.Server{
//		Hostname:  "news.example.org",
//		Store:     memory.New(),
//		Auth:      &auth.Authenticator{Accounts: users},
//		TLSConfig: cfg,
//		Access: func(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
//			return accessOf(c.Identity(), c.RemoteAddr()) // who may read, post and feed what
//		},
//	}
//	l, err := net.Listen("tcp", "localhost:1119")
//	...
//	err = srv.Serve(l)
//
// It implements RFC 3977, TLS (RFC 4642 with the advice of RFC 8143), logins
// (RFC 4643), streaming feeds (RFC 4644), the extensions that RFC 2980 found in
// use, the lists of RFC 6048 and COMPRESS (RFC 8054); articles are those of RFC
// 5536, treated as RFC 5537 has it, with the cancel-locks of RFC 8315.
//
// What cannot be switched off: a line ends in CRLF, and an article in
// CRLF.CRLF; an article with a bare CR or LF or a NUL is refused; a refused one
// is read to its end, so that nothing in it is taken for a command; and of the
// same article from several peers one is stored.
//
// The files of the server:
//
//	server.go     Server and its life
//	conn.go       Conn: one conversation, the only reader and writer
//	lineread.go finish.go  its lines, and how it ends
//	pending.go gate.go  answers that are worked on while the client is heard on
//	command.go    the protocol: a table with a line for each verb
//	extension.go  what CAPABILITIES tells, derived from the Server
//	args*.go      parsers of arguments
//	reply.go replies.go  Reply, the answer and the error
//	body.go       the rest of answers of many lines
//	store.go      what a program implements to keep news
//	access.go     what a client may do
//	info.go       what LIST tells beyond the newsgroups
//	session.go tls.go login.go compress.go group.go fetch.go over.go hdr.go
//	list.go news.go post.go transit.go  the handlers
//	intake.go     articles that come: checking and storing
//	inject.go complete.go moderate.go  those that are posted
//	relay.go      those that other servers send
//	inflight.go   those that are on their way
//	refused.go    those that were refused
//	reserved.go   names that they must not have
//	path.go fields.go textbuffer.go  their header and text
//	control*.go cancellock.go  control messages, and who is obeyed
//	retention.go  how long articles are kept
//	rate.go limits.go  what a client can use at most
//	trace.go      what happened, for metrics and logs
//
// The files of the client:
//
//	client.go     Client and its life
//	clientdial.go clientoptions.go clienttls.go clientlogin.go  how it begins
//	clientcapabilities.go  what the server can do
//	clientcommand.go clientlines.go  a command and its reply, and answers of many lines
//	clientgroup.go clientlist.go clientover.go clientarticle.go  what readers ask for
//	clientfetch.go  many articles, asked for ahead
//	clientpost.go clientstream.go  articles that are sent
//
// What servers and clients share:
//
//	newsgroup.go number.go messageid.go wildmat*.go  names, numbers, patterns
//	header.go overview.go draft.go  articles: reading, summing up, writing
//
// Package nntp/memory is a Store in memory, package nntp/nntptest has a server
// for tests and the conformance cases.
package nntp
