package office

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
)

// trusting is a TLS configuration that trusts the office.
func (o *running) trusting(t *testing.T) *tls.Config {
	t.Helper()
	content, err := os.ReadFile(o.CertificateFile())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(content))
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// newsClient connects to the news server, as a user or as nobody.
func (o *running) newsClient(t *testing.T, u *DemoUser) *nntp.Client {
	t.Helper()
	options := &nntp.Options{TLSConfig: o.trusting(t), ServerName: "localhost"}
	if u != nil {
		options.Login = &auth.Credentials{Name: u.Name, Password: u.Password}
	}
	c, err := nntp.DialTLS(t.Context(), o.Addresses()["nntps"], options)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// imapClient logs in by IMAP.
func (o *running) imapClient(t *testing.T, u DemoUser) *imap4.Client {
	t.Helper()
	c, err := imap4.DialTLS(t.Context(), o.Addresses()["imaps"], &imap4.Options{TLSConfig: o.trusting(t), ServerName: "localhost"})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.Login(t.Context(), u.Name, u.Password))
	return c
}

// crlf is text with the ends of lines that protocols have.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// article reads an article by its identifier, or a number of the current group.
func article(t *testing.T, c *nntp.Client, ref nntp.Ref) string {
	t.Helper()
	r, err := c.Article(t.Context(), ref)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(text)
}

// messages reads all of a mailbox by IMAP.
func messages(t *testing.T, c *imap4.Client, name string) []string {
	t.Helper()
	_, err := c.Examine(t.Context(), name, nil)
	require.NoError(t, err)
	var all []string
	for f, err := range c.Fetch(t.Context(), imap4.UIDSet{{First: 1, Last: 1<<32 - 1}}, &imap4.FetchItems{Sections: []imap4.FetchSection{{}}}) {
		require.NoError(t, err)
		for s := range f.Sections() {
			text, err := io.ReadAll(s)
			require.NoError(t, err)
			all = append(all, string(text))
		}
	}
	return all
}

// What is posted by NNTP is read by IMAP, and the other way round.
func TestNewsAndMail(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	ctx := t.Context()

	poster := o.newsClient(t, &bob)
	require.NoError(t, poster.Post(ctx, strings.NewReader(crlf("From: bob@postoffice.test\nNewsgroups: local.test,local.general\n"+
		"Message-ID: <posted@example>\nSubject: by NNTP\n\nHello\n.\n"))))
	mail := o.imapClient(t, alice)
	for _, group := range []string{"local.test", "local.general"} {
		got := messages(t, mail, "Public Folders/"+group)
		require.Len(t, got, 1)
		require.Contains(t, got[0], "Subject: by NNTP\r\n")
		require.True(t, strings.HasSuffix(got[0], "\r\n\r\nHello\r\n.\r\n"))
	}

	for _, m := range []string{
		"From: alice@postoffice.test\nSubject: by IMAP\nMessage-ID: <appended@example>\nDate: Fri, 02 Jan 2026 03:04:05 +0000\n\nHello too\n",
		"Subject: no identifier\nXref: elsewhere local.test:99\n\nHello again\n",
	} {
		m = crlf(m)
		_, err := mail.Append(ctx, "Public Folders/local.test", imap4.Outgoing{Body: strings.NewReader(m), Size: int64(len(m))})
		require.NoError(t, err)
	}
	reader := o.newsClient(t, nil)
	require.Contains(t, article(t, reader, nntp.Ref{MessageID: "<appended@example>"}), "\r\n\r\nHello too\r\n")
	g, err := reader.Group(ctx, "local.test")
	require.NoError(t, err)
	require.Equal(t, []any{nntp.Number(1), nntp.Number(3), int64(3)}, []any{g.Low, g.High, g.Count})
	var entries []nntp.Entry
	for e, err := range reader.Over(ctx, nntp.Range{First: g.Low, Last: g.High}) {
		require.NoError(t, err)
		entries = append(entries, e)
	}
	var subjects []string
	for _, e := range entries {
		subjects = append(subjects, e.Overview.Subject)
		require.Equal(t, nntp.Place{Group: "local.test", Number: e.Number}, e.Places[0])
		text := article(t, reader, nntp.Ref{Number: e.Number})
		require.EqualValues(t, len(text), e.Overview.Bytes, "what overviews tell is what is sent")
		for _, name := range []string{"Path", "From", "Newsgroups", "Subject", "Message-ID", "Date", "Xref"} {
			require.Equal(t, 1, strings.Count("\r\n"+text, "\r\n"+name+": "), "%s in\n%s", name, text)
		}
		require.Equal(t, text, article(t, reader, nntp.Ref{MessageID: e.Overview.MessageID}))
	}
	require.Equal(t, []string{"by NNTP", "by IMAP", "no identifier"}, subjects)
	require.ErrorContains(t, poster.Post(ctx, strings.NewReader(crlf("From: bob@postoffice.test\nNewsgroups: local.test\n"+
		"Message-ID: <appended@example>\nSubject: again\n\nHello\n"))), "441", "IMAP brought it")

	// The administrator moves it to another group, and removes the posted one from there.
	_, err = mail.Select(ctx, "Public Folders/local.test", nil)
	require.NoError(t, err)
	_, err = mail.Move(ctx, imap4.NewUIDSet(2), "Public Folders/local.general")
	require.NoError(t, err)
	require.NoError(t, mail.Expunge(ctx, imap4.NewUIDSet(1))) // it is not marked: nothing goes
	_, err = mail.Store(ctx, imap4.NewUIDSet(1), imap4.AddFlags, imap4.Flags{System: imap4.Deleted}, nil)
	require.NoError(t, err)
	require.NoError(t, mail.Expunge(ctx, imap4.NewUIDSet(1)))
	g, err = reader.Group(ctx, "local.test")
	require.NoError(t, err)
	require.Equal(t, []any{nntp.Number(3), int64(1)}, []any{g.Low, g.Count})
	g, err = reader.Group(ctx, "local.general")
	require.NoError(t, err)
	require.Equal(t, []any{nntp.Number(2), int64(2)}, []any{g.High, g.Count})
	require.Contains(t, article(t, reader, nntp.Ref{MessageID: "<posted@example>"}), "Hello\r\n.\r\n", "it is in the other group still")
	require.Contains(t, article(t, reader, nntp.Ref{Number: 2}), "Subject: by IMAP\r\n")
}

