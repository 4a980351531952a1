package nntp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// hostile is a server that takes everything from everybody.
func hostile(tb testing.TB, groups ...string) (*nntp.Server, *memory.Store) {
	store := newStore(tb, append(groups, "example.test")...)
	return &nntp.Server{Store: store, Hostname: "news.example", Access: all, Limits: nntp.Limits{Posts: -1, Errors: -1}, Logger: slog.New(slog.DiscardHandler)}, store
}

// say has a client say all of in, and returns the codes of the answers behind
// the greeting.
func say(tb testing.TB, srv *nntp.Server, in io.Reader) []string {
	tb.Helper()
	tp := &tape{in: in}
	_ = srv.ServeConn(tb.Context(), tp) // it ends with the tape
	var codes []string
	for line := range strings.Lines(tp.out.String()) {
		require.Regexp(tb, `^[1-5][0-9][0-9]( [^\r\n]*)?\r\n$`, line)
		codes = append(codes, line[:3])
	}
	require.NotEmpty(tb, codes)
	return codes[1:]
}

func today() string { return header.FormatDate(time.Now()) }

// relayed is the header of an article that another server sends.
func relayed(id string) string {
	return "Path: peer.example!not-for-mail\r\nFrom: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\nDate: " + today() + "\r\nMessage-ID: " + id + "\r\n"
}

// TestSmuggling (N1, N2): what only looks like the end of an article ends
// nothing, and nothing behind it is obeyed; the article is refused.
func TestSmuggling(t *testing.T) {
	posted := "From: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\n\r\n"
	for _, end := range []string{"\n.\r\n", "\n.\n", "\r.\r", "\r\n.\r", "\r\n.\n", "\r.\r\n", "\x00\r\n"} {
		body := "text" + end + "NONSENSE\r\nCHECK <smuggled@example.org>\r\n"
		for name, in := range map[string]struct{ in, want string }{
			"POST":     {"POST\r\n" + posted + body + ".\r\nDATE\r\n", "340 441 111"},
			"IHAVE":    {"IHAVE <1@x.example>\r\n" + relayed("<1@x.example>") + "\r\n" + body + ".\r\nDATE\r\n", "335 437 111"},
			"TAKETHIS": {"TAKETHIS <1@x.example>\r\n" + relayed("<1@x.example>") + "\r\n" + body + ".\r\nDATE\r\n", "439 111"},
		} {
			srv, store := hostile(t)
			require.Equal(t, in.want, strings.Join(say(t, srv, strings.NewReader(in.in)), " "), "%s %q", name, end)
			srv2, _ := hostile(t)
			require.Equal(t, in.want, strings.Join(say(t, srv2, iotest.OneByteReader(strings.NewReader(in.in))), " "), "%s %q, octet by octet", name, end)
			g, err := store.Group(t.Context(), "example.test")
			require.NoError(t, err)
			require.Zero(t, g.Count)
		}
	}
}

// TestRoundTrip (N2): an article comes out as it came in, but for Path and Xref.
func TestRoundTrip(t *testing.T) {
	srv, store := hostile(t)
	body := "..\r\n.\r\n\tx \r\n\r\n\xff\xfe\x01 8 bit\r\n" + strings.Repeat("long ", 3000) + "\r\n"
	head := relayed("<1@x.example>") + "X-Fold: a\r\n\tb\r\n  c\r\nX-None:\r\nSubject2:\ttab\r\n"
	require.NoError(t, srv.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll(), Peer: "peer.example"}}, []byte(head+"Xref: forged x:1\r\n\r\n"+body)))
	a, err := store.Find(t.Context(), "<1@x.example>")
	require.NoError(t, err)
	text := make([]byte, a.Text.Size())
	_, err = a.Text.ReadAt(text, 0)
	require.NoError(t, err)
	require.Equal(t, strings.Replace(head, "Path: ", "Path: news.example!!", 1)+"\r\n"+body, string(text))
}

