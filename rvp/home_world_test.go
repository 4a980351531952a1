package rvp_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// passwords are accounts: each one's password is its name, backwards.
type passwords struct{}

func (passwords) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	switch name {
	case "anna", "ben", "cleo", "first.last", "ex-17":
		return name, passwordOf(name), nil
	}
	return "", "", auth.ErrCredentials
}

func passwordOf(name string) string {
	b := []byte(name)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// staff is the directory of im.example.test.
type staff map[string]rvp.User

func (s staff) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	if n.Name == "broken" {
		return rvp.User{}, errors.New("the directory is on fire")
	}
	u, ok := s[n.Name]
	if !ok || n.Host != "im.example.test" {
		return rvp.User{}, rvp.ErrNoUser
	}
	return u, nil
}

func employees() staff {
	return staff{
		"anna":       {DisplayName: "Anna Poe", Email: "anna@example.test"},
		"ben":        {DisplayName: "Ben Roe", Email: "ben@example.test"},
		"cleo":       {},
		"first.last": {},
		"dora":       {Account: "ex-17"},
		"gone":       {Disabled: true},
		"far":        {Home: "home2.example.test"},
	}
}

// zone is the DNS.
const zone = `
	im.example.test. A 198.51.100.8
	im.other.test. A 198.51.100.7
`

// A world is a home server and all that it talks to, in memory.
type world struct {
	tb    testing.TB
	home  *rvp.HomeServer
	at    *memnet.Listener
	users staff

	mu     sync.Mutex
	hosts  map[string]*memnet.Listener
	events []rvp.Event
	log    strings.Builder
}

// inWorld runs a test in a bubble with a home server; set may alter it first.
func inWorld(t *testing.T, set func(*world), test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := openWorld(t, set)
		test(t, w)
		pass(time.Second) // net/http lingers on connections that it has closed
	})
}

