package office

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
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

	// Sockets listen already. Virtual servers that have their addresses, or services that have their
	// names, take them instead of opening others.
	Sockets []Socket

	// Virtual are the virtual servers, those of config.Default if nil. If it is set, Domain is the
	// default domain from now on.
	Virtual []config.Virtual

	// NewStore has a data folder whose store is lost begin with an empty one.
	NewStore bool

	// NoDemo has a first start make no accounts.
	NoDemo bool

	// Certificate and Key are PEM files for the virtual servers that have none of their own;
	// self-signed certificates if empty.
	Certificate, Key string

	// InsecureAuth lets clients log in without TLS. Their passwords can then
	// be read on the way.
	InsecureAuth bool

	// Unguarded lets clients guess passwords as fast as they can, which tests
	// of many wrong ones need.
	Unguarded bool

	// LegacyAuth keeps new passwords readable in the data folder, which CRAM-MD5,
	// DIGEST-MD5, APOP and NTLM need.
	LegacyAuth bool

	Accounts Policy // what accounts are like

	// ClientCA is a PEM file of those who vouch for the certificates by which
	// users may log in (EXTERNAL): a certificate is the user's who has its mail
	// address, or else its common name. Nobody may if empty.
	ClientCA string

	// Directory knows who has mail here besides the accounts in the data
	// folder. They get their mailboxes when they log in or have mail. Nil is
	// nobody.
	Directory directory.Directory

	// IM is instant messaging; nil is that of config.Default, for "im." and the local mail domain.
	IM *config.IM

	// Web is what is done by HTTP; nil is that of config.Default.
	Web *config.Web

	Relaying  Relaying  // mail that leaves
	Connector Connector // and what else is to be said of it
	News      News      // newsgroups

	NoMetrics bool // count no conversations, and show no /metrics

	Levels string // of the log, as logs.Book.SetLevels takes them, for Logs

	// TrackingDays is how many days the message tracking log is kept; 0 is for ever, below 0 none is
	// written.
	TrackingDays int

	// Reload reads the configuration again, for Office.Reload; nil is as it was.
	Reload func() (Config, error)

	Logs   *logs.Book   // has the loggers of the virtual servers; Logger is that of all if nil
	Logger *slog.Logger // slog.Default() if nil

	lasting map[string]any // what can't change while the server runs, by its name
}

func (c *Config) domain() string { return cmp.Or(c.Domain, DefaultDomain) }

func (c *Config) logger() *slog.Logger { return cmp.Or(c.Logger, slog.Default()) }

// category is the logger of a part of the program.
func (c *Config) category(name string) *slog.Logger {
	if c.Logs == nil {
		return c.logger()
	}
	return c.Logs.Logger(name)
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
		if !slices.ContainsFunc(c.services(), func(s service) bool { return s.name == name }) {
			return fmt.Errorf("there is no service %q to listen on %s", name, a)
		}
		if _, _, err := net.SplitHostPort(a); err != nil {
			return fmt.Errorf("address of %s: %w; write it as host:port", name, err)
		}
	}
	if err := c.News.Options.Check(); err != nil {
		return err
	}
	return cmp.Or(c.Relaying.check(), c.Connector.check())
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
		return fmt.Errorf("data folder: %w; choose another one with -data", err)
	}
	return nil
}
