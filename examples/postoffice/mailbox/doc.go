// Package mailbox shows the reference server's store as a mail protocol sees it:
// [Account] is an imap4.Account of a user, with his own folders at the root, the
// public ones below "Public Folders", and those that others share with him below
// "Other Users"; [Drop] makes a POP3 maildrop of one mailbox of any imap4.Account.
//
// What IMAP keeps and the store does not know is in notes (see store.Note):
//
//	note                  of
//	acl/IDENTIFIER        a folder, everybody's: rights (RFC 4314)
//	use                   a folder, everybody's: special uses (RFC 6154)
//	noselect              a folder, everybody's: it has no messages
//	shared/...            a folder or none, everybody's: annotations (RFC 5464)
//	private/...           the same, an account's
//	subscribed/PATH       none, an account's: a subscription
//
// Files:
//
//	account.go      Account: who looks, and messages
//	folders.go      the list of mailboxes: three namespaces
//	furnish.go      the folders that each account has from the start
//	change.go       creating, deleting, renaming, subscribing
//	rights.go       access control lists
//	public.go       the same of public folders, for other protocols
//	annotations.go  METADATA
//	quota.go        QUOTA
//	convert.go      between the store's types and imap4's
//	drop.go         a POP3 maildrop of an IMAP mailbox
package mailbox
