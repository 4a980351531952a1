package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
)

func errorOf(err error) (*dnsresolve.Error, bool) { return errors.AsType[*dnsresolve.Error](err) }

// domains finds whether mail for our domains comes here.
func (k *check) domains() {
	all := map[string]string{}
	add := func(domain, key string) {
		if d := ascii.Lower(domain); d != "" && all[d] == "" {
			all[d] = key
		}
	}
	add(k.f.Server.Domain, "server.default-domain")
	for i := range k.f.Virtual {
		v, path := &k.f.Virtual[i], item("virtual", i)
		add(v.Domain, join(path, "default-domain"))
		for j, d := range v.LocalDomains {
			add(d, item(join(path, "local-domains"), j))
		}
		for _, d := range slices.Sorted(maps.Keys(v.AliasDomains)) {
			add(d, join(join(path, "alias-domains"), d))
		}
	}
	for _, d := range slices.Sorted(maps.Keys(all)) {
		if !isReserved(d) && k.going {
			k.mx(d, all[d])
		}
	}
}

// mx finds whether one of the hosts that the DNS names for a domain is this one. A domain without MX records is its own
// host (RFC 5321, 5.1).
func (k *check) mx(domain, key string) {
	answer, err := k.Resolver.Lookup(k.ctx, domain, dnsresolve.TypeMX)
	e, isError := errorOf(err)
	switch {
	case isError && e.Kind == dnsresolve.NoData:
		if !k.isOurs(domain) {
			k.find(Warning, key, fmt.Sprintf("%q has no MX record, and is no name of this machine", domain), fmt.Sprintf("add %q to its zone", "MX 10 "+k.f.Server.Name()+"."))
		}
		return
	case err != nil:
		k.unresolved(key, domain, err)
		return
	}
	hosts := make([]string, len(answer.Records))
	for i, r := range answer.Records {
		hosts[i] = r.Host
	}
	switch {
	case slices.Equal(hosts, []string{"."}): // RFC 7505
		k.find(Fault, key, fmt.Sprintf("%q says in the DNS that it takes no mail", domain), "replace its MX record that names \".\"")
	case !slices.ContainsFunc(hosts, k.isOurs):
		k.find(Warning, key, fmt.Sprintf("mail for %q goes to %s, which is not this machine", domain, strings.Join(hosts, ", ")), fmt.Sprintf("add %q to its zone, or leave out the domain", "MX 10 "+k.f.Server.Name()+"."))
	}
}

// instantMessaging finds whether clients find us.
func (k *check) instantMessaging() {
	for i, d := range k.f.IM.Domains {
		key := item("im.domains", i)
		if isReserved(d) || !k.going {
			continue
		}
		targets, err := dnsresolve.Services(k.ctx, k.Resolver, "_rvp._tcp", d, nil)
		switch {
		case err != nil:
			k.unresolved(key, "_rvp._tcp."+d, err)
		case targets[0].Default && !k.isOurs(d):
			k.find(Warning, key, fmt.Sprintf("%q has no SRV record for _rvp._tcp, and is no name of this machine", d), fmt.Sprintf("add %q to its zone", "_rvp._tcp."+d+". SRV 0 0 80 "+k.f.Server.Name()+"."))
		case !targets[0].Default && !slices.ContainsFunc(targets, func(t dnsresolve.Target) bool { return k.isOurs(t.Host) }):
			k.find(Warning, key, fmt.Sprintf("_rvp._tcp of %q names %s, which is not this machine", d, targets[0].Host), "change its SRV record, or leave out the domain")
		}
	}
}
