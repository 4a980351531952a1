// Package memory is a queue.Store that forgets: for tests, and for programs whose mail may be lost with them. Claim and
// Find look at every item, and IDs of messages that are gone stay until the program ends.
//
//	s := memory.New(nil)
//	q := &queue.Queue{Store: s, Transport: transport}
package memory
