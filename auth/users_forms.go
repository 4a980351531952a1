package auth

import "context"

var (
	_ SCRAMLookup  = (*Users)(nil)
	_ SecretLookup = (*Users)(nil)
	_ NTHashLookup = (*Users)(nil)
	_ Selective    = (*Users)(nil)
)

// formMechanisms returns those for which a stored string can have the form.
func formMechanisms() []string {
	return []string{"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM"}
}

// count notes what a string serves, when an account gets it or loses it. The
// caller holds the lock.
func (u *Users) count(stored string, by int) {
	f, err := u.hasher().parseForms(stored)
	if err != nil {
		return // no string, or one that serves nothing
	}
	if u.serving == nil {
		u.serving = make(map[string]int)
	}
	for _, mechanism := range formMechanisms() {
		if f.serves(mechanism) {
			u.serving[mechanism] += by
		}
	}
}

// Serves implements Selective. While there are no accounts it goes by those that
// could be set.
func (u *Users) Serves(mechanism string) bool {
	if mechanism == "PLAIN" || mechanism == "LOGIN" {
		return true
	}
	u.mu.RLock()
	defer u.mu.RUnlock()
	if len(u.accounts) > 0 {
		return u.serving[mechanism] == len(u.accounts)
	}
	model, err := u.hasher().modelForms()
	return err == nil && model.serves(mechanism)
}

// VerifyPassword implements PasswordVerifier.
func (u *Users) VerifyPassword(ctx context.Context, c *Conn, name, password string) (user string, err error) {
	return u.passwords().VerifyPassword(ctx, c, name, password)
}

// SCRAMKey implements SCRAMLookup.
func (u *Users) SCRAMKey(ctx context.Context, c *Conn, name, hash string) (user string, key SCRAMKey, err error) {
	return u.passwords().SCRAMKey(ctx, c, name, hash)
}

// Secret implements SecretLookup.
func (u *Users) Secret(ctx context.Context, c *Conn, name string) (user, secret string, err error) {
	return u.passwords().Secret(ctx, c, name)
}

// NTHash implements NTHashLookup.
func (u *Users) NTHash(ctx context.Context, c *Conn, domain, name string) (user string, hash [16]byte, err error) {
	return u.passwords().NTHash(ctx, c, domain, name)
}

func (u *Users) passwords() *Passwords { return &Passwords{Lookup: u, Hasher: u.hasher()} }
