//go:build interop

package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/mime"
)

// imapDovecotConf makes an IMAP server of Dovecot 2.3, with the plugins that
// Debian has.
const imapDovecotConf = `base_dir = $dir/run
state_dir = $dir/run
log_path = /dev/stderr
listen = 127.0.0.1
hostname = dovecot.example
protocols = imap
ssl = yes
ssl_cert = <$cert
ssl_key = <$cert
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %n
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_plugins = acl quota zlib
mail_attribute_dict = file:$dir/home/attributes
passdb {
  driver = passwd-file
  args = $dir/passwd
}
userdb {
  driver = passwd-file
  args = $dir/passwd
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \Sent
    auto = create
  }
}
protocol imap {
  mail_plugins = acl quota zlib imap_acl imap_quota imap_zlib
  imap_metadata = yes
}
plugin {
  acl = vfile
  quota = maildir:User quota
  quota_rule = *:storage=100M
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`

// startIMAPDovecot starts Dovecot as an IMAP server and returns its address. Its
// users are alice and bob, whose passwords are secret.
func startIMAPDovecot(t *testing.T, cert *certificate) string {
	t.Helper()
	program := find(t, "dovecot", "dovecot-imapd")
	_, err := os.Stat("/usr/lib/dovecot/imap")
	require.NoError(t, err, "install the Debian package dovecot-imapd")
	require.Zero(t, os.Geteuid(), "this Dovecot can only be started by root: run this test as root")
	version, err := run(t, program, "--version")
	require.NoError(t, err)
	if !strings.HasPrefix(version, "2.3.") {
		t.Skipf("the settings here are those of Dovecot 2.3, and this is %s", version)
	}
	dir := openDir(t)
	addr, home := freeAddr(t), filepath.Join(dir, "home")
	owner, err := user.Lookup("mail") // mail must not belong to root
	require.NoError(t, err)
	uid, err := strconv.Atoi(owner.Uid)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(home, 0o755))
	require.NoError(t, os.Chown(home, uid, 0))
	account := func(name string) string {
		return name + ":{PLAIN}secret:" + owner.Uid + ":" + owner.Gid + "::" + filepath.Join(home, name) + "::\n"
	}
	write(t, filepath.Join(dir, "passwd"), account("alice")+account("bob"))
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	conf := strings.NewReplacer("$dir", dir, "$cert", cert.file, "$port", port).Replace(imapDovecotConf)
	start(t, program, []string{"-F", "-c", write(t, filepath.Join(dir, "dovecot.conf"), conf)}, nil, addr)
	return addr
}

// imapLogin connects to Dovecot, with STARTTLS unless o says otherwise.
func imapLogin(t *testing.T, addr string, cert *certificate, o *imap4.Options) *imap4.Client {
	t.Helper()
	if o == nil {
		o = new(imap4.Options)
	}
	o.TLSConfig = &tls.Config{RootCAs: cert.roots}
	c, err := imap4.Dial(within(t), addr, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.Login(within(t), "alice", "secret"))
	return c
}

func imapMessage(n int) string {
	return fmt.Sprintf("From: Alice <alice@a.example>\r\nTo: bob@b.example\r\nSubject: number %d\r\n"+
		"Date: Mon, 2 Feb 2026 10:%02d:00 +0100\r\nMessage-ID: <%d@a.example>\r\n\r\nHello %d.\r\n", n, n%60, n, n)
}

func imapOutgoing(text string) imap4.Outgoing {
	return imap4.Outgoing{Body: strings.NewReader(text), Size: int64(len(text))}
}

// imapFetch collects what a Fetch yields, with its bodies.
func imapFetch(t *testing.T, c *imap4.Client, uids imap4.UIDSet, items *imap4.FetchItems) (all []*imap4.Fetched, bodies [][]string) {
	t.Helper()
	for m, err := range c.Fetch(within(t), uids, items) {
		require.NoError(t, err)
		var pieces []string
		for s := range m.Sections() {
			text, err := io.ReadAll(s)
			require.NoError(t, err)
			pieces = append(pieces, string(text))
		}
		all, bodies = append(all, m), append(bodies, pieces)
	}
	return all, bodies
}

