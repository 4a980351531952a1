package imap4

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrNoTLS is what an error wraps if TLS was asked for and the server does not
// offer it, or not now, or says PREAUTH, after which it cannot be begun (RFC
// 9051, 7.1.4).
var ErrNoTLS = errors.New("imap4: server does not offer TLS")

// ErrHandshake is what an error wraps if the TLS handshake failed. What it failed
// for is wrapped too, such as a *tls.CertificateVerificationError.
var ErrHandshake = errors.New("imap4: TLS handshake failed")

var (
	errClientNoName = errors.New("imap4: Options.ServerName must be set to verify the server")
	errClientTLS    = errors.New("imap4: TLS is active already")
	errClientEarly  = fmt.Errorf("%w: octets in the clear behind the OK to STARTTLS", ErrProtocol)
)

// greeting reads the first response.
func (c *Client) greeting() error {
	conn := c.conn
	var r Reply
	call := &clientCall{clientCommand: clientCommand{take: func(v any) bool {
		t, is := v.(clientText)
		if is && r.Status == 0 {
			r = Reply(t)
		}
		return is
	}}}
	conn.calls = append(conn.calls, call)
	defer func() { conn.calls = nil }()
	if err := conn.wire.await(max(0, conn.opts.Timeouts.Greeting)); err != nil {
		return conn.failed(err)
	}
	if err := conn.response(); err != nil {
		return conn.failed(err)
	}
	conn.greeted = true
	switch {
	case conn.bye.Status != 0:
		return conn.lose(conn.bye)
	case r.Status != StatusOK:
		return conn.lose(clientMalformed("a greeting that is neither OK, PREAUTH nor BYE"))
	}
	return nil
}

// begin comes behind the greeting: TLS, if the policy says so.
func (conn *clientConn) begin(ctx context.Context, c *Client) error {
	policy := conn.opts.TLS
	if conn.state == nil && policy != TLSNone {
		if conn.loggedIn && policy != TLSOpportunistic {
			return fmt.Errorf("%w: it says PREAUTH", ErrNoTLS)
		}
		if len(conn.caps) == 0 {
			if err := c.askCapabilities(); err != nil {
				return err
			}
		}
		err := c.startTLS(ctx)
		optional := policy == TLSOpportunistic && conn.broken == nil && (errors.Is(err, ErrNoTLS) || clientIsReply(err))
		if err != nil && !optional {
			return err
		}
	}
	if len(conn.caps) == 0 {
		return c.askCapabilities()
	}
	return nil
}

// StartTLS begins TLS as the Options' policy says; TLSNone and TLSOpportunistic
// take any certificate. All that the server said before is forgotten. Dial and
// NewClient do it by themselves where the policy asks for it.
func (c *Client) StartTLS(ctx context.Context) error {
	return c.during(ctx, func() error { return c.startTLS(ctx) })
}

func (c *Client) startTLS(ctx context.Context) error {
	conn := c.conn
	switch {
	case conn.state != nil:
		return errClientTLS
	case conn.loggedIn:
		return fmt.Errorf("%w: it has logged in already", ErrNoTLS)
	case !conn.has("STARTTLS"):
		return ErrNoTLS
	}
	if _, err := c.exchange(clientCommand{verb: "STARTTLS", alone: true}); err != nil {
		if clientIsReply(err) {
			return fmt.Errorf("%w: %w", ErrNoTLS, err)
		}
		return err
	}
	if conn.wire.r < conn.wire.w {
		return conn.lose(errClientEarly) // whoever sits in the midst could have sent them
	}
	cfg, err := conn.tlsConfig()
	if err != nil {
		return conn.lose(err)
	}
	if err := conn.secureWith(ctx, tls.Client(conn.wire.nc, cfg)); err != nil {
		return err
	}
	// Anybody could have said what they were (RFC 9051, 6.2.1).
	conn.caps, conn.bye = nil, Reply{}
	return c.askCapabilities()
}

// handshake completes the TLS of a conversation that begins with it.
func (c *Client) handshake(ctx context.Context, implicit bool) error {
	conn := c.conn
	if t, own := conn.nc.(*tls.Conn); own {
		if err := conn.secureWith(ctx, t); err != nil {
			return err
		}
		// The caller's own TLS, which need not have been verified.
		conn.opts.ServerName = cmp.Or(conn.opts.ServerName, conn.state.ServerName)
		if conn.opts.TLS != TLSVerified {
			return nil
		}
		if err := conn.opts.verify(*conn.state); err != nil {
			return conn.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
		}
		return nil
	}
	if !implicit {
		return nil
	}
	cfg, err := conn.tlsConfig()
	if err != nil {
		return err
	}
	return conn.secureWith(ctx, tls.Client(conn.nc, cfg))
}

// secureWith changes to t, which is the connection behind TLS.
func (conn *clientConn) secureWith(ctx context.Context, t *tls.Conn) error {
	var deadline time.Time
	if limit := conn.opts.Timeouts.Handshake; limit > 0 {
		deadline = time.Now().Add(limit)
	}
	if err := conn.wire.armBoth(deadline); err != nil {
		return err
	}
	if err := t.HandshakeContext(ctx); err != nil {
		return conn.lose(fmt.Errorf("%w: %w", ErrHandshake, err))
	}
	conn.wire.replace(t)
	state := t.ConnectionState()
	conn.state = &state
	return nil
}

// armBoth sets the deadline of reads and writes.
func (w *clientWire) armBoth(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.aborted {
		return net.ErrClosed
	}
	return w.nc.SetDeadline(t)
}

// tlsConfig is the configuration of the handshake.
func (conn *clientConn) tlsConfig() (*tls.Config, error) {
	o := &conn.opts
	cfg := o.TLSConfig.Clone()
	if cfg == nil {
		cfg = new(tls.Config)
	}
	o.ServerName = cmp.Or(o.ServerName, cfg.ServerName)
	if o.ServerName == "" && o.TLS == TLSVerified {
		return nil, errClientNoName
	}
	cfg.ServerName = o.ServerName
	cfg.InsecureSkipVerify = true // verify does it, where the policy asks for it
	if o.TLS == TLSVerified {
		further := cfg.VerifyConnection
		cfg.VerifyConnection = func(state tls.ConnectionState) error {
			err := o.verify(state)
			if err == nil && further != nil {
				err = further(state)
			}
			return err
		}
	}
	return cfg, nil
}

// verify checks the certificate against the roots and the server's name.
func (o *Options) verify(state tls.ConnectionState) error {
	if o.ServerName == "" {
		return errClientNoName
	}
	if len(state.PeerCertificates) == 0 {
		return errors.New("imap4: the server has no certificate")
	}
	opts := x509.VerifyOptions{DNSName: o.ServerName, Intermediates: x509.NewCertPool()}
	if o.TLSConfig != nil {
		opts.Roots = o.TLSConfig.RootCAs
		if o.TLSConfig.Time != nil {
			opts.CurrentTime = o.TLSConfig.Time()
		}
	}
	for _, cert := range state.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := state.PeerCertificates[0].Verify(opts); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return nil
}
