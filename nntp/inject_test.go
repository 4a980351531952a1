package nntp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// textOf is the text of a stored article.
func textOf(tb testing.TB, store nntp.Store, id string) string {
	tb.Helper()
	a, err := store.Find(tb.Context(), id)
	require.NoError(tb, err)
	b, err := io.ReadAll(io.NewSectionReader(a.Text, 0, a.Text.Size()))
	require.NoError(tb, err)
	require.NoError(tb, a.Text.Close())
	return string(b)
}

// TestForged (N3, N7): what a poster, and what a feed, may not say. Each case is
// a change of a good article: a line to put in the place of the field's, or to
// add.
func TestForged(t *testing.T) {
	for line, want := range map[string]struct{ post, feed string }{
		"":                                        {"240", "239"},
		"Xref: news.example example.test:9":       {"441", "239"}, // a feed's is dropped
		"Injection-Info: news.example":            {"441", "239"},
		"Distribution: world, de,x-Y_1+":          {"240", "239"},
		"Distribution: ALL":                       {"441", "239"},
		"Distribution: +x":                        {"441", "239"},
		"Distribution: x y":                       {"441", "239"},
		"Expires: Sat, 1 Jan 2000 00:00:00 +0000": {"240", "239"},
		"Expires: soon":                           {"441", "239"},
		"Injection-Date: $DATE":                   {"240", "239"},
		"Path: x!.POSTED.192.0.2.9!y":             {"441", "239"},
		"Path: x!news.example!y":                  {"240", "439"}, // a loop
		"Path: x!y!news.example":                  {"240", "239"}, // the end names nobody
		"Path: x y":                               {"240", "239"},
		"Path: x\u00e9!y":                         {"441", "239"},
		"From:":                                   {"441", "439"},
		"From: nobody":                            {"441", "239"},
		"Subject:":                                {"441", "439"},
		"Newsgroups:":                             {"441", "439"},
		"Newsgroups: ,":                           {"441", "439"},
		"Newsgroups: no.such":                     {"441", "439"},
		"Newsgroups: example.test,no.such":        {"240", "239"},
		"Newsgroups: example.test, a b":           {"441", "439"},
		"Newsgroups: example.test,..":             {"441", "439"},
		"Newsgroups: example.test,example.test":   {"441", "439"},
		"Newsgroups: example.closed":              {"441", "439"},
		"Newsgroups: example.n":                   {"441", "239"},
		"Newsgroups: example.mod":                 {"441", "439"}, // nobody knows the moderator
		"Newsgroups: example.junk":                {"240", "239"},
		"Newsgroups: example.alias":               {"240", "239"},
		"Message-ID: <>":                          {"441", "439"},
		"Message-ID: <a b@c>":                     {"441", "439"},
		"Message-ID: <nothing>":                   {"441", "439"},
		"Message-ID: <a@b> x":                     {"441", "439"},
		"Date: tomorrow":                          {"441", "439"},
		"Date: Sat, 1 Jan 2000 00:00:00 +0000":    {"441", "439"}, // too old
		"Date: Sat, 1 Jan 2050 00:00:00 +0000":    {"441", "439"},
		"Approved: me@x.example":                  {"240", "239"},
		"Approved:":                               {"441", "439"},
		"Followup-To: a b":                        {"441", "239"},
		"Control: cancel":                         {"441", "439"},
		"Control: cancel <none@x.example>":        {"240", "239"},
		"Control: newgroup x.y":                   {"441", "439"}, // not approved
		"Supersedes: x":                           {"441", "439"},
		"Subject: cmsg newgroup x.y":              {"240", "239"}, // nothing but a subject
		"X-Header : x":                            {"441", "439"},
		"X-Header:x":                              {"441", "439"},
		"X-Header":                                {"441", "439"},
		": x":                                     {"441", "439"},
		"X: a\r\n \t":                             {"441", "439"},
		"From: b@b.example\r\nfrom: c@c.example":  {"441", "439"},
		"Message-ID: <1@x.example>\r\nMessage-ID: <2@x.example>": {"441", "439"},
		"Distribution: local\r\nDistribution: world":             {"441", "439"},
		"Newsgroups: example.test,poster":                        {"441", "239"}, // reserved
		"Newsgroups: example.test,example.none":                  {"441", "239"},
		"Newsgroups: junk":                                       {"441", "239"},
		"Newsgroups: control.x":                                  {"441", "239"},
		"disposition-notification-to: a@b.example":               {"441", "239"}, // deprecated
		"Also-Control: cancel <none@x.example>":                  {"441", "239"},
		// Injection-Date counts for servers, Date too for posters.
		"Date: Sat, 1 Jan 2000 00:00:00 +0000\r\nInjection-Date: $DATE": {"441", "239"},
		"Date: Sat, 1 Jan 2050 00:00:00 +0000\r\nInjection-Date: $DATE": {"441", "239"},
	} {
		line = strings.ReplaceAll(line, "$DATE", today())
		name, _, _ := strings.Cut(line, ":")
		var head strings.Builder
		for field := range strings.Lines(relayed("<1@x.example>")) {
			if strings.HasPrefix(field, name+":") && name != "" {
				continue
			}
			head.WriteString(field)
		}
		if line != "" {
			head.WriteString(line + "\r\n")
		}
		id := "<1@x.example>"
		if _, after, ok := strings.Cut(line, "Message-ID: "); ok && strings.HasPrefix(line, "Message-ID") {
			id, _, _ = strings.Cut(after, "\r")
			if strings.Contains(id, " ") || id == "<>" {
				id = "<1@x.example>"
			}
		}
		for _, verb := range []string{"POST", "TAKETHIS " + id} {
			srv, store := hostile(t, "example.mod:m", "example.closed:x", "example.n:n", "example.junk:j", "example.alias:=example.test", "junk", "control.x")
			in := verb + "\r\n" + head.String() + "\r\ntext\r\n.\r\nDATE\r\n"
			got := say(t, srv, strings.NewReader(in))
			wanted := []string{want.feed, "111"}
			if verb == "POST" {
				wanted = []string{"340", want.post, "111"}
			}
			require.Equal(t, wanted, got, "%s %q", verb, line)
			g, err := store.Group(t.Context(), "x.y")
			require.ErrorIs(t, err, nntp.ErrNoGroup, "%v", g)
		}
	}
}

