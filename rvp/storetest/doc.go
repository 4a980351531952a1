// Package storetest checks an rvp.NodeStore by the contract, one subtest for
// each rule of it:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) rvp.NodeStore { return memory.New() })
//	}
//
// Each runs in a bubble of testing/synctest, so that hours pass at once; the
// store must go by package time.
package storetest
