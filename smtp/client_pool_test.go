package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A farm makes connections to fakes, all alike, for a Pool.
type farm struct {
	tb     testing.TB
	offers []string
	answer func(conn int, verb string) string

	mu    sync.Mutex
	fakes []*fake
}

func (f *farm) dial(context.Context, string, string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.fakes)
	one := &fake{offers: f.offers}
	if f.answer != nil {
		one.answer = func(verb, _ string) string { return f.answer(n, verb) }
	}
	f.fakes = append(f.fakes, one)
	return one.connect(f.tb), nil
}

func (f *farm) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.fakes)
}

func (f *farm) options() *smtp.Options { return &smtp.Options{DialContext: f.dial} }

// asked tells what the nth connection was asked.
func (f *farm) asked(n int) []string { return f.fakes[n].asked() }

var letterBody = smtp.BodyFromBytes([]byte(letter))

func poolSend(t *testing.T, p *smtp.Pool, o *smtp.Options) {
	t.Helper()
	out, err := p.Send(t.Context(), "mx.example:25", o, envelope(t, "a@x.example"), letterBody)
	require.NoError(t, err)
	require.NoError(t, out.Failure(nil))
}

func TestPoolReuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &farm{tb: t, offers: everything}
		p := &smtp.Pool{Messages: 3}
		for range 7 {
			poolSend(t, p, f.options())
		}
		require.NoError(t, p.Close())
		require.Equal(t, 3, f.count(), "three, three and one")
		require.Equal(t, []string{"EHLO", "MAIL", "RCPT", "BDAT", "MAIL", "RCPT", "BDAT", "MAIL", "RCPT", "BDAT", "QUIT"}, f.asked(0))
		_, err := p.Get(t.Context(), "mx.example:25", f.options())
		require.ErrorIs(t, err, smtp.ErrPoolClosed)
		_, err = p.Send(t.Context(), "mx.example:25", f.options(), envelope(t, "a@x.example"), letterBody)
		require.ErrorIs(t, err, smtp.ErrPoolClosed)
		require.NoError(t, p.Close())
	})
}

// TestPoolIdle checks that an idle connection is closed in time, and asked for
// a sign of life if it has waited.
func TestPoolIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &farm{tb: t, offers: everything}
		p := &smtp.Pool{Idle: 20 * time.Second}
		defer p.Close()
		poolSend(t, p, f.options())
		time.Sleep(15 * time.Second)
		poolSend(t, p, f.options())
		require.Equal(t, 1, f.count())
		require.Equal(t, []string{"RSET", "MAIL", "RCPT", "BDAT"}, f.asked(0)[4:])
		time.Sleep(20*time.Second + 1)
		synctest.Wait()
		require.Equal(t, "QUIT", f.asked(0)[8])
		poolSend(t, p, f.options())
		require.Equal(t, 2, f.count())
	})
}

