package auth

import (
	"context"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
	"github.com/wirepost/wirepost/internal/ascii"
)

var (
	_ SCRAMLookup  = (*Passwords)(nil)
	_ SecretLookup = (*Passwords)(nil)
	_ NTHashLookup = (*Passwords)(nil)
	_ Selective    = (*Passwords)(nil)
)

// Serves implements Selective: PLAIN and LOGIN, and what Mechanisms says.
func (p *Passwords) Serves(mechanism string) bool {
	return ascii.EqualFold(mechanism, "PLAIN") || ascii.EqualFold(mechanism, "LOGIN") ||
		slices.ContainsFunc(p.Mechanisms, func(name string) bool { return ascii.EqualFold(name, mechanism) })
}

// SCRAMKey implements SCRAMLookup.
func (p *Passwords) SCRAMKey(ctx context.Context, _ *Conn, name, hash string) (user string, key SCRAMKey, err error) {
	user, f, err := p.forms(ctx, name)
	key, ok := f.scramKey(hash)
	switch {
	case ok:
		return user, key, err
	case err == nil:
		err = missing("key for SCRAM-" + hash)
	}
	return user, SCRAMKey{Iterations: p.hasher().iterations()}, err
}

// Secret implements SecretLookup.
func (p *Passwords) Secret(ctx context.Context, _ *Conn, name string) (user, secret string, err error) {
	user, f, err := p.forms(ctx, name)
	switch {
	case err != nil:
		return user, "", err
	case f.secret == "":
		return user, "", missing("password itself")
	}
	return user, f.secret, nil
}

// NTHash implements NTHashLookup. It takes no notice of the domain.
func (p *Passwords) NTHash(ctx context.Context, _ *Conn, _, name string) (user string, hash [16]byte, err error) {
	user, f, err := p.forms(ctx, name)
	switch {
	case err != nil:
	case f.nt != nil:
		hash = *f.nt
	case f.secret != "":
		hash = ntlm.PasswordHash(f.secret)
	default:
		err = missing("NT hash")
	}
	return user, hash, err
}

// forms looks up an account's stored string. With an error there may be forms too:
// those of an account that is disabled.
func (p *Passwords) forms(ctx context.Context, name string) (user string, f forms, err error) {
	user, stored, err := p.lookUp(ctx, name)
	if stored != "" {
		var unusable error
		if f, unusable = p.hasher().parseForms(stored); err == nil {
			err = unusable
		}
	}
	return user, f, err
}

// missing says in the log why a password that is right does not help.
func missing(form string) error {
	return fmt.Errorf("%w: the account's stored string has no %s: set the password anew, or log in once by PLAIN", ErrCredentials, form)
}
