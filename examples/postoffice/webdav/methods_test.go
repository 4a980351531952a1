package webdav

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
)

func TestOptions(t *testing.T) {
	r := newRig(t)
	w := r.do(200, "OPTIONS", boxed, "")
	require.Equal(t, "1, 2", w.Header().Get("DAV"))
	require.Equal(t, "DAV", w.Header().Get("MS-Author-Via"))
	require.Equal(t, "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, DELETE, COPY, MOVE, LOCK, UNLOCK", w.Header().Get("Allow"))
	require.Equal(t, "OPTIONS, PROPFIND, PUT, MKCOL, LOCK, UNLOCK", r.do(200, "OPTIONS", boxed+"new.eml", "").Header().Get("Allow"))
	r.do(501, "BREW", boxed, "")
	w = r.do(405, "PUT", boxed, "")
	require.Contains(t, w.Header().Get("Allow"), "GET")
}

// TestMessage walks through the life of one message.
func TestMessage(t *testing.T) {
	r := newRig(t)
	w := r.do(201, "PUT", boxed+"hello.eml", letter("Hello"), "Content-Type: message/rfc822")
	at := w.Header().Get("Location")
	require.Regexp(t, `^/exchange/alice/INBOX/\d+\.1\.eml$`, at)
	require.Equal(t, at, w.Header().Get("Content-Location"))
	etag := w.Header().Get("ETag")
	require.NotEmpty(t, etag)

	for _, url := range []string{at, boxed + "hello.eml", "/exchange/Alice/inbox/hello.eml"} {
		w = r.do(200, "GET", url, "")
		require.Equal(t, letter("Hello"), w.Body.String())
		require.Equal(t, "message/rfc822", w.Header().Get("Content-Type"))
		require.Equal(t, etag, w.Header().Get("ETag"))
		require.Equal(t, at, w.Header().Get("Content-Location"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	}
	w = r.do(200, "HEAD", at, "")
	require.Empty(t, w.Body.String())
	require.NotEmpty(t, w.Header().Get("Content-Length"))
	require.Equal(t, "From:", r.do(206, "GET", at, "", "Range: bytes=0-4").Body.String())
	r.do(416, "GET", at, "", "Range: bytes=5000-")
	r.do(304, "GET", at, "", "If-None-Match: "+etag)
	r.do(412, "GET", at, "", `If-Match: "other"`)

	r.do(412, "PUT", at, letter("Two"), `If-Match: "1.1000"`)
	r.do(412, "PUT", at, letter("Two"), `If-None-Match: *`)
	r.do(412, "PUT", at, letter("Two"), `If-Unmodified-Since: Mon, 02 Jan 2006 15:04:05 GMT`)
	r.do(412, "PUT", boxed+"other.eml", letter("Two"), `If-Match: *`)
	r.do(412, "DELETE", at, "", "If: (<DAV:no-lock>)")
	r.do(412, "DELETE", at, "", `If: (["1.9"])`)
	r.do(400, "DELETE", at, "", "If: nonsense")
	r.do(412, "DELETE", at, "", "If: <http://elsewhere.example/> (["+etag+"])")
	r.do(204, "DELETE", at, "", "If: (<urn:x>) (Not <DAV:no-lock> ["+etag+"])")
	r.do(404, "DELETE", at, "")
}

func TestPutReplaces(t *testing.T) {
	for _, bare := range []bool{false, true} {
		r := newRig(t)
		r.store.NoReplace, r.store.NoMetas = bare, bare
		at := r.put(boxed+"draft.eml", "One")
		etag := r.do(200, "HEAD", at, "").Header().Get("ETag")
		body := `<propertyupdate xmlns="DAV:" xmlns:M="urn:schemas:httpmail:"><set><prop><M:flagged>1</M:flagged></prop></set></propertyupdate>`
		r.do(207, "PROPPATCH", at, body)
		w := r.do(204, "PUT", boxed+"draft.eml", letter("Two"), "If-Match: "+etag)
		now := w.Header().Get("Content-Location")
		require.NotEqual(t, at, now)
		for _, url := range []string{at, boxed + "draft.eml", now} { // both names of the old one lead to the new one
			require.Contains(t, r.do(200, "GET", url, "").Body.String(), "Subject: Two")
		}
		all := read(t, r.do(207, "PROPFIND", boxed, propfindOf("M:flagged", "D:displayname"), "Depth: 1"))
		require.Len(t, all, 2, "the old one is gone")
		require.Equal(t, []string{"flagged=1 200", "displayname=Two 200"}, all[now])
		r.do(412, "PUT", at, letter("Three"), "If-Match: "+etag)
		r.do(204, "DELETE", boxed+"draft.eml", "")
		r.do(404, "GET", now, "")
		r.do(404, "GET", at, "")
	}
}

// TestPutRace has a message deleted while another one comes to replace it.
func TestPutRace(t *testing.T) {
	for _, bare := range []bool{false, true} {
		r := newRig(t)
		r.store.NoReplace = bare
		at := r.put(boxed+"x.eml", "x")
		r.store.Fail = func(_ context.Context, method string, _ imap4.MailboxID) error {
			if method == "Replace" || method == "Append" {
				r.store.Fail = nil
				r.do(204, "DELETE", at, "")
			}
			return nil
		}
		r.do(412, "PUT", at, letter("y"))
		require.Len(t, read(t, r.do(207, "PROPFIND", boxed, "", "Depth: 1")), 1, "nothing stays")
	}
}

func TestPutRefused(t *testing.T) {
	r := newRig(t)
	r.h.MaxMessage = 300
	for _, c := range []struct {
		code    int
		path    string
		body    string
		headers []string
	}{
		{409, home + "Nowhere/x.eml", letter("x"), nil},
		{403, home + "x.eml", letter("x"), nil},
		{403, "/exchange/x.eml", letter("x"), nil},
		{403, boxed + "Thumbs.db", letter("x"), nil},
		{403, boxed + ".eml", letter("x"), nil},
		{403, boxed + "a%2Fb.eml", letter("x"), nil},
		{403, boxed + "a%0Ab.eml", letter("x"), nil},
		{415, boxed + "x.eml", "no header\n\n", nil},
		{415, boxed + "x.eml", "", nil},
		{415, boxed + "x.eml", "Subject: a\x00b\r\n\r\n", nil},
		{415, boxed + "x.eml", letter("x"), []string{"Content-Type: image/png"}},
		{415, boxed + "x.eml", letter("x"), []string{"Content-Type: ;"}},
		{400, boxed + "x.eml", letter("x"), []string{"Content-Range: bytes 0-1/2"}},
		{413, boxed + "x.eml", letter(strings.Repeat("x", 300)), nil},
	} {
		r.do(c.code, "PUT", c.path, c.body, c.headers...)
	}
	// The length is not known before.
	require.Len(t, read(t, r.do(207, "PROPFIND", boxed, "", "Depth: 1")), 1, "nothing has been kept")
	require.Empty(t, r.do(201, "PUT", boxed+"x.eml", "A: b\n\nx").Header().Get("ETag"), "it is not stored as it was sent")
	require.Equal(t, "A: b\r\n\r\nx", r.do(200, "GET", boxed+"x.eml", "").Body.String())
}

func TestFolders(t *testing.T) {
	r := newRig(t)
	r.do(201, "MKCOL", home+"Plans", "")
	r.do(405, "MKCOL", home+"Plans/", "")
	r.do(409, "MKCOL", home+"None/Deeper", "")
	r.do(415, "MKCOL", home+"Body", "<x/>")
	r.do(403, "MKCOL", home+"a%2Fb", "")
	r.do(403, "MKCOL", home+"a%2A", "")
	r.do(403, "MKCOL", home+"1.2.eml", "")
	r.do(403, "MKCOL", "/exchange/carol", "")
	r.do(409, "MKCOL", "/exchange/carol/X", "")
	r.do(201, "MKCOL", home+"Plans/Caf%C3%A9%20%23%3F/", "")
	// What a client decomposes is the same name.
	r.do(405, "MKCOL", home+"Plans/Cafe%CC%81%20%23%3F/", "")
	all := read(t, r.do(207, "PROPFIND", home+"Plans/", "", "Depth: 1"))
	require.Contains(t, all, home+"Plans/Caf%C3%A9%20%23%3F/")

	// A folder keeps its name where a message could have it.
	_, err := r.store.Account("alice").Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{"INBOX", "1.1.eml"}})
	require.NoError(t, err)
	require.Contains(t, r.do(200, "GET", boxed+"1.1.eml", "").Body.String(), "<html")
	r.do(404, "GET", strings.Repeat("/a", maxSegments+2), "")
	r.do(404, "GET", "/exchange"+strings.Repeat("/a", maxSegments+2), "")
	r.do(414, "GET", "/exchange/"+strings.Repeat("a", maxPath), "")
	r.do(404, "GET", "/exchangealice/", "")
	r.do(404, "GET", boxed+"01.1.eml", "")
	r.do(404, "GET", boxed+"/x.eml", "")

	r.do(403, "DELETE", boxed, "")
	r.do(403, "DELETE", home, "")
	r.do(403, "DELETE", "/exchange/", "")
	r.do(400, "DELETE", home+"Plans", "", "Depth: 0")
	r.put(home+"Plans/x.eml", "x")
	r.do(204, "DELETE", home+"Plans", "")
	r.do(404, "PROPFIND", home+"Plans", "", "Depth: 0")
	r.do(404, "DELETE", home+"Plans", "")
	r.do(404, "GET", home+"Plans/x.eml", "")
}

