package relay_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A dialer is one that answers at an address.
type dialer = func(context.Context) (net.Conn, error)

// A world is the DNS, some addresses where somebody answers, and a Relay that knows no other world.
type world struct {
	*relay.Relay
	dns *dnstest.Server
	t   testing.TB

	mu      sync.Mutex
	at      map[string]dialer
	dialled []string
}

// twoHosts is a domain with two hosts, the first of which has two addresses.
const twoHosts = `
	example.org      MX 10 a.example.org
	example.org      MX 20 b.example.org
	a.example.org    A  203.0.113.1
	b.example.org    A  203.0.113.3
`

func newWorld(t testing.TB, zone string) *world {
	w := &world{t: t, dns: dnstest.NewServer(t, zone), at: map[string]dialer{}}
	w.Relay = &relay.Relay{
		Hello: "us.example",
		Planner: &dnsresolve.Planner{
			Resolver: w.dns.Client(), Self: []string{"us.example"}, NoSTS: true, Rand: rand.New(rand.NewPCG(1, 2)),
		},
	}
	w.Options.DialContext = w.dial
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, addr)
	there := w.at[addr]
	w.mu.Unlock()
	if there == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	return there(ctx)
}

// asked returns the addresses that were dialled since the last call.
func (w *world) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.dialled
	w.dialled = nil
	return all
}

// host puts a server at an address; setup may change it before it starts.
func (w *world) host(addr string, setup func(*smtptest.Server)) *smtptest.Server {
	srv := smtptest.NewUnstartedServer(w.t)
	srv.Config.TLSConfig = nil
	if setup != nil {
		setup(srv)
	}
	srv.StartInMemory()
	w.at[addr] = srv.Dial
	return srv
}

// fault puts a server at an address that does wrong.
func (w *world) fault(addr string, f smtptest.Fault) *smtptest.FaultServer {
	srv := smtptest.NewFaultServer(w.t, f)
	w.at[addr] = srv.Dial
	return srv
}

// certified gives the server a certificate for names, and returns it.
func certified(t testing.TB, srv *smtptest.Server, names ...string) *x509.Certificate {
	cert, err := testcert.New(names...)
	require.NoError(t, err)
	srv.Config.TLSConfig = smtptest.NewUnstartedServer(t).Config.TLSConfig
	srv.Config.TLSConfig.Certificates[0] = cert
	return cert.Leaf
}

// hole takes connections and says nothing; nowhere does not even take them.
func hole(context.Context) (net.Conn, error) {
	c, _ := memnet.Pipe()
	return c, nil
}

func nowhere(ctx context.Context) (net.Conn, error) {
	<-ctx.Done()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
}

const text = "Subject: hello\r\n\r\nhello\r\n"

// delivery makes one for recipients of example.org, if they name no other domain.
func delivery(to ...string) *queue.Delivery {
	d := &queue.Delivery{
		Route:   queue.Route{Name: "test"},
		Message: &queue.Message{ID: "m", From: smtp.MailParams{Path: smtp.Path{Local: "s", Domain: "sender.example"}}, Arrived: time.Now()},
		Body:    smtp.BodyFromBytes([]byte(text)),
		Begun:   time.Now(),
	}
	for i, s := range to {
		local, domain, ok := strings.Cut(s, "@")
		if !ok {
			domain = "example.org"
		}
		d.To = append(d.To, queue.Recipient{Index: i, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: local, Domain: domain}}})
	}
	return d
}

// told is a result in a few words.
func told(r queue.Result) string {
	words := []string{fmt.Sprint(r.Reply.Code)}
	if r.Reply.Enhanced != (smtp.Enhanced{}) {
		words = append(words, r.Reply.Enhanced.String())
	}
	for word, yes := range map[string]bool{"relayed": r.Relayed, "final": r.Final, "ambiguous": r.Ambiguous, "down": r.Down} {
		if yes {
			words = append(words, word)
		}
	}
	if r.Remote != "" {
		words = append(words, "by "+r.Remote)
	}
	slices.Sort(words[1:])
	return strings.Join(words, " ")
}

// deliver delivers, checks what holds for every delivery, and tells the results in a few words.
func (w *world) deliver(d *queue.Delivery) ([]string, error) {
	w.t.Helper()
	return w.deliverWithin(w.t.Context(), d)
}

func (w *world) deliverWithin(ctx context.Context, d *queue.Delivery) ([]string, error) {
	w.t.Helper()
	results, err := w.Deliver(ctx, d)
	require.Len(w.t, results, len(d.To))
	var all []string
	for _, r := range results {
		require.True(w.t, r.Reply.Code != 0 || err != nil, "neither reply nor error")
		if r.Reply.Code != 0 {
			require.Contains(w.t, []int{2, 4, 5}, r.Reply.Code/100)
		}
		if e := r.Reply.Enhanced; e != (smtp.Enhanced{}) {
			require.EqualValues(w.t, r.Reply.Code/100, e[0])
		}
		require.False(w.t, r.Down && r.Reply.Code/100 != 4)
		all = append(all, told(r))
	}
	if err != nil {
		require.NotContains(w.t, err.Error(), "\n")
		require.NotContains(w.t, err.Error(), "\r")
	}
	return all, err
}

// in runs a test in a bubble, in a world with the zone.
func in(t *testing.T, zone string, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, zone)) })
}

// wait lets time pass in a bubble.
func wait(d time.Duration) { time.Sleep(d) }

