package smtp_test

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// A cutConn hangs up once so many octets have been read, or written.
type cutConn struct {
	net.Conn
	reads, writes int // left; negative is no limit
}

func (c *cutConn) Read(p []byte) (int, error) {
	if c.reads == 0 {
		c.Close()
		return 0, net.ErrClosed
	}
	if c.reads > 0 {
		p = p[:min(len(p), c.reads)]
	}
	n, err := c.Conn.Read(p)
	if c.reads > 0 {
		c.reads -= n
	}
	return n, err
}

func (c *cutConn) Write(p []byte) (int, error) {
	short := c.writes >= 0 && c.writes < len(p)
	if short {
		p = p[:c.writes]
	}
	n, err := c.Conn.Write(p)
	if c.writes >= 0 {
		c.writes -= n
	}
	if short {
		c.Close()
		return n, net.ErrClosed
	}
	return n, err
}

// A spyConn keeps what was written.
type spyConn struct {
	net.Conn
	sent strings.Builder
}

func (c *spyConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Write(p[:n])
	return n, err
}

// cut holds a conversation that is cut after so many octets; it returns what
// the client makes of it, and what it has sent.
func cut(t *testing.T, f *fake, reads, writes int) (out *smtp.Outcome, sent string, err error) {
	near, far := memnet.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		defer far.Close()
		f.serve(&cutConn{far, reads, writes})
	})
	defer wg.Wait()
	defer near.Close()
	spy := &spyConn{Conn: near}
	c, err := smtp.NewClient(t.Context(), spy, &smtp.Options{LMTP: f.lmtp})
	if err != nil {
		return nil, spy.sent.String(), err
	}
	defer c.Close()
	out, err = c.Send(t.Context(), envelope(t, "a@x.example", "b@x.example", "c@x.example"), smtp.BodyFromBytes([]byte(letter)))
	return out, spy.sent.String(), err
}

// TestDrops hangs up after every octet of a conversation, in both directions.
// Nobody must be told that a message was accepted if it was not, or that it was
// not if it was; and what is in doubt must be said to be.
func TestDrops(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			newFake := func() *fake {
				f := &fake{offers: way.offers, lmtp: way.lmtp}
				f.answer = func(verb, args string) string {
					return map[string]string{"RCPT TO:<b@x.example>": "550 5.1.1 no"}[verb+" "+args]
				}
				return f
			}
			_, whole, err := cut(t, newFake(), -1, -1)
			require.NoError(t, err)
			end := whole[strings.Index(whole, "bye\r\n"):]
			check := func(reads, writes int) bool {
				f := newFake()
				out, sent, err := cut(t, f, reads, writes)
				got := f.delivered()
				if out == nil {
					require.Error(t, err)
					require.Empty(t, got)
					return false
				}
				known := false
				for i, r := range out.Rcpt {
					known = known || r.Reply.Code != 0
					require.NotEqual(t, r.Err != nil, r.Reply.Code != 0, "one of the two")
					delivered := false
					for _, m := range got {
						delivered = delivered || strings.Contains(strings.Join(m.rcpts, " "), string("abc"[i])+"@x.example")
					}
					if r.Accepted() {
						require.True(t, delivered, "%d %d: said to be accepted", reads, writes)
					} else if delivered {
						require.True(t, r.Ambiguous, "%d %d: said not to be accepted", reads, writes)
					}
					undecided := r.Reply.Code == 0
					require.Equal(t, undecided && strings.HasSuffix(sent, end), r.Ambiguous, "%d %d", reads, writes)
				}
				require.Equal(t, !known, err != nil)
				return known && !out.Ambiguous
			}
			for n := range len(whole) + 1 {
				check(n, -1)
			}
			n := 0
			for !check(-1, n) || n < 100 {
				n++
			}
			require.Greater(t, n, 100)
		})
	}
}

// TestDropsLong is the same for a message of several chunks, with fewer drops.
func TestDropsLong(t *testing.T) {
	long := []byte(strings.Repeat(letter, 25_000))
	for _, offers := range [][]string{everything, without("PIPELINING"), without("CHUNKING")} {
		for reads := 0; reads < len(long)+len(long)/20; reads += 60_011 {
			f := &fake{offers: offers}
			near, far := memnet.Pipe()
			var wg sync.WaitGroup
			wg.Go(func() {
				defer far.Close()
				f.serve(&cutConn{far, reads, -1})
			})
			c, err := smtp.NewClient(t.Context(), near, nil)
			if err == nil {
				out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes(long))
				if err == nil {
					require.True(t, out.Rcpt[0].Accepted())
					require.Len(t, f.delivered(), 1)
				} else if len(f.delivered()) > 0 {
					require.True(t, out.Ambiguous)
				}
				c.Close()
			}
			near.Close()
			wg.Wait()
		}
	}
}