func TestCopyAndMove(t *testing.T) {
	r := newRig(t)
	r.do(201, "MKCOL", home+"A", "")
	r.do(201, "MKCOL", home+"A/B", "")
	r.do(201, "MKCOL", home+"C", "")
	at := r.put(boxed+"x.eml", "x")
	to := func(path string) string { return "Destination: http://example.com" + path }

	w := r.do(201, "COPY", at, "", to(home+"A/y.eml"))
	require.Regexp(t, `^/exchange/alice/A/\d+\.1\.eml$`, w.Header().Get("Location"))
	r.do(412, "COPY", at, "", to(home+"A/y.eml"), "Overwrite: F")
	r.do(204, "COPY", at, "", to(home+"A/y.eml"))
	r.do(204, "MOVE", at, "", "Destination: "+home+"A/y.eml")
	r.do(404, "GET", at, "")
	require.Len(t, read(t, r.do(207, "PROPFIND", home+"A", "", "Depth: 1")), 3, "A, B and one message")
	r.do(201, "MOVE", home+"A/y.eml", "", to(home+"A/z.eml"))
	r.do(404, "GET", home+"A/y.eml", "")
	r.do(200, "GET", home+"A/z.eml", "")

	r.do(403, "MOVE", home+"A/z.eml", "", to(home+"A/z.eml"))
	r.do(403, "MOVE", home+"A/z.eml", "", to(home+"A/z.txt"))
	r.do(403, "MOVE", home+"A/z.eml", "", to(home+"A/%2F.eml"))
	r.do(403, "MOVE", home+"A/z.eml", "", to(home+"C"))
	r.do(409, "MOVE", home+"A/z.eml", "", to(home+"None/z.eml"))
	r.do(400, "MOVE", home+"A/z.eml", "")
	r.do(400, "MOVE", home+"A/z.eml", "", "Destination: %")
	r.do(502, "MOVE", home+"A/z.eml", "", "Destination: http://elsewhere.example/exchange/alice/C/z.eml")
	r.do(502, "MOVE", home+"A/z.eml", "", to("/elsewhere/z.eml"))

	r.do(201, "COPY", home+"A", "", to(home+"D"))
	r.do(200, "GET", home+"D/", "")
	require.Len(t, read(t, r.do(207, "PROPFIND", home+"D", "", "Depth: 1")), 3, "all of A")
	r.do(201, "COPY", home+"A", "", to(home+"E"), "Depth: 0")
	require.Len(t, read(t, r.do(207, "PROPFIND", home+"E", "", "Depth: 1")), 1, "nothing in it")
	r.do(400, "COPY", home+"A", "", to(home+"F"), "Depth: 1")
	r.do(400, "MOVE", home+"A", "", to(home+"F"), "Depth: 0")
	r.do(403, "MOVE", home+"A", "", to(home+"C"))
	r.do(412, "MOVE", home+"A", "", to(home+"C"), "Overwrite: F")
	r.do(403, "MOVE", home+"A", "", to(home+"A/B/A"))
	r.do(409, "MOVE", home+"A", "", to(home+"None/A"))
	r.do(403, "MOVE", boxed, "", to(home+"F"))
	r.do(201, "MOVE", home+"A", "", to(home+"C/A"))
	r.do(200, "GET", home+"C/A/B/", "")
	r.do(200, "GET", home+"C/A/z.eml", "")
	r.do(404, "GET", home+"A/", "")
}

