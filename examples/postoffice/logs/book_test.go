package logs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
)

// open opens a Book that writes to the Buffer.
func open(t testing.TB, o logs.Options) (*logs.Book, *bytes.Buffer) {
	var out bytes.Buffer
	o.Writer = &out
	b, err := logs.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b, &out
}

// messages are those that a filter lets through, newest first.
func messages(b *logs.Book, f logs.Filter) []string {
	var list []string
	for _, r := range b.Records(f) {
		list = append(list, r.Message)
	}
	return list
}

// A server has its own level, or the category's, or the default; whenever it is set.
func TestLevels(t *testing.T) {
	b, _ := open(t, logs.Options{})
	category, server := b.Logger("smtp"), b.Server("smtp", "transfer")
	derived := server.With("a", 1).WithGroup("g")
	other := b.Logger("queue")
	for _, c := range []struct {
		set                             string
		category, server, other, unborn slog.Level
		levels                          string
	}{
		{"", slog.LevelInfo, slog.LevelInfo, slog.LevelInfo, slog.LevelInfo, "info"},
		{"warn", slog.LevelWarn, slog.LevelWarn, slog.LevelWarn, slog.LevelWarn, "warn"},
		{"smtp=DEBUG", slog.LevelDebug, slog.LevelDebug, slog.LevelWarn, slog.LevelWarn, "warn,smtp=debug"},
		{"smtp/transfer=error, pop3/p=debug-4", slog.LevelDebug, slog.LevelError, slog.LevelWarn, slog.LevelDebug - 4, "warn,pop3/p=debug-4,smtp=debug,smtp/transfer=error"},
		{"smtp=,,error", slog.LevelError, slog.LevelError, slog.LevelError, slog.LevelDebug - 4, "error,pop3/p=debug-4,smtp/transfer=error"},
		{"info,smtp/transfer=,pop3/p=", slog.LevelInfo, slog.LevelInfo, slog.LevelInfo, slog.LevelInfo, "info"},
	} {
		require.NoError(t, b.SetLevels(c.set), c.set)
		require.Equal(t, c.levels, b.Levels())
		for l, want := range map[*slog.Logger]slog.Level{
			category: c.category, server: c.server, derived: c.server, other: c.other, b.Server("pop3", "p"): c.unborn,
		} {
			require.True(t, l.Enabled(t.Context(), want), c.set)
			require.False(t, l.Enabled(t.Context(), want-1), c.set)
		}
	}
}

func TestLevelsRefused(t *testing.T) {
	b, _ := open(t, logs.Options{Levels: "warn"})
	for _, bad := range []string{
		"loud", "smtp=loud", "smpt=debug", "=debug", "/x=debug", "smtp/=debug", "smtp/a/b=debug", "smtp/a\n=debug", "smtp=debug=info", "smtp=\t",
		strings.Repeat("info,", 10_000),
	} {
		require.Error(t, b.SetLevels("debug,queue=error,"+bad), bad)
		require.Equal(t, "warn", b.Levels())
	}
	_, err := logs.Open(logs.Options{Levels: "smpt=debug"})
	require.ErrorContains(t, err, "write one of auth, dns, http, imap4")
	b.Logger("extra")
	require.NoError(t, b.SetLevels("extra=debug"))
	require.Contains(t, b.Categories(), "extra")
}

func TestText(t *testing.T) {
	b, out := open(t, logs.Options{})
	b.Server("smtp", "transfer").With("remote", "192.0.2.1").WithGroup("g").Info("two\nlines", "k", "a b")
	b.Logger("queue").Debug("not told")
	_, line, _ := strings.Cut(out.String(), " ")
	require.Equal(t, "level=INFO msg=\"two\\nlines\" category=smtp server=transfer remote=192.0.2.1 g.k=\"a b\"\n", line)
	list := b.Records(logs.Filter{})
	require.Len(t, list, 1)
	r := list[0]
	require.False(t, r.Time.IsZero())
	r.Time = r.Time.AddDate(-9999, 0, 0)
	require.Equal(t, logs.Record{
		Seq: 1, Time: r.Time, Category: "smtp", Server: "transfer", Message: "two\nlines", Attrs: `remote=192.0.2.1 g.k="a b"`,
	}, r)
}

