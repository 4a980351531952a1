package auth

import (
	"context"
	"errors"
	"fmt"
)

// secret looks up a password for a mechanism that needs it. With a kind of
// ErrCredentials comes a secret all the same, one that nobody knows, so that the
// work which follows is that for an account; any other error is a temporary
// failure.
func (a *Authenticator) secret(ctx context.Context, c *Conn, mechanism, name string) (user, secret string, err error) {
	lookup, ok := serving[SecretLookup](a.Accounts, mechanism)
	if !ok {
		return "", "", ErrMechanism
	}
	user, secret, err = lookup.Secret(ctx, c, name)
	if err == nil && secret == "" {
		err = fmt.Errorf("%w: the account has no password", ErrCredentials)
	}
	switch {
	case errors.Is(err, ErrCredentials):
		return user, newNonce(), err
	case err != nil:
		return "", "", fmt.Errorf("auth: looking up a password: %w", err)
	}
	return user, secret, nil
}

// verdict says why a client that proved its password, or did not, is refused.
func verdict(refused error, proved bool) error {
	if refused == nil && !proved {
		return ErrCredentials
	}
	return refused
}
