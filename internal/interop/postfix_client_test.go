//go:build interop

package interop

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// A route is a way by which Postfix sends mail on to us: mail for the domain of
// its name.
type route struct {
	name     string
	options  string // of Postfix's client
	implicit bool   // TLS from the beginning
	protocol string // how the mail comes
	lmtp     bool
}

var routes = []route{
	{name: "plain", options: "-o smtp_tls_security_level=none", protocol: "ESMTP"},
	{name: "nopipelining", options: "-o smtp_discard_ehlo_keywords=pipelining", protocol: "ESMTP"},
	{name: "nochunking", options: "-o smtp_discard_ehlo_keywords=chunking,size", protocol: "ESMTP"},
	{name: "noeight", options: "-o smtp_discard_ehlo_keywords=8bitmime,smtputf8", protocol: "ESMTP"},
	{name: "noutf", options: "-o smtp_discard_ehlo_keywords=smtputf8", protocol: "ESMTP"},
	{name: "nodsn", options: "-o smtp_discard_ehlo_keywords=dsn", protocol: "ESMTP"},
	{name: "helo", options: "-o smtp_never_send_ehlo=yes", protocol: "SMTP"},
	{name: "starttls", options: "-o smtp_tls_security_level=encrypt", protocol: "ESMTPS"},
	{name: "verified", options: "-o smtp_tls_security_level=secure -o smtp_tls_secure_cert_match=localhost", protocol: "ESMTPS"},
	{name: "wrapped", options: "-o smtp_tls_security_level=encrypt -o smtp_tls_wrappermode=yes", protocol: "ESMTPS", implicit: true},
	{name: "login", options: "-o smtp_tls_security_level=encrypt " + loginAs("user:secret"), protocol: "ESMTPSA"},
	{name: "lmtp", options: "-o lmtp_tls_security_level=none", protocol: "LMTP", lmtp: true},
	{name: "lmtptls", options: "-o lmtp_tls_security_level=encrypt", protocol: "LMTPS", lmtp: true},
}

func loginAs(user string) string {
	return "-o smtp_sasl_auth_enable=yes -o smtp_sasl_security_options=noanonymous -o smtp_sasl_password_maps=static:" + user
}

// A network is Postfix and our servers behind it, by the names of the routes.
type network struct {
	*postfix
	ours map[string]*recorder
}

// startNetwork starts them. Reports to senders at sender.example come to us by
// the route plain.
func startNetwork(t *testing.T, routes []route) *network {
	t.Helper()
	cert := newCertificate(t)
	n := &network{ours: make(map[string]*recorder)}
	var services, maps strings.Builder
	for _, r := range routes {
		srv := &smtp.Server{LMTP: r.lmtp, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert.Certificate}}}
		ours := record(t, srv, r.implicit)
		n.ours[r.name] = ours
		daemon, host := "smtp", "[localhost]"
		if r.lmtp {
			daemon, host = "lmtp", "inet:[localhost]"
		}
		fmt.Fprintf(&services, "%s unix - - n - - %s %s\n", r.name, daemon, r.options)
		nexthop := fmt.Sprintf("%s:%s:%s", r.name, host, ours.addr[strings.LastIndex(ours.addr, ":")+1:])
		fmt.Fprintf(&maps, " {%s.example=%s}", r.name, nexthop)
		if r.name == routes[0].name {
			fmt.Fprintf(&maps, " {sender.example=%s}", nexthop)
		}
	}
	n.postfix = startPostfix(t, cert, "smtp_host_lookup = native\nlmtp_host_lookup = native\ntransport_maps = inline:{"+maps.String()+" }\n", services.String())
	return n
}

