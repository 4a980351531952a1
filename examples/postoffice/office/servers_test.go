package office

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// find returns a virtual server as it is listed.
func (o *running) find(t *testing.T, name string) manage.Server {
	t.Helper()
	list, err := o.Servers().List(t.Context())
	require.NoError(t, err)
	for _, s := range list {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "no such virtual server", name)
	return manage.Server{}
}

// do has something done to a virtual server.
func (o *running) do(t *testing.T, name string, a manage.ServerAction) {
	t.Helper()
	require.NoError(t, o.Servers().Do(t.Context(), name, a), "%s %s", a, name)
}

// A virtual server that pauses keeps its conversations, and turns others away; the other servers do
// not notice.
func TestPause(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice := o.DemoUsers()[0]
	before := o.login(t, alice.Name, alice.Password)
	o.do(t, "pop3", manage.Pause)
	o.do(t, "pop3", manage.Pause) // is no mistake
	s := o.find(t, "pop3")
	require.Equal(t, manage.Paused, s.State)
	require.EqualValues(t, 1, s.Open)

	before.want("STAT", "+OK 0 ")
	nc, err := net.Dial("tcp", o.Addresses()["pop3"])
	require.NoError(t, err)
	refused := newClient(t, nc)
	require.Regexp(t, "^-ERR ", refused.line())
	refused.gone()
	o.dial(t, "submission").quit()

	o.do(t, "pop3", manage.Resume)
	require.Equal(t, manage.Running, o.find(t, "pop3").State)
	before.want("STAT", "+OK 0 ")
	before.quit()
	o.dial(t, "pop3").quit()
}

// One that is stopped lets conversations end, and listens no more; started again it is at the same
// place.
func TestStopAndStart(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	address := o.Addresses()["smtp"]
	c := o.dial(t, "smtp")
	o.do(t, "smtp", manage.Stop)
	require.Regexp(t, "^421 ", c.line())
	c.gone()
	_, err := net.Dial("tcp", address)
	require.Error(t, err)
	s := o.find(t, "smtp")
	require.Equal(t, manage.Stopped, s.State)
	require.EqualValues(t, 1, s.Total, "is counted all the same")
	require.Zero(t, s.Open)
	require.NotContains(t, o.Addresses(), "smtp")
	require.EqualError(t, o.Servers().Do(t.Context(), "smtp", manage.Resume), "smtp is stopped, not paused; start it")
	require.EqualError(t, o.Servers().Do(t.Context(), "smtp", manage.Pause), "smtp is stopped, not running; start it")
	o.dial(t, "submission").quit()

	o.do(t, "smtp", manage.Start)
	o.do(t, "smtp", manage.Start) // is no mistake
	o.dial(t, "smtp").quit()
	require.EqualValues(t, 2, o.find(t, "smtp").Total)
}

func TestNoSuchServer(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.ErrorContains(t, o.Servers().Do(t.Context(), "smpt", manage.Stop), `there is no virtual server "smpt", but smtp, submission, `)
	require.EqualError(t, o.Servers().Do(t.Context(), "smtp", "eat"), `virtual servers can't be told to "eat"; choose start, stop, pause or resume`)
}

// A port that is taken keeps one server from being started, and no other.
func TestStartFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o := start(t, Config{Dir: t.TempDir(), Virtual: []config.Virtual{
		{Name: "in", Protocol: "smtp", Start: "auto", Addresses: []string{"127.0.0.1:0"}},
		{Name: "late", Protocol: "smtp", Start: "manual", Addresses: []string{taken.Addr().String()}},
		{Name: "never", Protocol: "smtp", Start: "disabled", Addresses: []string{"127.0.0.1:0"}},
	}, Addresses: map[string]string{"late": taken.Addr().String()}})
	require.Equal(t, manage.Stopped, o.find(t, "late").State)
	require.ErrorContains(t, o.Servers().Do(t.Context(), "late", manage.Start), "late: listen tcp "+taken.Addr().String())
	s := o.find(t, "late")
	require.Equal(t, manage.Failed, s.State)
	require.Contains(t, s.Error, "address already in use")
	require.EqualError(t, o.Servers().Do(t.Context(), "never", manage.Start), "never: it is disabled in the configuration")
	require.Equal(t, manage.Running, o.find(t, "in").State)
	require.NoError(t, taken.Close())
	o.do(t, "late", manage.Start)
	require.Equal(t, manage.Running, o.find(t, "late").State)
}

// HTTP is paused and stopped like the others.
func TestHTTPServer(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	get := func() (*bufio.Reader, net.Conn, int) {
		nc, err := net.Dial("tcp", o.Addresses()["http"])
		require.NoError(t, err)
		t.Cleanup(func() { nc.Close() })
		r := bufio.NewReader(nc)
		return r, nc, ask(t, nc, r)
	}
	r, nc, status := get()
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, o.find(t, "http").Open)
	o.do(t, "http", manage.Pause)
	_, _, status = get()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, http.StatusOK, ask(t, nc, r), "who was there stays")
	o.do(t, "http", manage.Stop)
	_, err := r.ReadByte()
	require.Error(t, err)
	require.Zero(t, o.find(t, "http").Open)
	o.do(t, "http", manage.Start)
	_, _, status = get()
	require.Equal(t, http.StatusOK, status)
}

// ask asks for the health of the server and returns the status.
func ask(t *testing.T, nc net.Conn, r *bufio.Reader) int {
	t.Helper()
	_, err := nc.Write([]byte("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	require.NoError(t, err)
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	var body strings.Builder
	_, err = bufio.NewReader(resp.Body).WriteTo(&body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}