// TestDrained (N5): at whatever stage an article fails, the next command is
// answered as a command.
func TestDrained(t *testing.T) {
	big := strings.Repeat(strings.Repeat("x", 70)+"\r\n", 20_000)
	for name, tc := range map[string]struct {
		change func(*nntp.Server)
		text   string
		want   string // of POST
		feed   string // of TAKETHIS
	}{
		"no header":        {nil, "text\r\n", "441", "439"},
		"empty":            {nil, "", "441", "439"},
		"too large":        {nil, relayed("<1@x.example>") + "\r\n" + big, "441", "439"},
		"header too large": {nil, relayed("<1@x.example>") + strings.Repeat("X: y\r\n", 15_000) + "\r\n", "441", "439"},
		"fields":           {nil, relayed("<1@x.example>") + strings.Repeat("X: y\r\n", 1_500) + "\r\n", "441", "439"},
		"store":            {func(s *nntp.Server) { s.Store = failing{s.Store} }, relayed("<1@x.example>") + "\r\nQUIT\r\n", "441", "400"},
		"filter": {func(s *nntp.Server) {
			s.Filter = func(context.Context, *nntp.Candidate) error { return nntp.R(437, "spam") }
		}, relayed("<1@x.example>") + "\r\nQUIT\r\n", "441", "439"},
		"filter panics": {func(s *nntp.Server) { s.Filter = func(context.Context, *nntp.Candidate) error { panic("x") } }, relayed("<1@x.example>") + "\r\nQUIT\r\n", "400", "400"},
		"filter says yes": {func(s *nntp.Server) {
			s.Filter = func(context.Context, *nntp.Candidate) error { return nntp.R(240, "yes") }
		}, relayed("<1@x.example>") + "\r\nQUIT\r\n", "441", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"POST", "TAKETHIS <1@x.example>"} {
				srv, _ := hostile(t)
				if tc.change != nil {
					tc.change(srv)
				}
				want := tc.feed
				if verb == "POST" {
					want = "340 " + tc.want
				}
				if !strings.HasSuffix(want, "400") {
					want += " 111"
				}
				got := say(t, srv, strings.NewReader(verb+"\r\n"+strings.ReplaceAll(tc.text, "\r\n.", "\r\n..")+".\r\nDATE\r\n"))
				require.Equal(t, want, strings.Join(got, " "), verb)
			}
		})
	}
}

// failing is a Store that files nothing.
type failing struct{ nntp.Store }

func (failing) Add(context.Context, nntp.Incoming) ([]nntp.Place, error) {
	return nil, errors.New("disk full")
}

// TestGrammar (N6): every command with zero to four arguments of each kind is
// answered, by 501 where the grammar says so, and never by a panic.
func TestGrammar(t *testing.T) {
	arguments := []string{"x", "1", "1-", "<1@x.example>", "<", ":bytes", "*", "20000101", "000000", "example.test", "\xff", ",", "[", "-1", "99999999999999999999", strings.Repeat("a", 400)}
	srv, _ := hostile(t)
	srv.Limits.Refusals = -1
	for _, v := range nntp.Verbs() {
		switch v.Name {
		case "QUIT", "TAKETHIS", "POST", "IHAVE", "STARTTLS":
			continue // they end the conversation, or are followed by articles
		}
		var in strings.Builder
		n := 0
		for range 5 {
			for _, a := range arguments {
				args := strings.Repeat(" "+a, n%5)
				if len(args) < 450 {
					in.WriteString(v.Name + args + "\r\n")
				}
				n++
			}
		}
		tp := &tape{in: strings.NewReader(in.String() + "QUIT\r\n")}
		require.NoError(t, srv.ServeConn(t.Context(), tp), v.Name)
		require.True(t, strings.HasSuffix(tp.out.String(), "\r\n205 bye\r\n"), "%s: %q", v.Name, tp.out.String())
		require.NotContains(t, tp.out.String(), "\r\n400 ", v.Name)
	}
}

