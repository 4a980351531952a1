// Package office is the postoffice server without its command line: an
// information store, the servers that put mail into it and hand it out, and the
// queue of what leaves.
//
// The files:
//
//	config.go       Config
//	office.go       Office: open, serve, close
//	services.go     where the Office listens, and what its servers are made from
//	virtual.go      virtual servers: started, stopped, paused
//	change.go       other settings for one
//	reload.go       another configuration for all
//	place.go        where one listens
//	engine.go       what answers there
//	engines.go      the engines of each protocol
//	http.go         that of HTTP
//	trace.go        the protocol log
//	identity.go     hostnames and certificates
//	domains.go      mail domains
//	servers.go      managing virtual servers
//	configured.go   what a configuration file says
//	inbound.go      SMTP: mail into the store, and into the queue
//	outbound.go     the queue, and where its mail goes
//	sender.go       the way to other hosts; resolver.go: what it looks up
//	localroute.go   from the queue to our own users, and to the members of lists
//	expand.go       who is on a list
//	verify.go       VRFY and EXPN
//	switches.go     services that are switched off for a user; warn.go: mailboxes that are almost full
//	connector.go    how mail comes and leaves besides, as Exchange's Internet Mail Service
//	gateway.go      what holds of that now; transfer.go: asked of who sends
//	restrictions.go whose mail leaves; unread.go: for whom none is taken
//	turn.go         mail for hosts that fetch it
//	mail.go         managing the queue; mailmode.go: what comes and leaves
//	tracking.go     the message tracking log
//	maildrop.go     POP3: mail out of it
//	news.go         NNTP: newsgroups, which are public folders
//	newsroom.go     who reads and posts, expiry; newspeers.go: who feeds us
//	exchange.go     feeds
//	groups.go       managing newsgroups
//	front.go        HTTP: who answers what
//	im.go           instant messages; imdirectory.go: whose
//	dav.go          WebDAV: mail out of the store, and into it
//	admin.go        administration by a browser
//	people.go       who is there; presence.go: their states
//	watch.go        counting what goes on
//	logins.go       who may log in, and how; accounts from a directory
//	external.go     logins by certificates
//	demo.go         the accounts of a first start
//	certificate.go  the self-signed certificate
//	file.go         files that are there whole or not at all
//	accounts.go     managing accounts
//	local.go        the same in the store
//	ldap.go         LDAP: the address book
//	policy.go       what accounts are like; addresses.go: the addresses that new ones get
//	lists.go        managing lists and aliases
//	control.go      the same for other processes, by a socket in the data folder
//	control_servers.go  both sides of that for virtual servers
//	remote.go       the other process's side of that
//	import.go       messages of other programs come in; export.go: go out; reindex.go: the store is verified
//	mailboxes_remote.go  both sides of that for another process, cover.go: what is told of a message
//	sockets.go      sockets that were open already
//	ready.go        what scripts are told
package office
