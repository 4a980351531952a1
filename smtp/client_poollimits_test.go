package smtp_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestPoolTransactions checks that recipients whom one connection takes no more
// transactions for are taken to another.
func TestPoolTransactions(t *testing.T) {
	f := &farm{tb: t, offers: append([]string{"LIMITS MAILMAX=2 RCPTMAX=1"}, everything...)}
	p := new(smtp.Pool)
	defer p.Close()
	env := envelope(t, "a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example")
	out, err := p.Send(t.Context(), "mx.example:25", f.options(), env, letterBody)
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
	require.Equal(t, 250, out.Mail.Code)
	require.Equal(t, 3, f.count())
	out, err = p.Send(t.Context(), "mx.example:25", f.options(), &smtp.Envelope{}, letterBody)
	require.Error(t, err)
	require.NotNil(t, out)
}

// TestPoolDomains checks that a connection to a server which takes mail for so
// many domains in one conversation is not kept for others.
func TestPoolDomains(t *testing.T) {
	f := &farm{tb: t, offers: append([]string{"LIMITS RCPTDOMAINMAX=2"}, everything...)}
	p := new(smtp.Pool)
	defer p.Close()
	for i, want := range []struct {
		to    []string
		conns int
	}{
		{[]string{"a@x.example"}, 1},
		{[]string{"b@X.example"}, 1},
		{[]string{"a@y.example", "a@z.example", "b@y.example"}, 2}, // y, and z elsewhere
		{[]string{"a@z.example"}, 2},
		{[]string{"a@x.example"}, 2},
		{[]string{"a@x.example"}, 3},
	} {
		env := envelope(t, want.to...)
		out, err := p.Send(t.Context(), "mx.example:25", f.options(), env, letterBody)
		require.NoError(t, err)
		require.NoError(t, out.Failure(env))
		require.Equal(t, want.conns, f.count(), i)
	}
}

// TestPoolRequireTLS checks that a message which needs TLS all the way never
// leaves by a connection that was made for less (RFC 8689, 4.2.1).
func TestPoolRequireTLS(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.Backend = wrapping(srv.Config.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return forwarder{in} })
	srv.StartInMemory()
	dials := 0
	o := smtp.Options{TLS: smtp.TLSOpportunistic, TLSConfig: srv.ClientTLS, ServerName: "localhost"}
	o.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dials++
		return srv.Dial(ctx)
	}
	p := new(smtp.Pool)
	defer p.Close()
	for _, want := range []struct {
		require bool
		dials   int
	}{{false, 1}, {true, 2}, {false, 2}, {true, 2}} {
		env := envelope(t, "a@x.example")
		env.From.RequireTLS = want.require
		out, err := p.Send(t.Context(), "mx.example:25", &o, env, letterBody)
		require.NoError(t, err)
		require.NoError(t, out.Failure(env))
		require.Equal(t, want.dials, dials)
	}
	require.Len(t, srv.Messages(), 4)

	// Where nobody can vouch for the server, or there is no TLS, it stays here.
	env := envelope(t, "a@x.example")
	env.From.RequireTLS = true
	for _, change := range []func(*smtp.Options){
		func(o *smtp.Options) { o.ServerName = "elsewhere.example" },
		func(o *smtp.Options) { o.Ignore = []string{"STARTTLS"} },
		func(o *smtp.Options) { o.TLS = smtp.TLSNone },
	} {
		o := o
		change(&o)
		_, err := p.Send(t.Context(), "mx.example:25", &o, env, letterBody)
		if o.TLS == smtp.TLSNone {
			require.NoError(t, err, "REQUIRETLS asks for more than the Options do")
			continue
		}
		require.Error(t, err)
	}
	require.Len(t, srv.Messages(), 5)
}

// forwarder is a Session that goes on over verified TLS only, if asked.
type forwarder struct{ smtp.Session }

func (f forwarder) Unwrap() smtp.Session { return f.Session }

func (forwarder) Capabilities() smtp.Capabilities { return smtp.Capabilities{RequireTLS: true} }