// TestPoolDead checks that a connection which the server has given up is
// replaced by another one, unless a message is in doubt.
func TestPoolDead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		wait   time.Duration
		answer func(conn int, verb string) string
		conns  int
		fails  bool
	}{
		{"in the sign of life", 5 * time.Second, func(conn int, verb string) string {
			return map[string]string{"0 RSET": "hangup"}[fmt.Sprint(conn, " ", verb)]
		}, 2, false},
		{"sign of life refused", 5 * time.Second, func(conn int, verb string) string {
			return map[string]string{"0 RSET": "421 4.4.2 idle"}[fmt.Sprint(conn, " ", verb)]
		}, 2, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &farm{tb: t, offers: everything, answer: tt.answer}
			p := new(smtp.Pool)
			defer p.Close()
			poolSend(t, p, f.options())
			time.Sleep(tt.wait)
			poolSend(t, p, f.options())
			require.Equal(t, tt.conns, f.count(), tt.name)
		})
	}
	// At the second MAIL of a connection, without a wait.
	for _, reply := range []string{"hangup", "421 4.4.2 idle"} {
		synctest.Test(t, func(t *testing.T) {
			mails := 0
			f := &farm{tb: t, offers: everything}
			f.answer = func(conn int, verb string) string {
				if verb == "MAIL" {
					if mails++; mails == 2 {
						return reply
					}
				}
				return ""
			}
			p := new(smtp.Pool)
			defer p.Close()
			poolSend(t, p, f.options())
			poolSend(t, p, f.options())
			require.Equal(t, 2, f.count())
			// A new connection that behaves so is not tried again.
			mails = 1
			out, err := p.Send(t.Context(), "other.example:25", f.options(), envelope(t, "a@x.example"), letterBody)
			require.Equal(t, 3, f.count())
			require.Equal(t, reply == "hangup", err != nil)
			require.False(t, out.Rcpt[0].Accepted())
		})
	}
	// After the message was sent nothing is tried again.
	synctest.Test(t, func(t *testing.T) {
		ends := 0
		f := &farm{tb: t, offers: everything}
		f.answer = func(_ int, verb string) string {
			if verb == "." {
				if ends++; ends == 2 {
					return "hangup"
				}
			}
			return ""
		}
		p := new(smtp.Pool)
		defer p.Close()
		poolSend(t, p, f.options())
		out, err := p.Send(t.Context(), "mx.example:25", f.options(), envelope(t, "a@x.example"), letterBody)
		require.Error(t, err)
		require.True(t, out.Ambiguous)
		require.True(t, out.Rcpt[0].Ambiguous)
		require.Equal(t, 1, f.count())
		poolSend(t, p, f.options())
		require.Equal(t, 2, f.count())
	})
}

// TestPoolKeys checks that a connection serves only those who would have made
// the same one.
func TestPoolKeys(t *testing.T) {
	cfg := new(tls.Config)
	plain := smtp.Password("x", "y")
	base := smtp.Options{TLS: smtp.TLSOpportunistic}
	with := func(change func(*smtp.Options)) smtp.Options {
		o := base
		change(&o)
		return o
	}
	for _, tt := range []struct {
		name string
		o    smtp.Options
		same bool
	}{
		{"equal", with(func(*smtp.Options) {}), true},
		{"default", with(func(o *smtp.Options) { o.TLS = smtp.TLSDefault }), true},
		{"timeouts", with(func(o *smtp.Options) { o.Timeouts.Mail = time.Hour }), true},
		{"convert", with(func(o *smtp.Options) {
			o.Convert = func(context.Context, smtp.Body, smtp.BodyType) (smtp.Body, error) { return nil, nil }
		}), true},
		{"none", with(func(o *smtp.Options) { o.TLS = smtp.TLSNone }), false},
		{"hello", with(func(o *smtp.Options) { o.Hello = "other.example" }), false},
		{"server name", with(func(o *smtp.Options) { o.ServerName = "other.example" }), false},
		{"other names", with(func(o *smtp.Options) { o.AltNames = []string{"other.example"} }), false},
		{"config", with(func(o *smtp.Options) { o.TLSConfig = cfg }), false},
		{"records", with(func(o *smtp.Options) { o.TLSA = []smtp.TLSA{{3, 1, 1, []byte("x")}} }), false},
		{"login", with(func(o *smtp.Options) { o.Auth, o.Login, o.PlaintextAuth = plain, "x", true }), false},
		{"ignore", with(func(o *smtp.Options) { o.Ignore = []string{"CHUNKING"} }), false},
	} {
		f := &farm{tb: t, offers: append([]string{"AUTH PLAIN"}, everything...)}
		f.answer = func(_ int, verb string) string { return map[string]string{"AUTH": "235 2.7.0 in"}[verb] }
		p := new(smtp.Pool)
		first, second := base, tt.o
		first.DialContext, second.DialContext = f.dial, f.dial
		poolSend(t, p, &first)
		poolSend(t, p, &second)
		require.Equal(t, tt.same, f.count() == 1, tt.name)
		poolSend(t, p, &second)
		require.Equal(t, tt.same, f.count() == 1, tt.name)
		require.LessOrEqual(t, f.count(), 2, tt.name)
		require.NoError(t, p.Close())
	}
	// Logins: the same, another, and one without a name, which is never shared.
	for _, tt := range []struct {
		logins []string
		conns  int
	}{{[]string{"x", "x"}, 1}, {[]string{"x", "y"}, 2}, {[]string{"", ""}, 2}} {
		f := &farm{tb: t, offers: append([]string{"AUTH PLAIN"}, everything...)}
		f.answer = func(_ int, verb string) string { return map[string]string{"AUTH": "235 2.7.0 in"}[verb] }
		p := new(smtp.Pool)
		for _, login := range tt.logins {
			poolSend(t, p, &smtp.Options{DialContext: f.dial, TLS: smtp.TLSNone, Auth: plain, Login: login, PlaintextAuth: true})
		}
		require.Equal(t, tt.conns, f.count())
		require.NoError(t, p.Close())
	}
}

