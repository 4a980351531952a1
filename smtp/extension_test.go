package smtp_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// extensions greets and returns what is advertised, keyword to arguments.
func extensions(p *peer) map[string]string {
	p.tb.Helper()
	lines := strings.Split(strings.TrimSuffix(p.want("250", "EHLO client.example"), "\n"), "\n")
	found := make(map[string]string)
	for _, line := range lines[1:] {
		keyword, args, _ := strings.Cut(line[len("250-"):], " ")
		require.NotContains(p.tb, found, keyword)
		found[keyword] = args
	}
	return found
}

// proofs try each extension: they pass if it works.
var proofs = map[string]func(p *peer) bool{
	"PIPELINING": func(p *peer) bool {
		p.send("NOOP\r\nNOOP\r\n")
		first, second := p.reply(), p.reply()
		return strings.HasPrefix(first, "250") && strings.HasPrefix(second, "250")
	},
	"SIZE": func(p *peer) bool { return accepts(p, "MAIL FROM:<> SIZE=1") },
	"8BITMIME": func(p *peer) bool {
		return accepts(p, "MAIL FROM:<> BODY=8BITMIME")
	},
	"SMTPUTF8":            func(p *peer) bool { return accepts(p, "MAIL FROM:<\u00fc@x.example> SMTPUTF8") },
	"ENHANCEDSTATUSCODES": func(p *peer) bool { return strings.HasPrefix(p.do("NOOP"), "250 2.") },
	"HELP":                func(p *peer) bool { return strings.HasPrefix(p.do("HELP"), "214 ") },
	"AUTH":                func(p *peer) bool { return accepts(p, "AUTH PLAIN AGFubmEAc2VzYW1l") },
	"STARTTLS":            func(p *peer) bool { return accepts(p, "STARTTLS") },
	"CHUNKING":            func(p *peer) bool { return inMail(p, "", "BDAT 0 LAST") },
	"BINARYMIME":          func(p *peer) bool { return accepts(p, "MAIL FROM:<> BODY=BINARYMIME") },
	"LIMITS":              func(*peer) bool { return true }, // see TestExtensionArguments
	"DSN":                 func(p *peer) bool { return accepts(p, "MAIL FROM:<> RET=HDRS ENVID=1") },
	"REQUIRETLS":          func(p *peer) bool { return accepts(p, "MAIL FROM:<> REQUIRETLS") },
	"DELIVERBY":           func(p *peer) bool { return accepts(p, "MAIL FROM:<> BY=60;R") },
	"MT-PRIORITY": func(p *peer) bool {
		return accepts(p, "MAIL FROM:<> MT-PRIORITY=3")
	},
	"FUTURERELEASE": func(p *peer) bool { return accepts(p, "MAIL FROM:<> HOLDFOR=60") },
	"PRDR":          func(p *peer) bool { return accepts(p, "MAIL FROM:<> PRDR") },
	"BURL":          func(p *peer) bool { return inMail(p, "", "BURL imap://a/b LAST") },
	"ETRN":          func(p *peer) bool { return accepts(p, "ETRN client.example") },
	"ATRN": func(p *peer) bool { // offered before the login too, which it takes
		r := p.do("ATRN client.example")
		return strings.HasPrefix(r, "250") || strings.HasPrefix(r, "530")
	},
	"XCLIENT":  func(p *peer) bool { return accepts(p, "XCLIENT NAME=x") },
	"XFORWARD": func(p *peer) bool { return accepts(p, "XFORWARD NAME=x") },
}

// inMail tries a command behind RCPT.
func inMail(p *peer, params, line string) bool {
	return accepts(p, "MAIL FROM:<>"+params) && accepts(p, "RCPT TO:<one@here.example>") && accepts(p, line)
}

func accepts(p *peer, line string) bool { return strings.HasPrefix(p.do(line), "2") }

// plain are the extensions that are always there.
var plain = []string{"PIPELINING", "SIZE", "8BITMIME", "CHUNKING", "SMTPUTF8", "ENHANCEDSTATUSCODES", "LIMITS", "HELP"}

// ableExtensions are those of an able Session, and more.
func ableExtensions(more ...string) []string {
	return append(more, "BINARYMIME", "DSN", "DELIVERBY", "MT-PRIORITY", "PRDR", "ETRN", "ATRN", "XCLIENT", "XFORWARD")
}

