package webdav

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func lockInfo(scope string) string {
	return `<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:` + scope + `/></D:lockscope>` +
		`<D:locktype><D:write/></D:locktype><D:owner><D:href>mailto:alice@example.org?a&amp;b</D:href></D:owner></D:lockinfo>`
}

func tokenOf(w *httptest.ResponseRecorder) string { return w.Header().Get("Lock-Token") }

func TestExclusiveLock(t *testing.T) {
	r := newRig(t)
	at := r.put(boxed+"x.eml", "x")
	w := r.do(200, "LOCK", boxed+"x.eml", lockInfo("exclusive"), "Timeout: Infinite, Second-30", "Depth: 0")
	token := tokenOf(w)
	require.Regexp(t, `^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>$`, token)
	for _, want := range []string{
		"<D:href>" + at + "</D:href></D:lockroot>", "<D:timeout>Second-3600</D:timeout>", strings.Trim(token, "<>"),
		"<D:owner><D:href>mailto:alice@example.org?a&amp;b</D:href></D:owner>",
	} {
		require.Contains(t, w.Body.String(), want)
	}
	w = r.do(423, "LOCK", at, lockInfo("shared"))
	require.Contains(t, w.Body.String(), "<D:no-conflicting-lock><D:href>"+at+"</D:href>")
	require.Contains(t, r.do(423, "PUT", at, letter("y")).Body.String(), "<D:lock-token-submitted>")
	r.do(423, "DELETE", at, "")
	r.do(423, "PROPPATCH", at, `<propertyupdate xmlns="DAV:"/>`)
	r.do(423, "MOVE", at, "", "Destination: "+boxed+"y.eml")
	r.do(423, "COPY", r.put(boxed+"z.eml", "z"), "", "Destination: "+at)
	r.do(200, "GET", at, "")
	r.do(412, "PUT", at, letter("y"), "If: (<urn:uuid:other>)")
	r.do(412, "PUT", boxed+"z.eml", letter("y"), "If: ("+token+")")

	// A lock stays on what replaces the message, under both of its names.
	now := r.do(204, "PUT", boxed+"x.eml", letter("y"), "If: ("+token+")").Header().Get("Location")
	r.do(423, "DELETE", now, "")
	r.do(423, "DELETE", at, "")
	r.do(204, "PUT", at, letter("y2"), "If: <http://example.com"+at+"> ("+token+")")

	r.do(409, "UNLOCK", boxed, "", "Lock-Token: "+token)
	r.do(400, "UNLOCK", at, "", "Lock-Token: x")
	r.do(409, "UNLOCK", at, "", "Lock-Token: <urn:x>")
	r.do(204, "UNLOCK", at, "", "Lock-Token: "+token)
	r.do(204, "DELETE", at, "")
}

func TestSharedLock(t *testing.T) {
	r := newRig(t)
	at := r.put(boxed+"x.eml", "x")
	one, two := tokenOf(r.do(200, "LOCK", at, lockInfo("shared"))), tokenOf(r.do(200, "LOCK", at, lockInfo("shared")))
	require.NotEqual(t, one, two)
	r.do(423, "LOCK", at, lockInfo("exclusive"))
	require.Len(t, strings.Split(strings.Join(read(t, r.do(207, "PROPFIND", at, propfindOf("D:lockdiscovery")))[at], ""), "<D:activelock>"), 3)
	r.do(423, "DELETE", at, "")
	r.do(204, "DELETE", at, "", "If: ("+two+")")
}

// TestLockDepth checks which locks a change has to reckon with (RFC 4918, 7.4 to 7.7).
func TestLockDepth(t *testing.T) {
	r := newRig(t)
	r.do(201, "MKCOL", home+"A", "")
	r.do(201, "MKCOL", home+"A/B", "")
	at := r.put(home+"A/B/x.eml", "x")

	w := r.do(200, "LOCK", home+"A", lockInfo("exclusive"), "Depth: infinity")
	r.do(423, "DELETE", at, "")
	r.do(423, "MKCOL", home+"A/B/C", "")
	r.do(423, "LOCK", at, lockInfo("shared"))
	r.do(423, "LOCK", home, lockInfo("shared"))
	r.do(200, "LOCK", home+"A/B", "", "If: ("+tokenOf(w)+")", "Timeout: Second-5")
	r.do(204, "UNLOCK", at, "", "Lock-Token: "+tokenOf(w))

	w = r.do(200, "LOCK", home+"A", lockInfo("exclusive"), "Depth: 0")
	r.do(204, "PUT", at, letter("deeper"))
	at = r.put(home+"A/B/y.eml", "deeper")
	r.do(423, "MKCOL", home+"A/C", "")
	r.do(423, "PUT", home+"A/z.eml", letter("z"))
	r.do(423, "DELETE", home+"A/B", "")
	r.do(201, "MKCOL", home+"A/C", "", "If: </exchange/alice/A> ("+tokenOf(w)+")")
	r.do(204, "UNLOCK", home+"A", "", "Lock-Token: "+tokenOf(w))

	// What can be deleted is; the folders above what is locked stay.
	w = r.do(200, "LOCK", at, lockInfo("exclusive"))
	require.Equal(t, map[string][]string{at: {"423"}}, read(t, r.do(207, "DELETE", home+"A", "")))
	r.do(404, "GET", home+"A/C/", "")
	r.do(200, "GET", at, "")
	r.do(423, "MOVE", home+"A", "", "Destination: "+home+"Z")
	r.do(204, "DELETE", home+"A", "", "If: <"+at+"> ("+tokenOf(w)+")")
}

