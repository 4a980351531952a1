package smtptest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

var later = smtp.R(451, smtp.Enhanced{4, 7, 1}, "greylisted, come back later")

// scripted runs a test with a server in memory and a connection to it.
func scripted(t *testing.T, f func(*testing.T, *smtptest.Server, net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		srv := smtptest.NewUnstartedServer(t)
		srv.StartInMemory()
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		f(t, srv, nc)
	})
}

// Answers are given in turn, each as often as it says, and then the server does
// as it would.
func TestAnswersInTurn(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		srv.On("RCPT", smtptest.Answer{Reply: later, Times: 2})
		srv.On("RCPT", smtptest.Answer{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user"), Times: 1})
		const rcpt = "RCPT TO:<a@b.example>"
		replies := say(t, nc, "EHLO client.example", "MAIL FROM:<>", rcpt, rcpt, rcpt, rcpt, "DATA", "Subject: hi\r\n\r\n.")
		require.Equal(t, later.Error(), replies[3])
		require.Equal(t, later.Error(), replies[4])
		require.Equal(t, "550 5.1.1 no such user", replies[5])
		require.Contains(t, replies[6], "250 2.1.5")
		require.Len(t, srv.Messages(), 1)
		require.Len(t, srv.Messages()[0].Envelope.To, 1, "a refused recipient is none")

		var verbs []string
		for _, r := range srv.Records() {
			verbs = append(verbs, fmt.Sprint(r.Verb, " ", r.Reply.Code))
		}
		require.Equal(t, []string{"EHLO 250", "MAIL 250", "RCPT 451", "RCPT 451", "RCPT 550", "RCPT 250", "DATA 250"}, verbs)
		require.Equal(t, "TO:<a@b.example>", srv.Records()[2].Args)
		require.Equal(t, "client.example", srv.Records()[2].Hello)
	})
}

// An Answer without Times is for good.
func TestAnswerForGood(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		srv.On("MAIL", smtptest.Answer{Reply: later})
		replies := say(t, nc, "EHLO client.example", "MAIL FROM:<>", "MAIL FROM:<>", "MAIL FROM:<>")
		require.Equal(t, []string{later.Error(), later.Error(), later.Error()}, replies[2:])
	})
}

// A Delay is as long as it says, with or without a Reply.
func TestAnswerDelay(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		srv.On("NOOP", smtptest.Answer{Delay: time.Minute, Times: 1})
		srv.On("NOOP", smtptest.Answer{Delay: time.Hour, Reply: later, Times: 1})
		began := time.Now()
		replies := say(t, nc, "NOOP", "NOOP", "NOOP")
		require.Equal(t, time.Hour+time.Minute, time.Since(began))
		require.Equal(t, []string{"250 2.0.0 ok", later.Error(), "250 2.0.0 ok"}, replies[1:])
		require.Equal(t, began.Add(time.Minute), srv.Records()[0].At)
	})
}

// The end of a message can be refused, which keeps none, or be silence, which
// keeps one that the client will send again.
func TestAnswerAtTheEnd(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		srv.On(smtptest.EndOfMessage, smtptest.Answer{Reply: later, Times: 1})
		srv.On(smtptest.EndOfMessage, smtptest.Answer{Reply: smtp.R(250, smtp.Enhanced{2, 6, 0}, "queued"), Delay: time.Minute, Times: 1})
		srv.On(smtptest.EndOfMessage, smtptest.Answer{HangUp: true, Times: 1})
		began := time.Now()
		replies := say(
			t, nc, "EHLO client.example", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA", "one\r\n.",
			"MAIL FROM:<>", "RCPT TO:<a@b.example>", "BDAT 5\r\ntwo", "BDAT 0 LAST",
			"MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA",
		)
		require.Equal(t, later.Error(), replies[5])
		require.Equal(t, "250 2.6.0 queued", replies[9])
		require.Equal(t, time.Minute, time.Since(began))
		_, err := io.WriteString(nc, "three\r\n.\r\n")
		require.NoError(t, err)
		rest, err := io.ReadAll(nc)
		require.NoError(t, err)
		require.Empty(t, rest)
		require.Len(t, srv.Messages(), 2)
		require.Equal(t, "three\r\n", string(srv.Messages()[1].Data))
	})
}

// HangUp with a Reply gives that first; without one nothing is said.
func TestAnswerHangUp(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		srv.On("NOOP", smtptest.Answer{Reply: later, HangUp: true, Times: 1})
		srv.On("NOOP", smtptest.Answer{HangUp: true, Times: 1})
		for _, want := range []string{later.Error() + "\r\n", ""} {
			r := bufio.NewReader(nc)
			_, err := r.ReadString('\n')
			require.NoError(t, err)
			_, err = io.WriteString(nc, "NOOP\r\n")
			require.NoError(t, err)
			rest, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, want, string(rest))
			nc, err = srv.Dial(t.Context())
			require.NoError(t, err)
		}
	})
}

// The server's end cuts a Delay short, and what AUTH says is not recorded.
func TestAnswerCut(t *testing.T) {
	scripted(t, func(t *testing.T, srv *smtptest.Server, nc net.Conn) {
		say(t, nc, "EHLO client.example", "AUTH PLAIN AGFsaWNlAHNlY3JldA==")
		require.Equal(t, "AUTH", srv.Records()[1].Verb)
		require.Empty(t, srv.Records()[1].Args)

		srv.On("NOOP", smtptest.Answer{Delay: 1000 * time.Hour})
		_, err := io.WriteString(nc, "NOOP\r\n")
		require.NoError(t, err)
		synctest.Wait()
		began := time.Now()
		require.NoError(t, srv.Config.Close())
		_, _ = io.ReadAll(nc) // cut, in whatever way
		require.Zero(t, time.Since(began))
	})
}

// On fails the test for a verb that cannot be answered.
func TestOnFails(t *testing.T) {
	if name := os.Getenv(failing); name != "" {
		smtptest.NewUnstartedServer(t).On(name, smtptest.Answer{})
		return
	}
	for _, verb := range []string{"BDAT", "XYZZY", "mail"} {
		require.Contains(t, rerun(t, verb), "is no verb that can be answered")
	}
}
