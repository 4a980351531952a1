package office

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A running Office is one that serves until the test, or stop, ends it.
type running struct {
	*Office
	stop func() error // ends it and returns what Serve did
}

// open opens an Office on free ports. Passwords are hashed and checked at next to
// no cost from then on.
func open(t *testing.T, c Config) *Office {
	t.Helper()
	c.Ephemeral = true
	c.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	o, err := Open(t.Context(), c)
	require.NoError(t, err)
	o.hasher.Time, o.hasher.Memory = 1, 8 // nobody uses it yet
	for _, u := range o.DemoUsers() {
		hash, err := o.hasher.Hash(u.Password)
		require.NoError(t, err)
		stored := store.PasswordHash(hash)
		account, err := o.store.Account(t.Context(), u.Name)
		require.NoError(t, err)
		_, err = o.store.ChangeAccount(t.Context(), account.ID, store.AccountChange{PasswordHash: &stored})
		require.NoError(t, err)
	}
	return o
}

// start opens an Office and serves.
func start(t *testing.T, c Config) *running {
	t.Helper()
	return serveOffice(t, open(t, c))
}

// serveOffice has an Office serve.
func serveOffice(t *testing.T, o *Office) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- o.Serve(ctx) }()
	r := &running{Office: o, stop: func() error {
		cancel()
		err := <-served
		served <- err
		return err
	}}
	t.Cleanup(func() { require.NoError(t, r.stop()) })
	return r
}

// A client sends raw octets and reads lines. What it waits for must come within
// a minute.
type client struct {
	t  *testing.T
	nc net.Conn
	r  *bufio.Reader
}

// dial connects to a service and reads the greeting.
func (o *running) dial(t *testing.T, service string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", o.Addresses()[service])
	require.NoError(t, err)
	if isTLS(service) {
		nc = tls.Client(nc, &tls.Config{InsecureSkipVerify: true})
	}
	c := newClient(t, nc)
	greeting := c.line()
	require.Regexp(t, `^(220|\+OK) postoffice\.test`, greeting)
	return c
}

// isTLS tells whether TLS begins with the connection to a service.
func isTLS(name string) bool {
	return slices.ContainsFunc(new(Config).services(), func(s service) bool { return s.name == name && s.tls })
}

// server is the engine of a virtual server.
func (o *Office) server(name string) server {
	i := slices.IndexFunc(o.virtuals, func(v *virtual) bool { return v.name == name })
	return o.virtuals[i].engine.server
}

func dialTCP(t *testing.T, addr string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	return nc
}

func newClient(t *testing.T, nc net.Conn) *client {
	t.Helper()
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(time.Minute)))
	return &client{t: t, nc: nc, r: bufio.NewReader(nc)}
}

func (c *client) send(s string) {
	c.t.Helper()
	_, err := io.WriteString(c.nc, s)
	require.NoError(c.t, err)
}

func (c *client) line() string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	require.NoError(c.t, err)
	require.True(c.t, strings.HasSuffix(line, "\r\n"), "%q", line)
	return strings.TrimSuffix(line, "\r\n")
}

// want sends a command and checks how its reply, the last line of it, begins.
func (c *client) want(command, reply string) string {
	c.t.Helper()
	c.send(command + "\r\n")
	line := c.line()
	for len(line) > 3 && line[3] == '-' && line[0] != '-' {
		line = c.line()
	}
	require.True(c.t, strings.HasPrefix(line, reply), "%s is answered by %q, want %s", command, line, reply)
	return line
}

// multi sends a POP3 command and returns the lines below +OK, unstuffed, as
// they came.
func (c *client) multi(command string) string {
	c.t.Helper()
	c.want(command, "+OK")
	var b strings.Builder
	for {
		line := c.line()
		if line == "." {
			return b.String()
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
}

// quit ends the conversation in good order.
func (c *client) quit() {
	c.t.Helper()
	c.send("QUIT\r\n")
	require.Regexp(c.t, `^(221|\+OK) `, c.line())
	c.gone()
}

// gone checks that the server hangs up, and does so too.
func (c *client) gone() {
	c.t.Helper()
	rest, err := io.ReadAll(c.r)
	require.NoError(c.t, err)
	require.Empty(c.t, string(rest))
	c.hangUp()
}

// hangUp closes the connection as a crash of the client does.
func (c *client) hangUp() { c.nc.Close() }

func plain(name, password string) string {
	return "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+name+"\x00"+password))
}

// submit sends a message by port 25's rules.
func (o *running) submit(t *testing.T, from, message string, to ...string) {
	t.Helper()
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<"+from+">", "250 2.1.0")
	for _, a := range to {
		c.want("RCPT TO:<"+a+">", "250 2.1.5")
	}
	c.want("DATA", "354")
	c.want(strings.ReplaceAll("\r\n"+message, "\r\n.", "\r\n..")[2:]+".", "250 2.0.0 delivered")
	c.quit()
}

// login opens a user's maildrop over TLS. The session before may have it still:
// a server notices by and by that a client has gone.
func (o *running) login(t *testing.T, name, password string) *client {
	t.Helper()
	var c *client
	until(t, func() bool {
		c = o.dial(t, "pop3s")
		c.want("USER "+name, "+OK")
		c.send("PASS " + password + "\r\n")
		line := c.line()
		if strings.HasPrefix(line, "-ERR [IN-USE]") {
			c.hangUp()
			return false
		}
		require.True(t, strings.HasPrefix(line, "+OK"), line)
		return true
	})
	return c
}

// until waits until what another process or goroutine does is done, for a
// minute at most.
func until(t *testing.T, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); !done(); <-ticker.C {
		require.True(t, time.Now().Before(deadline), "this takes too long")
	}
}

// read returns all of a user's messages, and leaves them.
func (o *running) read(t *testing.T, u DemoUser) []string {
	t.Helper()
	c := o.login(t, u.Name, u.Password)
	messages := []string{}
	for line := range strings.Lines(c.multi("LIST")) {
		number, _, _ := strings.Cut(line, " ")
		messages = append(messages, c.multi("RETR "+number))
	}
	c.quit()
	return messages
}

// stopped is a clock that goes on when it is told to.
type stopped struct{ at atomic.Pointer[time.Time] }

func (s *stopped) set(t time.Time) { s.at.Store(&t) }
func (s *stopped) now() time.Time  { return *s.at.Load() }
