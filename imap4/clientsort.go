package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// clientSortKeys are what SORT can sort by (RFC 5256, 3; RFC 5957).
var clientSortKeys = []string{"ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO", "DISPLAYFROM", "DISPLAYTO"}

// Sort finds messages, and returns them sorted by the keys, the most important
// one first: ARRIVAL, CC, DATE, FROM, SIZE, SUBJECT, TO (RFC 5256), DISPLAYFROM,
// DISPLAYTO (RFC 5957), each with "REVERSE " before it to turn its order round.
func (c *Client) Sort(ctx context.Context, keys []string, q *Query) ([]UID, error) {
	var uids []UID
	_, err := c.run(ctx, clientCommand{
		verb: "UID SORT", needs: "SORT|SORT=DISPLAY",
		args: func(e *clientEncoder) {
			if len(keys) == 0 {
				e.fail("no key to sort by")
			}
			e.raw(" ")
			clientList(e, keys, func(key string) {
				key = ascii.Upper(key)
				if !slices.Contains(clientSortKeys, strings.TrimPrefix(key, "REVERSE ")) {
					e.fail("%q is nothing to sort by", key)
				}
				e.raw(key)
			})
			e.charset(q)
			e.query(q, 0)
		},
		take: func(v any) bool {
			n, is := v.(*clientSearchNumbers)
			if !is || !n.sort {
				return false
			}
			uids = append(uids, n.uids...)
			return true
		},
	})
	return uids, err
}

// charset adds the charset of a query, which SORT and THREAD need.
func (e *clientEncoder) charset(q *Query) {
	if q.clientASCII() && !e.utf8 {
		e.raw(" US-ASCII ")
		return
	}
	e.raw(" UTF-8 ")
}

// A ThreadNode is a message in a thread, and those that answer it.
type ThreadNode struct {
	UID     UID // 0 for one that is not in the mailbox, or was not found
	Replies []*ThreadNode
}

// Thread finds messages, and returns them as threads (RFC 5256, 3). The
// algorithm is "REFERENCES", "ORDEREDSUBJECT" or another one that the server
// offers as THREAD=algorithm.
func (c *Client) Thread(ctx context.Context, algorithm string, q *Query) ([]*ThreadNode, error) {
	var all []*ThreadNode
	_, err := c.run(ctx, clientCommand{
		verb: "UID THREAD", needs: "THREAD=" + ascii.Upper(algorithm),
		args: func(e *clientEncoder) {
			e.raw(" ").atom(ascii.Upper(algorithm))
			e.charset(q)
			e.query(q, 0)
		},
		take: func(v any) bool {
			t, is := v.(clientThreads)
			all = append(all, t...)
			return is
		},
	})
	return all, err
}

type clientThreads []*ThreadNode

func (conn *clientConn) readThread() {
	p := &conn.p
	var all clientThreads
	for p.err == nil && p.i < len(p.b) {
		all = append(all, p.thread()...)
		for p.take(' ') {
		}
	}
	p.end()
	conn.offer(all, Update{})
}

// thread reads one list: messages that each answer the one before, and then the
// threads that answer the last (RFC 5256, 4). Lists that follow nothing have a
// parent that is not there.
func (p *clientParser) thread() []*ThreadNode {
	var top, last *ThreadNode
	p.list(func() {
		var next []*ThreadNode
		if p.peek() == '(' {
			if next = p.thread(); last == nil {
				top = new(ThreadNode)
				last = top
			}
			last.Replies = append(last.Replies, next...)
			return
		}
		one := &ThreadNode{UID: p.uid()}
		if last == nil {
			top = one
		} else {
			last.Replies = append(last.Replies, one)
		}
		last = one
	})
	if top == nil {
		return nil
	}
	return []*ThreadNode{top}
}
