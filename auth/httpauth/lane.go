package httpauth

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// A lane is one connection to Host, or the prospect of one. One request at a
// time uses it, so that the messages of NTLM stay together.
type lane struct {
	transport *http.Transport
	conn      net.Conn // that had the last request
	met       net.Conn // that message 2 of NTLM came by, nil if none has
}

// lost reports whether message 3 of NTLM went by another connection than message 2 had
// come by, so that it could not be understood. net/http gives a connection up if a
// request's writer is late to say that it has ended, as on a busy machine.
func (l *lane) lost() bool { return l.met != nil && l.met != l.conn }

// maxIdle is how many lanes are kept for later.
const maxIdle = 4

func (t *Transport) base() *http.Transport {
	base := t.Base
	if base == nil {
		base, _ = http.DefaultTransport.(*http.Transport)
	}
	if base == nil {
		return &http.Transport{}
	}
	return base.Clone()
}

func (t *Transport) acquire() *lane {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.idle); n > 0 {
		l := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return l
	}
	tr := t.base()
	tr.MaxConnsPerHost, tr.DisableKeepAlives = 1, false
	tr.ForceAttemptHTTP2, tr.Protocols = false, nil
	tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{} // HTTP/1 only
	if tr.TLSClientConfig != nil {
		tr.TLSClientConfig.NextProtos = nil
	}
	return &lane{transport: tr}
}

func (t *Transport) release(l *lane) {
	t.mu.Lock()
	keep := len(t.idle) < maxIdle
	if keep {
		t.idle = append(t.idle, l)
	}
	t.mu.Unlock()
	if !keep {
		l.transport.CloseIdleConnections()
	}
}

// held returns resp so that the lane is released when its body ends. A
// connection that speaks something else from now on is not given back.
func (t *Transport) held(l *lane, resp *http.Response) *http.Response {
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
	case resp.Body == http.NoBody:
		t.release(l)
	default:
		resp.Body = &heldBody{body: resp.Body, release: sync.OnceFunc(func() { t.release(l) })}
	}
	return resp
}

// A heldBody is a body that holds a lane.
type heldBody struct {
	body    io.ReadCloser
	release func()
}

func (b *heldBody) Read(p []byte) (int, error) { return b.body.Read(p) }

// Close releases the lane. Reading to the end does not, because the transport
// may take until then to see that the connection is free.
func (b *heldBody) Close() error {
	err := b.body.Close()
	b.release()
	return err
}

// send sends a copy of the request.
func (l *lane) send(req *http.Request, authorization string, body *payload) (*http.Response, error) {
	out := req.Clone(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { l.conn = info.Conn },
	}))
	if authorization != "" {
		out.Header.Set("Authorization", authorization)
	}
	var err error
	if out.Body, err = body.open(); err != nil {
		return nil, err
	}
	out.ContentLength, out.GetBody = body.length, body.open
	if body.length >= 0 {
		out.TransferEncoding = nil
	}
	return l.transport.RoundTrip(out)
}