func TestInjected(t *testing.T) {
	srv, store := hostile(t)
	srv.Complaints, srv.ShowPoster, srv.CancelSecret = "abuse@example.org", true, []byte("secret")
	from := &nntp.Source{Access: nntp.Access{Post: nntp.MatchAll()}, User: `a"b` + "\r\n", Addr: netip.MustParseAddr("192.0.2.7")}
	id, err := srv.Inject(t.Context(), from, []byte("From: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\n\r\nx\r\n"))
	require.NoError(t, err)
	text := textOf(t, store, id)
	require.Regexp(t, `^Path: news\.example!\.POSTED\.192\.0\.2\.7!not-for-mail\r\nMessage-ID: <[^\r]*@news\.example>\r\nDate: [^\r]*\r\n`+
		`Injection-Date: [^\r]*\r\nInjection-Info: news\.example; posting-account="a\\"b  "; posting-host="192\.0\.2\.7"; mail-complaints-to="abuse@example\.org"\r\n`+
		`Cancel-Lock: sha256:[^\r]*\r\nFrom: a@b\.example\r\n`, text)
	_, err = srv.Inject(t.Context(), from, []byte(text))
	require.ErrorAs(t, err, new(nntp.Reply), "it was injected before")

	// The same user's cancel gets the key, and is obeyed; another's is not.
	cancel := "From: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\nControl: cancel " + id + "\r\n\r\nx\r\n"
	other := *from
	other.User = "other"
	_, err = srv.Inject(t.Context(), &other, []byte(cancel))
	require.NoError(t, err)
	textOf(t, store, id)
	cancel = strings.Replace(cancel, "\r\n\r\n", "\r\ncancel-key: sha256:own\r\n (mine)\r\nX-Last: x\r\n\r\n", 1)
	var keys string
	srv.Accepted = func(_ context.Context, a *nntp.Candidate) { keys = a.Header.Get("Cancel-Key") }
	_, err = srv.Inject(t.Context(), from, []byte(cancel))
	require.NoError(t, err)
	require.Equal(t, "sha256:own (mine)\t"+nntp.CancelKey(srv.CancelSecret, from.User, id), keys, "a key of the poster's own hides none")
	_, err = store.Find(t.Context(), id)
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	_, err = srv.Inject(t.Context(), from, []byte(strings.Replace(cancel, "Control", "X: y\nControl", 1)))
	require.ErrorAs(t, err, new(nntp.Reply))
}

