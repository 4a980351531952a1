package dnsresolve

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"
)

// A Server is a recursive resolver that a Client asks.
type Server struct {
	Addr netip.AddrPort // port 0 is 53

	// Trusted says that the server validates by DNSSEC and that nobody can
	// change its answers on the way, so that their AD bit counts (RFC 6840,
	// 5.8): it runs on this machine, or at the other end of a protected link.
	Trusted bool
}

var errNoServer = errors.New("no server gave a usable answer")

// exchange asks the servers one question until one of them knows.
//
// After a trusted server failed, the others are not asked: what it refuses to
// vouch for must not come in through them.
func (c *Client) exchange(ctx context.Context, name string, t Type) (finding, error) {
	conf := c.config()
	n := uint32(len(conf.servers))
	start := c.first.Load()
	if conf.rotate {
		start = c.first.Add(1)
	}
	worst := &rejection{err: errNoServer}
	done, onlyTrusted := make([]bool, n), false
	for i := range uint32(max(conf.tries, len(conf.servers))) {
		at := (start + i) % n
		server := conf.servers[at]
		if done[at] || onlyTrusted && !server.Trusted {
			continue
		}
		f, err := c.ask(ctx, server, conf, name, t)
		if err == nil {
			if i > 0 {
				c.first.Store(at)
			}
			return f, nil
		}
		worst = &rejection{err: fmt.Errorf("server %s: %w", server.Addr, err)}
		if ctx.Err() != nil {
			worst.err = ctx.Err()
			break
		}
		if r, ok := errors.AsType[*rejection](err); ok {
			worst.kind = r.kind
			done[at] = true
			onlyTrusted = onlyTrusted || server.Trusted
			if r.kind == Bogus {
				break
			}
		}
	}
	return finding{}, worst
}

// ask is one try at one server. An error of type *rejection is its own word.
func (c *Client) ask(ctx context.Context, server Server, conf *resolvConf, name string, t Type) (finding, error) {
	ctx, cancel := context.WithTimeout(ctx, conf.timeout)
	defer cancel()
	for edns := true; ; edns = false {
		q, err := newQuery(name, t, edns, c.MixedCase)
		if err != nil {
			return finding{}, err
		}
		packet, err := c.send(ctx, server, conf.tcp, q)
		if err != nil {
			return finding{}, err
		}
		f, err := finding{}, error(nil)
		if m, flaw := unpack(packet); flaw != nil {
			err = malformed(flaw)
		} else {
			f, err = read(m, name, t)
		}
		if r, ok := errors.AsType[*rejection](err); ok && r.edns && edns {
			continue
		}
		f.Secure = f.Secure && server.Trusted && edns
		return f, err
	}
}

// send sends the query and returns the answer, over TCP if it is too long.
func (c *Client) send(ctx context.Context, server Server, tcp bool, q query) ([]byte, error) {
	if !tcp {
		packet, err := c.roundTrip(ctx, "udp", server, q, overUDP)
		if err != nil || !isTruncated(packet) {
			return packet, err
		}
	}
	return c.roundTrip(ctx, "tcp", server, q, overTCP)
}

// roundTrip uses a socket of its own, and so a random port.
func (c *Client) roundTrip(ctx context.Context, network string, server Server, q query, over func(net.Conn, query) ([]byte, error)) ([]byte, error) {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	addr := netip.AddrPortFrom(server.Addr.Addr(), cmp.Or(server.Addr.Port(), 53))
	conn, err := dial(ctx, network, addr.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection without deadlines ends with ctx below
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	return over(conn, q)
}

// overUDP waits for the answer and throws away what is none.
func overUDP(conn net.Conn, q query) ([]byte, error) {
	if _, err := conn.Write(q.packet); err != nil {
		return nil, err
	}
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		if q.answeredBy(buf[:n]) {
			return buf[:n], nil
		}
	}
}

var errMismatch = errors.New("the answer is to another question")

// overTCP puts the length before each message (RFC 1035, 4.2.2; RFC 7766, 8).
func overTCP(conn net.Conn, q query) ([]byte, error) {
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(q.packet))), q.packet...)
	if _, err := conn.Write(framed); err != nil {
		return nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	packet := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, packet); err != nil {
		return nil, err
	}
	if !q.answeredBy(packet) {
		return nil, errMismatch
	}
	return packet, nil
}
