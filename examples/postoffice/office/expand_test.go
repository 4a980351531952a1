package office

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// addUsers makes users whose address is their name.
func (o *running) addUsers(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: name, Password: "eight xs"})
		require.NoError(t, err)
	}
}

func (o *running) setList(t *testing.T, l manage.MailList) {
	t.Helper()
	l.Force = true
	require.NoError(t, o.Lists().Set(t.Context(), l))
}

// post sends a message that the queue is to have.
func (o *running) post(t *testing.T, from, message string, to ...string) {
	t.Helper()
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<"+from+">", "250")
	for _, r := range to {
		c.want("RCPT TO:<"+r+">", "250")
	}
	c.want("DATA", "354")
	c.want(message+".", "250 2.0.0 queued")
	c.quit()
}

// settled waits until nothing is in the queue.
func (o *running) settled(t *testing.T) {
	t.Helper()
	until(t, func() bool {
		for _, err := range o.queue.Items(t.Context(), queue.Filter{}) {
			require.NoError(t, err)
			return false
		}
		return true
	})
}

// Everybody on a list gets the message once, from the list's owner, whatever lists are within it and how they turn back.
func TestListInside(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.addUsers(t, "carol", "dave")
	o.setList(t, manage.MailList{Address: "all", Members: []string{"staff", "alice", "boss"}, Owner: "dave"})
	o.setList(t, manage.MailList{Address: "staff", Members: []string{"alice", "bob", "all", "bob@POSTOFFICE.test"}})
	o.setList(t, manage.MailList{Address: "boss", Members: []string{"carol"}, Alias: true})
	o.post(t, "c@client.example", "Subject: all\r\n\r\nHello\r\n", "ALL@postoffice.test")
	o.settled(t)
	for _, name := range []string{"alice", "bob", "carol"} {
		metas := o.inbox(t, name)
		require.Len(t, metas, 1, name)
		require.Equal(t, o.inbox(t, "alice")[0].Blob, metas[0].Blob, "it is stored once")
	}
	require.Empty(t, o.inbox(t, "dave"))
	text := o.text(t, "carol", 0)
	require.Regexp(t, `^Return-Path: <dave@postoffice\.test>\r\nReceived: `, text)
	require.True(t, strings.HasSuffix(text, "\r\nSubject: all\r\n\r\nHello\r\n"))
	require.NotContains(t, text, "Delivered-To")
	require.NotContains(t, text, "Resent")

	o.post(t, "c@client.example", "Subject: boss\r\n\r\n", "boss@postoffice.test")
	o.settled(t)
	require.Regexp(t, `^Return-Path: <c@client\.example>\r\n`, o.text(t, "carol", 1))
}

// text is a message in a user's INBOX.
func (o *running) text(t *testing.T, name string, n int) string {
	t.Helper()
	account, err := o.store.Account(t.Context(), name)
	require.NoError(t, err)
	body, err := o.store.Open(t.Context(), account.Inbox, o.inbox(t, name)[n].UID)
	require.NoError(t, err)
	defer body.Close()
	b := make([]byte, body.Size())
	_, err = body.ReadAt(b, 0)
	require.NoError(t, err)
	return string(b)
}

// Who is named himself and is on the list, too, gets the message once: from the sender.
func TestListAndMember(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.setList(t, manage.MailList{Address: "all", Members: []string{"alice", "bob"}, Owner: "bob"})
	o.post(t, "c@client.example", "Subject: x\r\n\r\n", "all@postoffice.test", "alice@postoffice.test")
	o.settled(t)
	require.Len(t, o.inbox(t, "alice"), 1)
	require.Len(t, o.inbox(t, "bob"), 1)
	require.Regexp(t, `^Return-Path: <c@client\.example>`, o.text(t, "alice", 0))
	require.Regexp(t, `^Return-Path: <bob@postoffice\.test>`, o.text(t, "bob", 0))
}

