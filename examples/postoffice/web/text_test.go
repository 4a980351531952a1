package web

import (
	"math"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1: "-1", -999: "-999", -123456: "-123,456", 1234567: "1,234,567"} {
		require.Equal(t, want, number(n))
	}
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1<<20 - 1: "1.0 MiB", 1536 << 20: "1.5 GiB", math.MaxInt64: "8.0 EiB"} {
		require.Equal(t, want, octets(n))
	}
	for n, want := range map[int64]string{0: "", -1: "none", 1: "1", 5 << 10: "5 KiB", 3 << 20: "3 MiB", 2 << 30: "2 GiB", 1e6: "1000000"} {
		require.Equal(t, want, bound(n))
	}
	for text, want := range map[string]int64{"": 0, " ": 0, "NONE": -1, "10 kb": 10_000, "1KiB": 1024, "2 GiB": 2 << 30, "7": 7, "3tib": 3 << 40, "3 tb": 3e12, "1 GB": 1e9, "8 B": 8} {
		n, err := parseBound(text)
		require.NoError(t, err, text)
		require.Equal(t, want, n, text)
	}
	for _, text := range []string{"-1", "0", "1.5 GiB", "GiB", "9223372036854775807 KiB", "9223372036854775808", "1 PB", "1 2", "+1", "１"} {
		_, err := parseBound(text)
		require.Error(t, err, text)
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for d, want := range map[time.Duration]string{
			0: "now", time.Second: "1 s ago", -time.Second: "in 1 s", 59 * time.Minute: "59 min ago", 47 * time.Hour: "47 h ago",
			48 * time.Hour: "2 days ago", -90 * time.Second: "in 1 min",
		} {
			require.Equal(t, want, ago(now.Add(-d)))
		}
		require.Equal(t, "–", ago(time.Time{}))
		require.Equal(t, "–", stamp(time.Time{}))
		zoned := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("X", 3600))
		require.Equal(t, "2026-01-02T02:04:05Z", iso(zoned))
		require.Equal(t, zoned.Local().Format("2006-01-02 15:04:05 MST"), stamp(zoned))
		require.Len(t, clock(now), len("15:04:05.000"))
		require.Len(t, clock(now.Add(-48*time.Hour)), len("01-02 15:04:05"))
	})
}

func TestSentence(t *testing.T) {
	for s, want := range map[string]string{"": "", " a ": "A.", "it is.": "It is.", "Why?": "Why?", "é": "é."} {
		require.Equal(t, want, sentence(s))
	}
}

// FuzzVisible has the properties: what comes out is UTF-8 without anything that hides; text that is so already stays as it
// is; to do it again changes nothing.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "text\r\n\t", evil, "\u2028\ufeff\U000e0041", "\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := visible([]byte(s))
		require.True(t, utf8.Valid(out))
		tame := utf8.ValidString(s)
		for _, r := range string(out) {
			require.False(t, hides(r))
		}
		for _, r := range s {
			tame = tame && !hides(r)
		}
		require.Equal(t, tame, s == string(out))
		require.Equal(t, out, visible(out))
	})
}

// FuzzBound has the properties: a bound that is read is none, the default or above 0; as it is written it is read again,
// the same.
func FuzzBound(f *testing.F) {
	for _, s := range []string{"", "none", "1", "500 MB", "2 GiB", "9223372036854775807", "8589934591GiB", "-1", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseBound(s)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, n, int64(-1))
		again, err := parseBound(bound(n))
		require.NoError(t, err)
		require.Equal(t, n, again)
	})
}