func TestDovecotIMAPClient(t *testing.T) {
	cert := newCertificate(t)
	addr := startIMAPDovecot(t, cert)
	for _, test := range []struct {
		name string
		run  func(*testing.T, string, *certificate)
	}{
		{"login", imapTestLogin},
		{"mailboxes", imapTestMailboxes},
		{"messages", imapTestMessages},
		{"search", imapTestSearch},
		{"move", imapTestMove},
		{"sync", imapTestSync},
		{"idle", imapTestIdle},
		{"notify", imapTestNotify},
		{"compress", imapTestCompress},
		{"pipeline", imapTestPipeline},
		{"rights", imapTestRights},
		{"binary", imapTestBinary},
		{"big", imapTestBig},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, addr, cert) })
	}
}

func imapTestLogin(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	require.NotNil(t, c.TLS())
	id, err := c.ID(ctx, map[string]string{"name": "wirepost"})
	require.NoError(t, err)
	require.Equal(t, "Dovecot", id["name"])
	all, err := c.Capability(ctx)
	require.NoError(t, err)
	require.Contains(t, all, "QRESYNC")
	require.NoError(t, c.Logout(ctx))

	c, err = imap4.Dial(ctx, addr, &imap4.Options{TLS: imap4.TLSNone, PlaintextAuth: true})
	require.NoError(t, err)
	defer c.Close()
	err = c.Login(ctx, "alice", "wrong")
	r, is := errors.AsType[imap4.Reply](err)
	require.True(t, is, "%v", err)
	require.Equal(t, "AUTHENTICATIONFAILED", r.Code)
	require.NoError(t, c.Authenticate(ctx, sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{}), sasl.NewPlainClient("", "alice", "secret")))
	require.NoError(t, c.Noop(ctx))
}

func imapTestMailboxes(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	ns, err := c.Namespace(ctx)
	require.NoError(t, err)
	require.Equal(t, "/", ns.Personal[0].Separator)
	for _, name := range []string{"Entwürfe", "Entwürfe/日本語", "a&b", `quote"back\slash`} {
		require.NoError(t, c.Create(ctx, name), name)
		require.NoError(t, c.Subscribe(ctx, name), name)
		s, err := c.Status(ctx, name, 0)
		require.NoError(t, err, name)
		require.Equal(t, name, s.Name)
		require.NotZero(t, s.UIDValidity)
	}
	all, err := c.List(ctx, "*", &imap4.ListOptions{Status: imap4.ItemMessages | imap4.ItemUIDNext, MyRights: true})
	require.NoError(t, err)
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
		require.NotNil(t, one.Status, one.Name)
	}
	slices.Sort(names)
	require.Equal(t, []string{"Entwürfe", "Entwürfe/日本語", "INBOX", "Sent", "a&b", `quote"back\slash`}, names)
	all, err = c.List(ctx, "%", &imap4.ListOptions{Subscribed: true, RecursiveMatch: true})
	require.NoError(t, err)
	require.Len(t, all, 3)
	all, err = c.List(ctx, "*", &imap4.ListOptions{SpecialUse: true})
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.True(t, all[0].Has(`\sent`))
	require.NoError(t, c.Rename(ctx, "a&b", "c"))
	require.NoError(t, c.Unsubscribe(ctx, "a&b"))
	require.NoError(t, c.Delete(ctx, "c"))
	_, err = c.Select(ctx, "c", nil)
	r, is := errors.AsType[imap4.Reply](err)
	require.True(t, is)
	require.Equal(t, imap4.StatusNO, r.Status)
	_, err = c.Append(ctx, "c", imapOutgoing(imapMessage(1)))
	r, is = errors.AsType[imap4.Reply](err)
	require.True(t, is)
	require.Equal(t, "TRYCREATE", r.Code)
	s, err := c.Examine(ctx, "Entwürfe", nil)
	require.NoError(t, err)
	require.True(t, s.ReadOnly)
	require.NoError(t, c.Unselect(ctx))
	_, err = c.Enable(ctx, "UTF8=ACCEPT", "QRESYNC", "NONSENSE")
	require.NoError(t, err)
	require.NoError(t, c.Noop(ctx))
}