// Members elsewhere get it through the queue: from the owner of a list, from the sender of an alias. Who is named himself
// too gets it once.
func TestListElsewhere(t *testing.T) {
	far := smtptest.NewServer(t)
	o := start(t, Config{Dir: t.TempDir(), Relaying: Relaying{SmartHosts: []string{far.Addr}, Private: true}})
	o.setList(t, manage.MailList{Address: "all", Members: []string{"alice", "x@elsewhere.example", "y@elsewhere.example", "gone"}, Owner: "bob"})
	o.setList(t, manage.MailList{Address: "out", Members: []string{"z@elsewhere.example"}, Alias: true})
	alice := o.DemoUsers()[0]
	c := o.dial(t, "submissions")
	c.want("EHLO client.example", "250 ")
	c.want(plain(alice.Name, alice.Password), "235")
	c.want("MAIL FROM:<alice@postoffice.test>", "250")
	for _, to := range []string{"all@postoffice.test", "out@postoffice.test", "y@elsewhere.example"} {
		c.want("RCPT TO:<"+to+">", "250")
	}
	c.want("DATA", "354")
	reply := c.want("Subject: far\r\n\r\nHello\r\n.", "250 2.0.0 queued as ")
	c.quit()
	id := reply[strings.LastIndex(reply, " ")+1:]
	o.settled(t)

	var got []string
	for _, m := range far.Messages() {
		for _, to := range m.Envelope.To {
			got = append(got, fmt.Sprintf("%s > %s", m.Envelope.From.Path, to.Path))
		}
	}
	slices.Sort(got)
	require.Equal(t, []string{
		"alice@postoffice.test > y@elsewhere.example",
		"alice@postoffice.test > z@elsewhere.example",
		"bob@postoffice.test > x@elsewhere.example",
	}, got)
	require.Len(t, o.inbox(t, "alice"), 1)
	require.Len(t, o.inbox(t, "bob"), 1, "a report about a member that there is not")
	require.Contains(t, o.text(t, "bob", 0), "gone@postoffice.test")

	// The tracking log has who it was that the list stood for.
	var log strings.Builder
	require.NoError(t, o.writePath(t, &log, id))
	for _, to := range []string{"alice@postoffice.test", "x@elsewhere.example", "z@elsewhere.example", "gone@postoffice.test"} {
		require.Regexp(t, `\tEXPAND\t.*\t`+to+`\t`, log.String())
	}
	require.NotRegexp(t, `\tEXPAND\t.*\ty@elsewhere`, log.String())
}

// sentFar is what waits for an address.
func (o *running) sentFar(t *testing.T, to string) (from smtp.MailParams, rcpt smtp.RcptParams) {
	t.Helper()
	for l, err := range o.queue.Items(t.Context(), queue.Filter{To: to}) {
		require.NoError(t, err)
		for _, r := range l.Item.To {
			if r.Path.String() == to {
				return l.Message.From, r.RcptParams
			}
		}
	}
	require.Fail(t, "nothing for "+to)
	return from, rcpt
}

