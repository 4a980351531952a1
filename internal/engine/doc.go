// Package engine is what the engines of the line protocols have in common above
// serve and wire: how a Server lives, how a login by SASL goes on, how a Client
// connects. It knows no protocol; what one has of its own is handed in.
//
//	server.go the conversations of a Server, and those that it refuses
//	sasl.go   challenges and responses, as a Server sees them
//	dial.go   the connection of a Client
package engine