// A moderator remembers what it was sent.
type moderator struct {
	group, address, text string
	err                  error
}

func (m *moderator) Submit(_ context.Context, group, address string, article []byte) error {
	m.group, m.address, m.text = group, address, string(article)
	return m.err
}

func TestModeration(t *testing.T) {
	m := new(moderator)
	srv, store := hostile(t, "example.mod:m", "example.mod2:m")
	srv.Moderator = m
	srv.Info = func(context.Context) (nntp.Info, error) {
		return nntp.Info{Moderators: []nntp.ModeratorAddress{{"example.mod", "%s@mod.example"}, {"*", "mod@example"}}}, nil
	}
	article := "From: a@b.example\r\nNewsgroups: example.test,example.mod2,example.mod\r\nSubject: s\r\nMessage-ID: <1@x.example>\r\n\r\ntext\r\n"
	post := func(access nntp.Access, article string) error {
		access.Post = nntp.MatchAll()
		_, err := srv.Inject(t.Context(), &nntp.Source{Access: access}, []byte(article))
		return err
	}
	require.NoError(t, post(nntp.Access{}, article))
	require.Equal(t, "example.mod2", m.group)
	require.Equal(t, "mod@example", m.address)
	require.Contains(t, m.text, "Message-ID: <1@x.example>\r\n")
	require.NotContains(t, m.text, "Path:")
	_, err := store.Find(t.Context(), "<1@x.example>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)

	require.NoError(t, post(nntp.Access{}, strings.Replace(article, "example.mod2,", "", 1)))
	require.Equal(t, "example-mod@mod.example", m.address)

	m.err = errors.New("queue full")
	err = post(nntp.Access{}, article)
	require.Equal(t, nntp.R(436, "local error, try again later"), err)

	approved := "Approved: m@example\r\n" + article
	require.ErrorAs(t, post(nntp.Access{}, approved), new(nntp.Reply))
	require.ErrorAs(t, post(nntp.Access{Approve: patterns("example.mod")}, approved), new(nntp.Reply))
	require.NoError(t, post(nntp.Access{Approve: patterns("example.*")}, approved))
	a, err := store.Find(t.Context(), "<1@x.example>")
	require.NoError(t, err)
	require.Equal(t, []nntp.Place{{"example.test", 1}, {"example.mod2", 1}, {"example.mod", 1}}, a.Places)
}

// TestAlias: what is filed elsewhere is judged as if it had been sent there.
func TestAlias(t *testing.T) {
	m := new(moderator)
	srv, store := hostile(t, "example.mod:m", "to.mod:=example.mod", "example.closed:x", "to.closed:=example.closed", "to.test:=example.test", "to.to:=to.test", "to.none:=no.such")
	srv.Moderator = m
	srv.Info = func(context.Context) (nntp.Info, error) {
		return nntp.Info{Moderators: []nntp.ModeratorAddress{{"*", "mod@example"}}}, nil
	}
	n := 0
	head := func(group string) string {
		n++
		return strings.Replace(relayed(fmt.Sprintf("<%d@x>", n)), "Newsgroups: example.test", "Newsgroups: "+group, 1)
	}
	everywhere := nntp.Access{Post: nntp.MatchAll(), Feed: nntp.MatchAll()}
	post := func(access nntp.Access, group string) error {
		_, err := srv.Inject(t.Context(), &nntp.Source{Access: access}, []byte(head(group)+"\r\n"))
		return err
	}
	relay := func(group, more string) error {
		return srv.Relay(t.Context(), &nntp.Source{Access: everywhere}, []byte(head(group)+more+"\r\n"))
	}
	require.NoError(t, post(everywhere, "to.mod"))
	require.Equal(t, "example.mod", m.group)
	require.ErrorAs(t, relay("to.mod", ""), new(nntp.Reply), "not approved")
	for _, group := range []string{"to.closed", "to.to", "to.none"} {
		require.ErrorAs(t, post(everywhere, group), new(nntp.Reply), group)
		require.ErrorAs(t, relay(group, ""), new(nntp.Reply), group)
	}
	require.ErrorAs(t, post(nntp.Access{Post: patterns("to.*")}, "to.test"), new(nntp.Reply))
	for _, group := range []string{"example.mod", "example.test"} {
		g, err := store.Group(t.Context(), group)
		require.NoError(t, err)
		require.Zero(t, g.Count, group)
	}
	require.NoError(t, relay("to.mod", "Approved: m@example\r\n"))
	require.NoError(t, post(everywhere, "to.test"))
}

// TestApprovedElsewhere: a poster cannot approve articles for groups that are not
// here, where they may be moderated.
func TestApprovedElsewhere(t *testing.T) {
	srv, _ := hostile(t)
	article := []byte("From: a@b.example\r\nNewsgroups: example.test,no.such\r\nApproved: x@b.example\r\nSubject: s\r\n\r\n")
	access := nntp.Access{Post: nntp.MatchAll()}
	_, err := srv.Inject(t.Context(), &nntp.Source{Access: access}, article)
	require.Equal(t, nntp.R(441, "you may not approve articles for no.such"), err)
	access.Approve = patterns("no.*")
	_, err = srv.Inject(t.Context(), &nntp.Source{Access: access}, article)
	require.NoError(t, err)
}

// TestInjectionDate is added unless the article may be injected elsewhere too (RFC
// 5537, 3.5).
func TestInjectionDate(t *testing.T) {
	srv, store := hostile(t)
	from := &nntp.Source{Access: nntp.Access{Post: nntp.MatchAll()}}
	for more, want := range map[string]bool{
		"":                          true,
		"Date: " + today() + "\r\n": true,
		"Message-ID: <1@x>\r\n":     true,
		"Message-ID: <2@x>\r\nDate: " + today() + "\r\n": false,
	} {
		id, err := srv.Inject(t.Context(), from, []byte("From: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\n"+more+"\r\n"))
		require.NoError(t, err)
		require.Equal(t, want, strings.Contains(textOf(t, store, id), "\r\nInjection-Date: "), more)
	}
}

// TestControlOfOthers: a peer that may feed some groups cannot send control
// messages about others.
func TestControlOfOthers(t *testing.T) {
	srv, _ := hostile(t)
	from := &nntp.Source{Access: nntp.Access{Feed: patterns("local.*")}}
	cancel := relayed("<1@x>") + "Control: cancel <old@x>\r\n\r\n"
	require.Equal(t, nntp.R(437, "none of its newsgroups is wanted here"), srv.Relay(t.Context(), from, []byte(cancel)))
	require.NoError(t, srv.Relay(t.Context(), from, []byte(strings.Replace(cancel, "example.test", "local.none", 1))))
}

func TestPostAccess(t *testing.T) {
	srv, _ := hostile(t, "example.other")
	access := nntp.Access{Post: patterns("example.other")}
	_, err := srv.Inject(t.Context(), &nntp.Source{Access: access}, []byte("From: a@b.example\r\nNewsgroups: example.test,example.other\r\nSubject: s\r\n\r\n"))
	require.Equal(t, nntp.R(441, "posting to example.test is not permitted"), err)
	_, err = srv.Inject(t.Context(), &nntp.Source{Access: access}, []byte("From: a@b.example\r\nNewsgroups: example.other\r\nApproved: x\r\nControl: newgroup a.b\r\nSubject: s\r\n\r\n"))
	require.Equal(t, nntp.R(441, "control messages are not permitted"), err)
	for _, bad := range []string{"x\n", "x", "x\r\n\x00\r\n", "x\r"} {
		_, err = srv.Inject(t.Context(), &nntp.Source{Access: access}, []byte("From: a@b.example\r\nNewsgroups: example.other\r\nSubject: s\r\n\r\n"+bad))
		require.ErrorAs(t, err, new(nntp.Reply), "%q", bad)
	}
}

// TestPostRate: a client may post Limits.Posts times at once, and again as time
// passes.
func TestPostRate(t *testing.T) {
	srv := nntptest.NewUnstartedServer(t, "example.test")
	srv.Config.Limits = nntp.Limits{Posts: 2, PostsTime: 10 * time.Minute}
	const post = "C: POST\nS: 340\nC: From: a@b.example\nC: Newsgroups: example.test\nC: Subject: s\nC: \nC: .\nS: 240\n"
	nntptest.Play(t, srv.Config, "S: 200\n"+post+post+"C: POST\nS: 440\nwait 5m1s\n"+post+"C: POST\nS: 440\n")
}

// TestAccepted: programs that make feeds hear of each article, once, with what
// they need to decide.
func TestAccepted(t *testing.T) {
	srv, _ := hostile(t, "example.other")
	var heard []nntp.Candidate
	srv.Accepted = func(_ context.Context, a *nntp.Candidate) { heard = append(heard, *a) }
	head := strings.Replace(relayed("<1@x.example>"), "example.test", "no.such, example.test,example.other", 1)
	from := &nntp.Source{Access: nntp.Access{Feed: patterns("example.*,@bad.*")}}
	require.NoError(t, srv.Relay(t.Context(), from, []byte(head+"Distribution: local, world\r\n\r\nx\r\n")))
	require.Equal(t, nntp.ErrDuplicate, srv.Relay(t.Context(), from, []byte(head+"\r\nx\r\n")))
	poisoned := strings.Replace(relayed("<2@x.example>"), "example.test", "bad.group,example.test", 1)
	require.Equal(t, nntp.R(437, "bad.group is not wanted here"), srv.Relay(t.Context(), from, []byte(poisoned+"\r\nx\r\n")))
	require.Len(t, heard, 1)
	a := heard[0]
	require.Equal(t, "<1@x.example>", a.MessageID)
	require.Equal(t, []string{"example.test", "example.other"}, a.Groups)
	require.Equal(t, []string{"no.such", "example.test", "example.other"}, a.Newsgroups)
	require.Equal(t, []string{"local", "world"}, a.Distributions())
	require.Equal(t, "peer.example!not-for-mail", a.Path)
	require.False(t, a.Posted)
}

// TestPath: what is put before a Path says whether it is true (RFC 5537, 3.2.1).
func TestPath(t *testing.T) {
	for _, tc := range []struct {
		from nntp.Source
		want string
	}{
		{nntp.Source{}, "news.example!peer.example!"},
		{nntp.Source{Addr: netip.MustParseAddr("2001:db8::1")}, "news.example!.SEEN.2001:db8::1!peer.example!"},
		{nntp.Source{Access: nntp.Access{Peer: "Peer.Example"}}, "news.example!!peer.example!"},
		{nntp.Source{Access: nntp.Access{Peer: "other.example"}}, "news.example!.MISMATCH.other.example!peer.example!"},
	} {
		srv, store := hostile(t)
		tc.from.Access.Feed = nntp.MatchAll()
		require.NoError(t, srv.Relay(t.Context(), &tc.from, []byte(relayed("<1@x.example>")+"\r\n")))
		require.True(t, strings.HasPrefix(textOf(t, store, "<1@x.example>"), "Path: "+tc.want), tc.want)
	}
}

// A slow store takes its time over each article, and counts how many it is at.
type slow struct {
	*memory.Store
	now, most int
	turn      chan struct{}
}

func (s *slow) Add(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
	s.turn <- struct{}{}
	s.now++
	s.most = max(s.most, s.now)
	<-s.turn
	wait := time.Second
	if strings.HasPrefix(in.MessageID, "<0@") {
		wait = time.Minute // the first is the last to be ready
	}
	time.Sleep(wait)
	s.turn <- struct{}{}
	s.now--
	<-s.turn
	return s.Store.Add(ctx, in)
}

// TestInFlight: articles of one feed are stored at the same time, up to the
// limit, and answered in their order.
func TestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: newStore(t, "example.test"), turn: make(chan struct{}, 1)}
		srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all, Limits: nntp.Limits{InFlight: 4}}
		var in strings.Builder
		var want []string
		for _, n := range []string{"0", "1", "2", "3", "4", "5", "6"} {
			id := "<" + n + "@x.example>"
			in.WriteString("TAKETHIS " + id + "\r\n" + relayed(id) + "\r\ntext\r\n.\r\nCHECK " + id + "\r\n")
			want = append(want, "239", "438")
		}
		began := time.Now()
		require.Equal(t, want, say(t, srv, strings.NewReader(in.String())))
		require.GreaterOrEqual(t, store.most, 2)
		require.LessOrEqual(t, store.most, 4)
		require.Less(t, time.Since(began), 66*time.Second, "one after the other")

		// Large ones are fewer.
		store.most = 0
		srv = &nntp.Server{Store: store, Hostname: "news.example", Access: all, Limits: nntp.Limits{InFlightSize: 100}}
		say(t, srv, strings.NewReader(strings.ReplaceAll(in.String(), "<", "<n")))
		require.Equal(t, 1, store.most)
	})
}

