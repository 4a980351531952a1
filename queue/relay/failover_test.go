package relay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestEachRecipient: one is refused, one is greylisted, one is accepted, and only the second is tried again.
func TestEachRecipient(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		first := w.host("203.0.113.1:25", nil)
		first.On("RCPT", smtptest.Answer{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "nobody"), Times: 1})
		first.On("RCPT", smtptest.Answer{Reply: smtp.R(451, smtp.Enhanced{4, 7, 1}, "later"), Times: 1})
		second := w.host("203.0.113.3:25", nil)
		got, err := w.deliver(delivery("x", "y", "z"))
		require.NoError(t, err)
		require.Equal(t, []string{"550 5.1.1 by a.example.org", "250 2.0.0 by b.example.org relayed", "250 2.0.0 by a.example.org relayed"}, got)
		require.Equal(t, "z", first.Messages()[0].Envelope.To[0].Path.Local)
		require.Len(t, second.Messages()[0].Envelope.To, 1)
		require.Equal(t, "y", second.Messages()[0].Envelope.To[0].Path.Local)
	})
}

// TestAddresses: the addresses of a host are tried in turn, no more of them than there may be.
func TestAddresses(t *testing.T) {
	var zone strings.Builder
	zone.WriteString("example.org MX 10 a.example.org\n")
	for i := range 5 {
		zone.WriteString(fmt.Sprintf("a.example.org A 203.0.113.%d\n", i+1))
	}
	in(t, zone.String(), func(t *testing.T, w *world) {
		got, err := w.deliver(delivery("x"))
		require.ErrorContains(t, err, "a.example.org")
		require.Equal(t, []string{"451 4.4.1 down"}, got)
		require.Len(t, w.asked(), 3)
		w.Addresses = 5
		for i := range 5 { // at all but one of them
			if i != 3 {
				w.fault(fmt.Sprintf("203.0.113.%d:25", i+1), smtptest.Fault{Say: map[string]string{"": "421 busy\r\n"}})
			}
		}
		srv := w.host("203.0.113.4:25", nil)
		got, err = w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
		require.Len(t, srv.Messages(), 1)
	})
}

// TestHosts: no more hosts are tried than there may be.
func TestHosts(t *testing.T) {
	var zone strings.Builder
	for i := range 9 {
		zone.WriteString(fmt.Sprintf("example.org MX %d h%d.example.org\nh%d.example.org A 203.0.113.%d\n", i, i, i, i+1))
	}
	in(t, zone.String(), func(t *testing.T, w *world) {
		for want := range 2 {
			_, err := w.deliver(delivery("x"))
			require.Error(t, err)
			require.Len(t, w.asked(), 5, "round %d", want) // the second time all five are silent, and come last
		}
	})
}

// TestSilentHosts: those that come last for their silence count too.
func TestSilentHosts(t *testing.T) {
	in(t, twoHosts+"example.org MX 30 c.example.org\nc.example.org A 203.0.113.5", func(t *testing.T, w *world) {
		w.Relay.Hosts = 2
		_, err := w.deliver(delivery("x"))
		require.Error(t, err)
		require.Equal(t, []string{"203.0.113.1:25", "203.0.113.3:25"}, w.asked())
		wait(30 * time.Second)
		w.fault("203.0.113.3:25", smtptest.Fault{Say: map[string]string{"": "421 busy\r\n"}})
		w.Relay.Hosts = 3
		_, err = w.deliver(delivery("x"))
		require.Error(t, err)
		require.Equal(t, []string{"203.0.113.5:25", "203.0.113.1:25", "203.0.113.3:25"}, w.asked())
		w.Relay.Hosts = 1 // b has answered since, and a and c have not
		_, err = w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"203.0.113.3:25"}, w.asked())
	})
}

// TestSulk: what did not answer is tried after the rest for a while.
func TestSulk(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.host("203.0.113.3:25", nil)
		w.Pool.Idle = time.Second
		for _, tt := range []struct {
			after time.Duration
			want  []string
		}{
			{0, []string{"203.0.113.1:25", "203.0.113.3:25"}},
			{30 * time.Second, []string{"203.0.113.3:25"}},
			{40 * time.Second, []string{"203.0.113.1:25", "203.0.113.3:25"}},
		} {
			wait(tt.after)
			_, err := w.deliver(delivery("x"))
			require.NoError(t, err)
			require.Equal(t, tt.want, w.asked())
		}
	})
}

