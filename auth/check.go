package auth

import (
	"errors"
	"fmt"
	"slices"
)

// Check reports what is wrong with the fields and would otherwise show only as
// mechanisms that are missing: Accounts that can do nothing, and Mechanisms that
// do not exist, that Accounts cannot serve, or that Floor leaves out; and a SaltKey
// that is short. What Accounts can serve may change: see Selective. A nil
// Authenticator is in order.
func (a *Authenticator) Check() error {
	if a == nil {
		return nil
	}
	if a.Accounts == nil {
		return errors.New("auth: Accounts is nil: set it to what checks passwords, such as an *auth.Users")
	}
	if !slices.ContainsFunc(mechanisms, func(m mechanism) bool { return m.able(a.Accounts, m.name) }) {
		return fmt.Errorf("auth: Accounts is a %T, which implements no way to log in: "+
			"give it the method VerifyPassword, or pass its address if it has it", a.Accounts)
	}
	if n := len(a.SaltKey); n > 0 && n < 16 {
		return fmt.Errorf("auth: SaltKey has %d octets: give it 16 random ones or more", n)
	}
	for _, name := range a.Mechanisms {
		switch i := indexMechanism(mechanisms, name); {
		case i < 0:
			return fmt.Errorf("auth: Mechanisms names %q, which is not known: use Offer's names", name)
		case !mechanisms[i].able(a.Accounts, mechanisms[i].name):
			return fmt.Errorf("auth: Mechanisms names %s, which a %T cannot serve: take it out", mechanisms[i].name, a.Accounts)
		case mechanisms[i].strength < a.Floor:
			return fmt.Errorf("auth: Mechanisms names %s, which is below Floor: take it out, or lower Floor", mechanisms[i].name)
		}
	}
	return nil
}