// TestFirstHost: the best host takes the message, and its connection is used for the next one.
func TestFirstHost(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		srv := w.host("203.0.113.1:25", nil)
		for range 2 {
			got, err := w.deliver(delivery("x", "y"))
			require.NoError(t, err)
			require.Equal(t, []string{"250 2.0.0 by a.example.org relayed", "250 2.0.0 by a.example.org relayed"}, got)
		}
		require.Equal(t, []string{"203.0.113.1:25"}, w.asked())
		require.Len(t, srv.Messages(), 2)
		require.Equal(t, text, string(srv.Messages()[0].Data[len(srv.Messages()[0].Data)-len(text):]))
		require.Equal(t, "us.example", srv.Messages()[0].Hello)
	})
}

// TestNextHost: what makes the Relay go on to the next host, and what the verdict is if there is none.
func TestNextHost(t *testing.T) {
	temp := smtp.R(451, smtp.Enhanced{4, 7, 1}, "later")
	perm := smtp.R(554, smtp.Enhanced{5, 7, 1}, "never")
	say := func(verb, s string) func(*world) {
		return func(w *world) { w.fault("203.0.113.1:25", smtptest.Fault{Say: map[string]string{verb: s}}) }
	}
	on := func(verb string, a smtptest.Answer) func(*world) {
		return func(w *world) { w.host("203.0.113.1:25", nil).On(verb, a) }
	}
	tests := map[string]struct {
		first func(*world)
		next  bool   // whether the second host is asked
		alone string // the verdict if it does not answer
		fails bool   // an error for the administrator comes with it
	}{
		"refused connection":      {func(*world) {}, true, "451 4.4.1 down", true},
		"no connection":           {func(w *world) { w.at["203.0.113.1:25"] = nowhere }, true, "451 4.4.1 down", true},
		"no greeting":             {func(w *world) { w.at["203.0.113.1:25"] = hole }, true, "451 4.4.1 down", true},
		"421 greeting":            {say("", "421 4.3.2 busy\r\n"), true, "421 by a.example.org", false},
		"554 greeting":            {say("", "554 go away\r\n"), true, "451 4.4.1", true},
		"5xx EHLO":                {say("EHLO", "550 no\r\n"), true, "", false}, // HELO is said, and answered
		"4xx EHLO":                {say("EHLO", "451 4.3.0 no\r\n"), true, "451 by a.example.org", false},
		"garbage":                 {say("", "hello?\r\n"), true, "451 4.4.2 by a.example.org down", true},
		"4xx MAIL":                {on("MAIL", smtptest.Answer{Reply: temp}), true, "451 4.7.1 by a.example.org", false},
		"5xx MAIL":                {on("MAIL", smtptest.Answer{Reply: perm}), false, "554 5.7.1 by a.example.org", false},
		"greylisted":              {on("RCPT", smtptest.Answer{Reply: temp}), true, "451 4.7.1 by a.example.org", false},
		"5xx RCPT":                {on("RCPT", smtptest.Answer{Reply: perm}), false, "554 5.7.1 by a.example.org", false},
		"4xx message":             {on(smtptest.EndOfMessage, smtptest.Answer{Reply: temp}), true, "451 4.7.1 by a.example.org", false},
		"421 message":             {on(smtptest.EndOfMessage, smtptest.Answer{Reply: smtp.R(421, smtp.Enhanced{4, 3, 2}, "x")}), true, "421 4.3.2 by a.example.org", false},
		"5xx message":             {on(smtptest.EndOfMessage, smtptest.Answer{Reply: perm}), false, "554 5.7.1 by a.example.org", false},
		"hangs up at MAIL":        {on("MAIL", smtptest.Answer{HangUp: true}), true, "451 4.4.2 by a.example.org", true},
		"hangs up after message":  {on(smtptest.EndOfMessage, smtptest.Answer{HangUp: true}), false, "451 4.4.2 ambiguous by a.example.org", false},
		"takes it, then hangs up": {on(smtptest.EndOfMessage, smtptest.Answer{Reply: smtp.R(250, smtp.Enhanced{}, "ok"), HangUp: true}), false, "250 by a.example.org relayed", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in(t, twoHosts, func(t *testing.T, w *world) {
				tt.first(w)
				second := w.host("203.0.113.3:25", nil)
				got, err := w.deliver(delivery("x"))
				require.NoError(t, err)
				if tt.alone == "" {
					require.Empty(t, second.Messages())
					require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
					return
				}
				if !tt.next {
					require.Empty(t, second.Messages())
					require.Equal(t, []string{tt.alone}, got)
					return
				}
				require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
				require.Len(t, second.Messages(), 1)
			})
			if !tt.next || tt.alone == "" {
				return
			}
			in(t, twoHosts, func(t *testing.T, w *world) {
				tt.first(w)
				got, err := w.deliver(delivery("x"))
				require.Equal(t, tt.fails || !strings.Contains(tt.alone, "down"), err != nil)
				if strings.HasPrefix(tt.alone, "451 4.4.2") { // the second host has the last word of equals
					require.Equal(t, []string{strings.Replace(tt.alone, "4.4.2 by a.example.org", "4.4.1", 1)}, got)
					return
				}
				require.Equal(t, []string{tt.alone}, got)
			})
		})
	}
}

// newPipe is a connection in memory that ends with the test.
func newPipe(t testing.TB) (a, b net.Conn) {
	a, b = memnet.Pipe()
	t.Cleanup(func() {
		_ = a.Close()
		_ = b.Close()
	})
	return a, b
}

// splice lets two connections talk to each other.
func splice(a, b net.Conn) {
	var wg sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // it ends as the conversation does
			_ = way[0].Close()
		})
	}
	wg.Wait()
}
