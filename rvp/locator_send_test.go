package rvp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A routing is a RoundTripper: what is answered at each URL.
type routing struct {
	answers map[string]string // "302 URL", a status, or "down"
	asked   []string
	bodies  []string
	closed  int
}

func (r *routing) RoundTrip(req *http.Request) (*http.Response, error) {
	at := req.URL.String()
	r.asked = append(r.asked, at)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.bodies = append(r.bodies, req.Method+" "+req.Header.Get("X-Test")+" "+string(body))
	status, location, _ := strings.Cut(r.answers[at], " ")
	code := 0
	if _, err := fmt.Sscan(status, &code); err != nil {
		return nil, fmt.Errorf("%w: %s", errUnreachable, at)
	}
	answer := &http.Response{StatusCode: code, Header: http.Header{}, Body: &closeCounter{strings.NewReader("x"), &r.closed}}
	if location != "" {
		answer.Header.Set("Location", location)
	}
	return answer, nil
}

type closeCounter struct {
	io.Reader
	n *int
}

func (c *closeCounter) Close() error { *c.n++; return nil }

const sentURL = "http://im.example.test/instmsg/aliases/anna"

var sentNode = Node{Host: "im.example.test", Name: "anna"}

func physicalAt(home string) string {
	return "http://" + home + "/instmsg/local/im.example.test/instmsg/aliases/anna"
}

func sendOnce(t *testing.T, l *Locator, r *routing, allow func(*url.URL) error) (int, error) {
	t.Helper()
	r.asked, r.bodies, r.closed = nil, nil, 0
	req, err := http.NewRequestWithContext(t.Context(), "PROPPATCH", "http://ignored.test/", strings.NewReader("body"))
	require.NoError(t, err)
	req.Header.Set("X-Test", "yes")
	answer, err := l.send(r, sentNode, req, allow)
	for _, b := range r.bodies {
		require.Equal(t, "PROPPATCH yes body", b) // RVP-032
	}
	if err != nil {
		answers := 0
		for _, at := range r.asked {
			if r.answers[at] != "" {
				answers++
			}
		}
		require.Equal(t, answers, r.closed, "all answers are closed")
		return 0, err
	}
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode, nil
}

// The home server is remembered for a while, and the router asked again then
// (RVP-034).
func TestSendRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Locator{}
		r := &routing{answers: map[string]string{sentURL: "302 " + physicalAt("home1.test"), physicalAt("home1.test"): "207"}}
		both, home := []string{sentURL, physicalAt("home1.test")}, []string{physicalAt("home1.test")}
		status, err := sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, 207, status)
		require.Equal(t, both, r.asked)
		for range 3 {
			time.Sleep(3 * time.Minute)
			_, err = sendOnce(t, l, r, nil)
			require.NoError(t, err)
			require.Equal(t, home, r.asked)
		}
		time.Sleep(time.Minute) // 10 in all
		_, err = sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, both, r.asked, "use does not make it live longer")
	})
}

// A user who was moved, or whose home server is down, is found by the router
// again; what was sent elsewhere is not sent twice.
func TestSendFallsBack(t *testing.T) {
	for _, broken := range []string{"404", "410", ""} {
		l := &Locator{}
		r := &routing{answers: map[string]string{sentURL: "302 " + physicalAt("home1.test"), physicalAt("home1.test"): "200", physicalAt("home2.test"): "200"}}
		_, err := sendOnce(t, l, r, nil)
		require.NoError(t, err)
		r.answers[physicalAt("home1.test")] = broken
		r.answers[sentURL] = "302 " + physicalAt("home2.test")
		status, err := sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, 200, status)
		require.Equal(t, []string{physicalAt("home1.test"), sentURL, physicalAt("home2.test")}, r.asked)
		_, err = sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, []string{physicalAt("home2.test")}, r.asked)
	}
}

func TestSendForgets(t *testing.T) {
	l := &Locator{}
	l.remember(sentNode, physicalAt("home1.test"))
	r := &routing{answers: map[string]string{sentURL: "200", physicalAt("home1.test"): "404"}}
	for _, asked := range [][]string{{physicalAt("home1.test"), sentURL}, {sentURL}} {
		_, err := sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, asked, r.asked)
	}
}

