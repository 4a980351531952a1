package office

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// send submits a message of a demo user's.
func (o *running) send(t *testing.T, from DemoUser, text string, to ...string) {
	t.Helper()
	c, err := smtp.Dial(t.Context(), o.Addresses()["submission"], &smtp.Options{
		TLS:  smtp.TLSRequired,
		Auth: smtp.Password(from.Name, from.Password),
	})
	require.NoError(t, err)
	defer c.Close()
	env, err := smtp.NewEnvelope(from.Address, to...)
	require.NoError(t, err)
	out, err := c.Send(t.Context(), env, smtp.BodyFromBytes([]byte(text)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
}

// eventually waits for what other goroutines bring about, a minute at most.
func eventually(t *testing.T, what func() bool) {
	t.Helper()
	require.Eventually(t, what, time.Minute, 10*time.Millisecond)
}

// mailOf waits for a user's first message.
func (o *running) mailOf(t *testing.T, u DemoUser) string {
	t.Helper()
	var mail []string
	eventually(t, func() bool {
		mail = o.read(t, u)
		return len(mail) > 0
	})
	return mail[0]
}

const hello = "From: alice@postoffice.test\r\nSubject: hello\r\n\r\nHello\r\n"

// Mail to others and to our own at once leaves by the smart host and arrives in
// the mailbox, and the tracking log tells so.
func TestRelay(t *testing.T) {
	far := smtptest.NewServer(t)
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, Relaying: Relaying{SmartHosts: []string{far.Addr}}})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.send(t, alice, hello, "carol@elsewhere.example", bob.Address)

	require.Regexp(t, "^Return-Path: <alice@postoffice.test>\r\nReceived: from ", o.mailOf(t, bob))
	eventually(t, func() bool { return len(far.Messages()) == 1 })
	got := far.Messages()[0]
	require.Equal(t, "carol@elsewhere.example", got.Envelope.To[0].Path.String())
	require.Regexp(t, `^Received: from .*\r\n(\t.*\r\n)*Date: .*\r\nMessage-ID: .*\r\nFrom: alice@postoffice.test\r\n`, string(got.Data))
	require.Contains(t, string(got.Data), "with ESMTPSA id ")

	id := strings.Fields(string(got.Data)[strings.Index(string(got.Data), " id ")+len(" id "):])[0]
	id = strings.TrimSuffix(id, ";")
	var track strings.Builder
	eventually(t, func() bool {
		track.Reset()
		require.NoError(t, o.writePath(t, &track, id))
		return strings.Count(track.String(), "\n") == 4
	})
	for _, want := range []string{"\tRECEIVE\t", "\tDELIVER\t", "\tSEND\t", "\tcarol@elsewhere.example\tout\t", "\tbob@postoffice.test\t"} {
		require.Contains(t, track.String(), want)
	}
	require.Error(t, o.writePath(t, &track, "unknown"))
}

// Who is refused at the far end is reported to the sender.
func TestReport(t *testing.T) {
	far := smtptest.NewServer(t)
	far.On("RCPT", smtptest.Answer{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "never heard of her")})
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}}})
	alice := o.DemoUsers()[0]
	o.send(t, alice, hello, "carol@elsewhere.example")
	report := o.mailOf(t, alice)
	for _, want := range []string{"Return-Path: <>\r\n", "Content-Type: multipart/report;", "\r\nAction: failed\r\n", "\r\nStatus: 5.1.1\r\n", "never heard of her", "Subject: hello\r\n"} {
		require.Contains(t, report, want)
	}
}

// An operator sees what waits, holds it, lets it go, and sends it back.
func TestQueueManaged(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, Relaying: Relaying{SmartHosts: []string{nobody.Addr().String()}}})
	alice := o.DemoUsers()[0]
	o.send(t, alice, hello, "carol@elsewhere.example")
	remote, err := OpenMail(t.Context(), dir) // through the socket: the server has the store
	require.NoError(t, err)
	require.IsType(t, &remoteMail{}, remote)
	for name, m := range map[string]manage.Mail{"local": o.Mail(), "remote": remote} {
		t.Run(name, func(t *testing.T) {
			testManaged(t, m)
		})
	}
	n, err := remote.Do(t.Context(), manage.Return, queue.Filter{Sender: alice.Address}, "wrong address")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	told := o.mailOf(t, alice)
	require.Contains(t, told, "Action: failed\r\nStatus: 5.7.0\r\n")
	require.Contains(t, told, "554 5.7.0 returned by the administrator: wrong address;")
	eventually(t, func() bool {
		list, err := remote.List(t.Context(), queue.Filter{}, 10)
		require.NoError(t, err)
		return len(list) == 0
	})
	_, err = remote.Do(t.Context(), "eat", queue.Filter{}, "")
	require.ErrorContains(t, err, `there is no action "eat"`)
}

