// Package storetest checks that an implementation of store.Store keeps the promises of its
// interface. The implementation's author calls Run from a test.
//
// The files:
//
//	storetest.go   Subject and Run
//	env.go         what the rules share: shorthands, and the recount after each rule
//	accounts.go, folders.go, deliver.go, append.go, scan.go, flags.go, copy.go, lease.go,
//	watch.go, lifecycle.go, concurrency.go   the rules, each with its reason
package storetest
