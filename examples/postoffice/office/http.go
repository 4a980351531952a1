package office

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/web"
	"github.com/wirepost/wirepost/internal/serve"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/smtp"
)

// httpServer makes the engine of a virtual server for HTTP.
func (o *Office) httpServer(s *setting) (server, func() smtp.Stats, error) {
	srv := newHTTPServer(s, o.front(s))
	return srv, srv.stats, nil
}

// The times of HTTP, of which a configuration says only how long connections may be idle.
const (
	httpHeaderTime = 10 * time.Second
	httpIdleTime   = 2 * time.Minute
)

// An httpServer has an http.Server answer, with the limits, the PROXY protocol and the phases of
// life of the other engines.
type httpServer struct {
	life    serve.Life
	options serve.Options
	tls     *tls.Config
	web     *http.Server
	site    *web.Site // of the administration; nil for others
	once    sync.Once
	conns   chan net.Conn // those that web accepts
	closed  chan struct{} // web accepts no more
	left    atomic.Bool   // connections end with their next request
	close   func()

	mu      sync.Mutex                 // guards what follows
	ends    map[net.Conn]chan struct{} // closed when web is done with one
	fresh   map[net.Conn]bool          // those that have not sent the header of a request yet
	leaving bool
}

// newHTTPServer makes one. Limits that are 0 are none.
func newHTTPServer(s *setting, handler http.Handler) *httpServer {
	h := &httpServer{tls: s.tls, conns: make(chan net.Conn), closed: make(chan struct{}), ends: make(map[net.Conn]chan struct{}), fresh: make(map[net.Conn]bool)}
	h.close = sync.OnceFunc(func() { close(h.closed) })
	h.options = serve.Options{
		MaxConns:        s.Limits.Conns,
		MaxConnsPerAddr: s.Limits.ConnsPerAddr,
		Allow:           s.Allow.Prefixes(),
		Deny:            s.Deny.Prefixes(),
		ProxyFrom:       s.ProxyFrom.Prefixes(),
		Logger:          s.log,
		Refuse:          refuseHTTP,
		Handle:          h.handle,
	}
	h.web = &http.Server{
		Handler:           h.until(handler),
		ReadHeaderTimeout: httpHeaderTime,
		IdleTimeout:       httpIdleTime,
		MaxHeaderBytes:    64 << 10,
		ConnState:         h.state,
		ConnContext:       rvp.ConnContext,
		Protocols:         new(http.Protocols),
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	h.web.Protocols.SetHTTP1(true) // NTLM logs in a connection, not a request
	if s.Limits.Idle > 0 {
		h.web.IdleTimeout = time.Duration(s.Limits.Idle)
	}
	return h
}

// until ends connections with the next answer, once the server is left for another.
func (h *httpServer) until(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.left.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	})
}

// Serve implements server.
func (h *httpServer) Serve(l net.Listener) error { return h.serve(l, nil) }

// ServeTLS implements server.
func (h *httpServer) ServeTLS(l net.Listener) error { return h.serve(l, h.tls) }

func (h *httpServer) serve(l net.Listener, cfg *tls.Config) error {
	h.once.Do(func() { go h.web.Serve((*handedOver)(h)) })
	o := h.options
	o.TLSConfig = cfg
	err := h.life.Serve(l, &o)
	if errors.Is(err, serve.ErrClosed) {
		return http.ErrServerClosed
	}
	return err
}

// handle hands a connection over, and returns when it is over.
func (h *httpServer) handle(ctx context.Context, nc net.Conn) {
	ended := make(chan struct{})
	h.mu.Lock()
	h.ends[nc] = ended
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.ends, nc)
	}()
	select {
	case h.conns <- nc:
	case <-ctx.Done():
		return
	case <-h.closed:
		return
	}
	select {
	case <-ended:
	case <-ctx.Done():
		nc.Close() // which web notices
		<-ended
	}
}

// state implements http.Server.ConnState.
func (h *httpServer) state(nc net.Conn, s http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s == http.StateNew {
		h.fresh[nc] = true
		if h.leaving {
			go nc.Close() // which may take a while, by TLS
		}
		return
	}
	delete(h.fresh, nc)
	if s != http.StateClosed && s != http.StateHijacked {
		return
	}
	if ended := h.ends[nc]; ended != nil {
		close(ended)
		delete(h.ends, nc)
	}
}

// refuseHTTP tells a client why it is not served.
func refuseHTTP(nc net.Conn, why serve.Refusal) {
	status := http.StatusServiceUnavailable
	if why == serve.Denied {
		status = http.StatusForbidden
	}
	// The peer is sent away whether it hears this or not.
	_, _ = fmt.Fprintf(nc, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status, http.StatusText(status))
}

// Pause implements server.
func (h *httpServer) Pause() { h.life.Pause() }

// Resume implements server.
func (h *httpServer) Resume() { h.life.Resume() }

// Shutdown implements server. Requests that are being answered may come to an end; who has asked for
// nothing yet, or for half of something, is let go.
func (h *httpServer) Shutdown(ctx context.Context) error {
	var both sync.WaitGroup
	// It closes what is idle. What is not, life cuts in time.
	both.Go(func() { _ = h.web.Shutdown(ctx) })
	for _, nc := range h.leave() {
		both.Go(func() { nc.Close() })
	}
	err := h.life.Shutdown(ctx)
	both.Wait()
	h.close()
	return err
}

// leave returns the connections that wait for a first request. Those that come later are closed.
func (h *httpServer) leave() []net.Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leaving = true
	return slices.Collect(maps.Keys(h.fresh))
}

// Close implements server.
func (h *httpServer) Close() error {
	err := errors.Join(h.life.Close(), h.web.Close())
	h.close()
	return err
}

func (h *httpServer) stats() smtp.Stats {
	n := h.life.Stats()
	return smtp.Stats{
		Active: n.Conns, Accepted: n.Accepted,
		RefusedFull: n.RefusedFull, RefusedAddr: n.RefusedAddr, Denied: n.Denied, BadProxy: n.ProxyErrors,
		Paused: n.Paused, ShuttingDown: n.Draining,
	}
}

// handedOver is an httpServer as the net.Listener of its http.Server.
type handedOver httpServer

// Accept implements net.Listener.
func (h *handedOver) Accept() (net.Conn, error) {
	select {
	case nc := <-h.conns:
		return nc, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *handedOver) Close() error {
	h.close()
	return nil
}

// Addr implements net.Listener. Each connection has its own.
func (h *handedOver) Addr() net.Addr { return &net.TCPAddr{} }
