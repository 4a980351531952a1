package rvp

import (
	"net/http"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/auth/httpauth"
)

// maxHosts is how many servers are logged in at; a domain has one router and one home
// server of a user, as a rule.
const maxHosts = 16

// A carrier brings requests to servers, and logs in at those of the own domain.
type carrier struct {
	client *Client
	plain  *http.Transport

	mu    sync.Mutex
	hosts map[string]*httpauth.Transport // by URL.Host
}

func (t *carrier) start(c *Client) {
	t.client, t.plain = c, c.locator.transport()
	t.hosts = make(map[string]*httpauth.Transport)
}

// to returns what brings requests to servers of the own domain, or of others: those
// only get the user's word (facts, 7), whatever they ask for.
func (t *carrier) to(own bool) http.RoundTripper {
	if own {
		return t
	}
	return t.plain
}

// RoundTrip implements http.RoundTripper, for servers of the own domain.
func (t *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.host(req.URL.Host).RoundTrip(req)
}

func (t *carrier) host(name string) *httpauth.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[name]
	if h == nil {
		if len(t.hosts) >= maxHosts {
			for _, h := range t.hosts {
				go h.CloseIdleConnections()
			}
			clear(t.hosts)
		}
		c := t.client
		h = &httpauth.Transport{
			Host: name, Domain: c.Domain, User: c.account(), Password: c.Password, Schemes: c.Schemes, Base: t.plain,
		}
		if h.Schemes == nil {
			h.Schemes = []string{"NTLM", "Digest"}
		}
		t.hosts[name] = h
	}
	return h
}

// account is the name to log in by.
func (c *Client) account() string {
	if c.Account != "" {
		return c.Account
	}
	if at := strings.LastIndexByte(c.User, '@'); at > 0 && !strings.Contains(c.User, "://") {
		return c.User[:at]
	}
	return c.Node().Name
}

// closeIdle ends the connections that nothing is under way on.
func (t *carrier) closeIdle() {
	t.mu.Lock()
	hosts := t.hosts
	t.hosts = make(map[string]*httpauth.Transport)
	t.mu.Unlock()
	for _, h := range hosts {
		h.CloseIdleConnections()
	}
	t.plain.CloseIdleConnections()
}
