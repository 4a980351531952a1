package config

import (
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

func (v *validator) virtuals() {
	names, places := make(map[string]bool), make(map[string]string)
	for i := range v.f.Virtual {
		path, one := item("virtual", i), &v.f.Virtual[i]
		v.need(join(path, "name"), one.Name != "", "give it a name")
		v.need(join(path, "protocol"), one.Protocol != "", "write one of: smtp, submission, lmtp, pop3, imap4, nntp, http, ldap")
		v.unique(join(path, "name"), one.Name, names)
		v.serviceName(join(path, "name"), one)
		if len(one.Addresses)+len(one.TLSAddresses) == 0 && one.Start != "disabled" {
			v.report(join(path, "addresses"), "it listens nowhere", `write addresses or tls-addresses, or start = "disabled"`)
		}
		holder := fmt.Sprintf("virtual server %q", one.Name)
		if one.Start == "disabled" {
			holder = ""
		}
		for j, a := range one.Addresses {
			v.place(item(join(path, "addresses"), j), a, holder, places)
		}
		for j, a := range one.TLSAddresses {
			v.place(item(join(path, "tls-addresses"), j), a, holder, places)
		}
		v.pair(path, one.Certificate, one.Key)
		v.mechanisms(join(path, "authentication"), one)
		if one.Protocol != "" {
			v.domains(path, one)
			v.limits(join(path, "limits"), one)
		}
	}
	if w := &v.f.Web; w.Address != "" {
		v.place("web.admin-address", w.Address, "the administration", places)
	}
}

// adminName is the virtual server of the administration.
const adminName = "admin"

// serviceName reports a name that something else is called by: the administration, or the TLS addresses of another virtual
// server, which have its name with an "s".
func (v *validator) serviceName(path string, one *Virtual) {
	name := ascii.Lower(one.Name)
	if name == adminName && v.f.Web.Address != "" {
		v.report(path, fmt.Sprintf("%q is the administration's", one.Name), `choose another name, or write admin-address = "" in [web]`)
	}
	for i := range v.f.Virtual {
		if other := &v.f.Virtual[i]; len(other.TLSAddresses) > 0 && name == ascii.Lower(other.Name)+"s" {
			v.report(path, fmt.Sprintf("%q is what the TLS addresses of %q are called", one.Name, other.Name), "choose another name")
		}
	}
}

// place reports an address where something else listens. Port 0 is any free one, and who has no name does not listen.
func (v *validator) place(path, address, by string, places map[string]string) {
	host, port, _ := hostPort(address)
	if by == "" || port == 0 {
		return
	}
	holds, excludes := coverage(host)
	at := "|" + strconv.Itoa(port)
	for _, e := range excludes {
		if holder, taken := places[e+at]; taken {
			v.report(path, fmt.Sprintf("%q is an address of %s already", address, holder), "choose another port or address")
			return
		}
	}
	for _, h := range holds {
		places[h+at] = by
	}
}

// coverage says what a listener on the host holds of a port, and what of it nobody else may hold. One on all IPv6
// addresses takes the IPv4 ones too.
func coverage(host string) (holds, excludes []string) {
	const any46, all46, any4, all4 = "any", "all", "any4", "all4"
	a, err := netip.ParseAddr(host)
	a = a.Unmap()
	switch {
	case host == "" || a.IsUnspecified() && a.Is6():
		return []string{any46, all46}, []string{any46}
	case a.IsUnspecified():
		return []string{any46, any4, all4}, []string{all46, any4}
	case err == nil && a.Is6():
		return []string{any46, a.String()}, []string{all46, a.String()}
	case err == nil:
		host = a.String()
	}
	host = ascii.Lower(host)
	return []string{any46, any4, host}, []string{all46, all4, host}
}

func isLoopback(address string) bool {
	host, _, _ := hostPort(address)
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || host == "localhost"
}

func (v *validator) mechanisms(path string, one *Virtual) {
	known := mechanismsOf(one.Protocol)
	seen := make(map[string]bool)
	for i, m := range one.Authentication {
		switch {
		case m == "all" && len(one.Authentication) > 1:
			v.report(item(path, i), `"all" leaves nothing to choose`, `write it alone, or only the others`)
		case m != "all" && !slices.Contains(known, m):
			v.report(item(path, i), fmt.Sprintf("%q is no mechanism of %s", m, orElse(one.Protocol, "any protocol")), "write "+suggestion(ascii.Upper(m), known))
		case seen[m]:
			v.report(item(path, i), fmt.Sprintf("%q is there already", m), "leave out one of them")
		}
		seen[m] = true
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// domains checks what a virtual server for mail calls its own.
func (v *validator) domains(path string, one *Virtual) {
	if !one.isMail() {
		for _, key := range []string{"default-domain", "local-domains", "relay-domains", "alias-domains", "relay-from"} {
			v.unfit(path, key, reflect.ValueOf(*one), reflect.ValueOf(Virtual{}), one.Protocol+" takes no mail in", "leave it out, or write it for a virtual server of smtp, submission or lmtp")
		}
		return
	}
	local := map[string]string{ascii.Lower(orElse(one.Domain, v.f.Server.Domain)): "the default domain"}
	for i, d := range one.LocalDomains {
		key := ascii.Lower(d)
		if what := local[key]; what != "" {
			v.report(item(join(path, "local-domains"), i), fmt.Sprintf("%q is %s already", d, what), "leave it out")
		}
		local[key] = "a local domain"
	}
	for _, alias := range slices.Sorted(maps.Keys(one.AliasDomains)) {
		at, target := join(join(path, "alias-domains"), alias), one.AliasDomains[alias]
		switch {
		case local[ascii.Lower(alias)] != "":
			v.report(at, fmt.Sprintf("%q is %s already", alias, local[ascii.Lower(alias)]), "leave it out here, or there")
		case local[ascii.Lower(target)] == "":
			v.report(at, fmt.Sprintf("%q is not local", target), "write a local domain, or add that one to local-domains")
		}
	}
	for i, d := range one.RelayDomains {
		if what := local[ascii.Lower(d)]; what != "" {
			v.report(item(join(path, "relay-domains"), i), fmt.Sprintf("%q is %s", d, what), "leave it out here, or there: mail is either kept or sent on")
		} else if d == "*" {
			v.report(item(join(path, "relay-domains"), i), "anybody could send to everybody through this server", "write the domains, or relay-from with the networks that may")
		}
	}
	for i, n := range one.RelayFrom {
		if isEverywhere(n) {
			v.report(item(join(path, "relay-from"), i), "anybody could send to everybody through this server", "write the networks that may")
		}
	}
}

// isEverywhere reports whether a network is larger than what is given to anybody, so that one or two of them would be
// everybody.
func isEverywhere(n Network) bool {
	return slices.ContainsFunc(n.Prefixes(), func(p netip.Prefix) bool {
		return p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16 && !uniqueLocal.Contains(p.Addr())
	})
}

// uniqueLocal has the addresses that are for use inside a site (RFC 4193).
var uniqueLocal = netip.MustParsePrefix("fc00::/7")

// limitsOf says which limits protocols have that not all of them have.
var limitsOf = []struct{ key, protocols string }{
	{"connections-per-user", "imap4"},
	{"message-size", "smtp submission lmtp imap4 nntp http"},
	{"recipients", "smtp submission lmtp"},
	{"messages-per-connection", "smtp submission lmtp"},
	{"errors", "smtp submission lmtp pop3 imap4 nntp"},
	{"failed-logins", "smtp submission lmtp pop3 imap4 nntp ldap"},
	{"posts", "nntp"},
	{"posts-time", "nntp"},
}

// leastIdle is how long clients may be silent at least.
var leastIdle = map[string]struct {
	time Duration
	rule string
}{
	"smtp":       {5 * minute, "RFC 5321, 4.5.3.2.7"},
	"submission": {5 * minute, "RFC 5321, 4.5.3.2.7"},
	"pop3":       {10 * minute, "RFC 1939, 3"},
	"imap4":      {30 * minute, "RFC 9051, 5.4"},
	"nntp":       {3 * minute, "RFC 3977, 3.1"},
}

func (v *validator) limits(path string, one *Virtual) {
	for _, l := range limitsOf {
		if has := strings.Fields(l.protocols); !slices.Contains(has, one.Protocol) {
			v.unfit(path, l.key, reflect.ValueOf(one.Limits), reflect.ValueOf(VirtualLimits{}), one.Protocol+" has no such limit", "leave it out: it is for "+strings.Join(has, ", "))
		}
	}
	if least := leastIdle[one.Protocol]; one.Limits.Idle > 0 && one.Limits.Idle < least.time {
		v.report(join(path, "idle"), fmt.Sprintf("%q is less than %s asks for", one.Limits.Idle, least.rule), fmt.Sprintf("write %q or more", least.time))
	}
}
