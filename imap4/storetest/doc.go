// Package storetest checks that a store keeps the promises of imap4.Account, and
// of those further interfaces that it has. The store's author calls Run from a
// test.
//
// The files:
//
//	storetest.go   Run
//	env.go         what the rules share
//	mailboxes.go, append.go, scan.go, flags.go, copy.go, body.go, watch.go, concurrent.go
//	               the rules of imap4.Account, each with its sentence
//	upgrades.go, sharing.go
//	               those of the further interfaces
package storetest