func TestJSON(t *testing.T) {
	b, out := open(t, logs.Options{JSON: true, Levels: "store=debug"})
	b.Logger("store").Debug("m", "n", 7)
	var object map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &object))
	delete(object, "time")
	require.Equal(t, map[string]any{"level": "DEBUG", "msg": "m", "category": "store", "n": 7.0}, object)
}

type shy struct{ secret string }

func (s shy) LogValue() slog.Value { return slog.GroupValue(slog.String("Password", s.secret)) }

// Nothing of what is named a secret is in the lines or in memory.
func TestRedaction(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		b, out := open(t, logs.Options{JSON: asJSON})
		l := b.Logger("auth")
		l.Info("m", "password", "xyzzy", "Proxy-Authorization", "Basic xyzzy", slog.Group("secret", "a", "xyzzy", slog.Group("b", "c", "xyzzy")))
		l.With("client_secret", "xyzzy").Info("m", "user", shy{"xyzzy"}, "passphrase", shy{"xyzzy"})
		l.WithGroup("credentials").With("a", "xyzzy").Info("m", "b", "xyzzy")
		l.WithGroup("").Info("m", "user", "plugh", slog.Attr{}, slog.Group("g"))
		require.NotContains(t, out.String(), "xyzzy")
		require.Contains(t, out.String(), "plugh")
		require.Equal(t, 9, strings.Count(out.String(), "(hidden)"), out.String())
		for _, r := range b.Records(logs.Filter{}) {
			require.NotContains(t, r.Attrs, "xyzzy")
		}
		require.Equal(t, "client_secret=(hidden) user.Password=(hidden) passphrase=(hidden)", b.Records(logs.Filter{Text: "client"})[0].Attrs)
		require.Equal(t, "user=plugh", b.Records(logs.Filter{Max: 1})[0].Attrs)
	}
}

func TestRecords(t *testing.T) {
	b, _ := open(t, logs.Options{Keep: 3, Levels: "debug"})
	transfer, queue := b.Server("smtp", "transfer"), b.Logger("queue")
	for _, m := range []string{"a", "b", "c", "d"} {
		transfer.Debug(m, "remote", "MX.example")
	}
	b.Logger("smtp").Warn("e")
	queue.Error("f", "err", errors.New("disk full"))
	for _, c := range []struct {
		filter logs.Filter
		want   []string
	}{
		{logs.Filter{Min: slog.LevelDebug}, []string{"f", "e", "d", "c"}},
		{logs.Filter{}, []string{"f", "e"}},
		{logs.Filter{Min: slog.LevelError}, []string{"f"}},
		{logs.Filter{Category: "smtp"}, []string{"e"}},
		{logs.Filter{Category: "smtp", Min: slog.LevelDebug, Max: 2}, []string{"e", "d"}},
		{logs.Filter{Category: "none"}, nil},
		{logs.Filter{Server: "transfer", Min: slog.LevelDebug}, []string{"d", "c"}},
		{logs.Filter{Text: "mx.EXAMPLE", Min: slog.LevelDebug}, []string{"d", "c"}},
		{logs.Filter{Text: "DISK"}, []string{"f"}},
		{logs.Filter{After: 5, Min: slog.LevelDebug}, []string{"f"}},
	} {
		require.Equal(t, c.want, messages(b, c.filter), "%+v", c.filter)
	}
	none, _ := open(t, logs.Options{Keep: -1})
	none.Logger("smtp").Info("m")
	require.Empty(t, none.Records(logs.Filter{}))
}

// What is kept is bounded, whatever is logged.
func TestLong(t *testing.T) {
	b, out := open(t, logs.Options{})
	long := strings.Repeat("ä", 100_000)
	l := b.Logger("smtp").With("a", long)
	l.Info(long, "b", long)
	require.Greater(t, out.Len(), 3*len(long))
	r := b.Records(logs.Filter{})[0]
	require.Len(t, r.Message, 2000)
	require.LessOrEqual(t, len(r.Attrs), 2000)
	require.True(t, strings.HasPrefix(r.Attrs, "a=ää"))
}