// What the sender wants to hear goes on with what stands for one address, without the word of success with what stands for
// several, and ends at a list (RFC 3461, 5.2.7).
func TestListReports(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Connector: Connector{Routes: []queue.Connector{
		{Name: "far", Spaces: to("far.example"), Next: []string{"far.example"}, Options: queue.RouteOptions{Park: true}},
	}}})
	alice := o.DemoUsers()[0]
	o.setList(t, manage.MailList{Address: "single", Members: []string{"one@far.example"}, Alias: true})
	o.setList(t, manage.MailList{Address: "several", Members: []string{"two@far.example", "three@far.example"}})
	o.setList(t, manage.MailList{Address: "list", Members: []string{"four@far.example"}, Owner: "bob"})
	o.setList(t, manage.MailList{Address: "nobody", Members: []string{"five@far.example", "six@far.example"}})
	c := o.dial(t, "submissions")
	c.want("EHLO client.example", "250 ")
	c.want(plain(alice.Name, alice.Password), "235")
	c.want("MAIL FROM:<alice@postoffice.test> ENVID=mine RET=HDRS", "250")
	c.want("RCPT TO:<single@postoffice.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;old@elsewhere.example", "250")
	c.want("RCPT TO:<several@postoffice.test> NOTIFY=SUCCESS,FAILURE", "250")
	c.want("RCPT TO:<list@postoffice.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;list@postoffice.test", "250")
	c.want("RCPT TO:<nobody@postoffice.test> NOTIFY=DELAY", "250")
	c.want("DATA", "354")
	c.want("Subject: far\r\n\r\nHello\r\n.", "250 2.0.0 queued as ")
	c.quit()
	until(t, func() bool { return len(o.inbox(t, "alice")) == 1 })

	sender := smtp.Path{Local: "alice", Domain: "postoffice.test"}
	for to, want := range map[string]smtp.RcptParams{
		"one":   {Notify: smtp.NotifySuccess | smtp.NotifyFailure, Original: smtp.OriginalAddress{Type: "rfc822", Address: "old@elsewhere.example"}},
		"two":   {Notify: smtp.NotifyFailure, Original: smtp.OriginalAddress{Type: "rfc822", Address: "several@postoffice.test"}},
		"three": {Notify: smtp.NotifyFailure, Original: smtp.OriginalAddress{Type: "rfc822", Address: "several@postoffice.test"}},
		"six":   {Notify: smtp.NotifyDelay, Original: smtp.OriginalAddress{Type: "rfc822", Address: "nobody@postoffice.test"}},
	} {
		from, rcpt := o.sentFar(t, to+"@far.example")
		require.Equal(t, []any{sender, "mine", smtp.ReturnHeaders}, []any{from.Path, from.EnvelopeID, from.Return})
		rcpt.Path = smtp.Path{}
		require.Equal(t, want, rcpt, to)
	}
	from, rcpt := o.sentFar(t, "four@far.example")
	require.Equal(t, []any{"bob@postoffice.test", "", smtp.ReturnDefault}, []any{from.Path.String(), from.EnvelopeID, from.Return})
	require.Equal(t, smtp.RcptParams{Path: rcpt.Path}, rcpt)

	var told []string
	for i := range o.inbox(t, "alice") {
		text := o.text(t, "alice", i)
		for _, r := range strings.Split(text, "Final-Recipient: ")[1:] {
			who, rest, _ := strings.Cut(r, "\r\n")
			_, action, _ := strings.Cut(rest, "Action: ")
			action, _, _ = strings.Cut(action, "\r\n")
			told = append(told, who+" "+action)
		}
	}
	slices.Sort(told)
	require.Equal(t, []string{
		"rfc822;list@postoffice.test delivered", "rfc822;several@postoffice.test expanded",
	}, told, "of the single one it is told who serves him")
}

// Who may write to a list, and what is refused before the message comes.
func TestListRefusals(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	o.setList(t, manage.MailList{Address: "closed", Members: []string{"alice"}, Senders: []string{"postoffice.test", "Boss@client.example"}})
	o.setList(t, manage.MailList{Address: "empty"})
	o.setList(t, manage.MailList{Address: "bobby", Members: []string{"bob"}, Alias: true})
	o.setList(t, manage.MailList{Address: "bo", Members: []string{"bobby"}, Alias: true})
	o.setList(t, manage.MailList{Address: "ring", Members: []string{"round"}, Alias: true})
	o.setList(t, manage.MailList{Address: "round", Members: []string{"ring"}, Alias: true})
	o.setList(t, manage.MailList{Address: "mixed", Members: []string{"bob", "alice"}, Alias: true})
	alice := o.DemoUsers()[0]
	for _, tt := range []struct {
		login          bool
		from, to, want string
	}{
		{false, "boss@client.example", "closed", "250"},
		{false, "x@client.example", "closed", "550 5.7.2 you may not write to this list"},
		{false, "", "closed", "550 5.7.2 you may not"},
		{false, "alice@postoffice.test", "closed", "550 5.7.2 log in to write to this list"},
		{true, "alice@postoffice.test", "closed", "250"},
		{false, "", "empty", "550 5.2.4 nobody is on this list"},
		{false, "", "bobby", "550 5.2.1 mailbox disabled"},
		{false, "", "bo", "550 5.2.1 mailbox disabled"},
		{false, "", "ring", "550 5.2.4 "},
		{false, "", "mixed", "250"},
	} {
		c := o.dial(t, "smtps")
		c.want("EHLO client.example", "250 ")
		if tt.login {
			c.want(plain(alice.Name, alice.Password), "235")
		}
		c.want("MAIL FROM:<"+tt.from+">", "250")
		c.want("RCPT TO:<"+tt.to+"@postoffice.test>", tt.want)
		c.quit()
	}
}