// FuzzList has the properties: whatever is asked for, the lines that are shown are a part of the list, in order and at most
// a page; from the first page on, Next leads through all of it (as far as pages go) without a gap; links lead to the same
// path; what else was asked for stays in them.
func FuzzList(f *testing.F) {
	for _, s := range []string{"", "p=2", "p=-1&q=a%00b", "p=99999999999999999999", "p=2&p=3", "live=1&p=3&q=%ff", "q=;&%zz"} {
		f.Add(s, 120)
	}
	f.Add("p=200", 20_000)
	f.Fuzz(func(t *testing.T, query string, n int) {
		q, _ := url.ParseQuery(query) // what can be read of it counts
		n = min(max(n, 0), 20_000)
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		lines, p := turn(all, "/list", q, true)
		require.LessOrEqual(t, len(lines), pageSize)
		require.Equal(t, n == 0, len(lines) == 0)
		if len(lines) > 0 {
			require.Equal(t, []int{p.First, p.Last}, []int{lines[0] + 1, lines[len(lines)-1] + 1})
		}
		for _, to := range []string{p.Prev, p.Next} {
			if to == "" {
				continue
			}
			u, err := url.Parse(to)
			require.NoError(t, err)
			require.Equal(t, "/list", u.Path)
			require.Empty(t, u.Host)
			require.Equal(t, q.Get("q"), u.Query().Get("q"))
			require.False(t, u.Query().Has("live"))
		}
		seen := 0
		for q.Del("p"); ; {
			lines, p := turn(all, "/list", q, false)
			for _, i := range lines {
				require.Equal(t, seen, i)
				seen++
			}
			if p.Next == "" {
				break
			}
			_, next, _ := strings.Cut(p.Next, "?")
			q, _ = url.ParseQuery(next)
		}
		require.Equal(t, min(n, maxPage*pageSize), seen)
	})
}

// FuzzQuery has the properties: no query of the pages with filters has an answer but a page of HTML that is tame, and none
// does anything.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "p=2&q=ann", "state=held&sender=<a@b>", "from=2026-01-01T10:00&to=2026-01-01T10:00", "level=error&text=x&category=smtp", "q=" + url.QueryEscape(evil), "to=9999-12-31T23:59", "%zz", "message=m001"} {
		for page := range 6 {
			f.Add(s, uint8(page))
		}
	}
	o := newOffice()
	o.mail = o.mail[:60]
	site := newSite(f, o)
	c := newClient(f, site)
	c.login("ann@office.example")
	paths := []string{"/accounts", "/queues", "/queues/mail", "/tracking", "/logs", "/people"}
	f.Fuzz(func(t *testing.T, query string, page uint8) {
		c := &client{t: t, site: site, cookies: c.cookies}
		path := paths[int(page)%len(paths)]
		r := newPost(path, nil)
		r.Method, r.URL.RawQuery = "GET", query
		res := c.do(r)
		require.Contains(t, []int{200, 400}, res.StatusCode, query)
		checkTame(t, path, body(t, res))
		for _, did := range o.done() {
			require.True(t, strings.HasPrefix(did, "search "), did)
		}
	})
}

// FuzzAfter has the property: wherever the login is said to lead, it leads to one of this site's pages.
func FuzzAfter(f *testing.F) {
	for _, s := range []string{"", "/", "/queues?route=a", "//evil.example/", `/\evil.example`, "/\t/evil", "https:/queues", "/%2fevil/", "/queues\r\nX: y"} {
		f.Add(s)
	}
	site := newSite(f, newOffice())
	newClient(f, site).login("ann@office.example")
	f.Fuzz(func(t *testing.T, next string) {
		u, err := url.Parse(site.after(next))
		require.NoError(t, err)
		require.Empty(t, u.Scheme+u.Host)
		known := false
		for _, p := range site.pages {
			known = known || strings.HasPrefix(site.after(next), p.path)
		}
		require.True(t, known)
		require.False(t, strings.HasPrefix(site.after(next), "//"))
		require.NotContains(t, site.after(next), "\r")
	})
}

func BenchmarkPage(b *testing.B) {
	c := loggedIn(b, newOffice())
	for _, path := range []string{"/", "/queues/mail", "/accounts"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, page := c.get(path)
				b.SetBytes(int64(len(page)))
			}
		})
	}
}
