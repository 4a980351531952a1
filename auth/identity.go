package auth

// Identity is who logged in. The zero value is nobody. It holds no secret.
type Identity struct {
	// User is the account whose credentials were shown (the authentication
	// identity), spelled as the program knows it.
	User string

	// As is the account to act as (the authorization identity) where it is
	// another one, else "". It is prepared by PrepareName, its case kept.
	As string

	// Mechanism is the SASL mechanism, such as "PLAIN", "APOP" for POP3's
	// command of that name, or "" for the commands that carry a password
	// themselves, such as POP3's PASS.
	Mechanism string
}

// Name is the account to act for: As if it is set, else User, "" for nobody.
func (i Identity) Name() string {
	if i.As != "" {
		return i.As
	}
	return i.User
}
