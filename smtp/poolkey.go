package smtp

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// A poolKey is what two uses must have in common to share a connection. What
// Options holds and is not here makes no difference to what a server, or who
// listens, gets to know.
type poolKey struct {
	addr, hello, login, names, tlsa, ignore string

	policy                    TLSPolicy
	config                    *tls.Config
	implicit, lmtp, plaintext bool

	shared bool // whether connections are shared at all
}

func keyOf(addr string, o *Options) poolKey {
	d := o.orDefaults()
	return poolKey{
		addr:      addr,
		hello:     d.Hello,
		login:     d.Login,
		names:     strings.Join(append([]string{d.ServerName}, d.AltNames...), " "),
		tlsa:      fmt.Sprintf("%x", d.TLSA),
		ignore:    strings.ToUpper(strings.Join(d.Ignore, " ")),
		policy:    d.TLS,
		config:    d.TLSConfig,
		implicit:  d.ImplicitTLS,
		lmtp:      d.LMTP,
		plaintext: d.PlaintextAuth,
		shared:    d.Auth == nil || d.Login != "",
	}
}
