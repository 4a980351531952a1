// Package imap4 speaks IMAP4rev1 and IMAP4rev2: a server engine for mailboxes, and
// a client.
//
// A Server runs the protocol and asks a Backend for the Account of whoever has
// logged in. An Account has ten methods, and knows UIDs and mod-sequences only;
// the engine derives the rest: sequence numbers, what is told without being asked
// for, SEARCH, SORT, THREAD, ENVELOPE, BODYSTRUCTURE, CONDSTORE and QRESYNC.
//
//	srv := &imap4.Server{
//		Hostname: "imap.example.org",
//		Auth:     &auth.Authenticator{Accounts: users},
//		Backend: imap4.BackendFunc(func(ctx context.Context, c *imap4.Conn) (imap4.Account, error) {
//			return openAccount(c.Identity().Name())
//		}),
//		TLSConfig: cfg,
//	}
//	l, err := net.Listen("tcp", "localhost:1143")
//	...
//	err = srv.Serve(l)
//
// What a store can do better than the engine, or what only a store can do, it says
// by further interfaces: see Searcher and those after it.
//
// A Client is the other side of a conversation. It knows messages by their UIDs, and
// what nobody has asked for goes to Options.Updates:
//
//	c, err := imap4.Dial(ctx, "imap.example.org:143", nil)
//	...
//	err = c.Login(ctx, name, password)
//	...
//	box, err := c.Select(ctx, "INBOX", nil)
//	...
//	for m, err := range c.Fetch(ctx, uids, &imap4.FetchItems{Envelope: true}) {
//
// It implements RFC 3501 and RFC 9051, and of extensions: ACL (RFC 4314), BINARY
// (RFC 3516), CATENATE (RFC 4469), CHILDREN (RFC 3348), COMPRESS (RFC 4978),
// CONDSTORE and QRESYNC (RFC 7162), CONTEXT=SEARCH and CONTEXT=SORT (RFC 5267),
// ENABLE (RFC 5161), ESEARCH (RFC 4731), ESORT (RFC 5267), I18NLEVEL=1 and
// LANGUAGE (RFC 5255), ID (RFC 2971), IDLE (RFC 2177), INPROGRESS (RFC 9585),
// LIST-EXTENDED (RFC 5258), LIST-METADATA (RFC 9590), LIST-MYRIGHTS (RFC 8440),
// LIST-STATUS (RFC 5819), LITERAL+ (RFC 7888), MESSAGELIMIT (RFC 9738), METADATA
// (RFC 5464), MOVE (RFC 6851), MULTIAPPEND (RFC 3502), MULTISEARCH (RFC 7377),
// NAMESPACE (RFC 2342), NOTIFY (RFC 5465), OBJECTID (RFC 8474), PARTIAL (RFC
// 9394), PREVIEW (RFC 8970), QUOTA (RFC 9208), REPLACE (RFC 8508), SASL-IR (RFC
// 4959), SAVEDATE (RFC 8514), SEARCH=FUZZY (RFC 6203), SEARCHRES (RFC 5182), SORT
// and THREAD (RFC 5256, RFC 5957), SPECIAL-USE (RFC 6154), STATUS=SIZE (RFC 8438),
// UIDONLY (RFC 9586), UIDPLUS (RFC 4315), UNAUTHENTICATE (RFC 8437), UNSELECT (RFC
// 3691), UTF8=ACCEPT (RFC 6855), WITHIN (RFC 5032), with the response codes of RFC
// 5530. ACL, METADATA, QUOTA and SEARCH=FUZZY need an Account that can do it.
//
// What cannot be switched off: a command ends in CRLF; what is in a literal is
// never run as a command, whatever became of its own; nothing that follows
// STARTTLS in the clear is obeyed; and passwords in the clear want TLS unless the
// Server's Auth says otherwise.
//
// The files:
//
//	server.go     Server and its life
//	conn.go       Conn: one conversation; read.go: reading commands, literal.go
//	command.go    what a command is; commands.go: THE PROTOCOL, a line for each verb
//	extension.go  what CAPABILITY advertises
//	args.go       parsers of arguments; set.go, datetime.go and *args.go: more of them
//	reply.go      Reply, the answer and the error; refuse.go: what errors are told as
//	account.go    what a program implements; upgrade.go: what it can besides; errors.go
//	uidset.go flags.go query.go   what it is asked with
//	view.go       the mailbox that is open; news.go: what is told of it unasked
//	out.go        responses
//	login.go tls.go capability.go compress.go unauthenticate.go   before and after a login
//	boxes.go list.go status.go mailbox.go   mailboxes
//	select.go resync.go idle.go   one of them
//	append.go upload.go mend.go catenate.go replace.go   messages that come in
//	fetch.go section.go headerfields.go message.go details.go   messages that go out
//	store.go copy.go expunge.go   messages that change
//	search.go searchkeys.go evaluate*.go sort.go partial.go progress.go   messages that are found
//	context.go live.go multisearch.go fuzzy.go   and further ways to find them
//	rights.go acl.go quota.go metadata.go scope.go   what mailboxes have besides messages
//	notify.go watch*.go   news of other mailboxes
//	language.go german.go   what is told to people
//	limits.go     what a client can use at most
//	trace.go      what happened, for metrics and logs
//
// And those of the client:
//
//	client.go     Client and Dial; clientoptions.go clienttls.go clientcompress.go clientend.go
//	clientauth.go clientserver.go   logins, and what a server says of itself
//	clientcall.go clientencode.go clientpipeline.go   commands, and how they are sent
//	clientwire.go clientresponse.go clientuntagged.go clientupdate.go   responses
//	clientparse.go clientstring.go clientset.go clientname.go   and what is in them
//	clientselect.go clientsync.go clientidle.go   the mailbox that is open
//	clientlist.go clientmailbox.go   mailboxes
//	clientappend.go clientstore.go clientlimit.go   messages that are put and changed
//	clientfetch.go clientfetchread.go clientenvelope.go clientstructure.go   that come
//	clientsearch.go clientquery.go clientsort.go   and that are found
//	clientextension.go   what this package does not know
//	clientacl.go clientquota.go clientmetadata.go   what mailboxes have besides
package imap4
