// Package scram has the messages and the computations of SCRAM (RFC 5802, RFC
// 7677), for both sides. It holds no state and asks nobody: who may log in, and
// which channel binding will do, is package auth's business.
//
//	first, err := scram.ParseClientFirst(message)
//	...
//	answer := scram.ServerFirst{Nonce: first.Nonce + more, Salt: key.Salt, Iterations: key.Iterations}
//
// Every parser takes exactly what the grammar of RFC 5802, 7, allows, in messages
// of at most MaxMessage octets; only the length of a nonce and of a salt is bounded
// besides. Errors quote nothing of the message.
//
// # Files
//
//	hash.go    the hash functions, keys and proofs
//	client.go  the messages of the client
//	server.go  the messages of the server
//	attr.go    what messages consist of
package scram
