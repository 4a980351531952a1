package smtp_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// relayMatrix is what each recipient is to a client that may not relay, and to
// one that may. Those that are accepted for strangers are mailboxes of ours.
var relayMatrix = []struct {
	rcpt             string
	stranger, friend string
}{
	// Ours, in each way to write it.
	{"a@here.example", "250", "250"},
	{"a@HERE.Example", "250", "250"},
	{"a@bücher.example", "250", "250"},
	{"a@BÜCHER.example", "250", "250"},
	{"a@xn--bcher-kva.example", "250", "250"},
	{"a@XN--BCHER-KVA.Example", "250", "250"},
	{"a@[192.0.2.25]", "250", "250"},
	{"postmaster", "250", "250"},
	{"POSTMASTER", "250", "250"},
	// Ours by their domain, whatever the local part looks like.
	{"a%elsewhere.example@here.example", "250", "250"},
	{"elsewhere.example!a@here.example", "250", "250"},
	{`"a@elsewhere.example"@here.example`, "250", "250"},
	{`"a%elsewhere.example"@here.example`, "250", "250"},
	{"@elsewhere.example:a@here.example", "250", "250"},
	// Elsewhere.
	{"a@elsewhere.example", "550", "250"},
	{"a@ELSEWHERE.example", "550", "250"},
	{"@here.example:a@elsewhere.example", "550", "250"},
	{"@here.example,@here.example:a@elsewhere.example", "550", "250"},
	{"a%here.example@elsewhere.example", "550", "250"},
	{"here.example!a@elsewhere.example", "550", "250"},
	{`"a@here.example"@elsewhere.example`, "550", "250"},
	{"a@[198.51.100.1]", "550", "250"},
	{"a@[IPv6:2001:db8::25]", "550", "250"},
	{"a@sub.here.example", "550", "250"},
	{"a@xhere.example", "550", "250"},
	{"a@here.example.elsewhere.example", "550", "250"},
	{"a@example", "550", "250"},
	{"postmaster@elsewhere.example", "550", "250"},
	// Homographs: e is U+0435, and a dotless i.
	{"a@h\u0435re.example", "550", "250"},
	{"a@here.\u0435xample", "550", "250"},
	{"a@bu\u0308cher.example", "250", "250"}, // the same name, decomposed
	{"a@bucher.example", "550", "250"},
	{"a@xn--bcher-kvb.example", "550", "250"},
	// Not addresses.
	{"a@elsewhere.example@here.example", "501", "501"},
	{"a@here.example@elsewhere.example", "501", "501"},
	{"a@elsewhere.example.", "501", "501"},
	{"a@here.example.", "501", "501"},
	{"a@", "501", "501"},
	{"@elsewhere.example", "501", "501"},
	{"a", "501", "501"},
	{"a@here.example,b@elsewhere.example", "501", "501"},
	{"a@here.example> <b@elsewhere.example", "501", "501"},
	{"a@here.example\tb", "501", "501"},
}

// Nobody sends elsewhere through this server but those who may, whatever the
// address looks like; and the Session is not asked about the others.
func TestRelayMatrix(t *testing.T) {
	for name, c := range map[string]struct {
		set    func(*smtp.Server)
		login  bool
		friend bool
	}{
		"stranger":               {},
		"logged in":              {login: true, friend: true},
		"from a network of ours": {set: func(s *smtp.Server) { s.Relay = smtp.RelayFor(netip.MustParsePrefix("127.0.0.0/8")) }, friend: true},
		"from another network":   {set: func(s *smtp.Server) { s.Relay = smtp.RelayFor(netip.MustParsePrefix("10.0.0.0/8")) }},
		"no networks":            {set: func(s *smtp.Server) { s.Relay = smtp.RelayFor() }},
		"no networks, logged in": {set: func(s *smtp.Server) { s.Relay = smtp.RelayFor() }, login: true, friend: true},
		"every domain is ours":   {set: func(s *smtp.Server) { s.Domains = []string{"*"} }, friend: true},
		"a program that allows all": {
			set:    func(s *smtp.Server) { s.Relay = func(context.Context, *smtp.Conn, smtp.Path) error { return nil } },
			friend: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv, inbox := newServer(t)
			srv.Domains = append(srv.Domains, "[192.0.2.25]")
			srv.Auth = insecure(authenticator(t))
			srv.Limits.Errors = -1
			if c.set != nil {
				c.set(srv)
			}
			p := connect(t, srv)
			p.to(smtp.Greeted)
			if c.login {
				p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
			}
			p.want("250", "MAIL FROM:<a@client.example> SMTPUTF8")
			for _, row := range relayMatrix {
				want := row.stranger
				if c.friend {
					want = row.friend
				}
				asked := count(inbox.called(), "rcpt")
				p.want(want, "RCPT TO:<"+row.rcpt+">")
				if want == "250" {
					asked++
				}
				require.Equal(t, asked, count(inbox.called(), "rcpt"), row.rcpt)
			}
		})
	}
}

// A program's relay control has its own words, and its errors are temporary.
func TestRelayFunc(t *testing.T) {
	srv, _ := newServer(t)
	srv.Relay = func(_ context.Context, c *smtp.Conn, to smtp.Path) error {
		switch to.Domain {
		case "policy.example":
			return smtp.R(550, smtp.Enhanced{5, 7, 27}, "not to "+to.Domain+" from "+c.Hello())
		case "yes.example":
			return smtp.R(250, smtp.Enhanced{}, "a Reply that is no refusal")
		}
		return errSecret
	}
	p := connect(t, srv)
	p.to(smtp.Mailed)
	p.want("550 5.7.27 not to policy.example from client.example", "RCPT TO:<a@policy.example>")
	p.want("451 4.3.0 local error", "RCPT TO:<a@broken.example>")
	p.want("451 4.3.0 local error", "RCPT TO:<a@yes.example>")
	p.want("250", "RCPT TO:<a@here.example>")
}

// A client without an IP address is in no network.
func TestRelayForUnix(t *testing.T) {
	relay := smtp.RelayFor(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"))
	srv, _ := newServer(t)
	srv.Relay = relay
	var got error
	srv.Backend = wrapping(srv.Backend, func(c *smtp.Conn, in smtp.Session) smtp.Session {
		got = relay(t.Context(), c, smtp.Path{Local: "a", Domain: "b"})
		return in
	})
	require.NoError(t, srv.ServeConn(t.Context(), unixTape{&tape{in: newReader("QUIT\r\n")}}))
	require.Error(t, got)
	_, err := play(t.Context(), srv, newReader("QUIT\r\n"))
	require.NoError(t, err)
	require.NoError(t, got)
}

// Equal domains have one form, whichever way they are written, and different
// ones have not.
func TestFoldDomain(t *testing.T) {
	for in, want := range map[string]string{
		"example.org": "example.org", "EXAMPLE.Org": "example.org", "": "", "[IPv6:::1]": "[ipv6:::1]",
		"bücher.example": "xn--bcher-kva.example", "BÜCHER.EXAMPLE": "xn--bcher-kva.example", "xn--BCHER-kva.example": "xn--bcher-kva.example",
		"例え.テスト": "xn--r8jz45g.xn--zckzah",
		// Not a name that IDNA knows: left alone, so that it is like no other.
		"_\u212aey.example": "_\u212aey.example", "\u0130.example": "\u0130.example",
	} {
		got := smtp.FoldDomain(in)
		if in == "\u0130.example" { // i with a dot above: a name of its own
			require.NotEqual(t, "i.example", got)
			continue
		}
		require.Equal(t, want, got, in)
	}
}
