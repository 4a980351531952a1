package smtp_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// benchServer takes every message and keeps none.
func benchServer() *smtp.Server {
	return &smtp.Server{
		Domains: []string{"here.example"},
		Limits:  smtp.Limits{Conns: -1, ConnsPerAddr: -1, Errors: -1, Refusals: -1},
		Logger:  slog.New(slog.DiscardHandler),
		Backend: smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
			_, err := io.Copy(io.Discard, body)
			return smtp.Reply{}, err
		}),
	}
}

// benchDial returns a connection to a server by a network.
func benchDial(b *testing.B, network string) net.Conn {
	srv := benchServer()
	var l net.Listener
	var dial func() (net.Conn, error)
	if network == "memory" {
		m := memnet.Listen()
		l, dial = m, func() (net.Conn, error) { return m.Dial(b.Context()) }
	} else {
		t, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		l, dial = t, func() (net.Conn, error) { return net.Dial("tcp", t.Addr().String()) }
	}
	go srv.Serve(l)
	nc, err := dial()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { nc.Close(); srv.Close() })
	return nc
}

// A benchClient costs next to nothing: it looks at the code of each reply
// and no more.
type benchClient struct {
	b  *testing.B
	nc net.Conn
	r  *bufio.Reader
}

func newBenchClient(b *testing.B, network string) *benchClient {
	nc := benchDial(b, network)
	c := &benchClient{b, nc, bufio.NewReader(nc)}
	c.expect('2')
	c.send([]byte("EHLO client.example\r\n"))
	c.expect('2')
	return c
}

func (c *benchClient) send(p []byte) {
	if _, err := c.nc.Write(p); err != nil {
		c.b.Fatal(err)
	}
}

func (c *benchClient) expect(class byte) {
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil || line[0] != class {
			c.b.Fatalf("%q, %v", line, err)
		}
		if line[3] == ' ' {
			return
		}
	}
}

// BenchmarkTransaction is one message: MAIL, RCPT, DATA and the message, each
// answer waited for (lockstep), or MAIL, RCPT and DATA in one piece with the
// end of the message before (pipelined).
func BenchmarkTransaction(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		for _, size := range []int{1 << 10, 1 << 20} {
			name := fmt.Sprintf("%s/%dKiB", network, size>>10)
			message := []byte(strings.Repeat(strings.Repeat("x", 62)+"\r\n", size/64) + ".\r\n")
			commands := []byte("MAIL FROM:<a@client.example> SIZE=1024\r\nRCPT TO:<one@here.example>\r\nDATA\r\n")
			b.Run(name+"/lockstep", func(b *testing.B) {
				c := newBenchClient(b, network)
				var lines [][]byte
				for line := range strings.SplitAfterSeq(strings.TrimSuffix(string(commands), "DATA\r\n"), "\n") {
					if line != "" {
						lines = append(lines, []byte(line))
					}
				}
				data := []byte("DATA\r\n")
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					for _, line := range lines {
						c.send(line)
						c.expect('2')
					}
					c.send(data)
					c.expect('3')
					c.send(message)
					c.expect('2')
				}
			})
			b.Run(name+"/pipelined", func(b *testing.B) {
				c := newBenchClient(b, network)
				batch := append(append([]byte(nil), message...), commands...)
				answers := func() {
					c.expect('2')
					c.expect('2')
					c.expect('3')
				}
				c.send(commands)
				answers()
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					c.send(batch)
					c.expect('2')
					answers()
				}
			})
		}
	}
}

// BenchmarkCommands is one NOOP of a thousand in one piece: the cost of the
// command loop.
func BenchmarkCommands(b *testing.B) {
	const n = 1000
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			c := newBenchClient(b, network)
			batch := []byte(strings.Repeat("NOOP\r\n", n))
			b.ReportAllocs()
			sent := 0
			for b.Loop() {
				if sent%n == 0 {
					c.send(batch)
				}
				sent++
				c.expect('2')
			}
		})
	}
}

// BenchmarkConversation is a connection from its greeting to QUIT, with one
// message.
func BenchmarkConversation(b *testing.B) {
	srv := benchServer()
	in := "EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<one@here.example>\r\nDATA\r\n" +
		strings.Repeat(strings.Repeat("x", 62)+"\r\n", 16) + ".\r\nQUIT\r\n"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := play(b.Context(), srv, strings.NewReader(in)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdle holds a thousand connections that have greeted and wait, and
// reports what each costs, at both of its ends.
func BenchmarkIdle(b *testing.B) {
	const conns = 1000
	for b.Loop() {
		b.StopTimer()
		srv := benchServer()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		go srv.Serve(l)
		heapBefore, stacksBefore := heap(), stacks()
		clients := make([]net.Conn, conns)
		b.StartTimer()
		buf := make([]byte, 1024)
		for i := range clients {
			if clients[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
				b.Fatal(err)
			}
			for _, step := range []string{"", "EHLO client.example\r\n"} {
				if _, err := clients[i].Write([]byte(step)); err != nil {
					b.Fatal(err)
				}
				if _, err := clients[i].Read(buf); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.StopTimer()
		b.ReportMetric(float64(heap()-heapBefore)/conns, "heap-B/conn")
		b.ReportMetric(float64(stacks()-stacksBefore)/conns, "stack-B/conn")
		for _, nc := range clients {
			nc.Close()
		}
		srv.Close()
		if err := srv.Shutdown(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkParsePath is the parser that runs for each sender and recipient.
func BenchmarkParsePath(b *testing.B) {
	for name, s := range map[string]string{"plain": "someone@mail.example.org", "quoted": `"some one"@mail.example.org`} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := smtp.ParsePath(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReply is the printing of a reply.
func BenchmarkReply(b *testing.B) {
	r := smtp.R(250, smtp.Enhanced{2, 1, 5}, "recipient ok")
	var room [256]byte
	b.ReportAllocs()
	for b.Loop() {
		r.AppendTo(room[:0])
	}
}

// stacks is how many octets the goroutines' stacks have.
func stacks() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.StackInuse)
}
