// Package queuetest checks implementations of queue.Store: by one suite of rules that each must keep, whatever it is built
// on, in one process or in many.
//
//	func TestStore(t *testing.T) {
//		queuetest.TestStore(t, queuetest.Subject{Open: open})
//	}
//
// Where things are:
//
//	store.go    TestStore, Subject, and how rules are run
//	env.go      what rules are written with
//	bodies.go   PutBody, OpenBody, what is removed and what is not
//	adding.go   Add
//	claiming.go Claim: what is due, in which order, within which limits
//	turns.go    Claim: routes and sources take turns
//	leases.go   tokens, Extend, leases that run out
//	settling.go Settle
//	finding.go  Find
//	updating.go Update
//	routing.go  Routes
//	waiting.go  Wait, Now, contexts that end
//	sharing.go  many callers, two stores on the same data, a store opened again
package queuetest