func openWorld(tb testing.TB, set func(*world)) *world {
	w := &world{tb: tb, at: memnet.Listen(), hosts: map[string]*memnet.Listener{}, users: employees()}
	logger := slog.New(slog.NewTextHandler(w, nil))
	w.home = &rvp.HomeServer{
		Domain: "im.example.test", Directory: w.users, Store: memory.New(), Logger: logger,
		Auth: &auth.Authenticator{
			Accounts: &auth.NTLM{Accounts: passwords{}, Domain: "EXAMPLE", AllowV1: true}, Logger: logger,
		},
		Locator:   &rvp.Locator{Dial: w.dialHost, Resolver: dnstest.NewServer(tb, zone).Client()},
		CallBacks: rvp.CallBackPolicy{Servers: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		Trace: func(e rvp.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
	}
	if set != nil {
		set(w)
	}
	srv := &http.Server{Handler: w.home, ConnContext: rvp.ConnContext}
	done := make(chan error, 1)
	at := w.at // a test may have clients go elsewhere
	go func() { done <- srv.Serve(at) }()
	tb.Cleanup(func() {
		require.NoError(tb, srv.Close())
		require.ErrorIs(tb, <-done, http.ErrServerClosed)
		require.NoError(tb, w.home.Close())
		require.NoError(tb, w.home.Store.Close())
	})
	return w
}

func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) dialHost(ctx context.Context, _, address string) (net.Conn, error) {
	w.mu.Lock()
	l := w.hosts[address]
	w.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	return l.Dial(ctx)
}

// A program listens for NOTIFYs: a client's, or a server's.
type program struct {
	at      string
	mu      sync.Mutex
	got     []notified
	status  int
	waiting chan struct{} // if it is not nil, answers wait for it to be closed
	close   func()

	retryAfter string // the header
}

// A notified is what came with a NOTIFY.
type notified struct {
	method, target, host string
	header               http.Header
	body                 string
}

// listen opens a program at an address, which answers 200.
func (w *world) listen(at string) *program {
	p := &program{at: at, status: http.StatusOK}
	l := memnet.ListenAt(netip.MustParseAddrPort(at))
	w.mu.Lock()
	w.hosts[at] = l
	w.mu.Unlock()
	srv := &http.Server{Handler: p}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	p.close = sync.OnceFunc(func() {
		w.mu.Lock()
		delete(w.hosts, at)
		w.mu.Unlock()
		_ = srv.Close()
		<-done
	})
	w.tb.Cleanup(p.close)
	return p
}

func (p *program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.got = append(p.got, notified{r.Method, r.RequestURI, r.Host, r.Header, string(b)})
	status, waiting := p.status, p.waiting
	p.mu.Unlock()
	if waiting != nil {
		<-waiting
	}
	if p.retryAfter != "" {
		w.Header().Set("Retry-After", p.retryAfter)
	}
	w.WriteHeader(status)
}

func (p *program) answer(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// notices waits for what is under way and returns what has come since the last time.
func (p *program) notices() []notified {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// states are those that the notices since the last time tell.
func (p *program) states(tb testing.TB) (all []string) {
	tb.Helper()
	for _, n := range p.notices() {
		c, err := rvp.ParseNotification([]byte(n.body))
		require.NoError(tb, err)
		for _, v := range c.Change {
			if s, ok := v.State(); ok {
				all = append(all, c.From.Node.Name+" "+string(s))
			} else {
				all = append(all, c.From.Node.Name+" "+v.Name.Local+"="+v.Text())
			}
		}
	}
	return all
}

// A line is a client's connection to the home server.
type line struct {
	w    *world
	nc   net.Conn
	r    *bufio.Reader
	user string
}

// dial connects from an address.
func (w *world) dial(from string) *line {
	nc, err := w.at.DialFrom(w.tb.Context(), netip.AddrPortFrom(netip.MustParseAddr(from), 0))
	require.NoError(w.tb, err)
	w.tb.Cleanup(func() { _ = nc.Close() })
	return &line{w: w, nc: nc, r: bufio.NewReader(nc)}
}

// A reply is an answer of the home server.
type reply struct {
	status int
	header http.Header
	body   string
}

// raw writes octets as they are and reads one answer.
func (l *line) raw(octets string) reply {
	l.w.tb.Helper()
	_, err := io.WriteString(l.nc, octets)
	require.NoError(l.w.tb, err)
	resp, err := http.ReadResponse(l.r, nil)
	require.NoError(l.w.tb, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(l.w.tb, err)
	require.Equal(l.w.tb, []string{"0.2"}, resp.Header["Rvp-Notifications-Version"], "RVP-003, RVP-004")
	require.Empty(l.w.tb, resp.TransferEncoding, "RVP-008")
	require.Equal(l.w.tb, fmt.Sprint(len(b)), resp.Header.Get("Content-Length"), "RVP-008")
	require.Empty(l.w.tb, resp.Header.Get("DAV"), "RVP-012")
	return reply{resp.StatusCode, resp.Header, string(b)}
}

// url is the logical URL of a user of im.example.test.
func url(name string) string { return "http://im.example.test/instmsg/aliases/" + name }

// do sends a request about a user, as the one who has logged in; fields are lines of the header.
func (l *line) do(method, name, body string, fields ...string) reply {
	l.w.tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s /instmsg/aliases/%s HTTP/1.1\r\nHost: im.example.test\r\nRVP-Notifications-Version: 0.2\r\n", method, name)
	if l.user != "" {
		fmt.Fprintf(&b, "RVP-From-Principal: %s\r\n", l.user)
	}
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: text/xml\r\nContent-Length: %d\r\n", len(body))
	}
	return l.raw(b.String() + "\r\n" + body)
}

// login logs in by NTLM, as a user of the directory (RVP-115).
func (l *line) login(name string) *line {
	l.w.tb.Helper()
	l.user = url(name)
	shakeAs(l.w.tb, cmp.Or(l.w.users[name].Account, name), func(authorization string) string {
		return strings.TrimPrefix(l.do("ACL", name, "", "Authorization: "+authorization).header.Get("WWW-Authenticate"), "NTLM ")
	})
	return l
}

// shakeAs has an account log in by NTLM: ask sends a request and returns what the
// answer has for message 2.
func shakeAs(tb testing.TB, account string, ask func(authorization string) string) {
	tb.Helper()
	client := auth.NTLMClient(nil, "EXAMPLE", account, passwordOf(account))
	_, token, err := client.Start()
	require.NoError(tb, err)
	challenge, err := base64.StdEncoding.DecodeString(ask("NTLM " + base64.StdEncoding.EncodeToString(token)))
	require.NoError(tb, err)
	token, err = client.Next(challenge)
	require.NoError(tb, err)
	require.Empty(tb, ask("NTLM "+base64.StdEncoding.EncodeToString(token)))
}

// foreign is a connection from another domain, whose word is all there is.
func (w *world) foreign(principal string) *line {
	l := w.dial("198.51.100.7")
	l.user = principal
	return l
}

// logOn does what programs do first: it listens, and subscribes to its own node.
func (w *world) logOn(name, at string) (*program, *line) {
	w.tb.Helper()
	p := w.listen(at)
	l := w.dial(netip.MustParseAddrPort(at).Addr().String()).login(name)
	require.Equal(w.tb, 200, l.subscribe(name, "pragma/notify", "http://"+at).status)
	return p, l
}

func (l *line) subscribe(name, kind, callBack string) reply {
	l.w.tb.Helper()
	return l.do("SUBSCRIBE", name, "", "Notification-Type: "+kind, "Call-Back: "+callBack, "Subscription-Lifetime: 14400")
}

// watch subscribes to a user's changes, for the user who is logged in.
func (l *line) watch(name string) string {
	l.w.tb.Helper()
	r := l.subscribe(name, "update/propchange", l.user)
	require.Equal(l.w.tb, 207, r.status)
	return r.header.Get("Subscription-Id")
}

const (
	xmlns = ` xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/' xmlns:a='http://schemas.microsoft.com/rvp/acl/'>`
	head  = `<?xml version="1.0"?>`
)

// update is the body of a PROPPATCH.
func update(props string) string {
	return head + "<d:propertyupdate" + xmlns + "<d:set><d:prop>" + props + "</d:prop></d:set></d:propertyupdate>"
}

// lease is a state as Exchange's clients set it.
func lease(state string, seconds int, view string) string {
	if view != "" {
		view = "<r:view-id>" + view + "</r:view-id>"
	}
	return update(fmt.Sprintf("<r:state><r:leased-value><r:value><r:%s/></r:value><r:default-value><r:offline/></r:default-value>"+
		"<d:timeout>%d</d:timeout></r:leased-value>%s</r:state>", state, seconds, view))
}

// set sets the state of who is logged in.
func (l *line) set(state string) reply {
	l.w.tb.Helper()
	r := l.do("PROPPATCH", strings.TrimPrefix(l.user, url("")), lease(state, 1200, ""))
	require.Equal(l.w.tb, 207, r.status)
	return r
}

// message is the body of a NOTIFY that says something.
func message(from, to, text string) string {
	return head + "<r:notification" + xmlns + "<r:message><r:notification-from><r:contact><d:href>" + from +
		"</d:href></r:contact></r:notification-from><r:notification-to><r:contact><d:href>" + to +
		"</d:href></r:contact></r:notification-to><r:msgbody><r:mime-data><![CDATA[MIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=UTF-8\r\nSession-Id: {7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}\r\n\r\n" + text +
		"]]></r:mime-data></r:msgbody></r:message></r:notification>"
}

// say sends a message to a user.
func (l *line) say(name, text string, fields ...string) reply {
	l.w.tb.Helper()
	return l.do("NOTIFY", name, message(l.user, url(name), text), fields...)
}

// state asks for the state of a user.
func (l *line) state(name string) string {
	l.w.tb.Helper()
	r := l.do("PROPFIND", name, head+"<d:propfind"+xmlns+"<d:prop><r:state/></d:prop></d:propfind>", "Depth: 0")
	require.Equal(l.w.tb, 207, r.status)
	_, s, _ := strings.Cut(r.body, "<r:state><r:")
	s, _, _ = strings.Cut(s, "/>")
	return s
}

// pass lets time go by.
func pass(d time.Duration) {
	time.Sleep(d) // in a bubble
	synctest.Wait()
}

// ids are those of a user's subscriptions of a type, which he asks for.
func (l *line) ids(name, kind string) (all []string) {
	l.w.tb.Helper()
	r := l.do("SUBSCRIPTIONS", name, "", "Notification-Type: "+kind)
	require.Equal(l.w.tb, 200, r.status)
	for _, m := range subscriptionID.FindAllStringSubmatch(r.body, -1) {
		all = append(all, m[1])
	}
	return all
}

var subscriptionID = regexp.MustCompile(`<r:subscription-id>([1-9][0-9]*)</r:subscription-id>`)
