package smtp_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/smtp"
)

// trickle sends an octet of s every interval, until the connection is over.
func (p *peer) trickle(s string, interval time.Duration) {
	over := make(chan struct{})
	p.tb.Cleanup(func() { p.nc.Close(); <-over })
	go func() {
		defer close(over)
		for i := range len(s) {
			time.Sleep(interval)
			if _, err := p.nc.Write([]byte{s[i]}); err != nil {
				return
			}
		}
	}()
}

// The time for a command is one for all of it: an octet every 30 seconds
// gains nothing.
func TestSlowCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		p := connect(t, srv)
		p.to(smtp.Greeted)
		began := time.Now()
		p.trickle("MAIL FROM:<a@client.example>\r\n", 30*time.Second)
		p.expect("421 4.4.2 waited too long for a command")
		require.Equal(t, 5*time.Minute, time.Since(began))
		p.end()
	})
}

// A body must come at 500 octets a second on average, once the grace of three
// minutes is over: each octet buys 2 ms.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		p := connect(t, srv)
		p.to(smtp.Ready)
		p.want("354", "DATA")
		began := time.Now()
		p.trickle("a message that would take half an hour\r\n.\r\n", 30*time.Second)
		p.expect("421 4.4.2 message came too slowly")
		require.Equal(t, 3*time.Minute+6*time.Second/500, time.Since(began))
		p.end()
		require.Empty(t, inbox.delivered())
	})
}

// An honest slow line is not cut: 600 octets a second for an hour.
func TestHonestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		p := connect(t, srv)
		p.to(smtp.Ready)
		p.want("354", "DATA")
		for range 3600 / 60 {
			time.Sleep(time.Minute)
			for range 36 {
				p.send(thousand)
			}
		}
		p.want("250", ".")
		require.Len(t, inbox.delivered()[0].data, 60*36*1000)
	})
}

// thousand is a line of as many octets.
var thousand = strings.Repeat("x", 998) + "\r\n"

// However fast, a body does not take more than two hours.
func TestEndlessBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Limits.Message = -1
		p := connect(t, srv)
		p.to(smtp.Ready)
		p.want("354", "DATA")
		began := time.Now()
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				time.Sleep(time.Second)
				if _, err := p.nc.Write([]byte(thousand)); err != nil {
					return
				}
			}
		}()
		p.expect("421 4.4.2")
		require.Equal(t, 2*time.Hour, time.Since(began))
		p.end()
		p.nc.Close()
		<-over
	})
}

// A Session that takes its time is no slow client.
func TestSlowSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session {
			return &clumsy{Session: in, resets: func() { time.Sleep(time.Hour) }}
		})
		p := connect(t, srv)
		p.to(smtp.Greeted)
		p.deliver("hi")
		p.deliver("ho")
		require.Len(t, inbox.delivered(), 2)
	})
}

// A client that takes no replies is waited for as long as Limits.Write.
func TestClientReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		srv.Limits.Junk = -1
		client, server := memnet.PipeSize(1 << 10)
		done := make(chan error, 1)
		go func() { done <- srv.ServeConn(t.Context(), server); server.Close() }()
		go func() {
			for {
				if _, err := client.Write([]byte("NOOP\r\nNOOP\r\nNOOP\r\n")); err != nil {
					return
				}
			}
		}()
		began := time.Now()
		require.ErrorIs(t, <-done, os.ErrDeadlineExceeded)
		require.Equal(t, 5*time.Minute, time.Since(began))
		client.Close()
	})
}

// The 354 is there before the Session begins to read (RFC 2920, 3.2).
func TestGoAheadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, inbox := newServer(t)
		begin := make(chan struct{})
		srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session {
			return late{in, begin}
		})
		p := connect(t, srv)
		p.to(smtp.Ready)
		p.want("354", "DATA")
		close(begin)
		p.want("250", "hi\r\n.")
		require.Len(t, inbox.delivered(), 1)
	})
}

// late is a Session that does something else before it reads a message.
type late struct {
	smtp.Session
	begin <-chan struct{}
}

func (l late) Data(ctx context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	<-l.begin
	return l.Session.Data(ctx, env, body)
}
