package office

import (
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

func handOver(t *testing.T, name string) Socket {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return Socket{name, l.(*net.TCPListener)}
}

// A socket is for the service of its name, or the one with its address; it can be stopped and started, and one only
// listens at it.
func TestSockets(t *testing.T) {
	in, secure, placed, lost := handOver(t, "in"), handOver(t, "ins"), handOver(t, "x.socket"), handOver(t, "x.socket")
	place := placed.Listener.Addr().String()
	opened, err := Open(t.Context(), Config{Logger: slog.New(slog.DiscardHandler), Dir: t.TempDir(), Sockets: []Socket{in, secure, placed, lost}, Virtual: []config.Virtual{
		{Name: "in", Protocol: "smtp", Start: "auto", Addresses: []string{"127.0.0.1:1"}, Authentication: []string{"none"}},
		{Name: "box", Protocol: "pop3", Start: "auto", Addresses: []string{place}},
		{Name: "second", Protocol: "pop3", Start: "manual", Addresses: []string{place}},
	}, Web: &config.Web{}})
	require.NoError(t, err)
	o := serveOffice(t, opened)
	for service, want := range map[string]Socket{"in": in, "ins": secure, "box": placed} {
		require.Equal(t, want.Listener.Addr().String(), o.Addresses()[service], service)
	}
	o.dial(t, "in").quit()
	require.Equal(t, []Socket{lost}, o.sockets.unused())
	require.ErrorContains(t, o.Servers().Do(t.Context(), "second", manage.Start), "another virtual server does")
	require.NoError(t, o.Servers().Do(t.Context(), "box", manage.Stop))
	require.NoError(t, o.Servers().Do(t.Context(), "second", manage.Start))
	require.NoError(t, o.Reload(t.Context()))
	require.Equal(t, place, o.Addresses()["second"])
	o.dial(t, "second").quit()
}

func TestIsAt(t *testing.T) {
	for _, tt := range []struct {
		at      net.TCPAddr
		address string
		want    bool
	}{
		{net.TCPAddr{IP: net.IPv6unspecified, Port: 25}, ":25", true},
		{net.TCPAddr{IP: net.IPv6unspecified, Port: 25}, "[::]:25", true},
		{net.TCPAddr{IP: net.IPv6unspecified, Port: 25}, "0.0.0.0:25", false},
		{net.TCPAddr{IP: net.IPv4zero, Port: 25}, ":25", true},
		{net.TCPAddr{IP: net.IPv4zero, Port: 25}, ":smtp", true},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, "192.0.2.1:25", true},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, ":25", false},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, "192.0.2.1:26", false},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, "192.0.2.1:0", false},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}, "nonsense", false},
	} {
		require.Equal(t, tt.want, isAt(atAddr{addr: &tt.at}, tt.address), "%v %s", &tt.at, tt.address)
	}
}

// atAddr is a listener of an address.
type atAddr struct {
	net.Listener
	addr net.Addr
}

func (a atAddr) Addr() net.Addr { return a.addr }