// TestPoolAdopts checks that a connection which is reused obeys the Options of
// who uses it.
func TestPoolAdopts(t *testing.T) {
	f := &farm{tb: t, offers: without("8BITMIME", "BINARYMIME")}
	p := new(smtp.Pool)
	defer p.Close()
	eight := smtp.BodyFromBytes([]byte("\xe9\r\n"))
	for _, text := range []string{"one\r\n", "two\r\n"} {
		o := f.options()
		o.Convert = func(context.Context, smtp.Body, smtp.BodyType) (smtp.Body, error) {
			return smtp.BodyFromBytes([]byte(text)), nil
		}
		traced := false
		o.Trace = func(*smtp.Client, smtp.Event) { traced = true }
		out, err := p.Send(t.Context(), "mx.example:25", o, envelope(t, "a@x.example"), eight)
		require.NoError(t, err)
		require.NoError(t, out.Failure(nil))
		require.True(t, traced)
	}
	require.Equal(t, 1, f.count())
	got := f.fakes[0].delivered()
	require.Equal(t, []string{"one\r\n", "two\r\n"}, []string{got[0].data, got[1].data})
}

// TestPoolLimit checks that no more connections are open than may be, that who
// waits gets one, and that the end of a context ends the wait.
func TestPoolLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &farm{tb: t, offers: everything}
		p := &smtp.Pool{PerDestination: 2}
		defer p.Close()
		a, err := p.Get(t.Context(), "mx.example:25", f.options())
		require.NoError(t, err)
		b, err := p.Get(t.Context(), "mx.example:25", f.options())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = p.Get(ctx, "mx.example:25", f.options())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		elsewhere, err := p.Get(t.Context(), "other.example:25", f.options())
		require.NoError(t, err)
		p.Put(elsewhere)

		var got *smtp.Client
		var wg sync.WaitGroup
		wg.Go(func() { got, _ = p.Get(t.Context(), "mx.example:25", f.options()) })
		synctest.Wait()
		require.Nil(t, got)
		p.Put(a)
		wg.Wait()
		require.Same(t, a, got)

		// So does who waits while one is lost.
		require.NoError(t, a.Close())
		wg.Go(func() { got, _ = p.Get(t.Context(), "mx.example:25", f.options()) })
		synctest.Wait()
		p.Put(a)
		wg.Wait()
		require.NotSame(t, a, got)
		a = got

		// Who wants another kind of connection gets the room of an idle one.
		p.Put(b)
		o := f.options()
		o.Hello = "other.example"
		c, err := p.Get(t.Context(), "mx.example:25", o)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, "QUIT", f.asked(1)[1])

		// Room that fails to be used is room for the next.
		p.Put(a)
		p.Put(c)
		fail := &smtp.Options{Hello: "x", DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.ErrUnsupported }}
		for range 5 {
			_, err = p.Get(t.Context(), "mx.example:25", fail)
			require.ErrorIs(t, err, errors.ErrUnsupported)
		}
		poolSend(t, p, f.options())
	})
}

