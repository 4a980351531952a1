package main

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
)

// password is everybody's.
const password = "imload"

func node(i int) rvp.Node { return rvp.Node{Host: domain, Name: fmt.Sprintf("user%07d", i)} }

// directory has everybody.
type directory struct{}

func (directory) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	return rvp.User{DisplayName: "User " + n.Name[len("user"):], Email: n.Name + "@example.test", Home: "home.example.test"}, nil
}

// accounts are those of everybody.
type accounts struct{}

func (accounts) Secret(_ context.Context, _ *auth.Conn, name string) (string, string, error) {
	return name, password, nil
}

// A worker makes requests, one after the other.
type worker struct {
	handler http.Handler
	conn    context.Context
	nonce   string
}

func newWorker(h http.Handler) *worker {
	return &worker{handler: h, conn: rvp.ConnContext(context.Background(), nil)}
}

const lease = `<?xml version="1.0"?><d:propertyupdate xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/'><d:set><d:prop><r:state>` +
	`<r:leased-value><r:value><r:%s/></r:value><r:default-value><r:offline/></r:default-value><d:timeout>1200</d:timeout>` +
	`</r:leased-value></r:state></d:prop></d:set></d:propertyupdate>`

// setState leases a state.
func (w *worker) setState(i int, state string) error {
	return w.do("PROPPATCH", i, i, http.Header{"Content-Type": {"text/xml"}}, fmt.Sprintf(lease, state), http.StatusMultiStatus)
}

var nonce = regexp.MustCompile(`nonce="([^"]*)"`)

// do makes a request of one user about another, with a login, and wants that status.
func (w *worker) do(method string, about, from int, header http.Header, body string, want int) error {
	n := node(about)
	path := "/instmsg/aliases/" + n.Name
	header["Rvp-Notifications-Version"] = []string{"0.2"}
	header["Rvp-From-Principal"] = []string{node(from).URL()}
	for try := 0; ; try++ {
		if w.nonce != "" {
			header["Authorization"] = []string{w.authorization(method, path, node(from).Name)}
		}
		req := &http.Request{
			Method: method, URL: &url.URL{Path: path}, RequestURI: path, Host: domain, Header: header,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:50000",
			Body: http.NoBody, ContentLength: int64(len(body)),
		}
		if body != "" {
			req.Body = io.NopCloser(strings.NewReader(body))
		}
		answer := &answer{header: make(http.Header)}
		w.handler.ServeHTTP(answer, req.WithContext(w.conn))
		switch {
		case answer.status == want:
			return nil
		case answer.status != http.StatusUnauthorized || try == 2:
			return fmt.Errorf("%s %s: %d %s", method, path, answer.status, answer.body)
		}
		for _, line := range answer.header["Www-Authenticate"] {
			if m := nonce.FindStringSubmatch(line); m != nil {
				w.nonce = m[1]
			}
		}
	}
}

// authorization is Digest's, as RFC 2617 has it.
func (w *worker) authorization(method, path, name string) string {
	h := func(parts ...string) string {
		sum := md5.Sum([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(sum[:])
	}
	response := h(h(name, domain, password), w.nonce, "00000001", "c", "auth", h(method, path))
	return fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q, qop=auth, nc=00000001, cnonce="c", response=%q`,
		name, domain, w.nonce, path, response)
}

// An answer is an http.ResponseWriter that keeps what it gets.
type answer struct {
	header http.Header
	status int
	body   []byte
}

func (a *answer) Header() http.Header  { return a.header }
func (a *answer) WriteHeader(code int) { a.status = code }

func (a *answer) Write(p []byte) (int, error) {
	a.body = append(a.body, p...)
	return len(p), nil
}

// listen opens a listener on the loopback interface.
func listen(ctx context.Context) (net.Listener, error) {
	var c net.ListenConfig
	return c.Listen(ctx, "tcp", "127.0.0.1:0")
}
