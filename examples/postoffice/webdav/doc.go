// Package webdav serves mailboxes by URL, as Exchange 2000's Web Store did: WebDAV (RFC 4918, classes 1 and 2) over any
// imap4.Account, so that a browser, a file manager or curl reaches the same mail as IMAP.
//
//	mail := &webdav.Handler{
//		Prefix: "/exchange",
//		Open: func(ctx context.Context, r *http.Request) (imap4.Account, string, error) {
//			id, ok := httpauth.Identity(ctx)
//			...
//			return account, id.User, nil
//		},
//	}
//	login := &httpauth.Handler{Auth: authenticator, Next: mail}
//
// # URLs
//
//	PREFIX/                               who the user can look at
//	PREFIX/USER/                          his mailboxes; others' too, as far as their access control lists let him
//	PREFIX/USER/INBOX/                    a collection for each mailbox
//	PREFIX/USER/INBOX/UIDVALIDITY.UID.eml a message
//	PREFIX/public/                        the public mailboxes
//
// A segment is one component of a mailbox's name, percent-encoded; the inbox is INBOX in any case. A message's name is its
// identity: the octets behind it never change, it is its entity tag, and displayname is the subject. Clients PUT under
// names of their own choice, which end in .eml; these serve for as long as the Handler remembers them, and Location tells
// the real one. A PUT on a message that exists replaces it: IMAP sees one go and another come.
//
// # Limits known
//
// Only messages are kept, so a PUT of anything else is refused, and so are dead properties. A folder is never overwritten,
// nor moved to another owner, and the inbox stays. A PROPFIND has a depth of 0 or 1. Locks are in memory, bind clients of
// WebDAV only, and a locked name without a message is not listed. SEARCH and the methods of subscriptions are not there.
// How long a client may take to send and to read is for the http.Server to say.
//
// Where an answer that has begun cannot be finished, ServeHTTP panics with http.ErrAbortHandler, so that the connection
// breaks and nobody takes a part for the whole; what is wrapped around the Handler must let that pass.
//
// # Files
//
//	handler.go       Handler, and THE TABLE of methods
//	request.go       one request: the account, its mailboxes and namespaces
//	location.go      URLs; resource.go: what is there; names.go: names that clients gave
//	refuse.go        errors by HTTP
//	precondition.go  If-Match and the like; ifheader.go: If
//	get.go           messages; page.go: a collection as HTML
//	put.go           messages put; upload.go: reading them
//	collections.go   MKCOL and DELETE; transfer.go: COPY and MOVE
//	propfind.go      PROPFIND; properties.go: THE TABLE of properties; summary.go: headers of messages
//	proppatch.go     PROPPATCH
//	locking.go       LOCK and UNLOCK; locktable.go: the locks
//	xmlread.go       bodies read; xmlwrite.go: multistatus written
package webdav
