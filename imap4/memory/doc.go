// Package memory is an imap4.Account that forgets: for tests, and to show how a
// store is written. It keeps every promise of imap4.Account, and all of the
// further interfaces but the searchers; each of those can be left out.
//
//	store := &memory.Store{}
//	account := store.Account("alice") // an imap4.Account, with an INBOX
//
// There is one mutex. It is held while maps and slices are read or changed, never
// while a message is read, an iterator runs or somebody is called: what a method
// returns is a snapshot. Messages do not change; a change of flags puts another
// in their place, which shares the octets.
//
// The files:
//
//	store.go     Store: users and their mailboxes
//	account.go   what an Account needs to find; Mailboxes, Close
//	layers.go    how the further interfaces are left out
//	mailbox.go   one mailbox: messages, and the log of changes that Scan reads
//	change.go, scan.go, append.go, flags.go, copy.go, body.go, watch.go
//	             the methods of imap4.Account
//	quota.go, metadata.go, acl.go, recent.go, summary.go, replace.go, metas.go
//	             the further interfaces
package memory
