package office

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// What was sent by SMTP is read by POP3, octet for octet, behind the headers
// that final delivery adds (RFC 5321, 4.4).
func TestByteForByte(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	messages := []string{
		"Subject: one\r\n\r\nHello\r\n",
		"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n.",
		"Subject: 8-bit\r\n\r\nna\u00efve \xff\xfe\x80 \x1b\x7f\r\n",
		"Subject: no body\r\n",
		"",
		"Subject: long\r\n\r\n" + strings.Repeat("x", 60_000) + "\r\n",
		"Subject: large\r\n\r\n" + strings.Repeat("The quick brown fox.\r\n", 50_000),
	}
	messages[1] += "\r\n"
	for _, m := range messages {
		o.submit(t, `"a b"@client.example`, m, "alice@postoffice.test")
	}
	alice := o.DemoUsers()[0]
	got := o.read(t, alice)
	require.Len(t, got, len(messages))
	for i, m := range messages {
		header, ok := strings.CutSuffix(got[i], m)
		require.True(t, ok, "message %d: %.200q", i, got[i])
		require.Regexp(t, `^Return-Path: <"a b"@client\.example>\r\n`+
			`Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n`+
			`\tby postoffice\.test with ESMTP id [A-Z2-7]{26}\r\n`+
			`\tfor <alice@postoffice\.test>;\r\n`+
			`\t\w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}\r\n$`, header)
	}
	require.Equal(t, got, o.read(t, alice), "reading changes nothing")
}

// A report, from the null path, has an empty Return-Path.
func TestNullPath(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.submit(t, "", "Subject: report\r\n\r\n", "alice@postoffice.test")
	require.Regexp(t, "^Return-Path: <>\r\n", o.read(t, o.DemoUsers()[0])[0])
}

// inbox returns what the store has in a user's INBOX.
func (o *running) inbox(t *testing.T, name string) (metas []store.Meta) {
	t.Helper()
	account, err := o.store.Account(t.Context(), name)
	require.NoError(t, err)
	_, scan, err := o.store.Scan(t.Context(), account.Inbox, 0)
	require.NoError(t, err)
	for m, err := range scan {
		require.NoError(t, err)
		metas = append(metas, m)
	}
	return metas
}

// A message to several users is stored once. A user who is named twice gets it
// once.
func TestStoredOnce(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.submit(t, "c@client.example", "Subject: both\r\n\r\n", "alice@postoffice.test", "bob@postoffice.test", "ALICE@PostOffice.test")
	alice, bob := o.inbox(t, "alice"), o.inbox(t, "bob")
	require.Len(t, alice, 1)
	require.Len(t, bob, 1)
	require.Equal(t, alice[0].Blob, bob[0].Blob)
	require.NotContains(t, o.read(t, o.DemoUsers()[0])[0], "bob", "the other recipient is nobody's business")
}

// change changes a demo user's account.
func (o *running) change(t *testing.T, name string, c store.AccountChange) store.Account {
	t.Helper()
	account, err := o.store.Account(t.Context(), name)
	require.NoError(t, err)
	account, err = o.store.ChangeAccount(t.Context(), account.ID, c)
	require.NoError(t, err)
	return account
}

// Who gets mail, and what the others are told.
func TestRecipients(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "carol", Password: "eight xs", Addresses: []string{"carol@postoffice.test", "c@postoffice.test"}})
	require.NoError(t, err)
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<a@client.example> SMTPUTF8", "250")
	for _, tt := range []struct{ to, want string }{
		{"alice@postoffice.test", "250 2.1.5 "},
		{"Alice@POSTOFFICE.TEST", "250 2.1.5 "},
		{"c@postoffice.test", "250 2.1.5 "},
		{"postmaster@postoffice.test", "250 2.1.5 "},
		{"Postmaster", "250 2.1.5 "},
		{"nobody@postoffice.test", "550 5.1.1 "},
		{"alice+tag@postoffice.test", "550 5.1.1 "},
		{`"alice "@postoffice.test`, "550 5.1.1 "},
		{"gr\u00fc\u00dfe@postoffice.test", "550 5.1.1 "},
		{"bob@postoffice.test", "550 5.2.1 "},
		{"alice@elsewhere.example", "550 5.7.1 "},
		{"alice%elsewhere.example@postoffice.test", "550 5.1.1 "},
		{"alice@[127.0.0.1]", "550 5.7.1 "},
		{"alice@sub.postoffice.test", "550 5.7.1 "},
	} {
		c.want("RCPT TO:<"+tt.to+">", tt.want)
	}
	c.want("RSET", "250")
	c.quit()
	require.Empty(t, o.inbox(t, "alice"))
}

// A domain outside ASCII is local in both of its forms.
func TestInternationalDomain(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), Hostname: "postoffice.test", Domain: "xn--bcher-kva.test"})
	_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "carol", Password: "eight xs", Addresses: []string{"c@b\u00fccher.test"}})
	require.NoError(t, err)
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<a@client.example> SMTPUTF8", "250")
	for _, to := range []string{"alice@xn--bcher-kva.test", "alice@b\u00fccher.test", "alice@B\u00dcCHER.test", "c@b\u00fccher.test", "c@XN--bcher-kva.test"} {
		c.want("RCPT TO:<"+to+">", "250")
	}
	c.quit()
}

