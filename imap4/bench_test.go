package imap4

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A shelf is a store of n messages that the engine can find by UID.
type shelf struct{ *store }

func newShelf(n, size int) *shelf {
	s := newStore()
	for i := range n {
		head := fmt.Sprintf("From: A B <a%d@b.example>\r\nTo: tim@b.example\r\nSubject: message %d\r\nDate: Wed, 1 Jul 2026 10:%02d:00 +0000\r\nMessage-ID: <%d@a>\r\nReferences: <%d@a>\r\n\r\n",
			i%17, i, i%60, i, i/2)
		body := strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1+size/72)
		s.deliver(s.boxes[0], []byte(head+body[:max(size-len(head), 2)]), Flags{System: SystemFlags(i % 4)}, letterTime)
	}
	return &shelf{s}
}

// Metas implements MetaReader.
func (s *shelf) Metas(_ context.Context, _ MailboxID, uids UIDSet) iter.Seq2[Meta, error] {
	return func(yield func(Meta, error) bool) {
		all := s.boxes[0].msgs
		for _, r := range uids {
			for i := int(r.First) - 1; i < len(all) && all[i].UID <= r.Last; i++ {
				if !yield(all[i].Meta, nil) {
					return
				}
			}
		}
	}
}

// Body implements Account: the store's own takes a walk.
func (s *shelf) Body(_ context.Context, _ MailboxID, uid UID) (Body, error) {
	return fakeBody{bytes.NewReader(s.boxes[0].msgs[uid-1].text)}, nil
}

// repeated logs in once and then sends the same commands over and over; what
// comes back is dropped. It is a connection without the cost of one.
type repeated struct {
	octetConn
	commands []byte
	rest     []byte
	times    int
	written  int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.times == 0 {
			return 0, io.EOF
		}
		r.times--
		r.rest = r.commands
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *repeated) Write(p []byte) (int, error) {
	r.written += int64(len(p))
	return len(p), nil
}

// bench runs the commands b.N times in one conversation over a connection that
// costs nothing, so that what is measured is the engine.
func bench(b *testing.B, s *shelf, commands string) {
	b.Helper()
	b.ReportAllocs()
	srv := newServer(s.store)
	srv.Backend = BackendFunc(func(context.Context, *Conn) (Account, error) { return s, nil })
	warm := &repeated{rest: []byte("a LOGIN tim secret\r\nb SELECT INBOX\r\n" + commands)}
	require.ErrorIs(b, srv.ServeConn(b.Context(), warm), io.ErrUnexpectedEOF)
	conn := &repeated{rest: []byte("a LOGIN tim secret\r\nb SELECT INBOX\r\n"), commands: []byte(commands), times: b.N}
	b.ResetTimer()
	require.ErrorIs(b, srv.ServeConn(b.Context(), conn), io.ErrUnexpectedEOF)
	b.SetBytes(conn.written / int64(b.N))
}

func BenchmarkNOOP(b *testing.B) { bench(b, newShelf(1, 4<<10), "a NOOP\r\n") }

func BenchmarkFLAGS2000(b *testing.B) { bench(b, newShelf(2000, 100), "a FETCH 1:* FLAGS\r\n") }

func BenchmarkFLAGS100000(b *testing.B) { bench(b, newShelf(100_000, 100), "a FETCH 1:* FLAGS\r\n") }

func BenchmarkENVELOPE2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a FETCH 1:* ENVELOPE\r\n")
}

func BenchmarkBODYSTRUCTURE2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a FETCH 1:* BODYSTRUCTURE\r\n")
}

func BenchmarkBODY2000(b *testing.B) { bench(b, newShelf(2000, 4900), "a FETCH 1:* BODY.PEEK[]\r\n") }

func BenchmarkBODY16M(b *testing.B) { bench(b, newShelf(1, 16<<20), "a FETCH 1 BODY.PEEK[]\r\n") }

func BenchmarkSearchSubject2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a SEARCH SUBJECT \"message 7\"\r\n")
}

func BenchmarkSearchBody2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a SEARCH BODY nowhere\r\n")
}

func BenchmarkSearchFlags100000(b *testing.B) {
	bench(b, newShelf(100_000, 100), "a SEARCH UNSEEN\r\n")
}

func BenchmarkSort2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a SORT (SUBJECT DATE) UTF-8 ALL\r\n")
}

func BenchmarkThread2000(b *testing.B) {
	bench(b, newShelf(2000, 4900), "a THREAD REFERENCES UTF-8 ALL\r\n")
}

func BenchmarkSelect100000(b *testing.B) {
	bench(b, newShelf(100_000, 100), "a SELECT INBOX\r\n")
}

func BenchmarkAppend4K(b *testing.B) {
	bench(b, newShelf(1, 100), "a APPEND INBOX {4096+}\r\n"+strings.Repeat("x", 4096)+"\r\n")
}

// BenchmarkView reports what a mailbox of 100,000 messages takes in a session.
func BenchmarkView(b *testing.B) {
	s := newShelf(100_000, 100)
	_, all, err := s.Scan(b.Context(), 1, 0)
	require.NoError(b, err)
	for b.Loop() {
		before := inUse()
		v := new(view)
		require.NoError(b, v.load(all))
		b.ReportMetric(float64(inUse()-before), "B/mailbox")
		runtime.KeepAlive(v)
	}
}

// BenchmarkIdle reports what a client costs that has selected a mailbox and
// waits, in IDLE and otherwise.
func BenchmarkIdle(b *testing.B) {
	for _, how := range []string{"", "c IDLE\r\n"} {
		b.Run(strings.TrimSpace("waiting "+how), func(b *testing.B) {
			const conns = 1000
			s := newShelf(10, 100)
			srv := newServer(s.store)
			srv.Limits.ConnsPerAddr, srv.Limits.ConnsPerUser = -1, -1
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			served := make(chan error, 1)
			go func() { served <- srv.Serve(l) }()
			for b.Loop() {
				before := inUse()
				var clients []net.Conn
				for range conns {
					nc, err := net.Dial("tcp", l.Addr().String())
					require.NoError(b, err)
					clients = append(clients, nc)
					_, err = io.WriteString(nc, "a LOGIN tim secret\r\nb SELECT INBOX\r\n"+how)
					require.NoError(b, err)
					r := bufio.NewReaderSize(nc, 512)
					for last := "b OK"; last != ""; {
						line, err := r.ReadString('\n')
						require.NoError(b, err)
						if strings.HasPrefix(line, last) && how == "" || strings.HasPrefix(line, "+ ") {
							last = ""
						}
					}
				}
				// Both ends are in this process; the client's is a net.TCPConn.
				b.ReportMetric((float64(inUse())-float64(before))/conns, "B/conn")
				for _, nc := range clients {
					nc.Close()
				}
			}
			srv.Close()
			require.ErrorIs(b, <-served, ErrServerClosed)
		})
	}
}

// inUse is what the program holds: heap and stacks.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
