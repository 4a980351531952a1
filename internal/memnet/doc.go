// Package memnet is a network in memory for tests. Its connections buffer as
// sockets do, honor read and write deadlines, half-close, and report the
// errors and the address types of package net. They do no I/O and block only
// in ways that testing/synctest can see, so that a test of a five minute
// timeout takes no time and is exact. (The pipe of package net does not
// buffer: a client that pipelines and a server that answers lock each other
// up on it.)
//
// Both ends of a connection must be made and used in the same bubble, if in
// any.
//
// The files:
//
//	conn.go      Conn and Pipe: one end, and the errors as net words them
//	half.go      one direction: what is under way, who is gone, who waits
//	block.go     the octets under way
//	deadline.go  deadlines
//	listen.go    Listener, Dial
package memnet
