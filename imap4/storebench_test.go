package imap4_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/memnet"
)

// benchMessages is how many messages the commands below are about.
const benchMessages = 10_000

// letter is message i: one in four has two parts, one in three answers another.
func letter(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: \"A. B. %d\" <a%d@example.org>\r\nTo: tim@example.org, <c%d@example.net>\r\nSubject: about %d things\r\n", i%97, i%97, i%13, i*7919%1000)
	fmt.Fprintf(&b, "Date: %d Jul 2026 10:%02d:%02d +0200\r\nMessage-ID: <%d@example.org>\r\n", 1+i%28, i%60, i%53, i)
	if i%3 == 2 {
		fmt.Fprintf(&b, "References: <%d@example.org>\r\n", i/2)
	}
	text := strings.Repeat("a line of text that is about as long as most lines of text are\r\n", 50)
	if i%4 == 3 {
		fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n%s--b\r\nContent-Type: text/html\r\n\r\n%s--b--\r\n", text[:1600], text[:1600])
	} else {
		b.WriteString("\r\n" + text)
	}
	return b.String()
}

// A caller sends commands and drops the answers.
type caller struct {
	b   *testing.B
	nc  net.Conn
	buf []byte
}

func (c *caller) call(command string) {
	_, err := io.WriteString(c.nc, "t "+command+"\r\n")
	require.NoError(c.b, err)
	for held := 0; ; {
		n, err := c.nc.Read(c.buf[held:])
		require.NoError(c.b, err)
		held += n
		if last := bytes.LastIndexByte(c.buf[:max(held-1, 0)], '\n'); c.buf[held-1] == '\n' && bytes.HasPrefix(c.buf[last+1:held], []byte("t ")) {
			require.Equal(c.b, "t OK", string(c.buf[last+1:last+5]))
			return
		}
		// The tagged line is short: no more has to be kept.
		held = copy(c.buf, c.buf[max(held-8192, 0):held])
	}
}

// connect begins a session of a new server, which knows nothing of the messages yet,
// on a store.
func connect(b *testing.B, store *memory.Store) *caller {
	b.Helper()
	srv := &imap4.Server{
		Auth:    &auth.Authenticator{Accounts: everybody{}, AllowInsecure: true},
		Backend: imap4.BackendFunc(func(context.Context, *imap4.Conn) (imap4.Account, error) { return store.Account("tim"), nil }),
		Logger:  slog.New(slog.DiscardHandler),
	}
	client, server := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.ServeConn(context.Background(), server)
		server.Close()
	}()
	b.Cleanup(func() { client.Close(); <-done })
	c := &caller{b: b, nc: client, buf: make([]byte, 64<<10)}
	c.call("LOGIN tim x") // the greeting comes before its answer
	c.call("SELECT INBOX")
	return c
}

// filled makes a store with the messages.
func filled(b *testing.B, s *memory.Store) *memory.Store {
	b.Helper()
	account := s.Account("tim")
	for box, err := range account.Mailboxes(b.Context()) {
		require.NoError(b, err)
		_, err = account.Append(b.Context(), box.ID, func(yield func(imap4.Incoming, error) bool) {
			for i := range benchMessages {
				if !yield(imap4.Incoming{R: strings.NewReader(letter(i))}, nil) {
					return
				}
			}
		})
		require.NoError(b, err)
	}
	return s
}

// BenchmarkCommands measures commands about 10,000 messages of 3 KiB in a store in
// memory, over a connection in memory: the first time, when neither the server nor
// the store knows more than the octets, and again.
func BenchmarkCommands(b *testing.B) {
	fresh, known := filled(b, &memory.Store{NoSummaries: true}), filled(b, new(memory.Store))
	for _, command := range []string{
		"FETCH 1:* FLAGS", "FETCH 1:* RFC822.SIZE", "FETCH 1:* ENVELOPE", "FETCH 1:* BODYSTRUCTURE", "FETCH 1:* BODY.PEEK[]",
		"FETCH 1:* BODY.PEEK[HEADER.FIELDS (From To Subject Date)]",
		"SEARCH FROM a13", "SEARCH SENTSINCE 14-Jul-2026", "SEARCH BODY nowhere", "SEARCH TEXT nowhere",
		"SORT (SUBJECT) UTF-8 ALL", "SORT (REVERSE DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL",
	} {
		b.Run(command, func(b *testing.B) {
			b.Run("first", func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					b.StopTimer()
					c := connect(b, fresh)
					b.StartTimer()
					c.call(command)
				}
				perMessage(b, benchMessages)
			})
			b.Run("repeated", func(b *testing.B) {
				c := connect(b, known)
				c.call(command)
				repeat(b, benchMessages, func(int) { c.call(command) })
			})
		})
	}
}

// repeat measures what is about n messages.
func repeat(b *testing.B, n int, do func(i int)) {
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		do(i)
		i++
	}
	perMessage(b, n)
}

func perMessage(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/msg")
}

// BenchmarkChanges measures commands that change 10,000 messages, or add some.
func BenchmarkChanges(b *testing.B) {
	store := filled(b, new(memory.Store))
	c := connect(b, store)
	b.Run("STORE", func(b *testing.B) {
		repeat(b, benchMessages, func(i int) { c.call("STORE 1:* " + [...]string{"+", "-"}[i%2] + "FLAGS (\\Flagged)") })
	})
	b.Run("STORE SILENT", func(b *testing.B) {
		repeat(b, benchMessages, func(i int) { c.call("STORE 1:* " + [...]string{"+", "-"}[i%2] + "FLAGS.SILENT (\\Flagged)") })
	})
	c.call("CREATE other")
	b.Run("COPY", func(b *testing.B) {
		repeat(b, 100, func(int) { c.call("COPY 1:100 other") })
	})
	text := letter(0)
	b.Run("APPEND", func(b *testing.B) {
		repeat(b, 1, func(int) { c.call(fmt.Sprintf("APPEND other {%d+}\r\n%s", len(text), text)) })
	})
}
