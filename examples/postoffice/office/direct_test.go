package office

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// limit lets a user receive so many octets.
func (o *running) limit(t *testing.T, name string, octets int64) {
	t.Helper()
	o.change(t, name, store.AccountChange{Quota: &store.Quota{NoReceive: octets}})
}

// Who has no room is known at RCPT if the size is; otherwise the others get the message, and the sender is told of him, by a
// server that was started again too.
func TestOneIsFull(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	o.addUsers(t, "carol", "dave")
	o.limit(t, "alice", 2000)
	require.NoError(t, o.Mail().SetMode(t.Context(), manage.In)) // the queue waits
	large := "Subject: large\r\nMessage-ID: <large@x>\r\n\r\n" + strings.Repeat("0123456789abcdef\r\n", 40_000)
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<carol@postoffice.test> SIZE=720100", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "552 5.2.2 mailbox full")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("RSET", "250")
	c.want("MAIL FROM:<carol@postoffice.test>", "250")
	for _, to := range []string{"alice", "bob", "dave"} {
		c.want("RCPT TO:<"+to+"@postoffice.test>", "250")
	}
	c.want("DATA", "354")
	c.want(large+".", "250 2.0.0 queued as ")
	c.quit()
	for _, who := range []string{"bob", "dave"} {
		require.Len(t, o.inbox(t, who), 1)
		require.True(t, strings.HasSuffix(o.text(t, who, 0), large), "in whole")
	}
	require.Empty(t, o.inbox(t, "carol"))
	require.NoError(t, o.stop())

	o = start(t, Config{Dir: dir})
	o.settled(t)
	require.Len(t, o.inbox(t, "carol"), 1)
	told := o.text(t, "carol", 0)
	require.Contains(t, told, "Final-Recipient: rfc822;alice@postoffice.test\r\n")
	require.Contains(t, told, "Status: 5.2.2\r\n")
	require.NotContains(t, told, "rfc822;bob@")
	require.Empty(t, o.inbox(t, "alice"))
	require.Len(t, o.inbox(t, "bob"), 1)

	path, err := o.Tracking().Path(t.Context(), "<large@x>")
	require.NoError(t, err)
	var kinds []string
	for _, e := range path {
		if e.Kind == queue.Delivered || e.Kind == queue.Failed {
			kinds = append(kinds, string(e.Kind)+" "+e.To[0].Path.Local)
		}
	}
	require.Equal(t, []string{"DELIVER bob", "DELIVER dave", "FAIL alice"}, kinds)
	list, err := o.Tracking().Search(t.Context(), manage.TrackQuery{Message: "large@x"}, 10)
	require.NoError(t, err)
	require.Len(t, list, 2, "what was delivered at once, and what was queued")
}

// If nobody has room the client hears so.
func TestAllAreFull(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.limit(t, "alice", 100)
	o.limit(t, "bob", 100)
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<a@client.example>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want(strings.Repeat("x", 500)+"\r\n.", "552 5.2.2 mailbox full")
	c.quit()
}

// LMTP has a reply for each: who has no room is refused, and nobody else.
func TestOneIsFullByLMTP(t *testing.T) {
	a := administer(t, listener("lmtp", "lmtp", func(v *config.Virtual) { v.TLSAddresses = nil }))
	a.limit(t, "alice", 300)
	c := a.greeted(t, "lmtp", `220 postoffice\.test LMTP`)
	c.want("LHLO client.example", "250 ")
	c.want("MAIL FROM:<carol@far.example>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want("Subject: 1\r\n\r\n"+strings.Repeat("x", 500)+"\r\n.", "552 5.2.2 mailbox full")
	require.Regexp(t, "^250 2.0.0 delivered", c.line())
	c.quit()
	require.Empty(t, a.inbox(t, "alice"))
	require.Len(t, a.inbox(t, "bob"), 1)
}

// What the queue delivers reaches all but those without room, and once though it is delivered again.
func TestOneIsFullInTheQueue(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.addUsers(t, "carol")
	o.limit(t, "alice", 100)
	env, err := smtp.NewEnvelope("x@far.example", "alice@postoffice.test", "bob@postoffice.test", "carol@postoffice.test")
	require.NoError(t, err)
	d := &queue.Delivery{
		Route:   queue.Route{Name: localRoute},
		Message: &queue.Message{ID: "m", From: env.From, Size: 1, Arrived: time.Now()}, // less than it is: only the store knows
		Body:    smtp.BodyFromBytes([]byte("Subject: x\r\n\r\n" + strings.Repeat("x", 200) + "\r\n")),
	}
	for i, to := range env.To {
		d.To = append(d.To, queue.Recipient{Index: i, RcptParams: to})
	}
	for range 2 { // as after a failure of the queue's
		results, err := o.dispatch.Deliver(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, mailboxFull, results[0].Reply)
		require.Equal(t, 250, results[1].Reply.Code)
		require.Equal(t, 250, results[2].Reply.Code)
		require.Len(t, o.inbox(t, "bob"), 1)
		require.Len(t, o.inbox(t, "carol"), 1)
	}
	require.Empty(t, o.inbox(t, "alice"))
}

// A spool has all of the message, as often as it is read, in memory and behind it.
func TestSpool(t *testing.T) {
	for _, size := range []int{0, 1, spoolMemory - 1, spoolMemory, spoolMemory + 1, 3 * spoolMemory} {
		octets := make([]byte, size)
		_, _ = rand.Read(octets)
		s, err := spooled(bytes.NewReader(octets))
		require.NoError(t, err)
		for range 2 {
			got, err := io.ReadAll(s.reader())
			require.NoError(t, err)
			require.True(t, bytes.Equal(octets, got))
		}
		s.close()
	}
	_, err := spooled(base64.NewDecoder(base64.StdEncoding, strings.NewReader("?")))
	require.Error(t, err, "what cannot be read is no message")
}
