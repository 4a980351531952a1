package relay_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestTrouble: who does not answer is named, with the address, and what happened when.
func TestTrouble(t *testing.T) {
	const zone = "example.org MX 10 a.example.org\na.example.org A 203.0.113.1"
	refuses := func(errno syscall.Errno) func(*world) {
		return func(w *world) {
			w.at["203.0.113.1:25"] = func(context.Context) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errno}
			}
		}
	}
	at := func(verb string, a smtptest.Answer) func(*world) {
		return func(w *world) { w.host("203.0.113.1:25", nil).On(verb, a) }
	}
	slow, cut := smtptest.Answer{Delay: 24 * time.Hour}, smtptest.Answer{HangUp: true}
	for name, tt := range map[string]struct {
		setup func(*world)
		want  string
	}{
		"refused":     {refuses(syscall.ECONNREFUSED), "451 4.4.1 host a.example.org [203.0.113.1]: no connection: refused"},
		"unreachable": {refuses(syscall.EHOSTUNREACH), "451 4.4.1 host a.example.org [203.0.113.1]: no connection: no way leads there"},
		"odd":         {refuses(syscall.EACCES), "451 4.4.1 host a.example.org [203.0.113.1]: no connection: failed"},
		"nowhere":     {func(w *world) { w.at["203.0.113.1:25"] = nowhere }, "451 4.4.1 host a.example.org [203.0.113.1]: no connection: timed out"},
		"silent":      {func(w *world) { w.at["203.0.113.1:25"] = hole }, "451 4.4.1 host a.example.org [203.0.113.1]: no greeting: timed out"},
		"EHLO":        {at("EHLO", slow), "451 4.4.2 host a.example.org [203.0.113.1]: the connection was lost at EHLO: timed out"},
		"MAIL":        {at("MAIL", slow), "451 4.4.2 host a.example.org [203.0.113.1]: the connection was lost at MAIL: timed out"},
		"RCPT":        {at("RCPT", cut), "451 4.4.2 host a.example.org [203.0.113.1]: the connection was lost at RCPT: closed by the host"},
		"DATA":        {at("DATA", slow), "451 4.4.2 host a.example.org [203.0.113.1]: the connection was lost at DATA: timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, zone, func(t *testing.T, w *world) {
				tt.setup(w)
				w.Options.Ignore = []string{"CHUNKING", "PIPELINING"}
				results, err := w.Deliver(t.Context(), delivery("x"))
				require.Error(t, err)
				require.Equal(t, tt.want, results[0].Reply.Error())
			})
		})
	}
}

// TestTroubleByAddress: a host without a name is named once, and a socket's path is not told.
func TestTroubleByAddress(t *testing.T) {
	in(t, "", func(t *testing.T, w *world) {
		for next, want := range map[string]string{
			"192.0.2.1":             "host [192.0.2.1]: no connection: refused",
			"[2001:db8::1]":         "host [IPv6:2001:db8::1]: no connection: refused",
			"lmtp:///run/some/lmtp": "host us.example: no connection: refused",
		} {
			d := delivery("x")
			d.Route.Next = []string{next}
			results, err := w.Deliver(t.Context(), d)
			require.Error(t, err)
			require.Equal(t, want, results[0].Reply.Text)
		}
	})
}

// TestTLSOptional: a message with "TLS-Required: No" goes by what the domain asks of TLS if it can, and otherwise without;
// others do not (RFC 8689, 4.2.2).
func TestTLSOptional(t *testing.T) {
	const policy = "version: STSv1\nmode: enforce\nmx: a.example.org\nmax_age: 86400\n"
	optional := func() *queue.Delivery {
		d := delivery("x")
		d.Message.TLSOptional = true
		return d
	}
	for certificate, want := range map[string]string{"a.example.org": "verified", "x.example.org": "unverified", "": "none"} {
		in(t, policed, func(t *testing.T, w *world) {
			w.enforce(policy)
			srv := w.host("203.0.113.1:25", func(s *smtptest.Server) {
				if certificate != "" {
					w.trust(certified(t, s, certificate))
				}
			})
			if want != "verified" {
				got, _ := w.deliver(delivery("x"))
				require.NotContains(t, got[0], "250", "as long as nobody asks for it")
			}
			got, err := w.deliver(optional())
			require.NoError(t, err)
			require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got, want)
			require.Len(t, srv.Messages(), 1)
			require.Equal(t, want != "none", srv.Messages()[0].TLS, "TLS is used where it is offered")
		})
	}
	in(t, policed, func(t *testing.T, w *world) { // the policy leaves no host
		w.enforce(strings.ReplaceAll(policy, "a.example.org", "elsewhere.example"))
		w.host("203.0.113.1:25", nil)
		got, err := w.deliver(optional())
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
	})
	in(t, policed, func(t *testing.T, w *world) { // what the administrator asks for holds
		w.host("203.0.113.1:25", nil)
		w.host("203.0.113.3:25", nil)
		d := optional()
		d.Route.Options.TLS = smtp.TLSRequired
		got, err := w.deliver(d)
		require.Error(t, err)
		require.Equal(t, "451 4.7.4 by b.example.org down", got[0])
	})
	in(t, policed, func(t *testing.T, w *world) { // a host that itself wants TLS (RFC 8689, 4.2.2)
		w.enforce(policy)
		w.host("203.0.113.1:25", nil).On("MAIL", smtptest.Answer{Reply: smtp.R(530, smtp.Enhanced{5, 7, 0}, "STARTTLS first")})
		got, _ := w.deliver(optional())
		require.Equal(t, []string{"530 5.7.0 by a.example.org"}, got)
	})
	in(t, policed, func(t *testing.T, w *world) { // REQUIRETLS is stronger (RFC 8689, 4.1)
		w.host("203.0.113.1:25", nil)
		d := optional()
		d.Message.From.RequireTLS = true
		got, _ := w.deliver(d)
		require.Equal(t, []string{"554 5.7.10"}, got)
	})
}

// TestDeliverByMinimum: a host that promises nothing so soon is not asked, and others are (RFC 2852, 2).
func TestDeliverByMinimum(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		slow := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"DELIVERBY 3600"}})
		d := delivery("x")
		d.Message.From.DeliverBy = smtp.DeliverBy{Mode: smtp.DeliverByReturn, In: 30 * time.Minute}
		got, _ := w.deliver(d)
		require.Equal(t, []string{"554 5.4.7"}, got)
		require.NotContains(t, strings.Join(slow.Heard(), "\n"), "MAIL")
		w.fault("203.0.113.3:25", smtptest.Fault{Extensions: []string{"DELIVERBY 60"}})
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
		d.Message.From.DeliverBy.Mode = smtp.DeliverByNotify // no minimum is for that
		got, err = w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
		require.Contains(t, strings.Join(slow.Heard(), "\n"), "BY=1800;N")
	})
}
