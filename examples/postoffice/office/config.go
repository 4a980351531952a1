package office

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/smtp"
)

// DefaultDomain is a domain that exists nowhere (RFC 6761, 6.2).
const DefaultDomain = "postoffice.test"

// A Config says what an Office is like. Only Dir must be set.
type Config struct {
	Dir       string            // where everything is kept; it is made if need be
	Domain    string            // the local mail domain of a first start; DefaultDomain if empty
	Hostname  string            // how the servers name themselves; the local mail domain if empty
	Addresses map[string]string // by service, "host:port"; what is missing gets its default
	Ephemeral bool              // free ports of the loopback interface instead of the defaults

	// InsecureAuth lets clients log in without TLS. Their passwords can then
	// be read on the way.
	InsecureAuth bool

	// Unguarded lets clients guess passwords as fast as they can, which tests
	// of many wrong ones need.
	Unguarded bool

	// LegacyAuth keeps new passwords readable in the data folder, which CRAM-MD5,
	// DIGEST-MD5, APOP and NTLM need.
	LegacyAuth bool

	// ClientCA is a PEM file of those who vouch for the certificates by which
	// users may log in (EXTERNAL): a certificate is the user's who has its mail
	// address, or else its common name. Nobody may if empty.
	ClientCA string

	// Directory knows who has mail here besides the accounts in the data
	// folder. They get their mailboxes when they log in or have mail. Nil is
	// nobody.
	Directory directory.Directory

	Relaying Relaying // mail that leaves

	Logger *slog.Logger // slog.Default() if nil
}

func (c *Config) domain() string { return cmp.Or(c.Domain, DefaultDomain) }

func (c *Config) logger() *slog.Logger { return cmp.Or(c.Logger, slog.Default()) }

// address is where a service listens.
func (c *Config) address(s *service) string {
	switch a := c.Addresses[s.name]; {
	case a != "":
		return a
	case c.Ephemeral:
		return "127.0.0.1:0"
	}
	return fmt.Sprintf("127.0.0.1:%d", s.port)
}

// check returns an error that says what to change.
func (c *Config) check() error {
	if c.Dir == "" {
		return errors.New("no data folder is set")
	}
	for what, name := range map[string]string{"domain": c.domain(), "hostname": cmp.Or(c.Hostname, DefaultDomain)} {
		if !isDomain(name) {
			return fmt.Errorf("%s %q: write it with letters, digits, hyphens and dots, other letters as A-labels (xn--)", what, name)
		}
	}
	for name, a := range c.Addresses {
		if findService(name) == nil {
			return fmt.Errorf("there is no service %q to listen on %s", name, a)
		}
		if _, _, err := net.SplitHostPort(a); err != nil {
			return fmt.Errorf("address of %s: %w; write it as host:port", name, err)
		}
	}
	return c.Relaying.check()
}

// isDomain reports whether name can stand in an address, a greeting and a
// certificate.
func isDomain(name string) bool {
	p, err := smtp.ParsePath("postmaster@" + name)
	return err == nil && p.Domain == name && p.IsASCII() && !strings.HasPrefix(name, "[")
}

// makeDir makes the data folder, for this user alone: there is mail in it.
func (c *Config) makeDir() error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}