func testManaged(t *testing.T, m manage.Mail) {
	ctx := t.Context()
	item := func() manage.QueuedMail {
		list, err := m.List(ctx, queue.Filter{Domain: "elsewhere.example"}, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, []string{"carol@elsewhere.example"}, list[0].To)
		require.Equal(t, "alice@postoffice.test", list[0].From)
		return list[0]
	}
	tried := func() bool { return item().State == "waiting" && item().Due.After(time.Now()) }
	eventually(t, tried)
	do := func(a manage.Action, want int) {
		n, err := m.Do(ctx, a, queue.Filter{Route: "out"}, "")
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	do(manage.Hold, 1)
	require.Equal(t, "held", item().State)
	do(manage.Retry, 0)
	do(manage.Release, 1)
	eventually(t, tried)
	routes, err := m.Routes(ctx)
	require.NoError(t, err)
	require.Len(t, routes, 1)
	require.Equal(t, "out", routes[0].Route)
	require.Contains(t, item().Last, "451 4.4.1")
}

// Mail for a parked domain waits until its host asks (RFC 1985).
func TestETRN(t *testing.T) {
	far := smtptest.NewServer(t)
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{
		SmartHosts: []string{far.Addr},
		Park:       []Parked{{Domain: "*.dialup.example"}},
		Trusted:    []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}})
	c := o.dial(t, "smtp")
	c.want("EHLO a.dialup.example", "250 ")
	c.want("MAIL FROM:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<carol@a.dialup.example>", "250")
	c.want("DATA", "354")
	c.want(hello+".", "250 2.0.0 queued as ")
	list, err := o.Mail().List(t.Context(), queue.Filter{}, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "parked", list[0].State)
	c.want("ETRN other.example", "251 ")
	c.want("ETRN @dialup.example", "250 ")
	c.quit()
	eventually(t, func() bool { return len(far.Messages()) == 1 })
}

// What is queued is not lost when the server stops, and goes on with the next
// start.
func TestQueueSurvives(t *testing.T) {
	dir := t.TempDir()
	far := smtptest.NewServer(t)
	o := start(t, Config{Dir: dir, Relaying: Relaying{SmartHosts: []string{far.Addr}}})
	alice := o.DemoUsers()[0]
	far.On("MAIL", smtptest.Answer{Reply: smtp.R(451, smtp.Enhanced{4, 3, 0}, "not now"), Times: 1})
	o.send(t, alice, hello, "carol@elsewhere.example")
	eventually(t, func() bool {
		list, err := o.Mail().List(t.Context(), queue.Filter{}, 1)
		require.NoError(t, err)
		return len(list) == 1 && list[0].Tries == 1
	})
	require.NoError(t, o.stop())
	m, err := OpenMail(t.Context(), dir)
	require.NoError(t, err)
	_, err = m.Do(t.Context(), manage.Retry, queue.Filter{}, "")
	require.NoError(t, err)
	require.NoError(t, m.Close())
	o = start(t, Config{Dir: dir, Relaying: Relaying{SmartHosts: []string{far.Addr}}})
	eventually(t, func() bool { return len(far.Messages()) == 1 })
	_, err = OpenMail(context.Background(), t.TempDir())
	require.ErrorContains(t, err, "start the server once")
}

// Mail for a parked domain is fetched by its host, over the connection that the
// host has opened (RFC 2645).
func TestATRN(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{
		Park: []Parked{{Domain: "dialup.example", User: "bob"}, {Domain: "other.example", User: "alice"}},
	}})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.send(t, alice, hello, "carol@dialup.example", "dora@other.example")

	c := o.dial(t, "smtps")
	c.want("EHLO dialup.example", "250 ")
	c.want("ATRN", "530 ")
	c.want(plain(bob.Name, bob.Password), "235")
	c.want("ATRN other.example", "450 ")
	c.want("ATRN dialup.example", "250 ")
	for _, exchange := range [][2]string{
		{"220 dialup.example", "EHLO postoffice.test"},
		{"250-dialup.example\r\n250 PIPELINING", "MAIL FROM:<alice@postoffice.test>"},
		{"250 ok", "RCPT TO:<carol@dialup.example>"},
		{"250 ok", "DATA"},
		{"354 go", "Received: "},
	} {
		c.send(exchange[0] + "\r\n")
		require.Contains(t, c.line(), exchange[1])
	}
	for c.line() != "." {
	}
	c.send("250 taken\r\n")
	require.Equal(t, "QUIT", c.line())
	c.send("221 bye\r\n")
	eventually(t, func() bool {
		list, err := o.Mail().List(t.Context(), queue.Filter{Domain: "dialup.example"}, 10)
		require.NoError(t, err)
		return len(list) == 0
	})
	list, err := o.Mail().List(t.Context(), queue.Filter{}, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, []string{"dora@other.example"}, list[0].To)
	require.Equal(t, "parked", list[0].State)
}