// TestTurnedAway: 5xx before the message was spoken of fails the mail only if no host says otherwise.
func TestTurnedAway(t *testing.T) {
	away := smtptest.Fault{Say: map[string]string{"": "554 5.7.1 no\r\n"}}
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.fault("203.0.113.1:25", away)
		w.fault("203.0.113.3:25", away)
		got, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"554 by b.example.org"}, got)
	})
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.fault("203.0.113.1:25", away)
		w.host("203.0.113.3:25", nil).On("RCPT", smtptest.Answer{Reply: smtp.R(450, smtp.Enhanced{}, "later")})
		got, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"450 by b.example.org"}, got)
	})
}

// TestEnd: the end of ctx in each phase is no verdict, and nobody's fault.
func TestEnd(t *testing.T) {
	wait := smtptest.Answer{Delay: time.Hour}
	slow := func(verb string) func(*world) {
		return func(w *world) { w.host("203.0.113.1:25", nil).On(verb, wait) }
	}
	for name, setup := range map[string]func(*world){
		"connect":  func(w *world) { w.at["203.0.113.1:25"] = nowhere; w.Options.Timeouts.Connect = -1 },
		"greeting": func(w *world) { w.at["203.0.113.1:25"] = hole },
		"EHLO":     slow("EHLO"), "MAIL": slow("MAIL"), "RCPT": slow("RCPT"), "DATA": slow("DATA"),
	} {
		t.Run(name, func(t *testing.T) {
			in(t, twoHosts, func(t *testing.T, w *world) {
				setup(w)
				w.Options.Ignore = []string{"CHUNKING"}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				got, err := w.deliverWithin(ctx, delivery("x", "y"))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, []string{"0", "0"}, got)
				require.Equal(t, time.Minute, time.Since(began))
				require.Len(t, w.asked(), 1)
			})
		})
	}
	in(t, twoHosts, func(t *testing.T, w *world) { // what is known stays known
		w.host("203.0.113.1:25", nil).On(smtptest.EndOfMessage, wait)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		got, err := w.deliverWithin(ctx, delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"451 4.4.2 ambiguous by a.example.org"}, got)
	})
	in(t, "example.org MX 10 a.example.org", func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got, err := w.deliverWithin(ctx, delivery("x"))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []string{"0"}, got)
	})
	in(t, twoHosts, func(t *testing.T, w *world) { // the Relay was closed
		require.NoError(t, w.Close())
		got, err := w.deliver(delivery("x"))
		require.ErrorIs(t, err, smtp.ErrPoolClosed)
		require.Equal(t, []string{"0"}, got)
	})
}

// TestDomains: recipients of several domains go to the hosts of each, and one domain that is down does not make all of
// them so.
func TestDomains(t *testing.T) {
	in(t, twoHosts+"other.example A 203.0.113.9\n", func(t *testing.T, w *world) {
		srv := w.host("203.0.113.9:25", nil)
		got, err := w.deliver(delivery("x", "y@other.example", "z@EXAMPLE.org"))
		require.Equal(t, []string{"203.0.113.1:25", "203.0.113.3:25", "203.0.113.9:25"}, w.asked(), "one round for both spellings")
		require.Error(t, err)
		require.Equal(t, []string{"451 4.4.1", "250 2.0.0 by other.example relayed", "451 4.4.1"}, got)
		require.Len(t, srv.Messages(), 1)
		got, err = w.deliver(delivery())
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// TestRelayed: a host with DSN reports success itself.
func TestRelayed(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"DSN"}})
		got, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org"}, got)
	})
}

// TestLacking: a host that lacks what the message needs is no verdict while there are others.
func TestLacking(t *testing.T) {
	big := func(d *queue.Delivery) { d.Body = smtp.BodyFromBytes(make([]byte, 2000)) }
	eight := func(d *queue.Delivery) { d.Body = smtp.BodyFromBytes([]byte("Subject: é\r\n\r\n")) }
	utf8 := func(d *queue.Delivery) { d.Message.From.UTF8 = true }
	by := func(d *queue.Delivery) {
		d.Message.From.DeliverBy = smtp.DeliverBy{Mode: smtp.DeliverByReturn, In: time.Hour}
	}
	address := func(d *queue.Delivery) { d.To[0].Path.Local = "é" }
	for name, tt := range map[string]struct {
		need  func(*queue.Delivery)
		offer string
		want  string
	}{
		"SIZE":      {big, "SIZE 1000", "552 5.3.4"},
		"8BITMIME":  {eight, "X", "554 5.6.3"},
		"SMTPUTF8":  {utf8, "X", "554 5.6.9"},
		"address":   {address, "X", "554 5.6.7"},
		"DELIVERBY": {by, "X", "554 5.4.7"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, twoHosts, func(t *testing.T, w *world) {
				w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{tt.offer}})
				d := delivery("x")
				tt.need(d)
				got, _ := w.deliver(d)
				require.Equal(t, []string{tt.want}, got)
				if name == "SIZE" {
					d.Body = smtp.BodyFromBytes([]byte(text)) // or it would be flawed
				}
				w.fault("203.0.113.3:25", smtptest.Fault{Extensions: []string{"SIZE", "8BITMIME", "SMTPUTF8", "DELIVERBY", "DSN"}})
				got, err := w.deliver(d)
				require.NoError(t, err)
				if name != "SIZE" {
					require.Equal(t, []string{"250 2.0.0 by b.example.org"}, got)
				}
			})
		})
	}
}

