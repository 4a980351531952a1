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
// # Mechanisms
//
// Best first, and what they need of the accounts and of the connection:
//
//	SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS  SCRAMLookup or SecretLookup; TLS     RFC 5802, 7677, 9266
//	SCRAM-SHA-256, SCRAM-SHA-1            the same; nothing
//	EXTERNAL                              CertificateMapper; a certificate     RFC 4422, A
//	OAUTHBEARER, XOAUTH2                  TokenVerifier; TLS                   RFC 7628
//	PLAIN, LOGIN                          PasswordVerifier; TLS                RFC 4616
//	DIGEST-MD5, CRAM-MD5                  SecretLookup; nothing                RFC 2831, 2195
//	NTLM                                  NTHashLookup or SecretLookup         MS-NLMP
//	ANONYMOUS                             AnonymousAccount                     RFC 4505
//
// [Authenticator].Floor leaves out the weaker ones. The commands that carry a name
// and a password, such as POP3's USER and PASS, use the same accounts by way of
// [Authenticator.Password], and POP3's APOP by [Authenticator.APOP].
//
// Channel binding (-PLUS) is offered on TLS 1.3, and on 1.2 with the extended
// master secret, by tls-exporter; on 1.2 also by tls-unique; and by
// tls-server-end-point where the engine fills in Conn.ServerCertificate.
//
// # Names and passwords
//
// What a client sends is checked and prepared here, once, before a
// [PasswordVerifier] sees it: the grammar and limits of RFC 4616, then the
// profiles of RFC 8265 (PRECIS), which replaced SASLprep (RFC 4013) and follow
// current Unicode. A name keeps its case, because whether case matters is the
// store's business: see [PrepareName], [FoldName] and [PreparePassword].
//
// SCRAM alone derives its keys by SASLprep, as other clients do.
//
// # Passwords at rest
//
// [Hasher] makes and checks strings that hold a password in several forms:
// argon2id or bcrypt, keys for SCRAM, and, if a program asks for them, the NT hash
// and the password itself; with bounds on what a stored string may cost and on how
// many are computed at once. [Passwords] makes account interfaces of any store that
// can look up such a string; [Users] is one in memory. Strings that were made
// before, or by other software, keep working, and get the missing forms at the next
// login that shows the password. A name that is unknown gets the answers, and costs
// the work, of a wrong password.
//
// # Guessing
//
// [Guard] slows down who guesses passwords, by whatever mechanism or command, and
// keeps nobody out of where he has logged in before. Set [Authenticator].Guard;
// what checks passwords otherwise asks [Guard.Begin].
//
// # Clients
//
// [Credentials.Client] picks the best mechanism that a server offers and returns
// its client side, a sasl.Client of github.com/emersion/go-sasl, some of whose own
// it uses; [Proven] then tells whether the server knew the password too. Those for
// which there is more to say can be made by themselves: [LoginClient],
// [XOAUTH2Client], [NTLMClient].
//
// # HTTP
//
// Package httpauth puts an [Authenticator] in front of an http.Handler: Basic,
// Digest, and [NTLM], whose settings serve both.
//
// # Files
//
//	authenticator.go  Authenticator: what an engine asks
//	accounts.go       what a program's accounts can do; Unwrap
//	conn.go need.go   Conn: what is known of the connection, and what is needed of it
//	binding.go        the channel bindings of a connection
//	identity.go       Identity: who logged in
//	errors.go         the errors that engines tell apart, and their replies
//	mechanism.go      THE TABLE of mechanisms
//	floor.go          Floor: how little protection will do
//	check.go          Check: mistakes in an Authenticator's fields
//	exchange.go       Exchange: one SASL conversation
//	verify.go         from a name and a password to an Identity
//	plain.go login.go one mechanism each
//	scram.go          the SCRAM mechanisms; scram_salt.go: those who have no key
//	digestmd5.go crammd5.go apop.go secret.go  what needs the password itself
//	credentials.go    Credentials: the client's choice
//	scram_client.go digestmd5_client.go crammd5_client.go oauth_client.go
//	ntlm_client.go    the client's side of a mechanism each
//	oauth.go          OAUTHBEARER and XOAUTH2; oauth_message.go: their messages
//	external.go anonymous.go  one mechanism each
//	ntlm.go           NTLM
//	guard.go          Guard: delays for who guesses
//	guard_count.go    what counts, and what it costs
//	guard_table.go guard_pairs.go  what it remembers, in bounded memory
//	guard_exchange.go where an exchange asks it
//	log.go            the record of failed logins
//	prepare.go        RFC 8265: preparing names and passwords
//	saslprep.go       RFC 4013, for SCRAM
//	password.go       Hasher: passwords at rest
//	forms.go          the forms of a stored string
//	stored.go         what the forms that check passwords have in common
//	argon2.go bcrypt.go stored_scram.go  one form of a stored password each
//	lookup.go lookup_forms.go  Passwords: accounts over a store of such strings
//	users.go users_forms.go    Users: accounts in memory
package auth
