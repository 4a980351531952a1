// Package storetest checks that an implementation of store.Store keeps the promises of its
// interface. Its author calls Run from a test.
//
// The cases are in the files accounts.go, folders.go, deliver.go, append.go, scan.go, flags.go,
// copy.go, lease.go, watch.go, lifecycle.go and concurrency.go; env.go has what they share.
package storetest