// An extension is advertised if and only if it works, whatever the server's
// settings: with and without TLS, before and after a login.
func TestExtensions(t *testing.T) {
	both := func(s *smtp.Server) { s.Auth.AllowInsecure = true }
	for _, c := range []struct {
		name   string
		set    func(*smtp.Server)
		secure bool     // over TLS
		login  bool     // behind one
		want   []string // of the extensions that depend on it
	}{
		{"nothing", func(s *smtp.Server) { s.Auth, s.TLSConfig = nil, nil }, false, false, nil},
		{"all", both, false, false, []string{"STARTTLS", "AUTH"}},
		{"login needs TLS", nil, false, false, []string{"STARTTLS"}},
		{"under TLS", nil, true, false, []string{"AUTH"}},
		{"logged in", both, false, true, nil},
		{"logged in under TLS", nil, true, true, nil},
		{"RequireTLS", func(s *smtp.Server) { both(s); s.RequireTLS = true }, false, false, []string{"STARTTLS"}},
		{"RequireTLS under TLS", func(s *smtp.Server) { s.RequireTLS = true }, true, false, []string{"AUTH"}},
		{"no accounts", func(s *smtp.Server) { s.Auth = new(auth.Authenticator); both(s) }, false, false, []string{"STARTTLS"}},
		{"able", func(s *smtp.Server) { both(s); makeAble(s, new(inbox)) }, false, false, ableExtensions("STARTTLS", "AUTH")},
		{"able under TLS", func(s *smtp.Server) { makeAble(s, new(inbox)) }, true, false, ableExtensions("AUTH", "REQUIRETLS")},
		{"able and logged in", func(s *smtp.Server) { makeAble(s, new(inbox)) }, true, true, ableExtensions("REQUIRETLS", "FUTURERELEASE", "BURL")},
		{"no size limit", func(s *smtp.Server) { s.Limits.Message = -1 }, false, false, []string{"STARTTLS"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for keyword, works := range proofs {
				srv, _ := newServer(t)
				srv.Auth = authenticator(t)
				server, client := tlsConfigs(t)
				srv.TLSConfig = server
				if c.set != nil {
					c.set(srv)
				}
				p := connect(t, srv)
				offered := extensions(p)
				if c.secure {
					p.want("220", "STARTTLS")
					p.handshake(client)
					offered = extensions(p)
				}
				if c.login {
					p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
					offered = extensions(p)
				}
				for keyword := range offered {
					require.Contains(t, proofs, keyword, "an extension without a proof here")
				}
				for keyword := range proofs {
					if slices.Contains(plain, keyword) {
						require.Contains(t, offered, keyword)
						continue
					}
					if _, is := offered[keyword]; is {
						require.Contains(t, c.want, keyword)
					} else {
						require.NotContains(t, c.want, keyword)
					}
				}
				_, is := offered[keyword]
				if srv.RequireTLS && !c.secure && slices.Contains([]string{"SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING"}, keyword) {
					p.want("530", "MAIL FROM:<>") // they come to work under TLS
					continue
				}
				require.Equal(t, is || keyword == "LIMITS", works(p), keyword)
			}
		})
	}
}

// SIZE says what the limit is (RFC 1870, 4), and AUTH which mechanisms there are.
func TestExtensionArguments(t *testing.T) {
	srv, _ := newServer(t)
	srv.Limits.Message = 12345
	srv.Auth = insecure(authenticator(t))
	offered := extensions(connect(t, srv))
	require.Equal(t, "12345", offered["SIZE"])
	require.Equal(t, "PLAIN LOGIN", offered["AUTH"])
	require.Equal(t, "RCPTMAX=1000", offered["LIMITS"])
	srv, inbox := newServer(t)
	srv.Limits.Mails = 3
	makeAble(srv, inbox)
	offered = extensions(connect(t, srv))
	require.Equal(t, "RCPTMAX=1000 MAILMAX=3", offered["LIMITS"])
	require.Equal(t, "60", offered["DELIVERBY"])
	require.Equal(t, "MIXER", offered["MT-PRIORITY"])
}
