// Package store is the information store of the reference server: who has an account, which folders
// there are, and the messages in them. It holds the types, the interface and the errors; package
// sqlite beside it is an implementation, and package storetest is the suite that every
// implementation must pass.
//
// The interface assumes neither one process, nor locks in memory, nor that the caller's clock is
// right:
//
//   - What must happen once carries a key ([Delivery.Key]): the same key again
//     returns the first result.
//   - What one holder may do alone is a lease with a fencing token ([Lease]): a
//     holder whose lease has run out is refused, however late it comes.
//   - Times that decide something (a lease's end, the time a message was saved) are
//     taken from the store.
//   - Changes are pulled by mod-sequence ([Messages.Scan]); [Messages.Watch] is only a
//     wake-up, and nothing depends on it.
//
// A message's bytes are stored once and shared by every folder that holds the message.
//
// The files:
//
//	store.go     Store and the interfaces that it is made of
//	account.go   accounts, and PasswordHash, which does not print
//	list.go      mailing lists and aliases
//	address.go   addresses, and how they compare
//	folder.go    folders
//	message.go   messages in folders: UIDs, mod-sequences, Meta, Body
//	flags.go     flags, and what a change makes of them
//	uidset.go    sets of UIDs
//	deliver.go   delivery and appending
//	lease.go     the maildrop lease of POP3
//	note.go      what protocols keep: notes on folders, summaries of messages
//	article.go   articles, which news servers find by an identifier
//	sweep.go     housekeeping
//	errors.go    the errors that callers tell apart
package store