// imapFill makes a mailbox with n messages.
func imapFill(t *testing.T, c *imap4.Client, name string, n int) *imap4.OpenMailbox {
	t.Helper()
	ctx := within(t)
	require.NoError(t, c.Create(ctx, name))
	var msgs []imap4.Outgoing
	for i := range n {
		m := imapOutgoing(imapMessage(i + 1))
		m.Received = time.Date(2026, 2, 1+i%20, 1, 2, 3, 0, time.FixedZone("", -5400))
		if i%2 == 0 {
			m.Flags = imap4.Flags{System: imap4.Seen, Keywords: []string{"$Even"}}
		}
		msgs = append(msgs, m)
	}
	to, err := c.Append(ctx, name, msgs...)
	require.NoError(t, err)
	require.Len(t, to.UIDs, n)
	s, err := c.Select(ctx, name, &imap4.SelectOptions{CondStore: true})
	require.NoError(t, err)
	require.EqualValues(t, n, s.Messages)
	require.NotZero(t, s.ModSeq)
	return s
}

func imapTestMessages(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	imapFill(t, c, "messages", 10)
	items := &imap4.FetchItems{
		Flags: true, Envelope: true, Structure: true, Size: true, Received: true, Saved: true, IDs: true, Preview: true, ModSeq: true,
		Sections: []imap4.FetchSection{
			{},
			{Section: mime.Section{Specifier: mime.FieldsPart, Fields: []string{"Subject", "X-None"}}},
			{Section: mime.Section{Specifier: mime.TextPart}, Offset: 1, Count: 3},
			{Section: mime.Section{Path: []int{1}}},
			{Section: mime.Section{Path: []int{7}}},
		},
	}
	all, bodies := imapFetch(t, c, imap4.UIDSet{{First: 1, Last: 1<<32 - 1}}, items)
	require.Len(t, all, 10)
	for i, m := range all {
		text := imapMessage(i + 1)
		require.EqualValues(t, i+1, m.UID)
		require.EqualValues(t, len(text), m.Size)
		require.Equal(t, fmt.Sprintf("number %d", i+1), *m.Envelope.Subject)
		require.Equal(t, "alice", m.Envelope.From[0].Local)
		require.Equal(t, "text", m.Structure.Type)
		require.True(t, m.Received.Equal(time.Date(2026, 2, 1+i%20, 1, 2, 3, 0, time.FixedZone("", -5400))), "%v", m.Received)
		require.NotZero(t, m.ModSeq)
		require.Equal(t, i%2 == 0, m.Flags.System&imap4.Seen != 0)
		require.Contains(t, *m.Preview, "Hello")
		body := text[strings.Index(text, "\r\n\r\n")+4:]
		require.Contains(t, bodies[i], text)
		require.Contains(t, bodies[i], fmt.Sprintf("Subject: number %d\r\n\r\n", i+1))
		require.Contains(t, bodies[i], body[1:4])
		require.Contains(t, bodies[i], body)
	}
	// Left early, and not read at all.
	for _, err := range c.Fetch(ctx, imap4.UIDSet{{First: 1, Last: 10}}, items) {
		require.NoError(t, err)
		require.ErrorIs(t, c.Noop(ctx), imap4.ErrBusy)
		break
	}
	done, err := c.Store(ctx, imap4.UIDSet{{First: 1, Last: 3}}, imap4.AddFlags, imap4.Flags{System: imap4.Flagged, Keywords: []string{"New"}}, nil)
	require.NoError(t, err)
	require.Len(t, done.Changed, 3)
	require.NotZero(t, done.Changed[0].Flags.System&imap4.Flagged)
	old := all[4].ModSeq
	done, err = c.Store(ctx, imap4.UIDSet{{First: 1, Last: 5}}, imap4.RemoveFlags, imap4.Flags{System: imap4.Seen}, &imap4.StoreOptions{Silent: true, UnchangedSince: &old})
	require.NoError(t, err)
	require.Equal(t, imap4.UIDSet{{First: 1, Last: 3}}, done.Conflict)
	_, err = c.Store(ctx, imap4.UIDSet{{First: 2, Last: 3}}, imap4.AddFlags, imap4.Flags{System: imap4.Deleted}, nil)
	require.NoError(t, err)
	require.NoError(t, c.Expunge(ctx, imap4.UIDSet{{First: 3, Last: 3}}))
	require.EqualValues(t, 9, c.Selected().Messages)
	require.NoError(t, c.Expunge(ctx, nil))
	require.EqualValues(t, 8, c.Selected().Messages)
	to, err := c.Replace(ctx, 4, "messages", imapOutgoing(imapMessage(44)))
	require.NoError(t, err)
	require.Equal(t, []imap4.UID{11}, to.UIDs)
	require.NoError(t, c.CloseMailbox(ctx))
}

