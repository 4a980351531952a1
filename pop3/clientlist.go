package pop3

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
)

// An Entry is what a server tells of a message. Numbers are from 1 on, and good
// for this conversation only.
type Entry struct {
	Number int
	Size   int64  // octets, as LIST says; some servers are not exact
	UIDL   string // its name, the same in every conversation; empty if the server has none
}

// Stat tells how many messages there are, and the octets of all.
func (c *Client) Stat(ctx context.Context) (count int, octets int64, err error) {
	err = c.during(ctx, func() error {
		r, err := c.command("STAT", "")
		switch {
		case err != nil:
			return err
		case !r.OK:
			return r
		}
		n, rest, ok := cutNumber([]byte(r.Text))
		if ok && n <= math.MaxInt {
			octets, _, ok = cutNumber(rest)
		}
		if !ok || n > math.MaxInt {
			return c.lose(fmt.Errorf("%w: %q to STAT", ErrReply, r.Error()))
		}
		count = int(n)
		return nil
	})
	return count, octets, err
}

// List returns the numbers and sizes of all messages that are not deleted.
func (c *Client) List(ctx context.Context) (list []Entry, err error) {
	err = c.during(ctx, func() error {
		list, err = c.entries("LIST", parseSize)
		return err
	})
	return list, err
}

// UIDL returns the numbers and names of all messages that are not deleted. A
// server that has no names refuses.
func (c *Client) UIDL(ctx context.Context) (list []Entry, err error) {
	err = c.during(ctx, func() error {
		list, err = c.entries("UIDL", parseUIDL)
		return err
	})
	return list, err
}

// averageUIDL bounds all names together, which a server could make as long as
// lines may be: more than the 70 octets of RFC 1939, 7.
const averageUIDL = 128

// entries reads the answer to LIST or UIDL, in the order of numbers.
func (c *Client) entries(verb string, parse func(line []byte) (Entry, bool)) ([]Entry, error) {
	if err := c.accepted(verb, ""); err != nil {
		return nil, err
	}
	var list []Entry
	last := 0
	room := maxAnswerLine + min(int64(c.opts.Messages), math.MaxInt32)*averageUIDL
	err := c.readLines(c.opts.Messages, func(line []byte) error {
		e, ok := parse(line)
		if !ok || e.Number <= last {
			const enough = 100
			return fmt.Errorf("%w: %q in the answer to %s", ErrReply, line[:min(len(line), enough)], verb)
		}
		if room -= int64(len(e.UIDL)); room < 0 {
			return fmt.Errorf("%w: the names are longer than %d octets on average", ErrReply, averageUIDL)
		}
		last = e.Number
		list = append(list, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// parseSize takes a number and a size. Some servers say more behind it (RFC
// 1939, 5 leaves it open).
func parseSize(line []byte) (e Entry, ok bool) {
	n, rest, ok := cutNumber(line)
	if !ok || n < 1 || n > math.MaxInt32 {
		return Entry{}, false
	}
	size, _, ok := cutNumber(rest)
	return Entry{Number: int(n), Size: size}, ok
}

// parseUIDL takes a number and a name, longer ones than RFC 1939, 7 allows too.
func parseUIDL(line []byte) (e Entry, ok bool) {
	n, rest, ok := cutNumber(line)
	name := bytes.Trim(rest, " ")
	if !ok || n < 1 || n > math.MaxInt32 || len(name) == 0 {
		return Entry{}, false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return Entry{}, false
		}
	}
	return Entry{Number: int(n), UIDL: string(name)}, true
}

// cutNumber takes a number off the front of b, and the spaces around it, of which
// some servers have more than one.
func cutNumber(b []byte) (n int64, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, " ")
	end := 0
	for end < len(b) && '0' <= b[end] && b[end] <= '9' {
		end++
	}
	if end == 0 || end < len(b) && b[end] != ' ' {
		return 0, nil, false
	}
	n, err := strconv.ParseInt(string(b[:end]), 10, 64)
	return n, b[end:], err == nil
}