// A file that was moved away is gone on with anew, and no line is lost.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "log")
	b, err := logs.Open(logs.Options{File: name})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			l := b.Logger("smtp")
			for range 500 {
				l.Info("m")
			}
		})
	}
	for i := range 20 {
		require.NoError(t, os.Rename(name, name+string(rune('a'+i))))
		require.NoError(t, b.Reopen())
	}
	wg.Wait()
	require.NoError(t, b.Close())
	require.NoError(t, b.Close())
	files, err := filepath.Glob(name + "*")
	require.NoError(t, err)
	require.Len(t, files, 21)
	lines := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			require.True(t, strings.HasSuffix(line, "msg=m category=smtp\n"), "%q", line)
			lines++
		}
	}
	require.Equal(t, 2000, lines)
}

func TestReopenFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub")
	_, err := logs.Open(logs.Options{File: filepath.Join(dir, "log")})
	require.ErrorContains(t, err, "make its folder")
	require.NoError(t, os.Mkdir(dir, 0o700))
	var out bytes.Buffer
	b, err := logs.Open(logs.Options{File: filepath.Join(dir, "log"), Writer: &out})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	require.Error(t, b.Reopen())
	b.Logger("smtp").Info("m")
	require.NoError(t, b.Close())
	b.Logger("smtp").Info("n")
	require.Equal(t, 2, strings.Count(out.String(), "\n"))
	require.Len(t, b.Records(logs.Filter{}), 2)
}

func TestStderr(t *testing.T) {
	b, err := logs.Open(logs.Options{Levels: "error"})
	require.NoError(t, err)
	require.NoError(t, b.Reopen())
	require.NoError(t, b.Close())
}

// Readers, writers and who sets levels do not mind each other.
func TestConcurrently(t *testing.T) {
	b, out := open(t, logs.Options{Keep: 10})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				b.Server("smtp", "transfer").Error("m", "k", "v")
			}
		})
		wg.Go(func() {
			for range 50 {
				if n := len(b.Records(logs.Filter{})); n > 10 {
					t.Errorf("%d records", n)
				}
				if err := b.SetLevels("smtp=debug,smtp/transfer=warn"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, 800, strings.Count(out.String(), "msg=m"))
	require.Len(t, b.Records(logs.Filter{}), 10)
	require.Equal(t, uint64(800), b.Records(logs.Filter{})[0].Seq)
}

// FuzzSetLevels sets any levels. Whole: what is refused changes nothing.
// RoundTrip: what Levels returns sets the same in another Book.
func FuzzSetLevels(f *testing.F) {
	f.Add("smtp=debug,queue=warn")
	f.Add(" info , smtp/transfer=DEBUG+3, smtp=,queue=error-99")
	f.Add("smtp/\x00=debug")
	f.Fuzz(func(t *testing.T, s string) {
		b, _ := open(t, logs.Options{Keep: -1})
		if b.SetLevels(s) != nil {
			require.Equal(t, "info", b.Levels(), "Whole")
			return
		}
		again, _ := open(t, logs.Options{Keep: -1})
		require.NoError(t, again.SetLevels(b.Levels()), "RoundTrip")
		require.Equal(t, b.Levels(), again.Levels(), "RoundTrip")
	})
}

func BenchmarkLogger(b *testing.B) {
	book, err := logs.Open(logs.Options{Writer: discard{}})
	require.NoError(b, err)
	l := book.Server("smtp", "transfer")
	b.Run("off", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.LogAttrs(b.Context(), slog.LevelDebug, "smtp", slog.String("verb", "MAIL"), slog.Int("code", 250))
		}
	})
	b.Run("on", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.LogAttrs(b.Context(), slog.LevelInfo, "smtp", slog.String("verb", "MAIL"), slog.Int("code", 250))
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