func imapTestSearch(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	imapFill(t, c, "search", 20)
	day := time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC)
	one := &imap4.Query{Key: imap4.HasFlag, Flag: `\Seen`}
	for name, test := range map[string]struct {
		q     *imap4.Query
		count int
	}{
		"all":     {nil, 20},
		"flag":    {one, 10},
		"not":     {&imap4.Query{Key: imap4.Not, Sub: []*imap4.Query{one}}, 10},
		"keyword": {&imap4.Query{Key: imap4.HasFlag, Flag: "$Even"}, 10},
		"or":      {&imap4.Query{Key: imap4.Or, Sub: []*imap4.Query{one, one, {Key: imap4.Larger, Size: 1 << 20}}}, 10},
		"and":     {&imap4.Query{Sub: []*imap4.Query{one, {Key: imap4.InSet, UIDs: imap4.UIDSet{{First: 1, Last: 4}}}}}, 2},
		"none":    {&imap4.Query{Key: imap4.Or}, 0},
		"no set":  {&imap4.Query{Key: imap4.InSet}, 0},
		"header":  {&imap4.Query{Key: imap4.HeaderText, Field: "Subject", Text: "number 1"}, 11},
		"text":    {&imap4.Query{Key: imap4.AnyText, Text: "Hello 7."}, 1},
		"utf-8":   {&imap4.Query{Key: imap4.BodyText, Text: "größer"}, 0},
		"since":   {&imap4.Query{Key: imap4.ReceivedSince, Date: day}, 11},
		"on":      {&imap4.Query{Key: imap4.ReceivedOn, Date: day}, 1},
		"sent":    {&imap4.Query{Key: imap4.SentBefore, Date: day}, 20},
		"younger": {&imap4.Query{Key: imap4.Younger, Size: 1}, 0},
		"smaller": {&imap4.Query{Key: imap4.Smaller, Size: 1}, 0},
		"modseq":  {&imap4.Query{Key: imap4.ModSince, Mod: 1}, 20},
	} {
		got, err := c.Search(ctx, test.q, nil)
		require.NoError(t, err, name)
		require.EqualValues(t, test.count, got.Count, name)
		require.Equal(t, test.count, got.UIDs.Len(), name)
	}
	got, err := c.Search(ctx, one, &imap4.SearchOptions{Min: true, Max: true, Count: true, Save: true})
	require.NoError(t, err)
	require.Equal(t, &imap4.Found{Min: 1, Max: 19, Count: 10}, got)
	all, _ := imapFetch(t, c, imap4.SavedResult(), &imap4.FetchItems{Flags: true})
	require.Len(t, all, 10)
	uids, err := c.Sort(ctx, []string{"REVERSE DATE", "SUBJECT"}, one)
	require.NoError(t, err)
	require.Equal(t, []imap4.UID{19, 17, 15, 13, 11, 9, 7, 5, 3, 1}, uids)
	_, err = c.Sort(ctx, []string{"DISPLAYFROM"}, &imap4.Query{Key: imap4.BodyText, Text: "größer"})
	require.NoError(t, err)
	threads, err := c.Thread(ctx, "REFERENCES", nil)
	require.NoError(t, err)
	require.Len(t, threads, 20)
	_, err = c.Thread(ctx, "NONSENSE", nil)
	require.ErrorIs(t, err, imap4.ErrUnsupported)
}

