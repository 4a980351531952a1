package relay

import (
	"cmp"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/smtp"
)

// need is what a host's DNS entries ask of TLS, in smtp's words.
func need(n dnsresolve.TLSNeed) smtp.TLSPolicy {
	switch n {
	case dnsresolve.TLSRequired:
		return smtp.TLSRequired
	case dnsresolve.TLSVerified:
		return smtp.TLSVerified
	case dnsresolve.TLSDANE:
		return smtp.TLSDANE
	}
	return smtp.TLSOpportunistic
}

// policy is what is asked of TLS: the most of what the host needs and what the administrator says. Only he may do without,
// and only where the host does not say that it must not be.
func (t *passage) policy(need smtp.TLSPolicy) smtp.TLSPolicy {
	if t.lax { // what the administrator wants holds all the same
		need = smtp.TLSOpportunistic
	}
	route := t.delivery.Route.Options.TLS
	if route == smtp.TLSNone && need < smtp.TLSRequired && t.Options.TLS < smtp.TLSRequired {
		return smtp.TLSNone
	}
	return max(need, route, t.Options.TLS)
}

// smartPolicy is the same for a host that the route names. What is trusted with a password, or said to have TLS, must show
// who it is, unless the route says otherwise. The other end of a Unix socket is on this machine.
func (t *passage) smartPolicy(h Hop, login bool) smtp.TLSPolicy {
	route := t.delivery.Route.Options.TLS
	switch {
	case h.Port == "":
		return cmp.Or(route, smtp.TLSNone)
	case route == smtp.TLSDefault && (login || h.TLS):
		return t.policy(smtp.TLSVerified)
	}
	return t.policy(smtp.TLSOpportunistic)
}

// base are the client's options for any host.
func (t *passage) base() smtp.Options {
	o := t.Options
	o.Hello = cmp.Or(t.Hello, o.Hello)
	o.LMTP, o.ImplicitTLS = false, false
	o.ServerName, o.AltNames, o.TLSA = "", nil, nil
	o.Auth, o.Login = nil, "" // for hosts that the route names only: nobody else is to see it
	return o
}