// TestBadAddress: what cannot be sent at all is not tried at one host after the other.
func TestBadAddress(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.host("203.0.113.1:25", nil)
		w.host("203.0.113.3:25", nil)
		d := delivery("x")
		d.To[0].Path.Local = "x> NOTIFY=NEVER <y\r\n"
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"553 5.1.3"}, got)
		require.Equal(t, []string{"203.0.113.1:25"}, w.asked())
	})
}

// TestDeliverBy: the time that is left is told, and after it nobody gets the message.
func TestDeliverBy(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.at["203.0.113.1:25"] = nowhere // for 30 seconds
		srv := w.fault("203.0.113.3:25", smtptest.Fault{Extensions: []string{"DELIVERBY"}})
		d := delivery("x")
		d.Message.Arrived = d.Begun.Add(-10 * time.Second)
		d.Message.From.DeliverBy = smtp.DeliverBy{Mode: smtp.DeliverByReturn, In: 2 * time.Minute}
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
		require.Contains(t, srv.Heard(), "MAIL FROM:<s@sender.example> BY=80;R")

		d.Begun = time.Now().Add(time.Minute)
		d.Message.From.DeliverBy.In = d.Begun.Sub(d.Message.Arrived)
		got, err = w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"554 5.4.7"}, got)
		require.Len(t, slices.DeleteFunc(srv.Heard(), func(s string) bool { return s != smtptest.EndOfMessage }), 1)

		d.Message.From.DeliverBy.Mode = smtp.DeliverByNotify
		got, err = w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by b.example.org relayed"}, got)
	})
}

var errDisk = errors.New("disk")

// TestBody: a message that cannot be read is no host's fault; one that is flawed comes back.
func TestBody(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.host("203.0.113.1:25", nil)
		w.host("203.0.113.3:25", nil)
		d := delivery("x", "y")
		d.Body = smtp.BodyFromBytes([]byte("Subject: x\n\nbare\n"))
		got, err := w.deliver(d)
		require.ErrorContains(t, err, "CRLF")
		require.Equal(t, []string{"554 5.6.0", "554 5.6.0"}, got)
		d.Body = smtp.BodyFromReaderAt(failingAt{}, 10, smtp.Body7Bit)
		got, err = w.deliver(d)
		require.ErrorIs(t, err, errDisk)
		require.Equal(t, []string{"451 4.3.0", "451 4.3.0"}, got)
		require.Equal(t, []string{"203.0.113.1:25"}, w.asked())
	})
}

type failingAt struct{}

func (failingAt) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

// TestContentHook: what the hook says goes.
func TestContentHook(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		srv := w.host("203.0.113.1:25", nil)
		var body smtp.Body
		var failure error
		w.Content = func(context.Context, *queue.Delivery) (smtp.Body, error) { return body, failure }
		body = smtp.BodyFromBytes([]byte("Subject: other\r\n\r\n"))
		_, err := w.deliver(delivery("x"))
		require.NoError(t, err)
		require.Contains(t, string(srv.Messages()[0].Data), "Subject: other")

		failure = fmt.Errorf("wrapped: %w", smtp.R(250, smtp.Enhanced{2, 0, 0}, "dropped"))
		got, err := w.deliver(delivery("x", "y"))
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0", "250 2.0.0"}, got)

		failure = errDisk
		got, err = w.deliver(delivery("x"))
		require.ErrorIs(t, err, errDisk)
		require.Equal(t, []string{"0"}, got)
		require.Len(t, srv.Messages(), 1)
	})
}
