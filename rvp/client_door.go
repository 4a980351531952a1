package rvp

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of the listener, which anybody may connect to.
const (
	maxCallers = 256         // connections at a time
	maxNotify  = 256 << 10   // octets of a body
	callerTime = time.Minute // for a request
)

// A door is the listener of a Client, which takes NOTIFYs (RVP-145, RVP-146). It
// answers each at once, whatever the Client is waiting for.
type door struct {
	client *Client
	url    string     // the Call-Back
	path   string     // of url
	local  netip.Addr // what it was opened for
	onEnd  func()

	server *http.Server
	failed chan struct{} // closed when it takes no more
}

// listen opens a door; ended is called when it takes no more.
func (c *Client) listen(ctx context.Context, local netip.Addr, ended func()) (*door, error) {
	var nl net.Listener
	var err error
	if c.Listen != nil {
		nl, err = c.Listen(ctx, local)
	} else {
		nl, err = new(net.ListenConfig).Listen(ctx, "tcp", netip.AddrPortFrom(local, 0).String())
	}
	if err != nil {
		return nil, err
	}
	d := &door{client: c, local: local, url: c.CallBack, onEnd: ended, failed: make(chan struct{})}
	if d.url == "" {
		d.url = "http://" + doorAddress(nl.Addr(), local)
	}
	u, err := url.Parse(d.url)
	if err != nil {
		_ = nl.Close()
		return nil, err
	}
	d.path = cmp.Or(u.EscapedPath(), "/")
	d.serve(nl)
	return d, nil
}

// doorAddress is where a listener is, seen from the home server.
func doorAddress(at net.Addr, local netip.Addr) string {
	ap, err := netip.ParseAddrPort(at.String())
	if err == nil && ap.Addr().IsUnspecified() && local.IsValid() {
		return netip.AddrPortFrom(local, ap.Port()).String()
	}
	return at.String()
}

func (d *door) serve(nl net.Listener) {
	d.server = &http.Server{
		Handler:                      d,
		DisableGeneralOptionsHandler: true,
		ReadTimeout:                  callerTime,
		WriteTimeout:                 callerTime,
		IdleTimeout:                  callerTime,
		MaxHeaderBytes:               16 << 10,
		ErrorLog:                     slog.NewLogLogger(d.client.logger().Handler(), slog.LevelDebug),
		// A NOTIFY is as old as its connection, not as its last octet.
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			t := new(atomic.Uint64)
			t.Store(d.client.tickets.Add(1))
			return context.WithValue(ctx, ticketKey{}, t)
		},
	}
	go func() {
		_ = d.server.Serve(&crowd{Listener: nl, room: make(chan struct{}, maxCallers)}) // whatever it was
		close(d.failed)
		d.onEnd()
	}()
}

// ended reports whether it takes no more.
func (d *door) ended() bool {
	select {
	case <-d.failed:
		return true
	default:
		return false
	}
}

// close ends it, with a moment for the requests that are under way.
func (d *door) close() {
	if d == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close() // what is open then is cut off
	}
	<-d.failed
}

// A crowd is a listener that keeps only so many connections, and closes others at once.
type crowd struct {
	net.Listener
	room chan struct{}
}

// Accept implements net.Listener.
func (l *crowd) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.room <- struct{}{}:
			return &guest{Conn: nc, leave: sync.OnceFunc(func() { <-l.room })}, nil
		default:
			_ = nc.Close()
		}
	}
}

// A guest is a connection in a crowd.
type guest struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (g *guest) Close() error {
	g.leave()
	return g.Conn.Close()
}