func imapTestMove(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	imapFill(t, c, "from", 10)
	require.NoError(t, c.Create(ctx, "to"))
	copied, err := c.Copy(ctx, imap4.UIDSet{{First: 2, Last: 3}, {First: 7, Last: 7}}, "to")
	require.NoError(t, err)
	require.Equal(t, []imap4.UID{2, 3, 7}, copied.From)
	require.Equal(t, []imap4.UID{1, 2, 3}, copied.To)
	copied, err = c.Move(ctx, imap4.UIDSet{{First: 4, Last: 5}}, "to")
	require.NoError(t, err)
	require.Equal(t, []imap4.UID{4, 5}, copied.From)
	require.Equal(t, []imap4.UID{4, 5}, copied.To)
	require.EqualValues(t, 8, c.Selected().Messages)
	// 500 and beyond is nobody, and not the last message either.
	_, err = c.Move(ctx, imap4.UIDSet{{First: 500, Last: 1<<32 - 1}}, "to")
	require.NoError(t, err)
	require.EqualValues(t, 8, c.Selected().Messages)
	_, err = c.Copy(ctx, imap4.UIDSet{{First: 1, Last: 1}}, "nowhere")
	require.Error(t, err)
}

// imapSync runs a Sync and counts what it yields.
func imapSync(t *testing.T, c *imap4.Client, name string, state *imap4.SyncState) (reset bool, added, changed int, gone imap4.UIDSet) {
	t.Helper()
	for ch, err := range c.Sync(within(t), name, state) {
		require.NoError(t, err)
		switch {
		case ch.Reset:
			reset = true
		case ch.Message == nil:
			gone = ch.Vanished
		case ch.New:
			added++
		default:
			changed++
		}
	}
	return reset, added, changed, gone
}

func imapTestSync(t *testing.T, addr string, cert *certificate) {
	for _, without := range [][]string{nil, {"QRESYNC"}, {"QRESYNC", "CONDSTORE"}} {
		ctx := within(t)
		name := fmt.Sprintf("sync%d", len(without))
		other := imapLogin(t, addr, cert, nil)
		imapFill(t, other, name, 10)
		c := imapLogin(t, addr, cert, &imap4.Options{Ignore: without})
		var state imap4.SyncState
		reset, added, changed, gone := imapSync(t, c, name, &state)
		require.Equal(t, []any{false, 10, 0, imap4.UIDSet(nil)}, []any{reset, added, changed, gone})
		require.Equal(t, imap4.UIDSet{{First: 1, Last: 10}}, state.UIDs)

		_, err := other.Store(ctx, imap4.UIDSet{{First: 3, Last: 4}}, imap4.AddFlags, imap4.Flags{System: imap4.Answered}, nil)
		require.NoError(t, err)
		_, err = other.Move(ctx, imap4.UIDSet{{First: 7, Last: 8}}, "Sent")
		require.NoError(t, err)
		_, err = other.Append(ctx, name, imapOutgoing(imapMessage(11)))
		require.NoError(t, err)
		reset, added, changed, gone = imapSync(t, c, name, &state)
		want := 2
		if len(without) == 2 {
			want = 8 // the flags of all
		}
		require.Equal(t, []any{false, 1, want, imap4.UIDSet{{First: 7, Last: 8}}}, []any{reset, added, changed, gone}, "%v", without)
		require.Equal(t, imap4.UIDSet{{First: 1, Last: 6}, {First: 9, Last: 11}}, state.UIDs)
		state.UIDValidity++
		reset, added, changed, gone = imapSync(t, c, name, &state)
		require.Equal(t, []any{true, 9, 0, imap4.UIDSet(nil)}, []any{reset, added, changed, gone})
		_, added, changed, gone = imapSync(t, c, name, &state)
		require.Zero(t, added)
		require.Nil(t, gone)
		if len(without) < 2 {
			require.Zero(t, changed)
		}
	}
}