// TestWildmatBlowUp (N10): the time is bounded by the product of the lengths.
func TestWildmatBlowUp(t *testing.T) {
	w, err := nntp.ParseWildmat(strings.Repeat("*a", 124) + "*b")
	require.NoError(t, err)
	name := strings.Repeat("a", 10_000)
	require.False(t, w.Match(name))
	require.True(t, w.Match(name+"b"))
	require.Zero(t, testing.AllocsPerRun(1, func() { w.Match(name) }))
}

// TestOverviewInjection (N11): TABs and line ends in a header make no fields.
func TestOverviewInjection(t *testing.T) {
	srv, _ := hostile(t)
	head := strings.Replace(relayed("<1@x.example>"), "Subject: s", "Subject: a\tb\r\n\tc\r\n d\t", 1)
	require.NoError(t, srv.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}, []byte(head+"References:\t<a@b>\t<c@d>\r\n\r\n")))
	tp := &tape{in: strings.NewReader("GROUP example.test\r\nOVER 1\r\n")}
	_ = srv.ServeConn(t.Context(), tp)
	lines := strings.Split(tp.out.String(), "\r\n")
	fields := strings.Split(lines[3], "\t")
	require.Len(t, fields, 9)
	require.Equal(t, "a b c d", fields[1])
	require.Equal(t, "<a@b> <c@d>", fields[5])
	require.Equal(t, "Xref: news.example example.test:1", fields[8])
	_, err := nntp.ParseEntry(lines[3])
	require.NoError(t, err)
}

// TestRanges (N12): ranges of any size cost what there is in them.
func TestRanges(t *testing.T) {
	srv, _ := hostile(t)
	got := say(t, srv, strings.NewReader("GROUP example.test\r\nOVER 1-4294967296\r\nOVER 0-\r\nSTAT 2147483648\r\nHDR Subject 2147483647-\r\nOVER 1-99999999999999999\r\nLAST\r\nNEXT\r\n"))
	require.Equal(t, "211 423 423 423 423 501 420 420", strings.Join(got, " "))
}

