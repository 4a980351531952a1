package rvptest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Notice is a request that came to a CallBack, as it stood.
type Notice struct {
	Line   string   // "NOTIFY / HTTP/1.1"
	Header []string // "Name: value"
	Body   string

	at    time.Time
	text  string        // that a case looked for
	wrong string        // why it is no request of HTTP
	gone  chan struct{} // closed when the sender hangs up before it is answered
}

// get returns a field of the header.
func (n Notice) get(name string) string { return header(n.Header).get(name) }

// Accepted is what a CallBack answers unless it is told otherwise.
const Accepted = "HTTP/1.1 200 Successful\r\nRVP-Notifications-Version: 0.2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// A CallBack listens on this machine for what a server has to tell: it records
// each request and answers it. It closes each connection after one.
type CallBack struct {
	URL string // "http://127.0.0.1:34567"

	l    net.Listener
	wg   sync.WaitGroup
	stop chan struct{}

	mu      sync.Mutex
	answer  string
	only    string        // what answer is for; what has it not is accepted
	held    chan struct{} // answers wait for it to be closed, if it is not nil
	lingers bool          // connections stay open after the answer
	notices []Notice
	taken   int           // of notices, by Next
	came    chan struct{} // closed when another one comes
}

// NewCallBack listens on a free port of the loopback interface, until the test ends.
func NewCallBack(tb testing.TB) *CallBack {
	tb.Helper()
	c, err := listenAt("127.0.0.1")
	if err != nil {
		tb.Fatalf("rvptest: %v", err)
	}
	tb.Cleanup(c.Close)
	return c
}

func listenAt(host string) (*CallBack, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	c := &CallBack{
		URL: "http://" + l.Addr().String(), l: l, stop: make(chan struct{}),
		answer: Accepted, came: make(chan struct{}),
	}
	c.wg.Go(c.serve)
	return c, nil
}

// Close ends it. What it has recorded stays.
func (c *CallBack) Close() {
	if c.l.Close() == nil {
		close(c.stop)
	}
	c.wg.Wait()
}

// Answer sets what it answers from now on, octet by octet. "" hangs up.
func (c *CallBack) Answer(octets string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer, c.only = octets, ""
}

// answerTo is Answer for requests that contain a text. Others are accepted.
func (c *CallBack) answerTo(text, octets string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer, c.only = octets, text
}

// Hold has answers wait until release is called.
func (c *CallBack) Hold() (release func()) {
	held := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = held
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.held == held {
			c.held = nil
		}
		close(held)
	})
}

// linger has connections stay open after the answer.
func (c *CallBack) linger() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lingers = true
}

// Notices returns all that has come.
func (c *CallBack) Notices() []Notice {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Notice(nil), c.notices...)
}

// Next returns what has come next, and waits for it until ctx ends. It is for one
// goroutine at a time.
func (c *CallBack) Next(ctx context.Context) (Notice, error) {
	for {
		c.mu.Lock()
		if c.taken < len(c.notices) {
			n := c.notices[c.taken]
			c.taken++
			c.mu.Unlock()
			return n, nil
		}
		came := c.came
		c.mu.Unlock()
		select {
		case <-came:
		case <-ctx.Done():
			return Notice{}, errors.New("rvptest: nothing has come to the Call-Back: " + ctx.Err().Error())
		}
	}
}

func (c *CallBack) serve() {
	for {
		nc, err := c.l.Accept()
		if err != nil {
			return
		}
		c.wg.Go(func() {
			defer nc.Close()
			c.converse(nc)
		})
	}
}

// converse reads one request and answers it.
func (c *CallBack) converse(nc net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-c.stop:
			nc.Close()
		case <-done:
		}
	}()
	_ = nc.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(nc)
	n, err := readNotice(r)
	if err != nil && n.Line == "" {
		return // somebody knocked
	}
	if err != nil {
		n.wrong = err.Error()
	}
	n.at, n.gone = time.Now(), make(chan struct{})
	go func() {
		// The sender says nothing more, and hangs up.
		_, _ = r.ReadByte()
		close(n.gone)
	}()
	c.mu.Lock()
	c.notices = append(c.notices, n)
	close(c.came)
	c.came = make(chan struct{})
	answer, held, lingers := c.answer, c.held, c.lingers
	if !strings.Contains(n.Body, c.only) {
		answer = Accepted
	}
	c.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-c.stop:
			return
		}
	}
	_, _ = io.WriteString(nc, answer)
	if lingers {
		select {
		case <-c.stop:
		case <-n.gone:
		}
	}
}

// readNotice reads a request as simple clients do: lines, and a body of
// Content-Length (RVP-008).
func readNotice(r *bufio.Reader) (n Notice, err error) {
	const most = 1 << 20
	if n.Line, err = readLine(r); err != nil {
		return n, err
	}
	for {
		line, err := readLine(r)
		if err != nil {
			return n, errors.New("the header is cut off")
		}
		if line == "" {
			break
		}
		n.Header = append(n.Header, line)
	}
	length, err := strconv.Atoi(n.get("Content-Length"))
	if err != nil || length < 0 || length > most {
		return n, errors.New("Content-Length is " + strconv.Quote(n.get("Content-Length")))
	}
	body := make([]byte, length)
	got, err := io.ReadFull(r, body)
	n.Body = string(body[:got])
	return n, err
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
