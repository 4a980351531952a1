package smtp_test

import (
	"bytes"
	"context"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A tape is a connection whose client has said all it will say. Nobody waits
// at it, so it needs no goroutine and no clock.
type tape struct {
	in  io.Reader
	out bytes.Buffer
}

func (t *tape) Read(p []byte) (int, error)  { return t.in.Read(p) }
func (t *tape) Write(p []byte) (int, error) { return t.out.Write(p) }
func (t *tape) Close() error                { return nil }
func (t *tape) LocalAddr() net.Addr         { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 25} }

func (t *tape) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000} }
func (t *tape) SetDeadline(time.Time) error      { return nil }
func (t *tape) SetReadDeadline(time.Time) error  { return nil }
func (t *tape) SetWriteDeadline(time.Time) error { return nil }

// play serves in and returns what was written, and how the conversation ended.
func play(ctx context.Context, srv *smtp.Server, in io.Reader) (string, error) {
	t := &tape{in: in}
	err := srv.ServeConn(ctx, t)
	return t.out.String(), err
}

// splits are the ways in which octets may come.
func splits(in string, seed uint64) map[string]io.Reader {
	return map[string]io.Reader{
		"whole":    newReader(in),
		"bytewise": iotest.OneByteReader(newReader(in)),
		"halves":   iotest.HalfReader(newReader(in)),
		"random":   &randomReader{r: newReader(in), rng: rand.New(rand.NewPCG(seed, 1))},
		"dataerr":  iotest.DataErrReader(newReader(in)),
	}
}

func newReader(s string) io.Reader { return bytes.NewReader([]byte(s)) }

// randomReader reads pieces of 1 to 16 octets.
type randomReader struct {
	r   io.Reader
	rng *rand.Rand
}

func (r *randomReader) Read(p []byte) (int, error) {
	return r.r.Read(p[:min(len(p), 1+r.rng.IntN(16))])
}

// silent is a server for what runs so often that a test's log would not hold
// it.
func silent(srv *smtp.Server) *smtp.Server {
	srv.Logger = slog.New(slog.DiscardHandler)
	if srv.Auth != nil {
		srv.Auth.Logger = srv.Logger
	}
	return srv
}

// A logbook keeps what is logged.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logbook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// logged has srv log all it can to a book, besides the test's own log.
func logged(tb testing.TB, srv *smtp.Server) *logbook {
	book := new(logbook)
	w := io.MultiWriter(book, tb.Output())
	srv.Logger = slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if srv.Auth != nil {
		srv.Auth.Logger = srv.Logger
	}
	return book
}

// lines are those of what a server wrote, without their CRLF.
func lines(out string) iter.Seq[string] {
	return strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n")
}

// A unixTape is a tape whose client has no IP address.
type unixTape struct{ *tape }

func (unixTape) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "unix"} }
