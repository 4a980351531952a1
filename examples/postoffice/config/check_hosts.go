package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/wirepost/wirepost/queue/relay"
)

func listen(ctx context.Context, address string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}

// listeners finds addresses that we do not have, and can't get.
func (k *check) listeners() {
	try := func(key, address string) {
		if address == "" || !k.going || k.Held != nil && k.Held(address) {
			return
		}
		if err := k.Listen(k.ctx, address); err != nil {
			k.unheard(key, address, err)
		}
	}
	for i, v := range k.f.Virtual {
		if v.Start == "disabled" {
			continue
		}
		path := item("virtual", i)
		for j, a := range v.Addresses {
			try(item(join(path, "addresses"), j), a)
		}
		for j, a := range v.TLSAddresses {
			try(item(join(path, "tls-addresses"), j), a)
		}
	}
	try("web.admin-address", k.f.Web.Address)
}

// unheard finds why an address can't be listened at.
func (k *check) unheard(key, address string, err error) {
	host, port, _ := hostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		k.find(Fault, key, fmt.Sprintf("another program listens at %q", address), "end that one (ss -ltnp shows it), or choose another address; if it is this server, name its data folder with -data")
	case errors.Is(err, fs.ErrPermission):
		k.find(Warning, key, fmt.Sprintf("whoever runs this check may not listen at %q: port %d needs a privilege", address, port), "have the server started with CAP_NET_BIND_SERVICE, as deploy/postoffice.service does, or choose a port from 1024 on")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		k.find(Fault, key, fmt.Sprintf("this machine does not have the address %s", host), `write one that it has, or none for all of them: ":25"`)
	default:
		k.find(Fault, key, fmt.Sprintf("nobody can listen at %q: %v", address, err), "choose another address")
	}
}

// hosts finds those that are not in the DNS.
func (k *check) hosts() {
	c := &k.f.Connector
	k.hops("connector.smart-hosts", c.SmartHosts)
	for i, r := range c.Routes {
		k.hops(join(item("connector.route", i), "next"), r.Next)
	}
	for i, s := range c.Sites {
		for j, l := range s.Links {
			k.hops(join(item(join(item("connector.site", i), "link"), j), "next"), l.Next)
		}
	}
	for i, p := range k.f.News.Peers {
		for j, name := range p.Hosts {
			k.resolve(item(join(item("news.peer", i), "hosts"), j), name)
		}
	}
	for i, f := range k.f.News.Feeds {
		k.host(join(item("news.feed", i), "host"), f.Host)
	}
	for _, name := range slices.Sorted(maps.Keys(k.f.IM.Homes)) {
		k.host(join("im.homes", name), k.f.IM.Homes[name])
	}
	if u, err := url.Parse(k.f.IM.Proxy); err == nil && u.Host != "" {
		k.host("im.proxy", net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80")))
	}
	if d, err := k.f.Accounts.LDAP.Directory(); err == nil && d != nil {
		k.host("accounts.ldap.url", d.Address)
		_ = d.Close() // which has never connected
	}
}

func (k *check) hops(key string, hops []string) {
	for i, s := range hops {
		if h, err := relay.ParseHop(s); err == nil && !strings.HasPrefix(h.Host, "/") {
			k.resolve(item(key, i), h.Host)
		}
	}
}

func (k *check) host(key, address string) {
	if host, _, ok := hostPort(address); ok {
		k.resolve(key, host)
	}
}

func (k *check) resolve(key, host string) {
	if k.going && k.ctx.Err() == nil {
		if l := k.addrs(host); l.err != nil {
			k.unresolved(key, host, l.err)
		}
	}
}

// risks finds what is allowed, and dangerous.
func (k *check) risks() {
	for i, v := range k.f.Virtual {
		if all := slices.Concat(v.Addresses, v.TLSAddresses); v.InsecureAuth && v.Start != "disabled" && !allLoopback(all) {
			k.find(Warning, join(item("virtual", i), "insecure-auth"), "passwords can be read on their way", "leave it out, so that clients have to use TLS")
		}
	}
	for i, c := range k.f.News.Control {
		if c.Action == "obey" && c.Signer == "" && !c.Posted && !c.Unlock {
			k.find(Warning, join(item("news.control", i), "from"), "anybody can write that address into a message", "ask for a signer too, unless all who feed us are trusted")
		}
	}
	if o := &k.f.Connector; o.Private {
		k.find(Note, "connector.private", "mail may be sent to this machine and its neighbours", "leave it out where others may send mail through this server")
	}
	if len(k.f.Virtual) == 0 {
		k.find(Note, "virtual", "there are no virtual servers", "add a [[virtual]] for each protocol")
	}
}

func allLoopback(addresses []string) bool {
	return !slices.ContainsFunc(addresses, func(a string) bool { return !isLoopback(a) })
}