func TestProppatch(t *testing.T) {
	r := newRig(t)
	at := r.put(boxed+"x.eml", "x")
	update := func(inner string) string {
		return `<D:propertyupdate xmlns:D="DAV:" xmlns:M="urn:schemas:httpmail:" xmlns:Z="urn:z">` + inner + `</D:propertyupdate>`
	}
	set := func(inner string) string { return update("<D:set><D:prop>" + inner + "</D:prop></D:set>") }
	for _, c := range []struct {
		body string
		want []string
	}{
		{set("<M:read>1</M:read>"), []string{"read= 200"}},
		{set("<M:flagged> TRUE </M:flagged><M:read>0</M:read><M:read>1</M:read>"), []string{"flagged= 200", "read= 200", "read= 200"}},
		{set("<M:read>0</M:read><Z:color>red</Z:color>"), []string{"read= 424", "color= 403"}},
		{set("<M:read>maybe</M:read>"), []string{"read= 409"}},
		{set("<D:getetag>x</D:getetag>"), []string{"getetag= 403"}},
		{update("<D:remove><D:prop><M:read/></D:prop></D:remove>"), []string{"read= 403"}},
	} {
		require.Equal(t, c.want, read(t, r.do(207, "PROPPATCH", at, c.body))[at], c.body)
	}
	require.Equal(t, []string{"read=1 200", "flagged=1 200"}, read(t, r.do(207, "PROPFIND", at, propfindOf("M:read", "M:flagged")))[at])
	require.Equal(t, []string{"read= 403"}, read(t, r.do(207, "PROPPATCH", boxed, set("<M:read>1</M:read>")))[boxed])
	r.do(400, "PROPPATCH", at, "")
	r.do(400, "PROPPATCH", at, update(""))
	r.do(400, "PROPPATCH", at, propfindOf("M:read"))
	r.do(400, "PROPPATCH", at, set(strings.Repeat("<Z:a/>", maxProps+1)))
}

