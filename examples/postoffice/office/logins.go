package office

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// accounts are who has mail here: a directory.Stored, or a directory.Mirror.
type accounts interface {
	directory.Directory
	Admit(ctx context.Context, name string) (user string, err error)
	Mailbox(ctx context.Context, a store.Address) (store.Account, error)
}

// accounts returns those of the store, and with them those of a directory if one
// is set.
func (o *Office) accounts() accounts {
	own := &directory.Stored{Accounts: o.store, Hasher: &o.hasher, Logger: o.config.category("auth")}
	if o.config.Directory == nil {
		return own
	}
	return &directory.Mirror{Own: own, Remote: o.config.Directory}
}

// Directory is the one that Config named, or nil.
func (o *Office) Directory() directory.Directory { return o.config.Directory }

// authenticator says who may log in, and by which mechanisms.
func (o *Office) authenticator(ctx context.Context) (*auth.Authenticator, error) {
	saltKey, err := o.key(saltFile)
	if err != nil {
		return nil, err
	}
	a := &auth.Authenticator{
		Accounts:      o.people,
		AllowInsecure: o.config.InsecureAuth,
		SaltKey:       saltKey,
		Guard:         o.guard(),
		Logger:        o.config.category("auth"),
	}
	if own, ok := o.people.(*directory.Stored); ok {
		mechanisms, err := o.mechanisms(ctx)
		if err != nil {
			return nil, err
		}
		a.Accounts = &auth.Passwords{Lookup: own, Hasher: &o.hasher, Mechanisms: mechanisms, Logger: a.Logger}
	}
	if o.config.ClientCA != "" {
		a.Accounts = certificates{o.people, a.Accounts}
	}
	return a, nil
}

// authFor says the same for a virtual server, which may have its own mechanisms.
func (o *Office) authFor(v *config.Virtual) *auth.Authenticator {
	a := o.authLike(v.InsecureAuth, o.authLog(v.Name))
	switch v.Protocol {
	case "http": // whose schemes are restricted elsewhere
	case "ldap":
		a.Mechanisms = ldapMechanisms(v)
	default:
		a.Mechanisms = v.Mechanisms()
	}
	return a
}

// authLog is where it is told how logins at a virtual server went.
func (o *Office) authLog(server string) *slog.Logger {
	if o.config.Logs == nil {
		return o.log
	}
	return o.config.Logs.Server("auth", server)
}

// authLike lets the same users in, with the same patience, by any mechanism.
func (o *Office) authLike(insecure bool, log *slog.Logger) *auth.Authenticator {
	return &auth.Authenticator{
		Accounts:      o.auth.Accounts,
		AllowInsecure: insecure,
		SaltKey:       o.auth.SaltKey,
		Guard:         o.auth.Guard,
		Logger:        log,
	}
}

// mechanisms are those for which every account's stored password has what they
// need. What is stored from now on has it, and what was stored before gets it with
// the next login; so an old data folder offers them from a later start on.
func (o *Office) mechanisms(ctx context.Context) ([]string, error) {
	all := auth.Users{Hasher: &o.hasher}
	for account, err := range o.store.ListAccounts(ctx) {
		if err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		if account.PasswordHash == "" {
			continue // nobody logs in by it
		}
		if err := all.SetHash(account.Name, string(account.PasswordHash)); err != nil {
			o.log.WarnContext(ctx, "an account needs a new password; until then only PLAIN and LOGIN are offered", "user", account.Name, "err", err)
			return nil, nil
		}
	}
	var mechanisms []string
	for _, m := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "DIGEST-MD5", "NTLM"} {
		if all.Serves(m) {
			mechanisms = append(mechanisms, m)
		}
	}
	return mechanisms, nil
}

// guard slows down who guesses. Programs on this machine, a webmail server or a
// proxy, speak for many: of them only the names count.
func (o *Office) guard() *auth.Guard {
	if o.config.Unguarded {
		return nil
	}
	log := o.config.category("auth")
	return &auth.Guard{
		Shared: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Trace: func(e auth.GuardEvent) {
			o.metrics.Guard(e)
			log.Debug("login has to wait", "protocol", e.Conn.Protocol, "remote", e.Conn.RemoteAddr, "user", e.Name, "wait", e.Wait, "refused", e.Refused)
		},
	}
}

// saltFile holds what keeps SCRAM from telling which names there are. Whoever
// removes it makes a new one, and it can be noticed which names changed.
const saltFile = "scram-salt.key"

// key reads a file of the data folder that holds a secret, or makes it.
func (o *Office) key(file string) ([]byte, error) {
	key, err := os.ReadFile(o.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		key = []byte(rand.Text())
		err = writeFile(o.path(file), key)
	}
	if err == nil && len(key) < 16 {
		err = errors.New("less than 16 octets; remove the file to get a new one")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.path(file), err)
	}
	return key, nil
}

// senders are the addresses that an account may send from (RFC 6409, 6.1).
func (o *Office) senders(ctx context.Context, user string) ([]smtp.Path, error) {
	account, err := o.store.Account(ctx, user)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // removed since the login
	}
	if err != nil {
		return nil, err
	}
	paths := make([]smtp.Path, len(account.Addresses))
	for i, a := range account.Addresses {
		paths[i] = smtp.Path{Local: a.Local, Domain: a.Domain}
	}
	return paths, nil
}