func TestSendKeepsAnswers(t *testing.T) {
	for _, status := range []int{200, 401, 403, 412, 500, 503} {
		l := &Locator{}
		l.remember(sentNode, physicalAt("home1.test"))
		r := &routing{answers: map[string]string{physicalAt("home1.test"): fmt.Sprint(status)}}
		got, err := sendOnce(t, l, r, nil)
		require.NoError(t, err)
		require.Equal(t, status, got)
		require.Len(t, r.asked, 1)
		_, remembered := l.locate(sentNode)
		require.True(t, remembered)
	}
}

func TestSendDoesNotRememberNothing(t *testing.T) {
	l := &Locator{}
	r := &routing{answers: map[string]string{sentURL: "302 " + physicalAt("home1.test"), physicalAt("home1.test"): "404"}}
	status, err := sendOnce(t, l, r, nil)
	require.NoError(t, err)
	require.Equal(t, 404, status)
	require.Len(t, r.asked, 2)
	_, remembered := l.locate(sentNode)
	require.False(t, remembered)
}

// Chains end (RVP-033).
func TestSendRedirects(t *testing.T) {
	chain := func(n int) *routing {
		r := &routing{answers: map[string]string{}}
		at := sentURL
		for i := range n {
			next := physicalAt(fmt.Sprintf("home%d.test", i))
			r.answers[at], at = "302 "+next, next
		}
		r.answers[at] = "200"
		return r
	}
	status, err := sendOnce(t, &Locator{}, chain(5), nil)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	r := chain(6)
	_, err = sendOnce(t, &Locator{}, r, nil)
	require.ErrorIs(t, err, errRedirected)
	require.Len(t, r.asked, 6)
	_, err = sendOnce(t, &Locator{Redirects: 1}, chain(2), nil)
	require.ErrorIs(t, err, errRedirected)

	loop := &routing{answers: map[string]string{sentURL: "302 " + sentURL}}
	_, err = sendOnce(t, &Locator{}, loop, nil)
	require.ErrorIs(t, err, errRedirected)
	require.Len(t, loop.asked, 6)
}

func TestSendRefusesLocations(t *testing.T) {
	for _, location := range []string{
		"", "/instmsg/aliases/anna", "//home.test/x", "https://home.test/x", "file:///etc/passwd", "http:///x", "http:home.test/x",
		"http://anna:secret@home.test/x", "http://home.test/ x", `http://home.test\@evil.test/`, "http://home.test/#x", "http://home.test:/x",
		"http://home.test/" + strings.Repeat("a", maxServerURL),
	} {
		r := &routing{answers: map[string]string{sentURL: "302 " + location}}
		_, err := sendOnce(t, &Locator{}, r, nil)
		require.ErrorIs(t, err, errRedirected, location)
		require.Len(t, r.asked, 1)
	}
	r := &routing{answers: map[string]string{sentURL: "302 " + physicalAt("home1.test"), physicalAt("home1.test"): "200"}}
	refused := errors.New("refused")
	_, err := sendOnce(t, &Locator{}, r, func(u *url.URL) error {
		require.Equal(t, "home1.test", u.Host)
		return refused
	})
	require.ErrorIs(t, err, refused)
	require.Len(t, r.asked, 1)
}

func TestLocatorForgets(t *testing.T) {
	l := &Locator{Size: 3}
	for i := range 5 {
		l.remember(Node{"im.example.test", fmt.Sprint(i)}, "http://home.test/")
	}
	for i := range 5 {
		_, ok := l.locate(Node{"im.example.test", fmt.Sprint(i)})
		require.Equal(t, i >= 2, ok)
	}
	require.Len(t, l.homes.entries, 3)
	l.remember(Node{"im.example.test", "2"}, "http://home2.test/") // is the youngest now
	l.remember(Node{"im.example.test", "6"}, "http://home.test/")
	at, ok := l.locate(Node{"im.example.test", "2"})
	require.True(t, ok)
	require.Equal(t, "http://home2.test/", at)
	l.forget(Node{"im.example.test", "2"})
	at, ok = l.locate(Node{"im.example.test", "2"})
	require.False(t, ok)
	require.Equal(t, "http://im.example.test/instmsg/aliases/2", at)
}