// A mailbox that is full takes no mail: by the size that the client declares,
// or else by the one that the message turns out to have.
func TestQuota(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	quota := store.Quota{NoReceive: 2000}
	o.change(t, "alice", store.AccountChange{Quota: &quota})
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")

	c.want("MAIL FROM:<a@client.example> SIZE=2001", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "552 5.2.2 ")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("RSET", "250")

	c.want("MAIL FROM:<a@client.example>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want(strings.Repeat("x", 2000)+"\r\n.", "552 5.2.2 ")
	require.Empty(t, o.inbox(t, "alice"))

	c.want("MAIL FROM:<a@client.example> SIZE=100", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want("small\r\n.", "250")
	quota.NoReceive = o.inbox(t, "alice")[0].Size
	o.change(t, "alice", store.AccountChange{Quota: &quota})
	c.want("MAIL FROM:<a@client.example>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "552 5.2.2 ")
	c.quit()
}

// The way out is for those who have logged in, and not for strangers.
func TestNoRelay(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	stranger := o.dial(t, "smtp")
	stranger.want("EHLO client.example", "250 ")
	stranger.want("MAIL FROM:<alice@postoffice.test>", "250")
	stranger.want("RCPT TO:<a@elsewhere.example>", "550 5.7.1 relaying denied")
	stranger.quit()

	for _, service := range []string{"smtps", "submissions"} {
		user := o.dial(t, service)
		user.want("EHLO client.example", "250 ")
		user.want(plain("alice", o.DemoUsers()[0].Password), "235")
		user.want("MAIL FROM:<alice@postoffice.test>", "250")
		user.want("RCPT TO:<a@elsewhere.example>", "250")
		user.want("RCPT TO:<bob@postoffice.test>", "250")
		user.quit()
	}
}

// Submission wants a login first (RFC 6409, 4.3), and that wants TLS.
func TestSubmission(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice := o.DemoUsers()[0]
	clear := o.dial(t, "submission")
	clear.want("EHLO client.example", "250 ")
	clear.want("MAIL FROM:<alice@postoffice.test>", "530 5.7.0 ")
	clear.want(plain(alice.Name, alice.Password), "538 5.7.11 ")
	clear.quit()

	c := o.dial(t, "submissions")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<alice@postoffice.test>", "530 5.7.0 ")
	c.want(plain(alice.Name, alice.Password), "235 2.7.0 ")
	c.want("MAIL FROM:<alice@postoffice.test>", "250")
	c.want("RCPT TO:<bob@postoffice.test>", "250")
	c.want("DATA", "354")
	c.want("Subject: submitted\r\n\r\nHello\r\n.", "250 2.0.0 delivered")
	c.quit()
	messages := o.read(t, o.DemoUsers()[1])
	require.Len(t, messages, 1)
	require.Regexp(t, `(?s)^Return-Path: <alice@postoffice\.test>\r\nReceived: from client\.example \(\[127\.0\.0\.1\]\)\r\n`+
		`\t\(using TLS 1\.3 with \w+\)\r\n\tby postoffice\.test with ESMTPSA id [A-Z2-7]{26}\r\n`, messages[0])
}

// With InsecureAuth a login goes without TLS.
func TestInsecureAuth(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir(), InsecureAuth: true})
	alice := o.DemoUsers()[0]
	c := o.dial(t, "submission")
	c.want("EHLO client.example", "250 ")
	c.want(plain(alice.Name, alice.Password), "235")
	c.quit()
	p := o.dial(t, "pop3")
	p.want("USER alice", "+OK")
	p.want("PASS "+alice.Password, "+OK")
	p.quit()
}

// A message of which only a part came, or with line ends that hide another, is
// not there.
func TestNotDelivered(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	for i, body := range []string{
		"Subject: cut\r\n\r\nhalf",
		"Subject: bare LF\n.\nMAIL FROM:<evil@client.example>\r\nRCPT TO:<alice@postoffice.test>\r\nDATA\r\nsmuggled\r\n.\r\n",
		"Subject: bare CR\r.\r\r\n.\r\n",
		"Subject: NUL\x00\r\n.\r\n",
	} {
		c := o.dial(t, "smtp")
		c.want("EHLO client.example", "250 ")
		c.want("MAIL FROM:<a@client.example>", "250")
		c.want("RCPT TO:<alice@postoffice.test>", "250")
		c.want("DATA", "354")
		c.send(body)
		if i > 0 {
			require.Regexp(t, "^554 ", c.line(), "%q", body)
		}
		c.hangUp()
	}
	require.NoError(t, o.stop())
	again := start(t, Config{Dir: o.config.Dir})
	require.Empty(t, again.inbox(t, "alice"))
}

// Messages that come at once are all there.
func TestManySenders(t *testing.T) {
	const senders, each = 8, 5
	o := start(t, Config{Dir: t.TempDir()})
	t.Run("send", func(t *testing.T) {
		for i := range senders {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				for j := range each {
					o.submit(t, "a@client.example", fmt.Sprintf("Subject: %d-%d\r\n\r\n", i, j), "alice@postoffice.test")
				}
			})
		}
	})
	all := strings.Join(o.read(t, o.DemoUsers()[0]), "")
	for i := range senders {
		for j := range each {
			require.Equal(t, 1, strings.Count(all, fmt.Sprintf("Subject: %d-%d\r\n", i, j)))
		}
	}
}
