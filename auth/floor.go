package auth

// A Floor leaves out the mechanisms that protect the password less than it says.
// Each leaves out what the ones before it do, and more.
type Floor int

// The floors, lowest first.
const (
	// FloorLegacy leaves out nothing: the accounts decide. The legacy
	// mechanisms (CRAM-MD5, DIGEST-MD5, NTLM, and POP3's APOP) rest on MD4 or
	// MD5, and need passwords stored in a form that is as good as themselves
	// (RFC 6331); so they are served only if a program has gone out of its way
	// to store such.
	FloorLegacy Floor = iota

	// FloorPlaintext leaves out the legacy mechanisms.
	FloorPlaintext

	// FloorProof leaves out also what shows the server a password or a token,
	// even under TLS: PLAIN, LOGIN, the commands that carry a password,
	// OAUTHBEARER and XOAUTH2.
	FloorProof

	// FloorBound leaves out also SCRAM without channel binding, which somebody
	// with a false certificate can pass on between client and server.
	FloorBound
)
