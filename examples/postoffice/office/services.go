package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// A Service tells of a place where an Office listens. Its name is what flags and the ready file call
// it, and does not change: that of the virtual server, with an "s" behind it where TLS begins with
// the connection.
type Service struct {
	Name string // as in Config.Addresses
	Flag string // that sets its address: Name, unless that is another's
	Port int    // by default, on 127.0.0.1
}

// Services lists where an Office listens that has no configuration.
func Services() (list []Service) {
	for _, s := range new(Config).services() {
		list = append(list, Service{s.name, flagOf(s.name), s.port()})
	}
	return list
}

// flagOf is the flag for the address of a service. -ldap is a directory to ask.
func flagOf(name string) string {
	if name == "ldap" {
		return "ldap-server"
	}
	return name
}

// A service is a place of a virtual server that can get another address.
type service struct {
	name    string
	server  string // the virtual server
	tls     bool
	address string
}

func (s *service) port() int {
	_, port, _ := net.SplitHostPort(s.address)
	n, _ := strconv.Atoi(port)
	return n
}

// services are those of the virtual servers that there are.
func (c *Config) services() (list []service) {
	for _, v := range c.configured() {
		if len(v.Addresses) > 0 {
			list = append(list, service{v.Name, v.Name, false, v.Addresses[0]})
		}
		if len(v.TLSAddresses) > 0 {
			list = append(list, service{v.Name + "s", v.Name, true, v.TLSAddresses[0]})
		}
	}
	return list
}

// configured are the virtual servers as they were given.
func (c *Config) configured() []config.Virtual {
	list := c.Virtual
	if list == nil {
		list = c.usual()
	}
	return append(slices.Clip(list), c.adminVirtual()...)
}

// usual are the virtual servers where none were given.
func (c *Config) usual() []config.Virtual {
	return slices.DeleteFunc(config.Default().Virtual, func(v config.Virtual) bool { return protocols[v.Protocol] == nil })
}

// virtuals are the virtual servers with all that they take from elsewhere: addresses, hostnames,
// domains. The first of the domains is the default one.
func (c *Config) virtuals(domains []string) []config.Virtual {
	list := c.configured()
	for i := range list {
		v := &list[i]
		c.place(v)
		main := domains[0]
		if c.Virtual != nil {
			main = c.domain()
		}
		v.Hostname = cmp.Or(v.Hostname, c.Hostname, main)
		if c.Certificate != "" && v.Certificate == "" {
			v.Certificate, v.Key = config.Path(c.Certificate), config.Path(c.Key)
		}
		v.InsecureAuth = v.InsecureAuth || c.InsecureAuth
		if !isMail(v) {
			continue
		}
		v.Domain = cmp.Or(v.Domain, main)
		if c.Virtual == nil {
			v.LocalDomains = domains[1:]
		}
	}
	return list
}

func isMail(v *config.Virtual) bool {
	return v.Protocol == "smtp" || v.Protocol == "submission" || v.Protocol == "lmtp"
}

// place gives a virtual server the addresses of the Config, and of its sockets.
func (c *Config) place(v *config.Virtual) {
	choose := func(list []string, service string) []string {
		named := c.named(service)
		switch a := c.Addresses[service]; {
		case len(named) > 0:
			return named
		case len(list) == 0:
			return nil
		case a != "":
			return []string{a}
		case c.Ephemeral:
			return []string{"127.0.0.1:0"}
		}
		return list
	}
	v.Addresses, v.TLSAddresses = choose(v.Addresses, v.Name), choose(v.TLSAddresses, v.Name+"s")
}

// setUp makes what engines share.
func (o *Office) setUp(ctx context.Context) (err error) {
	if o.auth, err = o.authenticator(ctx); err != nil {
		return err
	}
	if err := o.openNews(); err != nil {
		return err
	}
	return o.openIM(ctx)
}

// listen makes the virtual servers, and has those listen that begin by themselves: all, or none.
func (o *Office) listen(ctx context.Context, list []config.Virtual) (err error) {
	if err := o.config.setLevels(list); err != nil {
		return err
	}
	settings, err := o.settings(&o.config, list)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, v := range o.virtuals {
				v.close()
			}
		}
	}()
	for _, s := range settings {
		v := o.newVirtual(s)
		o.virtuals = append(o.virtuals, v)
		if s.Start != "auto" {
			continue
		}
		if err := v.listen(ctx); err != nil {
			return o.advise(s, err)
		}
	}
	return nil
}

// advise adds what to change if an address can't be listened at.
func (o *Office) advise(s *setting, err error) error {
	e, ok := errors.AsType[*listenError](err)
	if !ok {
		return err
	}
	if o.config.Virtual != nil {
		return fmt.Errorf("%w; stop who listens there, or choose another of the addresses of virtual server %q", err, s.Name)
	}
	name := s.Name
	if e.tls {
		name += "s"
	}
	return fmt.Errorf("%w; choose another address with -%s HOST:PORT, or free ports with -ephemeral", err, flagOf(name))
}

// settings are what engines of the virtual servers are made from.
func (o *Office) settings(c *Config, list []config.Virtual) ([]*setting, error) {
	identities, err := o.identities(c, list)
	if err != nil {
		return nil, err
	}
	settings := make([]*setting, len(list))
	for i, v := range list {
		s := &setting{Virtual: v, config: c, tls: identities[i], shown: identities[i].Certificates, log: o.logger(&v)}
		if m := v.Mechanisms(); m == nil || len(m) > 0 {
			s.auth = o.authFor(&v)
		}
		settings[i] = s
	}
	return settings, nil
}

// logger is that of a virtual server.
func (o *Office) logger(v *config.Virtual) *slog.Logger {
	if o.config.Logs == nil {
		return o.log
	}
	return o.config.Logs.Server(categories[v.Protocol], v.Name)
}

// categories are those of the log, by protocol.
var categories = map[string]string{
	"smtp": "smtp", "submission": "smtp", "lmtp": "smtp", "pop3": "pop3", "imap4": "imap4", "nntp": "nntp",
	"http": "http", "admin": "web", "ldap": "ldap",
}