func imapTestIdle(t *testing.T, addr string, cert *certificate) {
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	var news []imap4.Update
	c := imapLogin(t, addr, cert, &imap4.Options{Updates: func(u imap4.Update) {
		news = append(news, u)
		if u.Kind == imap4.UpdateExists && u.Number == 3 {
			cancel()
		}
	}})
	imapFill(t, c, "idle", 2)
	other := imapLogin(t, addr, cert, nil)
	_, err := other.Append(within(t), "idle", imapOutgoing(imapMessage(3)))
	require.NoError(t, err)
	require.NoError(t, c.Idle(ctx))
	require.NotEmpty(t, news)
	require.NoError(t, c.Noop(within(t)), "the conversation goes on")
	require.NoError(t, c.Idle(ctx), "of a context that has ended")
}

func imapTestNotify(t *testing.T, addr string, cert *certificate) {
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	kinds := map[imap4.UpdateKind]int{}
	c := imapLogin(t, addr, cert, &imap4.Options{Updates: func(u imap4.Update) {
		kinds[u.Kind]++
		if kinds[imap4.UpdateStatus] > 0 && kinds[imap4.UpdateMailbox] > 0 {
			cancel()
		}
	}})
	require.NoError(t, c.Notify(within(t), false, imap4.NotifyGroup{Filter: "personal", Events: []string{"MessageNew", "MessageExpunge", "MailboxName"}}))
	other := imapLogin(t, addr, cert, nil)
	imapFill(t, other, "notify", 2)
	require.NoError(t, c.Idle(ctx))
	require.NoError(t, c.Notify(within(t), false))
}

func imapTestCompress(t *testing.T, addr string, cert *certificate) {
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	c := imapLogin(t, addr, cert, &imap4.Options{Updates: func(u imap4.Update) {
		if u.Number == 31 {
			cancel()
		}
	}})
	require.NoError(t, c.Compress(ctx))
	require.Error(t, c.Compress(ctx))
	imapFill(t, c, "compress", 30)
	_, bodies := imapFetch(t, c, imap4.UIDSet{{First: 1, Last: 30}}, &imap4.FetchItems{Sections: []imap4.FetchSection{{}}})
	require.Len(t, bodies, 30)
	require.Equal(t, imapMessage(30), bodies[29][0])
	other := imapLogin(t, addr, cert, nil)
	_, err := other.Append(within(t), "compress", imapOutgoing(imapMessage(3)))
	require.NoError(t, err)
	require.NoError(t, c.Idle(ctx))
	require.NoError(t, c.Noop(within(t)))
	require.NoError(t, c.Logout(within(t)))
}

func imapTestPipeline(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	imapFill(t, c, "pipeline", 20)
	var fs []func(*imap4.Client) error
	counts := make([]uint32, 40)
	for i := range counts {
		fs = append(fs, func(c *imap4.Client) error {
			name := fmt.Sprintf("pipeline%d", i)
			if err := c.Create(ctx, name); err != nil {
				return err
			}
			if _, err := c.Copy(ctx, imap4.UIDSet{{First: 1, Last: imap4.UID(1 + i%10)}}, name); err != nil {
				return err
			}
			s, err := c.Status(ctx, name, imap4.ItemMessages)
			if err == nil {
				counts[i] = s.Messages
			}
			return err
		})
	}
	var texts []string
	fs = append(fs, func(c *imap4.Client) error {
		_, bodies := imapFetch(t, c, imap4.UIDSet{{First: 1, Last: 20}}, &imap4.FetchItems{Sections: []imap4.FetchSection{{}}})
		for _, b := range bodies {
			texts = append(texts, b...)
		}
		return nil
	}, func(c *imap4.Client) error {
		_, err := c.Append(ctx, "pipeline0", imapOutgoing(imapMessage(1)))
		return err
	})
	require.NoError(t, c.Pipeline(ctx, fs...))
	for i, n := range counts {
		if i > 0 { // something is added to the first one
			require.EqualValues(t, 1+i%10, n)
		}
	}
	require.Len(t, texts, 20)
	require.Equal(t, imapMessage(20), texts[19])
}

