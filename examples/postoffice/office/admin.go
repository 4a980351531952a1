package office

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/web"
	"github.com/wirepost/wirepost/smtp"
)

// web is what is done by HTTP.
func (c *Config) web() *config.Web {
	if c.Web != nil {
		return c.Web
	}
	return &config.Default().Web
}

// adminVirtual is the virtual server for administration by a browser, or none: who
// lists the virtual servers wants no other unless he says so. Away from this
// machine it has TLS, whatever is set: who listens would have everything.
func (c *Config) adminVirtual() []config.Virtual {
	address := c.web().Address
	if address == "" || c.Web == nil && c.Virtual != nil {
		return nil
	}
	v := config.Virtual{Name: "admin", Protocol: "admin", Start: "auto", Authentication: []string{"all"}}
	if c.web().TLS || !isLoopback(address) {
		v.TLSAddresses = []string{address}
	} else {
		v.Addresses = []string{address}
	}
	return []config.Virtual{v}
}

// adminServer makes the engine of that virtual server.
func (o *Office) adminServer(s *setting) (server, func() smtp.Stats, error) {
	beyond := false // this machine
	for _, a := range s.Addresses {
		beyond = beyond || !isLoopback(a)
	}
	site := &web.Site{
		Accounts:      o.Accounts(),
		Lists:         o.Lists(),
		Mail:          o.Mail(),
		Groups:        o.Groups(),
		Servers:       o.Servers(),
		Tracking:      o.Tracking(),
		People:        o.People(),
		Logs:          o.config.Logs,
		Auth:          o.authLike(!beyond || s.InsecureAuth, o.authLog(s.Name)),
		MayAdminister: func(name string) bool { return o.mayAdminister(context.Background(), name) },
		Hosts:         append([]string{s.Hostname}, s.config.web().Hosts...),
		SessionLife:   time.Duration(s.config.web().SessionLife),
		Logger:        s.log,
	}
	srv := newHTTPServer(s, site)
	srv.site = site
	return srv, srv.stats, nil
}
