package auth

import (
	"cmp"
	"context"
	"fmt"
)

// logIn ends a mechanism that carries the password. asked is the account to
// act as, "" for the client's own; name is prepared, the others are as they came.
func (e *Exchange) logIn(asked, name, password string) (err error) {
	e.claim.User = name
	if asked != "" {
		if asked, err = e.auth.prepareName(asked); err != nil {
			return err
		}
		e.claim.As = asked
	}
	if err := e.begin(); err != nil {
		return err
	}
	user, err := e.auth.verify(e.ctx, e.conn, name, password)
	if err != nil {
		return err
	}
	return e.admit(user, name, asked)
}

// admit ends a mechanism in which the client has shown user's credentials. name
// is what it logged in by and asked whom it wants to act as, both prepared.
func (e *Exchange) admit(user, name, asked string) error {
	if user == "" {
		return fmt.Errorf("auth: %T accepted a login without naming the account: return its name", e.auth.Accounts)
	}
	as, err := e.auth.authorize(e.ctx, user, name, asked)
	if err != nil {
		return err
	}
	e.identity = Identity{User: user, As: as, Mechanism: e.claim.Mechanism}
	return nil
}

func (a *Authenticator) prepareName(name string) (string, error) {
	if len(name) > cmp.Or(a.Limits.Name, 512) {
		return "", fmt.Errorf("%w: name of %d octets is over the limit", ErrMalformed, len(name))
	}
	return PrepareName(name)
}

// verify has the accounts check a prepared name and a password as it came.
func (a *Authenticator) verify(ctx context.Context, c *Conn, name, password string) (user string, err error) {
	if len(password) > cmp.Or(a.Limits.Password, 1024) {
		return "", fmt.Errorf("%w: password of %d octets is over the limit", ErrMalformed, len(password))
	}
	password, err = PreparePassword(password)
	if err != nil {
		return "", err
	}
	verifier, ok := as[PasswordVerifier](a.Accounts)
	if !ok {
		return "", ErrMechanism
	}
	user, err = verifier.VerifyPassword(ctx, c, name, password)
	if err != nil {
		return "", err
	}
	if user == "" {
		return "", fmt.Errorf("auth: %T accepted a login without naming the account: return its name", verifier)
	}
	return user, nil
}

// authorize returns the account to act as, "" if it is user itself. name is
// what the client logged in by and asked what it wants to be, both prepared.
func (a *Authenticator) authorize(ctx context.Context, user, name, asked string) (as string, err error) {
	if asked == "" || asked == user || asked == name {
		return "", nil
	}
	if a.Authorize == nil {
		return "", ErrAuthorization
	}
	return asked, a.Authorize(ctx, user, asked)
}