// TestRedelivery (N13): of two peers that send the same articles at the same
// time each article is taken once.
func TestRedelivery(t *testing.T) {
	const articles = 10_000
	srv, store := hostile(t)
	var in strings.Builder
	for i := range articles {
		id := fmt.Sprintf("<%d@x.example>", i)
		fmt.Fprintf(&in, "CHECK %s\r\nTAKETHIS %s\r\n%s\r\ntext\r\n.\r\n", id, id, relayed(id))
	}
	var wg sync.WaitGroup
	taken := make([]int, 2)
	for peer := range taken {
		wg.Go(func() {
			for _, code := range say(t, srv, strings.NewReader(in.String())) {
				switch code {
				case "239":
					taken[peer]++
				case "238", "431", "438", "439":
				default:
					t.Errorf("answered by %s", code)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, articles, taken[0]+taken[1])
	g, err := store.Group(t.Context(), "example.test")
	require.NoError(t, err)
	require.EqualValues(t, articles, g.Count)
}

// TestTooMuch: who makes mistakes, or is refused, without end is sent away; who
// only looks for what is not there is not.
func TestTooMuch(t *testing.T) {
	srv, _ := hostile(t)
	srv.Limits = nntp.Limits{}
	srv.Access = func(context.Context, *nntp.Conn) (nntp.Access, error) {
		return nntp.Access{Read: nntp.MatchAll()}, nil
	}
	for line, want := range map[string]int{"NONSENSE": 21, "POST": 201, "STAT <none@x>": 1000, "GROUP none": 1000} {
		got := say(t, srv, strings.NewReader(strings.Repeat(line+"\r\n", 1000)))
		require.Len(t, got, want, line)
		require.Equal(t, want != 1000, got[len(got)-1] == "400", line)
	}
}

// TestTooLongTakeThis: behind such a line comes an article, whether the client may
// send one or not.
func TestTooLongTakeThis(t *testing.T) {
	srv, _ := hostile(t)
	srv.Auth = new(auth.Authenticator) // so that lines longer than commands are read
	srv.Access = func(context.Context, *nntp.Conn) (nntp.Access, error) {
		return nntp.Access{Read: nntp.MatchAll()}, nil
	}
	got := say(t, srv, strings.NewReader("TAKETHIS <"+strings.Repeat("x", 600)+"@y>\r\nDATE\r\n.\r\n"))
	require.Equal(t, []string{"501"}, got)
}

// A stuck store stores nothing until it is let.
type stuck struct {
	nntp.Store
	let chan struct{}
}

func (s *stuck) Add(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
	<-s.let
	return s.Store.Add(ctx, in)
}

// TestManyChecks: however many commands come in one go behind an article that is
// being stored, their answers come, in order.
func TestManyChecks(t *testing.T) {
	srv, store := hostile(t)
	s := &stuck{store, make(chan struct{})}
	srv.Store = s
	var in strings.Builder
	in.WriteString("TAKETHIS <1@x>\r\n" + relayed("<1@x>") + "\r\n.\r\n")
	for range 3000 {
		in.WriteString("CHECK <2@x>\r\n")
	}
	go close(s.let)
	got := say(t, srv, strings.NewReader(in.String()))
	require.Len(t, got, 3001)
	require.Equal(t, "239", got[0])
	require.Equal(t, slices.Repeat([]string{"238"}, 3000), got[1:])
}

// A counting store counts the entries that it has yielded.
type counting struct {
	nntp.Store
	yielded atomic.Int64
}

func (c *counting) Overview(ctx context.Context, group string, r nntp.Range) iter.Seq2[nntp.Entry, error] {
	return func(yield func(nntp.Entry, error) bool) {
		for n := r.First; n <= r.Last; n++ {
			c.yielded.Add(1)
			if !yield(nntp.Entry{Number: n, Overview: nntp.Overview{Subject: "s", MessageID: "<x@y>"}}, nil) {
				return
			}
		}
	}
}

// TestFlowControl (N12): what a client does not take is not worked out, however
// much it asks for.
func TestFlowControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: newStore(t, "example.test")}
		srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all, Logger: slog.New(slog.DiscardHandler)}
		nc := nntptest.Dial(t, srv)
		_, err := io.WriteString(nc, "GROUP example.test\r\nOVER 1-\r\nLISTGROUP\r\n")
		require.NoError(t, err)
		synctest.Wait()
		before := store.yielded.Load()
		require.Less(t, before, int64(50_000), "of two thousand million")
		_, err = io.CopyN(io.Discard, nc, 1<<20)
		require.NoError(t, err)
		synctest.Wait()
		require.Greater(t, store.yielded.Load(), before)
		time.Sleep(6 * time.Minute) // and a client that takes nothing at all is left
		require.Zero(t, srv.Stats().Active)
	})
}

// TestTrace: every command is told, in the order of the answers, and no argument.
func TestTrace(t *testing.T) {
	srv, _ := hostile(t)
	var told []string
	srv.Trace = func(_ *nntp.Conn, e nntp.Event) {
		told = append(told, fmt.Sprintf("%d %s %d %v", e.Kind, e.Verb, e.Reply.Code, e.Err != nil))
	}
	say(t, srv, strings.NewReader("CHECK <1@x.example>\r\nTAKETHIS <1@x.example>\r\n"+relayed("<1@x.example>")+"\r\n.\r\nCHECK <1@x.example>\r\nauthinfo pass secret\r\nXYZZY\r\nQUIT\r\n"))
	require.Equal(t, []string{
		"0  0 false", "1 CHECK 238 false", "1 TAKETHIS 239 false", "1 CHECK 438 false", "1 AUTHINFO PASS 482 false", "1  500 false", "1 QUIT 205 false", "2  0 false",
	}, told)
}
