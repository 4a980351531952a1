package rvp

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"
)

// toClient makes the one NOTIFY of a connection to a client. The header has the
// spelling and order of Exchange, since there are clients that look for it, and
// all of it comes in one write, since there are some that read once.
func (c *courier) toClient(p *parcel) (int, error) {
	to, err := parseCallBack(p.to)
	if err != nil {
		return 0, err
	}
	if err := c.policy.dialable(to.at); err != nil {
		return 0, err
	}
	if !printable(string(p.from)) || !printable(string(p.ack)) {
		return 0, fmt.Errorf("rvp: NOTIFY %w: the name of who sends it has control characters", errRefused)
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.limits.Delivery/2)
	defer cancel()
	deadline := time.Now().Add(c.limits.Delivery)
	nc, err := c.locator.dialOnce(ctx, to.at)
	if err != nil {
		return 0, fmt.Errorf("rvp: %w: %w", errUnreachable, err)
	}
	defer nc.Close()
	defer context.AfterFunc(c.ctx, func() { _ = nc.Close() })()
	if err := nc.SetDeadline(deadline); err != nil {
		return 0, fmt.Errorf("rvp: %w", err)
	}
	space := c.space()
	defer c.spaces.Put(space)
	space.request = p.appendTo(space.request[:0], to)
	if cap(space.request) > maxKept {
		defer func() { space.request = nil }()
	}
	return exchange(nc, space)
}

// A callSpace is the memory of one exchange with a client.
type callSpace struct {
	request []byte
	answer  [4096]byte
}

// maxKept is how large a request may be for its memory to be kept for the next.
const maxKept = 16 << 10

func (c *courier) space() *callSpace {
	if s, ok := c.spaces.Get().(*callSpace); ok {
		return s
	}
	return new(callSpace)
}

// appendTo appends the request to a client.
func (p *parcel) appendTo(dst []byte, to callBack) []byte {
	dst = append(dst, "NOTIFY "...)
	dst = append(dst, to.target...)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	dst = append(dst, to.host...)
	dst = append(dst, "\r\nRVP-Notifications-Version: 0.2\r\nRVP-Hop-Count: "...)
	dst = strconv.AppendInt(dst, int64(p.hops), 10)
	if p.ack != "" {
		dst = append(dst, "\r\nRVP-Ack-Type: "...)
		dst = append(dst, p.ack...)
	}
	if p.from != "" {
		dst = append(dst, "\r\nRVP-From-Principal: "...)
		dst = append(dst, p.from...)
	}
	dst = append(dst, "\r\nContent-Type: text/xml\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(p.body)), 10)
	dst = append(dst, "\r\nConnection: close\r\n\r\n"...)
	return append(dst, p.body...)
}

// printable reports whether s can stand in a field of a header.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7F {
			return false
		}
	}
	return true
}

// exchange sends a request and returns the status of the answer, of which it
// reads no more than that (RVP-098): what follows may never end.
func exchange(nc net.Conn, space *callSpace) (int, error) {
	// A client may answer, and close, before it has read all of it.
	_, failed := nc.Write(space.request)
	status, err := readStatus(nc, space.answer[:])
	if err != nil {
		if failed != nil {
			err = failed
		}
		return 0, fmt.Errorf("rvp: NOTIFY: %w", err)
	}
	return status, nil
}
