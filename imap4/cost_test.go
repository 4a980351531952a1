//go:build !race

// The race detector keeps books of its own, which would be counted.

package imap4

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// A madeUp account has as many messages as it is told to, of any size, and none of
// them in memory.
type madeUp struct {
	*store
	messages int
	octets   int64
	taken    int64 // octets that were appended
}

func (s *madeUp) Scan(_ context.Context, _ MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error) {
	return State{UIDValidity: 7, UIDNext: UID(s.messages + 1), ModSeq: 2}, func(yield func(Meta, error) bool) {
		for i := range s.messages {
			if since == 0 && !yield(Meta{UID: UID(i + 1), ModSeq: 2, Size: s.octets, Flags: Flags{System: SystemFlags(i % 4)}}, nil) {
				return
			}
		}
	}, nil
}

func (s *madeUp) Body(context.Context, MailboxID, UID) (Body, error) {
	return &madeUpBody{s.octets}, nil
}

func (s *madeUp) Append(_ context.Context, _ MailboxID, msgs iter.Seq2[Incoming, error]) (Appended, error) {
	done := Appended{UIDValidity: 7}
	for m, err := range msgs {
		if err != nil {
			return Appended{}, err
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, m.R, make([]byte, 32<<10))
		if err != nil {
			return Appended{}, err
		}
		s.taken += n
		done.Messages = append(done.Messages, Meta{UID: 1})
	}
	return done, nil
}

// A madeUpBody is lines without end, but that it has one.
type madeUpBody struct{ octets int64 }

const madeUpLine = "Any line of a message is like any other line: it ends in two.\r\n"

var madeUpLines = []byte(strings.Repeat(madeUpLine, 1024))

func (b *madeUpBody) ReadAt(p []byte, off int64) (n int, _ error) {
	for n < len(p) && off < b.octets {
		at := off % int64(len(madeUpLines))
		k := copy(p[n:], madeUpLines[at:min(int64(len(madeUpLines)), at+b.octets-off)])
		n, off = n+k, off+int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (*madeUpBody) Close() error { return nil }

func (b *madeUpBody) Size() int64 { return b.octets }

// A flow is a client that says something, and to whom a server can say any amount.
type flow struct {
	octetConn
	in      io.Reader
	written int64
}

func (f *flow) Read(p []byte) (int, error) { return f.in.Read(p) }

func (f *flow) Write(p []byte) (int, error) {
	f.written += int64(len(p))
	return len(p), nil
}

// allocated is how many octets a conversation allocates, beyond what the same
// conversation does without more.
func allocated(t *testing.T, a *madeUp, more io.Reader) (octets, written int64) {
	t.Helper()
	srv := newServer(a.store)
	srv.Limits = Limits{AppendSize: -1, Command: -1}
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return a, nil })
	talk := func(in io.Reader) (total, written int64) {
		f := &flow{in: io.MultiReader(strings.NewReader("a LOGIN tim secret\r\nb SELECT INBOX\r\n"), in)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.ErrorIs(t, srv.ServeConn(t.Context(), f), io.ErrUnexpectedEOF)
		runtime.ReadMemStats(&after)
		return int64(after.TotalAlloc - before.TotalAlloc), f.written
	}
	talk(strings.NewReader("")) // fills what is kept between conversations
	plain, _ := talk(strings.NewReader(""))
	all, written := talk(more)
	return all - plain, written
}

// What is long is never whole in memory: not a message that is fetched, nor one that
// is appended, nor the answer to a FETCH of all messages. All that is allocated on
// the way, garbage included, is a small part of it.
func TestStreams(t *testing.T) {
	const gigabyte = 1 << 30
	t.Run("FETCH BODY[]", func(t *testing.T) {
		octets, written := allocated(t, &madeUp{store: newStore(), messages: 1, octets: gigabyte}, strings.NewReader("c FETCH 1 BODY.PEEK[]\r\n"))
		require.Greater(t, written, int64(gigabyte))
		require.Less(t, octets, int64(1<<20))
	})
	t.Run("FETCH BODY[TEXT]", func(t *testing.T) {
		octets, written := allocated(t, &madeUp{store: newStore(), messages: 1, octets: gigabyte / 8}, strings.NewReader("c FETCH 1 (BODY.PEEK[TEXT]<1.2> BODYSTRUCTURE)\r\n"))
		require.Less(t, written, int64(10_000))
		require.Less(t, octets, int64(4<<20))
	})
	t.Run("FETCH FLAGS", func(t *testing.T) {
		octets, written := allocated(t, &madeUp{store: newStore(), messages: 1_000_000}, strings.NewReader("c FETCH 1:* FLAGS\r\n"))
		require.Greater(t, written, int64(30<<20))
		require.Less(t, octets, int64(1<<20))
	})
	t.Run("APPEND", func(t *testing.T) {
		a := &madeUp{store: newStore()}
		octets, _ := allocated(t, a, io.MultiReader(strings.NewReader(fmt.Sprintf("c APPEND INBOX {%d+}\r\n", int64(gigabyte))),
			io.NewSectionReader(&madeUpBody{gigabyte}, 0, gigabyte), strings.NewReader("\r\n")))
		require.EqualValues(t, gigabyte, a.taken)
		require.Less(t, octets, int64(1<<20))
	})
}

// A session that has selected a mailbox of 100,000 messages takes less than 2 MiB.
func TestSelectedCost(t *testing.T) {
	a := &madeUp{store: newStore(), messages: 100_000}
	c := &Conn{srv: newServer(a.store), account: a}
	before := held()
	v := &view{}
	_, all, err := a.Scan(t.Context(), 1, 0)
	require.NoError(t, err)
	require.NoError(t, v.load(all))
	c.box = v
	require.Less(t, held()-before, int64(2<<20))
	runtime.KeepAlive(c)
}

// A client that waits in IDLE takes less than 20 KiB, the connection and the two
// goroutines that wait for it and for the store included.
func TestIdleCost(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // the stacks of a burst are given back sooner
	const sessions = 10_000
	srv := newServer(mailstore())
	srv.Limits = Limits{ConnsPerAddr: -1, ConnsPerUser: -1, Conns: -1}
	l := memnet.Listen()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	before := held()
	clients := make([]net.Conn, sessions)
	for i := range clients {
		nc, err := l.Dial(t.Context())
		require.NoError(t, err)
		clients[i] = nc
		_, err = io.WriteString(nc, "a LOGIN tim secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
		require.NoError(t, err)
		heard := ""
		for b := make([]byte, 4096); !strings.Contains(heard, "+ idling\r\n"); {
			n, err := nc.Read(b)
			require.NoError(t, err)
			heard += string(b[:n])
		}
	}
	each := (held() - before) / sessions
	t.Logf("%d octets for each of %d sessions", each, sessions)
	require.Less(t, each, int64(20<<10))
	for _, nc := range clients {
		require.NoError(t, nc.Close())
	}
	require.NoError(t, srv.Close())
	require.ErrorIs(t, <-served, ErrServerClosed)
}

// held is what the program has of heap and stacks.
func held() int64 { return int64(inUse()) }
