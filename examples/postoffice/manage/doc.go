// Package manage says what an administrator can do with a postoffice: its
// accounts, mail that waits, newsgroups, virtual servers. Package office does
// it, in this process or through the control socket of another; the commands
// and the web pages ask for it.
//
// What a method is given goes through JSON on its way to another process, so
// all text is to be UTF-8. Errors are for people: they say what to change.
//
//	accounts.go  users
//	lists.go     groups of users, and aliases
//	mail.go      mail that waits, and the ways out
//	groups.go    newsgroups
//	servers.go   virtual servers
//	tracking.go  what became of messages
//	people.go    who is there
//	backups.go   copies of it all
//	mailboxes.go messages of other programs, and the state of the store
package manage