// VRFY and EXPN answer those who have logged in, and say nothing of what is hidden.
func TestVerify(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Profile: &manage.Profile{Display: "Alice Poe"}}))
	o.setList(t, manage.MailList{Address: "all", Display: "Everybody", Members: []string{"x@elsewhere.example", "alice"}})
	o.setList(t, manage.MailList{Address: "secret", Members: []string{"alice"}, Hidden: true})
	stranger := o.dial(t, "smtps")
	stranger.want("EHLO client.example", "250 ")
	stranger.want("VRFY alice", "252 2.5.0")
	stranger.want("EXPN all", "252 2.5.0")
	stranger.quit()
	c := o.dial(t, "smtps")
	c.want("EHLO client.example", "250 ")
	c.want(plain("alice", o.DemoUsers()[0].Password), "235")
	c.want("VRFY alice", "250 2.1.5 Alice Poe <alice@postoffice.test>")
	c.want("VRFY <BOB@postoffice.test>", "250 2.1.5 <BOB@postoffice.test>")
	c.want("VRFY all", "250 2.1.5 Everybody <all@postoffice.test>")
	c.want("VRFY secret", "550 5.1.1")
	c.want("VRFY nobody", "550 5.1.1")
	c.want("VRFY x@elsewhere.example", "550 5.1.1")
	c.send("EXPN all\r\n")
	require.Equal(t, "250-2.1.5 <alice@postoffice.test>", c.line())
	require.Equal(t, "250 2.1.5 <x@elsewhere.example>", c.line())
	c.want("EXPN secret", "550 5.1.1")
	c.want("EXPN alice", "550 5.1.1")
	c.quit()
}

// What NOTIFY is behind an alias.
func TestAfterList(t *testing.T) {
	require.Equal(t, smtp.Notify(0), afterList(0))
	require.Equal(t, smtp.NotifyNever, afterList(smtp.NotifySuccess))
	require.Equal(t, smtp.NotifyNever, afterList(smtp.NotifyNever))
	require.Equal(t, smtp.NotifyFailure, afterList(smtp.NotifySuccess|smtp.NotifyFailure))
}

// Tags are within their bounds, and say who gets a message.
func TestDirectTags(t *testing.T) {
	var keys []string
	for i := range 1000 {
		keys = append(keys, fmt.Sprintf("user%d@elsewhere.example", i))
	}
	tags := directTags(keys)
	require.LessOrEqual(t, len(tags), 16)
	for name, value := range tags {
		require.LessOrEqual(t, len(name)+len(value), 256)
	}
	got := directly(tags)
	require.Len(t, got, 240)
	require.True(t, got[hashed(keys[0])])
	require.True(t, got[hashed(keys[239])])
	require.False(t, got[hashed(keys[240])])
	require.Empty(t, directly(map[string]string{"other": strings.Repeat("x", 50), "direct0": "short"}))
}

// TestListMembersExist: a member here is somebody, unless that is not wanted; who was one before does not matter.
func TestListMembersExist(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	lists := o.Lists()
	for _, alias := range []bool{false, true} {
		l := manage.MailList{Address: "all", Members: []string{"alice", "x@elsewhere.example", "postmaster"}, Alias: alias}
		require.NoError(t, lists.Set(t.Context(), l))
		l.Members = append(l.Members, "gone")
		require.ErrorContains(t, lists.Set(t.Context(), l), "nobody here has the address gone@postoffice.test")
		l.Force = true
		require.NoError(t, lists.Set(t.Context(), l))
		l.Force, l.Display = false, "Everybody"
		require.NoError(t, lists.Set(t.Context(), l))
		require.NoError(t, lists.Set(t.Context(), manage.MailList{Address: "some", Members: []string{"all"}}))
		require.NoError(t, lists.Remove(t.Context(), "all"))
	}
}
