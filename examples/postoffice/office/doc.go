// Package office is the postoffice server without its command line: an
// information store, the servers that put mail into it and hand it out, and the
// queue of what leaves.
//
// The files:
//
//	config.go       Config
//	office.go       Office: open, serve, close
//	services.go     which servers there are, and where they listen
//	inbound.go      SMTP: mail into the store, and into the queue
//	outbound.go     the queue, and where its mail goes
//	turn.go         mail for hosts that fetch it
//	mail.go         managing the queue
//	tracking.go     the message tracking log
//	maildrop.go     POP3: mail out of it
//	news.go         NNTP: newsgroups, which are public folders
//	groups.go       managing newsgroups
//	logins.go       who may log in, and how; accounts from a directory
//	external.go     logins by certificates
//	demo.go         the accounts of a first start
//	certificate.go  the self-signed certificate
//	file.go         files that are there whole or not at all
//	accounts.go     managing accounts
//	local.go        the same in the store
//	control.go      the same for other processes, by a socket in the data folder
//	remote.go       the other process's side of that
//	ready.go        what scripts are told
package office