// submit hands Postfix a message.
func (n *network) submit(t *testing.T, env *smtp.Envelope, text string) {
	t.Helper()
	c, err := smtp.Dial(t.Context(), n.addr, &smtp.Options{Hello: "client.example", TLS: smtp.TLSNone})
	require.NoError(t, err)
	defer c.Close()
	out, err := c.Send(within(t), env, smtp.BodyFromBytes([]byte(text)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
	require.NoError(t, c.Quit(t.Context()))
}

// TestPostfixRelays has Postfix send us every message by every route.
func TestPostfixRelays(t *testing.T) {
	n := startNetwork(t, routes)
	for _, r := range routes {
		t.Run(r.name, func(t *testing.T) {
			to := "to@" + r.name + ".example"
			for _, c := range contents {
				n.submit(t, envelope(t, "sender@sender.example", to), c.text)
				m := n.ours[r.name].next(t)
				requireTail(t, c.text, m.data)
				require.Equal(t, r.protocol, m.protocol)
				require.Equal(t, r.name == "login", m.user == "user")
				require.Equal(t, "sender@sender.example", m.From.Path.String())
				require.Equal(t, to, m.To[0].Path.String())
			}
			n.submit(t, envelope(t, "sender@sender.example", to), eightBit)
			m := n.ours[r.name].next(t)
			if r.name == "noeight" || r.name == "helo" {
				require.Equal(t, smtp.Body7Bit, m.From.Body)
				require.Contains(t, m.data, "\r\nContent-Transfer-Encoding: quoted-printable\r\n")
				require.True(t, strings.HasSuffix(m.data, "\r\n\r\nna=C3=AFve\r\n"), m.data)
				return
			}
			require.Equal(t, smtp.Body8Bit, m.From.Body)
			requireTail(t, eightBit, m.data)
		})
	}
	t.Run("commands", n.commands)
	t.Run("DSN", n.reports)
	t.Run("SMTPUTF8", n.utf8)
	require.Empty(t, n.queue(t))
}

// commands looks at what Postfix says, by the keywords that it must not use.
func (n *network) commands(t *testing.T) {
	for _, r := range routes {
		env := envelope(t, "sender@sender.example", "one@"+r.name+".example", "two@"+r.name+".example")
		n.submit(t, env, contents[0].text)
		m := n.ours[r.name].next(t)
		require.Len(t, m.To, 2)
		sized := !slices.Contains([]string{"nochunking", "helo", "noeight"}, r.name) // recoding changes the size
		require.Equal(t, sized, strings.Contains(m.commands, " SIZE="), "%s: %s", r.name, m.commands)
		require.Equal(t, sized, m.From.Size > 0, r.name)
		t.Logf("%s:\n%s", r.name, m.commands)
	}
}

// reports asks for reports of success. Where we take DSN on, that is for us to
// do; else Postfix reports that it has relayed the message.
func (n *network) reports(t *testing.T) {
	for _, r := range routes {
		env := envelope(t, "sender@sender.example", "to@"+r.name+".example")
		env.From.Return, env.From.EnvelopeID = smtp.ReturnHeaders, "id+1=x"
		env.To[0].Notify = smtp.NotifySuccess | smtp.NotifyFailure
		env.To[0].Original = smtp.OriginalAddress{Type: "rfc822", Address: "first+x@elsewhere.example"}
		n.submit(t, env, contents[0].text)
		m := n.ours[r.name].next(t)
		requireTail(t, contents[0].text, m.data)
		if r.name != "nodsn" && r.name != "helo" {
			require.Equal(t, env.From.Return, m.From.Return, r.name)
			require.Equal(t, env.From.EnvelopeID, m.From.EnvelopeID, r.name)
			require.Equal(t, env.To[0], m.To[0], r.name)
			continue
		}
		require.Zero(t, m.From.EnvelopeID)
		require.Zero(t, m.To[0].Notify)
		report := n.ours["plain"].next(t)
		require.True(t, report.From.Path.IsNull())
		require.Contains(t, report.data, "\r\nOriginal-Envelope-Id: id+1=x\r\n")
		require.Contains(t, report.data, "\r\nAction: relayed\r\n")
		require.Contains(t, report.data, "\r\nOriginal-Recipient: rfc822;first+x@elsewhere.example\r\n")
	}
}

// utf8 sends mail with addresses and header fields in UTF-8.
func (n *network) utf8(t *testing.T) {
	text := strings.Replace(eightBit, "Subject: 8-bit", "Subject: Gr\u00fc\u00dfe", 1)
	for _, r := range routes {
		env := envelope(t, "sender@sender.example", "j\u00fcrgen@"+r.name+".example")
		env.From.UTF8 = true
		n.submit(t, env, text)
		if r.name != "noutf" && r.name != "noeight" && r.name != "helo" {
			m := n.ours[r.name].next(t)
			require.True(t, m.From.UTF8)
			require.Equal(t, env.To[0].Path, m.To[0].Path)
			require.True(t, strings.HasPrefix(m.protocol, "UTF8"), m.protocol)
			requireTail(t, text, m.data)
			continue
		}
		// It cannot go on, and the sender is told so.
		report := n.ours["plain"].next(t)
		require.True(t, report.From.Path.IsNull())
		require.Contains(t, report.data, "\r\nAction: failed\r\n", r.name)
	}
}

// TestPostfixWrongPassword has Postfix log in with a wrong password: it keeps
// the message.
func TestPostfixWrongPassword(t *testing.T) {
	wrong := route{name: "wrong", options: "-o smtp_tls_security_level=encrypt " + loginAs("user:wrong")}
	n := startNetwork(t, []route{wrong})
	n.submit(t, envelope(t, "sender@elsewhere.example", "to@wrong.example"), contents[0].text)
	var queue []queued
	await(t, "Postfix has tried to log in", func() bool {
		queue = n.queue(t)
		return len(queue) == 1 && queue[0].Reason != ""
	})
	require.Contains(t, queue[0].Reason, "said: 535 5.7.8 ")
	require.Empty(t, n.ours["wrong"].inbox)
}
