// Package auth decides who may log in. The protocol engines ask an
// [Authenticator]; a program gives it one value, Accounts, that can check a
// password. From what that value can do follow the SASL mechanisms (RFC 4422)
// that are offered, and those that carry the password in the clear are refused
// without TLS unless the program says otherwise.
//
//	var users auth.Users
//	if err := users.Set("tim", "tanstaaftanstaaf"); err != nil { ... }
//	login := &auth.Authenticator{Accounts: &users}
//
// Mechanisms: PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login-00). The
// commands that carry a name and a password, such as POP3's USER and PASS, use
// the same accounts by way of [Authenticator.Password].
//
// # Names and passwords
//
// What a client sends is checked and prepared here, once, before a
// [PasswordVerifier] sees it: the grammar and limits of RFC 4616, then the
// profiles of RFC 8265 (PRECIS), which replaced SASLprep (RFC 4013) and follow
// current Unicode. A name keeps its case, because whether case matters is the
// store's business: see [PrepareName], [FoldName] and [PreparePassword].
//
// # Passwords at rest
//
// [Hasher] makes and checks argon2id strings and checks bcrypt ones, with
// bounds on what a stored string may cost and on how many are computed at once.
// [Passwords] makes a PasswordVerifier of any store that can look up such a
// string; [Users] is one in memory. An unknown name costs what a wrong password
// costs.
//
// # Clients
//
// The client sides are those of github.com/emersion/go-sasl, such as
// sasl.NewPlainClient. Only its LOGIN client is replaced, by [LoginClient].
//
// # Files
//
//	authenticator.go  Authenticator: what an engine asks
//	accounts.go       what a program's accounts can do; Unwrap
//	conn.go           Conn: what is known of the connection
//	identity.go       Identity: who logged in
//	errors.go         the errors that engines tell apart, and their replies
//	mechanism.go      THE TABLE of mechanisms
//	check.go          Check: mistakes in an Authenticator's fields
//	exchange.go       Exchange: one SASL conversation
//	verify.go         from a name and a password to an Identity
//	plain.go login.go one mechanism each
//	log.go            the record of failed logins
//	prepare.go        RFC 8265: preparing names and passwords
//	password.go       Hasher: passwords at rest
//	stored.go         what the formats have in common, and their bounds
//	argon2.go bcrypt.go  one format of a stored password each
//	lookup.go         Passwords: a verifier over a store of hashes
//	users.go          Users: accounts in memory
package auth