// TestHiddenGroups: what is in groups that a client may not read is not there for
// it, whichever way it asks.
func TestHiddenGroups(t *testing.T) {
	srv, _ := hostile(t, "secret.group")
	for id, groups := range map[string]string{"<1@x>": "secret.group", "<2@x>": "secret.group,example.test"} {
		from := &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}
		require.NoError(t, srv.Relay(t.Context(), from, []byte(strings.Replace(relayed(id), "example.test", groups, 1)+"\r\nx\r\n")))
	}
	srv.Access = func(context.Context, *nntp.Conn) (nntp.Access, error) {
		return nntp.Access{Read: patterns("example.*")}, nil
	}
	tp := &tape{in: strings.NewReader("STAT <1@x>\r\nOVER <1@x>\r\nHDR Subject <1@x>\r\nGROUP secret.group\r\nLISTGROUP secret.group\r\nSTAT <2@x>\r\n" +
		"NEWNEWS * 20000101 000000\r\nLIST ACTIVE secret.*\r\nNEWGROUPS 20000101 000000\r\n")}
	_ = srv.ServeConn(t.Context(), tp)
	require.Equal(t, "201 news.example NNTP, no posting\r\n430 no such article\r\n430 no such article\r\n430 no such article\r\n411 no such newsgroup\r\n411 no such newsgroup\r\n"+
		"223 0 <2@x>\r\n230 new articles follow\r\n<2@x>\r\n.\r\n215 information follows\r\n.\r\n231 new newsgroups follow\r\nexample.test 1 1 n\r\n.\r\n", tp.out.String())
}
