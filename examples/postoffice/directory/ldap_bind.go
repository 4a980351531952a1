package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// VerifyPassword implements auth.PasswordVerifier: it finds the account's entry
// and binds as it, on a connection of its own. For a name that there is not it
// binds as an entry that there is not, which takes as long.
func (l *LDAP) VerifyPassword(ctx context.Context, _ *auth.Conn, name, password string) (user string, err error) {
	// A server takes a bind without a password for an anonymous one, and
	// grants it (RFC 4513, 5.1.2).
	if name == "" || password == "" {
		return "", auth.ErrCredentials
	}
	e, err := l.find(ctx, l.loginFilter(name))
	unknown := errors.Is(err, store.ErrNotFound)
	switch {
	case unknown:
		e.dn = "cn=" + rand.Text() + "," + l.Base
	case err != nil:
		return "", err
	case e.dn == "": // would be an anonymous bind too (RFC 4513, 5.1.1)
		return "", errors.New("ldap: the server found an account without a name to bind by")
	}
	if err := l.bind(ctx, e.dn, password); err != nil {
		return "", err
	}
	if unknown {
		return "", auth.ErrCredentials
	}
	return e.account.Name, nil
}

// refusals are the results of a bind that concern the account: the password is
// wrong, there is none, it is locked or may not be used, or the entry is gone.
var refusals = []uint16{
	ldap.LDAPResultInvalidCredentials,
	ldap.LDAPResultInappropriateAuthentication,
	ldap.LDAPResultConstraintViolation,
	ldap.LDAPResultInsufficientAccessRights,
	ldap.LDAPResultNoSuchObject,
}

// bind checks a password. The connection is not used for anything else: it
// belongs to the user from then on.
func (l *LDAP) bind(ctx context.Context, dn, password string) error {
	if err := l.acquire(ctx); err != nil {
		return err
	}
	defer l.slots.Release(1)
	c, err := l.dial(ctx)
	if err != nil {
		return fmt.Errorf("ldap: %w", err)
	}
	defer c.Close()
	err = run(ctx, c, func(c *ldap.Conn) error { return c.Bind(dn, password) })
	switch e, _ := errors.AsType[*ldap.Error](err); {
	case ldap.IsErrorAnyOf(err, refusals...):
		return fmt.Errorf("%w: %s", auth.ErrCredentials, ldap.LDAPResultCodeMap[e.ResultCode])
	case err != nil:
		return fmt.Errorf("ldap: bind: %w", err)
	}
	return nil
}
