package auth

// The errors that an engine tells apart. Test with errors.Is: most come wrapped
// in one that says more. The text is for logs and never for the peer.
//
//	error             SMTP       POP3             IMAP4                        NNTP
//	                  RFC 4954   RFC 2449, 3206   RFC 5530                     RFC 4643
//	ErrCredentials    535 5.7.8  -ERR [AUTH]      NO [AUTHENTICATIONFAILED]    481
//	ErrAuthorization  535 5.7.8  -ERR [AUTH]      NO [AUTHORIZATIONFAILED]     481
//	ErrMalformed      501 5.5.2  -ERR             BAD                          482
//	ErrMechanism      504 5.5.4  -ERR             NO [CANNOT]                  503
//	ErrInsecure       538 5.7.11 -ERR             NO [PRIVACYREQUIRED]         483
//	any other         454 4.7.0  -ERR [SYS/TEMP]  NO [UNAVAILABLE]             403
//
// ErrAuthorization, ErrDisabled and ErrDisallowed are kinds of ErrCredentials:
// an engine that does not tell them apart tests for that one only.
var (
	// ErrCredentials: no account has this name and password. Which of the
	// two was wrong is not told.
	ErrCredentials error = &sentinel{text: "auth: wrong name or password"}

	// ErrAuthorization: the password was right, but the account may not act
	// as the one that was asked for.
	ErrAuthorization error = &sentinel{text: "auth: not allowed to act as another account", kind: ErrCredentials}

	// ErrDisabled: the account exists and must not be used. A store returns
	// it for the sake of the log; the peer is told ErrCredentials's reply.
	ErrDisabled error = &sentinel{text: "auth: the account is disabled", kind: ErrCredentials}

	// ErrDisallowed: RFC 8265 does not allow this name or password (a control
	// character in it, for one), or bcrypt cannot hold it. No account has it.
	ErrDisallowed error = &sentinel{text: "auth: a name or password that no account can have", kind: ErrCredentials}

	// ErrMalformed: the client's message breaks the mechanism's grammar or
	// the Authenticator's Limits.
	ErrMalformed error = &sentinel{text: "auth: malformed message"}

	// ErrMechanism: the mechanism (or the password command) is unknown, or
	// not enabled here.
	ErrMechanism error = &sentinel{text: "auth: mechanism not available"}

	// ErrInsecure: the password would cross the network in the clear; the
	// client has to start TLS first.
	ErrInsecure error = &sentinel{text: "auth: refused without TLS"}

	// ErrServer, for clients: the server breaks the mechanism's rules, or has
	// not proved that it knows the password. It is not to be believed, nor to
	// be shown the password in another way.
	ErrServer error = &sentinel{text: "auth: server not to be trusted"}

	// ErrHash: a stored password is in no format known here, or asks for
	// more work than the Hasher's bounds allow. A login that meets one fails
	// temporarily, and the account needs a new password.
	ErrHash error = &sentinel{text: "auth: unusable stored password"}
)

// sentinel is an error that may be a kind of another.
type sentinel struct {
	text string
	kind error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.kind }