// TestPoolPut checks what is not kept.
func TestPoolPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &farm{tb: t, offers: everything}
		p := new(smtp.Pool)
		get := func() *smtp.Client {
			c, err := p.Get(t.Context(), "mx.example:25", f.options())
			require.NoError(t, err)
			return c
		}
		c := get()
		_, err := c.Do(t.Context(), "XCLIENT", "NAME=x")
		require.NoError(t, err)
		p.Put(c)
		require.NotSame(t, c, get())

		c = get()
		require.NoError(t, c.Close())
		p.Put(c)
		c = get()
		_, err = c.Mail(t.Context(), smtp.MailParams{})
		require.NoError(t, err)
		p.Put(c)
		again := get()
		require.Same(t, c, again)
		_, err = again.Mail(t.Context(), smtp.MailParams{})
		require.NoError(t, err, "the transaction was reset")
		p.Put(again)

		// One from elsewhere is closed.
		other, err := smtp.Dial(t.Context(), "mx.example:25", f.options())
		require.NoError(t, err)
		p.Put(other)
		synctest.Wait()
		require.Error(t, other.Noop(t.Context()))

		c = get()
		require.NoError(t, p.Close())
		p.Put(c)
		synctest.Wait()
		require.Error(t, c.Noop(t.Context()))
	})
}

// TestPoolManyUsers has many goroutines use a Pool at once, with servers that
// hang up now and then.
func TestPoolManyUsers(t *testing.T) {
	f := &farm{tb: t, offers: everything}
	var mu sync.Mutex
	n := 0
	f.answer = func(_ int, verb string) string {
		mu.Lock()
		defer mu.Unlock()
		if n++; verb == "MAIL" && n%17 == 0 {
			return "421 4.3.2 bye"
		}
		return ""
	}
	p := &smtp.Pool{PerDestination: 3, Messages: 5}
	var wg sync.WaitGroup
	var sent []string
	for i := range 8 {
		wg.Go(func() {
			for k := range 20 {
				to := fmt.Sprintf("u%d-%d@x.example", i, k)
				env, err := smtp.NewEnvelope("", to)
				if err != nil {
					t.Error(err)
					return
				}
				ctx, cancel := context.WithCancel(t.Context())
				if k == 7 {
					cancel()
				}
				out, err := p.Send(ctx, fmt.Sprint("mx", k%2, ".example:25"), f.options(), env, letterBody)
				cancel()
				if err == nil && out.Rcpt[0].Accepted() {
					mu.Lock()
					sent = append(sent, "TO:<"+to+">")
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, p.Close())
	var got []string
	for _, one := range f.fakes {
		for _, m := range one.delivered() {
			got = append(got, m.rcpts...)
		}
	}
	slices.Sort(sent)
	slices.Sort(got)
	require.Equal(t, got, sent)
	require.Greater(t, len(sent), 100)
}

// TestPoolTLS checks that who verifies the server does not get a connection of
// somebody who did not.
func TestPoolTLS(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.StartInMemory()
	dials := 0
	o := smtp.Options{TLSConfig: srv.ClientTLS, ServerName: "localhost"}
	o.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dials++
		return srv.Dial(ctx)
	}
	p := new(smtp.Pool)
	for i, policy := range []smtp.TLSPolicy{smtp.TLSNone, smtp.TLSOpportunistic, smtp.TLSRequired, smtp.TLSVerified} {
		o := o
		o.TLS = policy
		for range 2 {
			c, err := p.Get(t.Context(), "mx.example:25", &o)
			require.NoError(t, err)
			require.Equal(t, max(smtp.TLSNone, min(policy, smtp.TLSVerified)) >= smtp.TLSOpportunistic, c.TLS() != nil)
			require.Equal(t, policy == smtp.TLSVerified, c.Security() == smtp.TLSVerified)
			p.Put(c)
			require.Equal(t, i+1, dials)
		}
	}
	require.NoError(t, p.Close())
}

// TestPoolCloseWakes checks that who waits for room learns that there will be
// none.
func TestPoolCloseWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &farm{tb: t}
		p := &smtp.Pool{PerDestination: 1}
		c, err := p.Get(t.Context(), "mx.example:25", f.options())
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := p.Get(t.Context(), "mx.example:25", f.options())
				require.ErrorIs(t, err, smtp.ErrPoolClosed)
			})
		}
		synctest.Wait()
		require.NoError(t, p.Close())
		wg.Wait()
		p.Put(c)
	})
}
