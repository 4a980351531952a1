package pop3_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// BenchmarkFetch has the client fetch 10,000 messages of 4 KiB from the engine, in
// one conversation over a network in memory: both ends are in what is measured.
func BenchmarkFetch(b *testing.B) {
	b.Run("pipelined", func(b *testing.B) { fetch(b, nil) })
	b.Run("lockstep", func(b *testing.B) { fetch(b, []string{"PIPELINING"}) })
}

func fetch(b *testing.B, ignore []string) {
	const messages, size = 10_000, 4 << 10
	srv := newShelf(messages, size).server()
	near, far := memnet.Pipe()
	served := make(chan error, 1)
	go func() {
		defer far.Close()
		served <- srv.ServeConn(context.Background(), far)
	}()
	o := inClear(pop3.UserPass("tim", "secret"))
	o.Ignore = ignore
	c, err := pop3.NewClient(b.Context(), near, o)
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(messages * size)
	for b.Loop() {
		for m, err := range c.Messages(b.Context(), pop3.Fetch{}) {
			if err == nil {
				_, err = m.Body.WriteTo(io.Discard)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/messages, "ns/msg")
	require.NoError(b, c.Quit(b.Context()))
	require.NoError(b, <-served)
}

// BenchmarkClient is the client alone: what it reads is in memory already.
func BenchmarkClient(b *testing.B) {
	const size = 4 << 10
	s := newShelf(1, size)
	near, far := memnet.PipeSize(1 << 20)
	go func() {
		defer far.Close()
		replay(far, s.text)
	}()
	c, err := pop3.NewClient(b.Context(), near, inClear())
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(size)
	for b.Loop() {
		body, err := c.Retr(b.Context(), 1)
		if err == nil {
			_, err = body.WriteTo(io.Discard)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, c.Close())
}

// replay answers CAPA, and then each piece that comes by the same message.
func replay(nc net.Conn, text []byte) {
	answer := append([]byte("+OK\r\n"), text...)
	answer = append(answer, ".\r\n"...)
	in := make([]byte, 100)
	says := []byte("+OK\r\n")
	for i := 0; ; i++ {
		if _, err := nc.Write(says); err != nil {
			return
		}
		if _, err := nc.Read(in); err != nil {
			return
		}
		if says = answer; i == 0 {
			says = []byte("-ERR\r\n")
		}
	}
}

// BenchmarkLogin is a whole conversation that only logs in, by each mechanism,
// with passwords that are stored at next to no cost: what is left is the protocol,
// at both ends. SCRAM's 4,096 iterations are the client's.
func BenchmarkLogin(b *testing.B) {
	srv := pop3test.NewUnstartedServer(b, mailbox)
	srv.Config.Logger = slog.New(slog.DiscardHandler)
	ways := map[string]pop3.Login{"USER": pop3.UserPass("tim", "secret"), "APOP": pop3.APOP("tim", "secret")}
	for _, name := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-256"} {
		ways[name] = by(name, "secret")
	}
	for name, way := range ways {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				near, far := memnet.Pipe()
				done := make(chan error, 1)
				go func() {
					done <- srv.Config.ServeConn(context.Background(), far)
					far.Close()
				}()
				c, err := pop3.NewClient(b.Context(), near, inClear(way))
				if err == nil {
					err = c.Quit(b.Context())
				}
				require.NoError(b, err)
				require.NoError(b, <-done)
			}
		})
	}
}
