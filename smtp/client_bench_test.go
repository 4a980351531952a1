package smtp_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// sink answers commands and throws messages away, with as little work as there
// can be, so that a benchmark is about the client.
func sink(nc net.Conn, offers string) {
	r, w := bufio.NewReaderSize(nc, 64<<10), bufio.NewWriter(nc)
	io.WriteString(w, "220 sink\r\n")
	for {
		if r.Buffered() == 0 {
			w.Flush()
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		reply := "250 2.0.0 ok\r\n"
		switch string(line[:4]) {
		case "EHLO":
			reply = offers
		case "DATA":
			io.WriteString(w, "354 go\r\n")
			w.Flush()
			for string(line) != ".\r\n" {
				if line, err = r.ReadSlice('\n'); err != nil {
					return
				}
			}
		case "BDAT":
			n, _, _ := bytes.Cut(bytes.TrimSpace(line[5:]), []byte(" "))
			size, _ := strconv.Atoi(string(n))
			r.Discard(size)
		}
		io.WriteString(w, reply)
	}
}

const (
	sinkDATA = "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250 8BITMIME\r\n"
	sinkBDAT = "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250-CHUNKING\r\n250 8BITMIME\r\n"
)

func sinkClient(b *testing.B, offers string, tcp bool) *smtp.Client {
	near, far := memnet.Pipe()
	if tcp {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(b, err)
		defer l.Close()
		near, err = net.Dial("tcp", l.Addr().String())
		require.NoError(b, err)
		far, err = l.Accept()
		require.NoError(b, err)
	}
	go func() {
		defer far.Close()
		sink(far, offers)
	}()
	c, err := smtp.NewClient(b.Context(), near, nil)
	require.NoError(b, err)
	b.Cleanup(func() { c.Close() })
	return c
}

// BenchmarkSend sends messages over one connection.
func BenchmarkSend(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20} {
		text := bytes.Repeat([]byte(strings.Repeat("x", 62)+"\r\n"), size/64)
		for _, way := range []struct {
			name, offers string
			tcp          bool
		}{
			{"DATA/memory", sinkDATA, false},
			{"BDAT/memory", sinkBDAT, false},
			{"DATA/TCP", sinkDATA, true},
			{"BDAT/TCP", sinkBDAT, true},
		} {
			b.Run(fmt.Sprintf("%dKiB/%s", size>>10, way.name), func(b *testing.B) {
				c := sinkClient(b, way.offers, way.tcp)
				env := &smtp.Envelope{From: smtp.MailParams{Path: someone}, To: []smtp.RcptParams{{Path: someone}}}
				message := smtp.BodyFromBytes(text)
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					out, err := c.Send(context.Background(), env, message)
					if err != nil || !out.Rcpt[0].Accepted() {
						b.Fatal(out, err)
					}
				}
			})
		}
	}
}

// BenchmarkSendRecipients sends one small message to many.
func BenchmarkSendRecipients(b *testing.B) {
	c := sinkClient(b, sinkBDAT, false)
	env := &smtp.Envelope{To: make([]smtp.RcptParams, 100)}
	for i := range env.To {
		env.To[i].Path = smtp.Path{Local: fmt.Sprint("user", i), Domain: "x.example"}
	}
	message := smtp.BodyFromBytes([]byte(letter))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Send(context.Background(), env, message); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPool sends small messages by a Pool, from several goroutines.
func BenchmarkPool(b *testing.B) {
	p := &smtp.Pool{PerDestination: 4, Messages: 1 << 30}
	defer p.Close()
	o := &smtp.Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := memnet.Pipe()
		go func() {
			defer far.Close()
			sink(far, sinkBDAT)
		}()
		return near, nil
	}}
	env := &smtp.Envelope{To: []smtp.RcptParams{{Path: someone}}}
	message := smtp.BodyFromBytes([]byte(letter))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Send(context.Background(), "mx.example:25", o, env, message); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkParseReply reads the reply that comes most often.
func BenchmarkParseReply(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := smtp.ParseReply("250 2.1.5 recipient ok\r\n", 100, 1000, false); err != nil {
			b.Fatal(err)
		}
	}
}