func imapTestRights(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	require.NoError(t, c.Create(ctx, "rights"))
	mine, err := c.MyRights(ctx, "rights")
	require.NoError(t, err)
	require.Contains(t, mine, "a")
	require.NoError(t, c.SetACL(ctx, "rights", imap4.ACLEntry{Identifier: "bob", Rights: "lr"}))
	list, err := c.GetACL(ctx, "rights")
	require.NoError(t, err)
	require.Contains(t, list, imap4.ACLEntry{Identifier: "bob", Rights: "lr"})
	_, optional, err := c.ListRights(ctx, "rights", "bob")
	require.NoError(t, err)
	require.NotEmpty(t, optional)
	require.NoError(t, c.DeleteACL(ctx, "rights", "bob"))

	roots, err := c.GetQuotaRoot(ctx, "INBOX")
	require.NoError(t, err)
	require.Len(t, roots, 1)
	require.EqualValues(t, 100<<10, roots[0].Resources[0].Limit)
	root, err := c.GetQuota(ctx, roots[0].Name)
	require.NoError(t, err)
	require.Equal(t, roots[0], *root)

	require.NoError(t, c.SetMetadata(ctx, "rights", []imap4.MetadataEntry{{Name: "/private/comment", Value: []byte("mine\r\nall mine")}}))
	entries, err := c.GetMetadata(ctx, "rights", []string{"/private/comment", "/shared/comment"}, &imap4.MetadataOptions{MaxSize: 1000})
	require.NoError(t, err)
	require.Contains(t, entries, imap4.MetadataEntry{Name: "/private/comment", Value: []byte("mine\r\nall mine")})
	entries, err = c.GetMetadata(ctx, "rights", []string{"/private"}, &imap4.MetadataOptions{Depth: -1})
	require.NoError(t, err)
	require.NotEmpty(t, entries)
}

func imapTestBinary(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	require.NoError(t, c.Create(ctx, "binary"))
	text := "From: a@a.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\na\x00b\r\n\x00"
	m := imapOutgoing(text)
	m.Binary = true
	_, err := c.Append(ctx, "binary", m)
	require.NoError(t, err)
	m = imapOutgoing(strings.Replace(text, "binary", "7bit", 1))
	m.Binary = false
	// It takes the whole of it to find out, and then the connection is of no use.
	_, err = imapLogin(t, addr, cert, nil).Append(ctx, "binary", m)
	require.ErrorIs(t, err, imap4.ErrUnsafe)

	_, err = c.Select(ctx, "binary", nil)
	require.NoError(t, err)
	all, bodies := imapFetch(t, c, imap4.UIDSet{{First: 1, Last: 1}}, &imap4.FetchItems{
		BinarySizes: [][]int{{1}},
		Sections:    []imap4.FetchSection{{Binary: true, Section: mime.Section{Path: []int{1}}}},
	})
	require.Equal(t, "a\x00b\r\n\x00", bodies[0][0])
	require.Equal(t, map[string]int64{"1": 6}, all[0].BinarySizes)
}

func imapTestBig(t *testing.T, addr string, cert *certificate) {
	ctx := within(t)
	c := imapLogin(t, addr, cert, nil)
	require.NoError(t, c.Create(ctx, "big"))
	line := strings.Repeat("x", 76) + "\r\n"
	text := imapMessage(1) + strings.Repeat(line, 20<<20/len(line))
	to, err := c.Append(ctx, "big", imapOutgoing(text))
	require.NoError(t, err)
	_, err = c.Select(ctx, "big", nil)
	require.NoError(t, err)
	for m, err := range c.Fetch(ctx, imap4.UIDSet{{First: to.UIDs[0], Last: to.UIDs[0]}}, &imap4.FetchItems{Size: true, Sections: []imap4.FetchSection{{}}}) {
		require.NoError(t, err)
		for s := range m.Sections() {
			got, err := io.ReadAll(s)
			require.NoError(t, err)
			require.True(t, string(got) == text)
		}
	}
}