func groupsOf(t *testing.T, c *nntp.Client) (names []string) {
	t.Helper()
	for g, err := range c.ListActive(t.Context(), "") {
		require.NoError(t, err)
		names = append(names, g.Name)
	}
	return names
}

func post(ctx context.Context, c *nntp.Client, header string) error {
	return c.Post(ctx, strings.NewReader(crlf("From: bob@postoffice.test\nSubject: s\n"+header+"\n\nHello\n")))
}

// Everybody reads, users post, and the rights to a folder say who else may not.
func TestNewsRights(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	anonymous := o.newsClient(t, nil)
	require.Equal(t, []string{"local.general", "local.test"}, groupsOf(t, anonymous))
	require.ErrorContains(t, post(t.Context(), anonymous, "Newsgroups: local.test"), "480")
	require.NoError(t, post(t.Context(), o.newsClient(t, &bob), "Newsgroups: local.test"))

	mail := o.imapClient(t, alice)
	require.NoError(t, mail.SetACL(t.Context(), "Public Folders/local.test", imap4.ACLEntry{Identifier: "anyone", Rights: "lr"}))
	require.NoError(t, mail.SetACL(t.Context(), "Public Folders/local.general", imap4.ACLEntry{Identifier: "anyone", Rights: "l"}))
	require.Equal(t, []string{"local.test"}, groupsOf(t, o.newsClient(t, nil)))
	poster := o.newsClient(t, &bob)
	require.Equal(t, []string{"local.test"}, groupsOf(t, poster))
	require.ErrorContains(t, post(t.Context(), poster, "Newsgroups: local.test"), "441")
	require.NoError(t, mail.SetACL(t.Context(), "Public Folders/local.general", imap4.ACLEntry{Identifier: "bob", Rights: "lrp"}))
	poster = o.newsClient(t, &bob)
	require.Equal(t, []string{"local.general", "local.test"}, groupsOf(t, poster))
	require.NoError(t, post(t.Context(), poster, "Newsgroups: local.general"))
}

