package auth

import "slices"

// A mechanism is one line of the table below.
type mechanism struct {
	name      string                  // as registered with IANA
	plaintext bool                    // the password itself crosses the network
	able      func(accounts any) bool // can these accounts serve it?
	first     step                    // takes the initial response
}

// mechanisms are all that the package speaks, best first. PLAIN stands before
// LOGIN, which is obsolete and takes a round trip more.
var mechanisms = []mechanism{
	{"PLAIN", true, can[PasswordVerifier], clientFirst(plain)}, // RFC 4616
	{"LOGIN", true, can[PasswordVerifier], login},              // draft-murchison-sasl-login-00
}

func can[T any](accounts any) bool {
	_, ok := as[T](accounts)
	return ok
}

// enabled returns the mechanisms that the accounts and the program's choice
// leave, in order of preference, whatever the connection.
func (a *Authenticator) enabled() []mechanism {
	if a == nil || a.Accounts == nil {
		return nil
	}
	candidates := mechanisms
	if a.Mechanisms != nil {
		candidates = chosen(a.Mechanisms)
	}
	var found []mechanism
	for _, m := range candidates {
		if m.able(a.Accounts) {
			found = append(found, m)
		}
	}
	return found
}

// chosen returns the mechanisms of these names, each once.
func chosen(names []string) []mechanism {
	var found []mechanism
	for _, name := range names {
		i := indexMechanism(mechanisms, name)
		if i >= 0 && indexMechanism(found, name) < 0 {
			found = append(found, mechanisms[i])
		}
	}
	return found
}

func indexMechanism(list []mechanism, name string) int {
	return slices.IndexFunc(list, func(m mechanism) bool { return sameName(m.name, name) })
}

// sameName compares mechanism names without regard to the case of ASCII
// letters, and of those only: strings.EqualFold would take U+017F for S and
// U+212A for K.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if upper(a[i]) != upper(b[i]) {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}
