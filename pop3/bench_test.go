package pop3_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// shelf is a Maildrop of n messages that are all the same.
type shelf struct {
	list []pop3.Message
	text []byte
}

func newShelf(n, size int) *shelf {
	text := []byte("Subject: benchmark\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n.dot\r\n", 1+size/78))[:size]
	copy(text[size-2:], "\r\n")
	s := &shelf{text: text}
	for i := range n {
		id := fmt.Sprintf("%08x%08x", i, i)
		s.list = append(s.list, pop3.Message{ID: id, UIDL: id, Size: int64(size)})
	}
	return s
}

func (s *shelf) Messages(context.Context) ([]pop3.Message, error) { return s.list, nil }

func (s *shelf) Body(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.text)), nil
}

func (*shelf) Commit(context.Context, []string) error { return nil }

func (*shelf) Close() error { return nil }

func (s *shelf) server() *pop3.Server {
	return &pop3.Server{
		Auth:    &auth.Authenticator{Accounts: anybody{}, AllowInsecure: true},
		Backend: pop3.BackendFunc(func(context.Context, *pop3.Conn) (pop3.Maildrop, error) { return s, nil }),
		Logger:  slog.New(slog.DiscardHandler),
	}
}

// repeated logs in once and then sends the same commands over and over; what
// comes back is dropped. It is a connection without the cost of one.
type repeated struct {
	octets
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

// serve runs the commands b.N times in one conversation over a connection that
// costs nothing, so that what is measured is the engine.
func serve(b *testing.B, s *shelf, commands string) {
	b.Helper()
	b.ReportAllocs()
	conn := &repeated{rest: []byte("USER tim\r\nPASS secret\r\n"), commands: []byte(commands), times: b.N}
	srv := s.server()
	b.ResetTimer()
	require.ErrorIs(b, srv.ServeConn(b.Context(), conn), io.ErrUnexpectedEOF)
	b.SetBytes(conn.written / int64(b.N))
}

func BenchmarkNOOP(b *testing.B) { serve(b, newShelf(1, 4<<10), "NOOP\r\n") }

func BenchmarkSTAT(b *testing.B) { serve(b, newShelf(1, 4<<10), "STAT\r\n") }

func BenchmarkRETR4K(b *testing.B) { serve(b, newShelf(1, 4<<10), "RETR 1\r\n") }

func BenchmarkRETR1M(b *testing.B) { serve(b, newShelf(1, 1<<20), "RETR 1\r\n") }

// BenchmarkRETR1MMended is of a message whose lines end in LF.
func BenchmarkRETR1MMended(b *testing.B) {
	s := newShelf(1, 1<<20)
	s.text = bytes.ReplaceAll(s.text, []byte("\r\n"), []byte("\n"))
	serve(b, s, "RETR 1\r\n")
}

func BenchmarkTOP(b *testing.B) { serve(b, newShelf(1, 1<<20), "TOP 1 0\r\n") }

func BenchmarkLIST10000(b *testing.B) { serve(b, newShelf(10000, 100), "LIST\r\n") }

func BenchmarkUIDL10000(b *testing.B) { serve(b, newShelf(10000, 100), "UIDL\r\n") }

// BenchmarkLogin10000 is the check of a large maildrop, once a session.
func BenchmarkLogin10000(b *testing.B) {
	b.ReportAllocs()
	srv := newShelf(10000, 100).server()
	for b.Loop() {
		conn := &octets{in: strings.NewReader("USER tim\r\nPASS secret\r\nQUIT\r\n")}
		require.NoError(b, srv.ServeConn(b.Context(), conn))
	}
}

// BenchmarkRETRPipelined fetches 1000 messages of 4 KiB over loopback, all
// asked for at once.
func BenchmarkRETRPipelined(b *testing.B) {
	const messages = 1000
	srv := newShelf(messages, 4<<10).server()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		srv.Close()
		require.ErrorIs(b, <-served, pop3.ErrServerClosed)
	}()
	var batch strings.Builder
	for i := range messages {
		fmt.Fprintf(&batch, "RETR %d\r\n", i+1)
	}
	nc, err := net.Dial("tcp", l.Addr().String())
	require.NoError(b, err)
	defer nc.Close()
	r := bufio.NewReaderSize(nc, 64<<10)
	_, err = io.WriteString(nc, "USER tim\r\nPASS secret\r\n")
	require.NoError(b, err)
	for range 3 {
		_, err := r.ReadSlice('\n')
		require.NoError(b, err)
	}
	b.SetBytes(messages * 4 << 10)
	b.ReportAllocs()
	for b.Loop() {
		_, err := io.WriteString(nc, batch.String())
		require.NoError(b, err)
		for ends := 0; ends < messages; {
			line, err := r.ReadSlice('\n')
			if err != nil {
				b.Fatal(err)
			}
			if string(line) == ".\r\n" {
				ends++
			}
		}
	}
}

// BenchmarkIdle reports what a logged-in client costs that waits, over TCP.
func BenchmarkIdle(b *testing.B) {
	const conns = 1000
	srv := newShelf(10, 100).server()
	srv.Limits.ConnsPerAddr = -1
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
			_, err = io.WriteString(nc, "USER tim\r\nPASS secret\r\n")
			require.NoError(b, err)
			r := bufio.NewReader(nc)
			for range 3 {
				_, err := r.ReadSlice('\n')
				require.NoError(b, err)
			}
		}
		// Both ends are in this process; the client's is a net.TCPConn.
		b.ReportMetric(float64(inUse()-before)/conns, "B/conn")
		for _, nc := range clients {
			nc.Close()
		}
	}
	srv.Close()
	require.ErrorIs(b, <-served, pop3.ErrServerClosed)
}

// inUse is what the program holds: heap and stacks.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
