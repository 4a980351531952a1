package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// A PasswordLookup finds the stored password of an account. It is all that a
// store has to have for Passwords to make a PasswordVerifier of it.
type PasswordLookup interface {
	// PasswordHash returns the account's name as the program knows it, and
	// the string that Hasher.Hash made, "" for an account without a password.
	// The name comes prepared by PrepareName; a store in which case does not
	// matter folds it with FoldName. For an unknown name it returns
	// ErrCredentials, for an account that must not be used ErrDisabled; any
	// other error is a temporary failure. For SCRAM's answers to give nothing
	// away, user is the folded name with ErrCredentials too, and with
	// ErrDisabled stored is what it was; only that two names of one account
	// show the same salt cannot be hidden. It may be called at once from many
	// goroutines.
	PasswordHash(ctx context.Context, name string) (user, stored string, err error)
}

// A PasswordUpdater is a PasswordLookup that takes a better hash of the same
// password. Without it the strings stay as they are until a password is set.
type PasswordUpdater interface {
	// UpdatePasswordHash replaces old by stored. user is as PasswordHash
	// returned it. If the account's string is no longer old, it does nothing
	// and returns nil: somebody has set a new password meanwhile.
	UpdatePasswordHash(ctx context.Context, user, old, stored string) error
}

// Passwords is a PasswordVerifier over a store of hashes. Unknown names,
// disabled accounts and accounts without a password cost the work of a wrong
// password and give a kind of ErrCredentials. After a login whose string was
// made at another cost than the Hasher's, or lacks a form that the Hasher makes,
// it gives a PasswordUpdater a new one.
//
// It is also a SCRAMLookup, a SecretLookup and an NTHashLookup over the same
// strings, for the Mechanisms that the program names. It unwraps to Lookup, so
// that what else the store implements is found.
type Passwords struct {
	// Lookup is the store. It must be set.
	Lookup PasswordLookup

	// Hasher checks the strings. Nil is one of this value's own, with the
	// defaults.
	Hasher *Hasher

	// Mechanisms are those, besides PLAIN and LOGIN, for which the strings of
	// ALL accounts have the form: "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"
	// (with APOP), "DIGEST-MD5", "NTLM". An account without it could not log
	// in by that mechanism, and many clients try no other one. Hasher.SCRAM
	// and its neighbours say which forms new strings get; a store that was
	// filled by such a Hasher from the beginning can name them at once, an
	// older one when Hasher.NeedsRehash is false for each of its strings. Nil
	// is none.
	Mechanisms []string

	// Logger is told when a better hash could not be stored, which does not
	// hinder the login. Nil is slog.Default.
	Logger *slog.Logger

	own Hasher
}

var _ PasswordVerifier = (*Passwords)(nil)

// Unwrap returns Lookup.
func (p *Passwords) Unwrap() any { return p.Lookup }

// VerifyPassword implements PasswordVerifier.
func (p *Passwords) VerifyPassword(ctx context.Context, _ *Conn, name, password string) (string, error) {
	hasher := p.hasher()
	user, stored, err := p.lookUp(ctx, name)
	switch {
	case errors.Is(err, ErrCredentials):
		if dummy := hasher.Dummy(ctx, password); !errors.Is(dummy, ErrCredentials) {
			return "", dummy
		}
		return "", err
	case err != nil:
		return "", err
	}
	if err := hasher.Verify(ctx, stored, password); err != nil {
		return "", err
	}
	if hasher.NeedsRehash(stored) {
		p.rehash(ctx, user, stored, password)
	}
	return user, nil
}

// lookUp returns an account's stored string, never "" without an error, which is
// a kind of ErrCredentials or a temporary failure.
func (p *Passwords) lookUp(ctx context.Context, name string) (user, stored string, err error) {
	user, stored, err = p.Lookup.PasswordHash(ctx, name)
	switch {
	case err == nil && stored == "":
		err = fmt.Errorf("%w: the account has no password", ErrCredentials)
	case err != nil && !errors.Is(err, ErrCredentials):
		return "", "", fmt.Errorf("auth: looking up a password: %w", err)
	}
	return user, stored, err
}

func (p *Passwords) rehash(ctx context.Context, user, old, password string) {
	updater, ok := as[PasswordUpdater](p.Lookup)
	if !ok {
		return
	}
	stored, err := p.hasher().hash(ctx, password)
	if err == nil {
		err = updater.UpdatePasswordHash(ctx, user, old, stored)
	}
	if err != nil {
		logger := p.Logger
		if logger == nil {
			logger = slog.Default()
		}
		logger.WarnContext(ctx, "auth: better password hash not stored", "user", user, "err", err.Error())
	}
}

func (p *Passwords) hasher() *Hasher {
	if p.Hasher != nil {
		return p.Hasher
	}
	return &p.own
}
