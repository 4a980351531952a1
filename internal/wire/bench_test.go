package wire

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// An endless connection sends the same octets over and over, and takes
// everything.
type endless struct {
	net.Conn // nil: the rest is not used
	text     []byte
	at       int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.at == len(e.text) {
		e.at = 0
	}
	n := copy(b, e.text[e.at:])
	e.at += n
	return n, nil
}

func (e *endless) Write(b []byte) (int, error)      { return len(b), nil }
func (e *endless) SetReadDeadline(time.Time) error  { return nil }
func (e *endless) SetWriteDeadline(time.Time) error { return nil }

var serving = Timeouts{Line: time.Minute, Write: time.Minute, Body: progress}

// BenchmarkReadLine reads a batch of pipelined commands and answers them.
func BenchmarkReadLine(b *testing.B) {
	const batch = "MAIL FROM:<a@client.example> SIZE=1000 BODY=8BITMIME\r\n" +
		"RCPT TO:<b@server.example>\r\n" +
		"RCPT TO:<c@server.example>\r\n" +
		"RSET\r\n"
	lines := strings.Count(batch, "\n")
	c := New(&endless{text: []byte(batch)}, serving)
	b.ReportAllocs()
	b.SetBytes(int64(len(batch)))
	for b.Loop() {
		for range lines {
			if _, err := c.ReadLine(2048); err != nil {
				b.Fatal(err)
			}
			if _, err := c.WriteString("250 2.0.0 ok\r\n"); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*lines), "ns/line")
}

// bodies are what the benchmarks carry: lines of 76 octets with CRLF, as
// base64 has, and the worst case of lines that all begin with a dot.
var bodies = []struct {
	name string
	text []byte
}{
	{"1KiB", padding(1 << 10)},
	{"1MiB", padding(1 << 20)},
	{"1MiB-dots", bytes.Repeat(append([]byte("."), padding(76)[1:]...), 1<<20/76)},
	{"1MiB-only-dots", bytes.Repeat([]byte(".\r\n"), 1<<20/3)},
}

func BenchmarkDotReader(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			c := New(&endless{text: naiveStuff(body.text)}, serving)
			b.ReportAllocs()
			b.SetBytes(int64(len(body.text)))
			for b.Loop() {
				d := c.DotReader(BodyLimit{Size: 50 << 20, Line: 1000})
				if n, err := d.WriteTo(io.Discard); err != nil || n != int64(len(body.text)) {
					b.Fatal(n, err)
				}
				c.dropInput() // as ReadLine does
			}
		})
	}
}

func BenchmarkDotWriter(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			c := New(&endless{}, serving)
			b.ReportAllocs()
			b.SetBytes(int64(len(body.text)))
			for b.Loop() {
				d := c.DotWriter()
				for text := body.text; len(text) > 0; {
					n, err := d.Write(text[:min(len(text), 32<<10)]) // as io.Copy does
					if err != nil {
						b.Fatal(err)
					}
					text = text[n:]
				}
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
				if err := c.Flush(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCountedReader(b *testing.B) {
	body := padding(1 << 20)
	c := New(&endless{text: body}, serving)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		d := c.CountedReader(int64(len(body)))
		if n, err := d.WriteTo(io.Discard); err != nil || n != int64(len(body)) {
			b.Fatal(n, err)
		}
		c.dropInput()
	}
}

// BenchmarkRoundTrip is a command and its answer over loopback, the peer's
// part included.
func BenchmarkRoundTrip(b *testing.B) {
	near, far := onLoopback(b)
	c := New(near, serving)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, err := c.ReadLine(2048); err != nil {
				return
			}
			if _, err := c.WriteString("250 2.0.0 ok\r\n"); err != nil {
				return
			}
		}
	}()
	answer := make([]byte, len("250 2.0.0 ok\r\n"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := far.Write([]byte("NOOP\r\n")); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(far, answer); err != nil {
			b.Fatal(err)
		}
	}
	_ = far.Close()
	<-done
}

// BenchmarkIdle measures what a Conn that waits for a command costs: itself,
// its buffers and its goroutine, without the sockets.
func BenchmarkIdle(b *testing.B) {
	const conns = 1000
	for _, kind := range []string{"socket", "wrapped"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				idleMemory(b, conns, kind == "wrapped")
			}
		})
	}
}

func idleMemory(b *testing.B, conns int, wrapped bool) {
	near, far := make([]net.Conn, conns), make([]net.Conn, conns)
	for i := range conns {
		near[i], far[i] = onLoopback(b)
		if wrapped {
			near[i] = struct{ net.Conn }{near[i]}
		}
	}
	answer := make([]byte, len("250 2.0.0 ok\r\n"))
	ended := make(chan struct{})
	before := memory()
	for i := range conns {
		go func() {
			defer func() { ended <- struct{}{} }()
			c := New(near[i], serving)
			for {
				if _, err := c.ReadLine(2048); err != nil {
					return
				}
				if _, err := c.WriteString("250 2.0.0 ok\r\n"); err != nil {
					return
				}
			}
		}()
		if _, err := far[i].Write([]byte("NOOP\r\n")); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(far[i], answer); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(memory()-before)/float64(conns), "B/conn")
	for i := range conns {
		_ = far[i].Close()
		<-ended
		_ = near[i].Close()
	}
}

// memory is what the heap and the stacks take.
func memory() uint64 {
	for range 3 { // pools are emptied in two steps
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