// TestErrors checks what the errors of accounts become.
func TestErrors(t *testing.T) {
	r := newRig(t)
	at := r.put(boxed+"x.eml", "x")
	var fail error
	var in string
	r.store.Fail = func(_ context.Context, method string, _ imap4.MailboxID) error {
		if method == in {
			return fail
		}
		return nil
	}
	for _, c := range []struct {
		err  error
		code int
	}{
		{imap4.ErrNotFound, 404},
		{imap4.ErrExists, 409},
		{imap4.ErrHasChildren, 409},
		{imap4.ErrInUse, 409},
		{imap4.ErrCannot, 403},
		{imap4.ErrNoPermission, 403},
		{imap4.ErrOverQuota, 507},
		{imap4.ErrLimit, 507},
		{imap4.ErrTooBig, 413},
		{imap4.No("OVERQUOTA 1 2", "secret"), 507},
		{imap4.No("UNAVAILABLE", "secret"), 503},
		{imap4.No("", "secret"), 403},
		{errors.New("secret"), 500},
	} {
		for method, do := range map[string]func() *http.Response{
			"Append":    func() *http.Response { return r.ask("alice", "PUT", boxed+"new.eml", letter("new")).Result() },
			"Expunge":   func() *http.Response { return r.ask("alice", "DELETE", at, "").Result() },
			"Mailboxes": func() *http.Response { return r.ask("alice", "PROPFIND", home, "", "Depth: 0").Result() },
			"Body":      func() *http.Response { return r.ask("alice", "GET", at, "").Result() },
		} {
			in, fail = method, c.err
			w := do()
			require.Equal(t, c.code, w.StatusCode, "%s: %v", method, c.err)
			body := new(strings.Builder)
			require.NoError(t, w.Write(body))
			require.NotContains(t, body.String(), "secret")
		}
	}
	for in = range map[string]bool{"Scan": true, "Metas": true, "Body": true} {
		fail = errors.New("secret") // before the answer has begun
		if in == "Metas" {
			r.do(500, "GET", at, "")
		}
		if in == "Scan" || in == "Body" {
			r.do(500, "GET", boxed, "")
		}
	}
	in, fail = "Body", imap4.ErrNotFound // gone between being listed and being looked at
	r.do(200, "GET", boxed, "")
	all := read(t, r.do(207, "PROPFIND", boxed, propfindOf("M:subject", "M:hasattachment", "M:date"), "Depth: 1"))
	require.Equal(t, []string{"hasattachment=0 200", "subject= 404", "date= 404"}, all[at])
	in, fail = "Copy", imap4.ErrOverQuota
	r.do(507, "COPY", at, "", "Destination: "+boxed+"y.eml")
	in, fail = "Append", imap4.ErrOverQuota
	require.Contains(t, r.do(507, "PUT", boxed+"new.eml", letter("new")).Body.String(), "<D:error xmlns:D=\"DAV:\"><D:quota-not-exceeded/>")

	// What has begun is broken off: a client must not take a part for the whole.
	in, fail = "ReadAt", errors.New("disk")
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { r.ask("alice", "GET", at, "") })
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { r.ask("alice", "PROPFIND", boxed, "", "Depth: 1") })
	in = ""
	r.h.Open = func(context.Context, *http.Request) (imap4.Account, string, error) {
		return nil, "", imap4.No("UNAVAILABLE", "closed")
	}
	r.do(503, "GET", boxed, "")
}
