// Package conform runs conformance cases: each drives a server with raw octets
// and ends in a verdict, with the transcript of what was said. The test
// packages of the protocols bring the cases.
//
//	case.go        Case, Result, Run
//	subtest.go     a Result as a test
//	target.go      how a server is reached
//	peer.go        one connection of a case
//	tls.go         the same under TLS
//	transcript.go  octets as readable lines
package conform