// TestLockedName checks a lock on a name that has no message yet.
func TestLockedName(t *testing.T) {
	r := newRig(t)
	w := r.do(201, "LOCK", boxed+"new.eml", lockInfo("exclusive"))
	token := tokenOf(w)
	r.do(404, "GET", boxed+"new.eml", "")
	all := read(t, r.do(207, "PROPFIND", boxed+"new.eml", propfindOf("D:resourcetype", "D:getetag")))
	require.Equal(t, []string{"resourcetype= 200", "getetag= 404"}, all[boxed+"new.eml"])
	r.do(423, "PUT", boxed+"new.eml", letter("x"))
	r.do(423, "MKCOL", boxed+"new.eml", "")
	at := r.do(201, "PUT", boxed+"new.eml", letter("x"), "If: ("+token+")").Header().Get("Location")
	r.do(423, "DELETE", at, "")
	r.do(204, "UNLOCK", at, "", "Lock-Token: "+token)
	r.do(404, "PROPFIND", boxed+"other.eml", "", "Depth: 0")
	r.do(409, "LOCK", home+"None/x.eml", lockInfo("exclusive"))
	r.do(403, "LOCK", boxed+"x.txt", lockInfo("exclusive"))
	r.do(403, "LOCK", "/exchange/", lockInfo("exclusive"))
}

func TestLockRequests(t *testing.T) {
	r := newRig(t)
	r.h.MaxLocks = 2
	at := r.put(boxed+"x.eml", "x")
	r.do(400, "LOCK", at, "")
	r.do(400, "LOCK", at, "<lockinfo/>")
	r.do(400, "LOCK", at, lockInfo("exotic"))
	r.do(400, "LOCK", at, lockInfo("shared"), "Depth: 1")
	r.do(400, "LOCK", at, strings.Replace(lockInfo("shared"), "mailto:", strings.Repeat("x", maxOwner), 1))
	r.do(412, "LOCK", at, "", "If: (<urn:x>)")
	r.do(412, "LOCK", at, "", "If: (Not <urn:x>)")
	r.do(200, "LOCK", at, lockInfo("shared"))
	r.do(200, "LOCK", at, lockInfo("shared"))
	r.do(507, "LOCK", at, lockInfo("shared"))
	r.h.MaxLocks = 0
	for range maxShared - 2 {
		r.do(200, "LOCK", at, lockInfo("shared"))
	}
	r.do(507, "LOCK", at, lockInfo("shared"))
}

// TestLockTime has locks expire, in the time of a bubble.
func TestLockTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.h.LockTime = time.Minute
		at := r.put(boxed+"x.eml", "x")
		token := tokenOf(r.do(200, "LOCK", at, lockInfo("exclusive"), "Timeout: Second-20"))
		time.Sleep(15 * time.Second)
		w := r.do(200, "LOCK", at, "", "If: ("+token+")", "Timeout: Second-4100000000")
		require.Contains(t, w.Body.String(), "<D:timeout>Second-60</D:timeout>")
		time.Sleep(59 * time.Second)
		r.do(423, "DELETE", at, "")
		time.Sleep(time.Second)
		r.do(409, "UNLOCK", at, "", "Lock-Token: "+token)
		r.do(200, "LOCK", at, lockInfo("exclusive"))
		require.Len(t, r.h.locks.tokens, 1, "what has expired is forgotten")
	})
}

func TestParseIf(t *testing.T) {
	for in, want := range map[string]ifHeader{
		`(<urn:a> ["e"])`:                     {{"", []condition{{token: "urn:a"}, {etag: `"e"`}}}},
		`(Not <urn:a>)(NOT[W/"e"])`:           {{"", []condition{{not: true, token: "urn:a"}}}, {"", []condition{{not: true, etag: `W/"e"`}}}},
		` </a> (<urn:a>) (<urn:b>) </b>(["])`: {{"/a", []condition{{token: "urn:a"}}}, {"/a", []condition{{token: "urn:b"}}}, {"/b", []condition{{etag: `"`}}}},
	} {
		got, err := parseIf(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{
		"", " ", "()", "(", "(<urn:a>", "<urn:a>", "</a>", "</a></b>(<c>)", "(<>)", "([])", "(<urn:a>) </a> (<urn:b>)", "(x)", "(Not)", "(<a\tb>)",
		"(" + strings.Repeat("<a>", maxConditions+1) + ")",
	} {
		_, err := parseIf(in)
		require.Error(t, err, in)
	}
}

// FuzzIf checks two properties of what parseIf takes: it reads what is written from it as the same, and it has at least one
// list, each of at least one condition and at most maxConditions together.
func FuzzIf(f *testing.F) {
	for _, s := range []string{`(<urn:a> ["e"])`, `</a> (Not <urn:a>) (["x"]) <http://h/b>(<DAV:no-lock>)`, "((", `(not["\"])`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseIf(s)
		if err != nil {
			return
		}
		var b strings.Builder
		n := 0
		for _, l := range h {
			if l.tag != "" {
				fmt.Fprintf(&b, "<%s>", l.tag)
			}
			b.WriteByte('(')
			for _, c := range l.conditions {
				n++
				if c.not {
					b.WriteString("Not ")
				}
				if c.token != "" {
					fmt.Fprintf(&b, "<%s>", c.token)
				} else {
					fmt.Fprintf(&b, "[%s]", c.etag)
				}
			}
			b.WriteByte(')')
			require.NotEmpty(t, l.conditions)
		}
		require.True(t, len(h) > 0 && n <= maxConditions)
		again, err := parseIf(b.String())
		require.NoError(t, err)
		require.Equal(t, h, again)
	})
}