// What is posted to a moderated group is mailed to its moderator, who approves.
func TestModeratedNews(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	require.NoError(t, o.Groups().Set(t.Context(), manage.Newsgroup{Name: "local.announce", Status: "m", Moderator: bob.Address}))
	rights := o.rightsOfAnyone(t, "local.announce")
	c := o.newsClient(t, &alice)
	require.NoError(t, post(t.Context(), c, "Newsgroups: local.announce\nMessage-ID: <please@example>"))
	var got []string
	until(t, func() bool { got = o.read(t, bob); return len(got) == 1 })
	require.Contains(t, got[0], "Newsgroups: local.announce\r\n")
	require.Contains(t, got[0], "Message-ID: <please@example>\r\n")
	g, err := c.Group(t.Context(), "local.announce")
	require.NoError(t, err)
	require.Zero(t, g.Count)

	m := crlf("Subject: past the moderator\n\nHello\n")
	_, err = o.imapClient(t, bob).Append(t.Context(), "Public Folders/local.announce", imap4.Outgoing{Body: strings.NewReader(m), Size: int64(len(m))})
	require.ErrorContains(t, err, "NOPERM")

	moderator := o.newsClient(t, &bob)
	require.NoError(t, post(t.Context(), moderator, "Newsgroups: local.announce\nMessage-ID: <please@example>\nApproved: bob@postoffice.test"))
	g, err = c.Group(t.Context(), "local.announce")
	require.NoError(t, err)
	require.EqualValues(t, 1, g.Count)

	require.NoError(t, o.Groups().Set(t.Context(), manage.Newsgroup{Name: "local.announce", Status: "y"}))
	require.Equal(t, []string{"lrp", ""}, []string{rights, o.rightsOfAnyone(t, "local.announce")})
}

// rightsOfAnyone are those that the folder of a group says, if it does.
func (o *running) rightsOfAnyone(t *testing.T, group string) string {
	t.Helper()
	f, err := o.store.FolderAt(t.Context(), store.Public, group)
	require.NoError(t, err)
	for n, err := range o.store.Notes(t.Context(), f.ID, store.Public, "acl/anyone") {
		require.NoError(t, err)
		return string(n.Value)
	}
	return ""
}

// An administrator's control messages make groups; nobody else's do.
func TestNewsControl(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	const newgroup = "Newsgroups: local.made\nControl: newgroup local.made\nApproved: a@postoffice.test"
	require.ErrorContains(t, post(t.Context(), o.newsClient(t, &bob), newgroup), "441")
	require.NotContains(t, groupsOf(t, o.newsClient(t, nil)), "local.made")
	require.NoError(t, post(t.Context(), o.newsClient(t, &alice), newgroup))
	require.Contains(t, groupsOf(t, o.newsClient(t, nil)), "local.made")
}

// Groups are managed in the server's process, in another, and without one.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	remote, err := OpenGroups(t.Context(), dir)
	require.NoError(t, err)
	require.IsType(t, &remoteGroups{}, remote)
	check := func(g manage.Groups) {
		t.Helper()
		made := manage.Newsgroup{Name: "local.new", Status: "m", Description: "über alles", Moderator: "100%@postoffice.test"}
		require.NoError(t, g.Set(t.Context(), made))
		all, err := g.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []manage.Newsgroup{
			{Name: "local.general", Status: "y", Description: firstGroups[0][1]},
			made,
			{Name: "local.test", Status: "y", Description: firstGroups[1][1]},
		}, all)
		require.NoError(t, g.Set(t.Context(), manage.Newsgroup{Name: "local.new", Status: "n"}))
		all, err = g.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, manage.Newsgroup{Name: "local.new", Status: "n"}, all[1])
		require.NoError(t, g.Remove(t.Context(), "local.new"))
		require.ErrorContains(t, g.Remove(t.Context(), "local.new"), "no such newsgroup")
		for _, bad := range []manage.Newsgroup{
			{Name: "a b", Status: "y"},
			{Name: "a", Status: "z"},
			{Name: "a", Status: "m"},
			{Name: "a", Status: "y", Moderator: "a@b.example"},
			{Name: "a", Status: "m", Moderator: "a"},
			{Name: "a", Status: "y", Description: "\xff"},
		} {
			require.Error(t, g.Set(t.Context(), bad), "%v", bad)
		}
		require.NoError(t, g.Close())
	}
	check(o.Groups())
	check(remote)
	require.NoError(t, o.stop())
	local, err := OpenGroups(t.Context(), dir)
	require.NoError(t, err)
	require.IsType(t, &localGroups{}, local)
	check(local)
	_, err = OpenGroups(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "there is no data folder")
}

// A public folder that is no group stays out of the news.
func TestOtherPublicFolders(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	mail := o.imapClient(t, o.DemoUsers()[0])
	require.NoError(t, mail.Create(t.Context(), "Public Folders/notices"))
	require.Equal(t, []string{"local.general", "local.test"}, groupsOf(t, o.newsClient(t, nil)))
	_, err := o.store.FolderAt(t.Context(), store.Public, "notices")
	require.NoError(t, err)
	require.Error(t, o.Groups().Set(t.Context(), manage.Newsgroup{Name: "notices", Status: "y"}))
}
