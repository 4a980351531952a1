package dnsresolve

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// A Client is a Resolver that asks recursive name servers, over UDP and TCP,
// and remembers what they say. Its zero value is ready for use and asks the
// servers of /etc/resolv.conf. The fields must not be changed, nor the Client
// copied, once it is in use.
type Client struct {
	// Servers are asked in order: the next one if one fails. If there are none,
	// those of the file ResolvConf are, "/etc/resolv.conf" if that is empty. It
	// is read again when it changes. Of its servers those on this machine are
	// trusted, or all of them if it has "options trust-ad".
	Servers    []Server
	ResolvConf string

	// HostsFile, "/etc/hosts" if empty, has addresses that go before those of
	// the DNS; it is read again when it changes. It is of no account for other
	// types. NoHosts leaves it alone.
	HostsFile string
	NoHosts   bool

	// SpecialUse lists those of the domains localhost, invalid, test, local and
	// onion that the servers are asked about like any other, as some private
	// networks have them. The Client answers for the rest by itself.
	SpecialUse []string

	// MixedCase asks in randomly mixed case and wants that back, which makes
	// answers harder to forge. A few servers cannot do it.
	MixedCase bool

	// Timeout is for one try at one server, and Tries how many there are in
	// all; each server has at least one. Zero is what ResolvConf says, or 2 s
	// and 3.
	Timeout time.Duration
	Tries   int

	// CacheSize bounds the memory of what is remembered, in octets: 8 MiB if
	// zero. Nothing is if it is negative.
	CacheSize int

	// Dial connects to a server; network is "udp" or "tcp". It is a Dialer's if
	// nil. A connection is used for one question.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	conf    watched[resolvConf]
	hosts   watched[hosts]
	cache   cache
	flights flights[key, Answer]
	first   atomic.Uint32 // which server is asked first
}

var _ Resolver = (*Client)(nil)

// Lookup implements Resolver. Answers are remembered for as long as their TTL
// says, within 5 s and a day, and 5 s and 3 hours for those without records (RFC
// 2308, 5); failures for 5 s, and up to 30 s if they go on (RFC 9520, 3.2). Those
// who ask for the same thing at the same time share one question.
func (c *Client) Lookup(ctx context.Context, name string, t Type) (Answer, error) {
	asked, err := normalize(name)
	if err != nil {
		return Answer{}, &Error{name, t, BadName, err}
	}
	if !t.known() {
		return Answer{}, &Error{name, t, Unsupported, nil}
	}
	if answer, err, ok := c.local(asked, t); ok {
		return answer, err
	}
	k := key{asked, t}
	if answer, err, ok := c.cache.get(k, time.Now()); ok {
		return answer, err
	}
	answer, err, landed := c.flights.do(ctx, k, func(ctx context.Context) (Answer, error) {
		answer, err := c.resolve(ctx, asked, t)
		if ctx.Err() == nil {
			c.cache.put(k, answer, err, time.Now(), cmp.Or(c.CacheSize, defaultCache))
		}
		return answer, err
	})
	if !landed {
		return Answer{}, &Error{asked, t, Temporary, err}
	}
	return answer.copied(), err
}

// resolve follows aliases that one response does not follow to their end.
func (c *Client) resolve(ctx context.Context, name string, t Type) (Answer, error) {
	whole, err := c.exchange(ctx, name, t)
	for err == nil && whole.dangling {
		var next finding
		next, err = c.exchange(ctx, whole.Canonical, t)
		next.links += whole.links
		if err == nil && next.links > maxAliases {
			err = malformed(errAliases)
		}
		next.Name = name
		next.TTL = min(next.TTL, whole.TTL)
		next.Secure = next.Secure && whole.Secure
		whole = next
	}
	if err != nil {
		e := &Error{Name: name, Type: t, Err: err}
		if r, ok := errors.AsType[*rejection](err); ok {
			e.Kind, e.Err = r.kind, r.err
		}
		return Answer{}, e
	}
	if !whole.found {
		whole.TTL = clamp(whole.TTL, maxNegative)
		return whole.Answer, &Error{name, t, whole.kind, nil}
	}
	whole.TTL = clamp(whole.TTL, maxTTL)
	return whole.Answer, nil
}

// config returns the servers to ask and how.
func (c *Client) config() *resolvConf {
	conf := resolvConf{}
	if len(c.Servers) == 0 {
		conf = *c.conf.get(cmp.Or(c.ResolvConf, "/etc/resolv.conf"), parseResolvConf)
	} else {
		conf.servers = c.Servers
	}
	conf.timeout = cmp.Or(c.Timeout, conf.timeout, defaultTimeout)
	conf.tries = cmp.Or(c.Tries, conf.tries, defaultTries)
	return &conf
}

// local returns what nobody is asked for: addresses of the hosts file, and
// those of special names.
func (c *Client) local(name string, t Type) (answer Answer, err error, ok bool) {
	answer = Answer{Name: name, Canonical: name, TTL: minTTL}
	if t.isAddress() && !c.NoHosts {
		all := c.hosts.get(cmp.Or(c.HostsFile, "/etc/hosts"), parseHosts).byName[name]
		if len(all) > 0 {
			for _, addr := range all {
				if addr.Is4() == (t == TypeA) {
					answer.Records = append(answer.Records, Record{Addr: addr})
				}
			}
			return answer, answer.orNoData(t), true
		}
	}
	if slices.ContainsFunc(c.SpecialUse, func(d string) bool { return within(name, plain(d)) }) {
		return Answer{}, nil, false
	}
	return special(name, t)
}

// orNoData is the error that goes with an answer from this machine.
func (a Answer) orNoData(t Type) error {
	if len(a.Records) == 0 {
		return &Error{a.Name, t, NoData, nil}
	}
	return nil
}
