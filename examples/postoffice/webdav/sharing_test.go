package webdav

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
)

// TestSharing checks whose folders can be seen, and what rights to them allow (RFC 4314).
func TestSharing(t *testing.T) {
	r := newRig(t)
	r.do(201, "MKCOL", home+"Plans", "")
	at := r.put(home+"Plans/x.eml", "x")
	r.do(201, "MKCOL", home+"Secret", "")
	bob := func(code int, method, target, body string, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		w := r.ask("bob", method, target, body, headers...)
		require.Equal(t, code, w.Code, "%s %s: %s", method, target, w.Body)
		return w
	}
	grant := func(rights string) {
		account := r.store.Account("alice")
		acl, _ := as[imap4.ACLStore](account)
		for box, err := range account.Mailboxes(t.Context()) {
			require.NoError(t, err)
			if box.Name[0] == "Plans" {
				require.NoError(t, acl.SetACL(t.Context(), box.ID, imap4.ACLEntry{Identifier: "bob", Rights: rights}))
			}
		}
	}
	bob(404, "PROPFIND", home, "", "Depth: 1")
	bob(404, "GET", at, "")
	require.Len(t, read(t, bob(207, "PROPFIND", "/exchange/", "", "Depth: 1")), 2)

	grant("l")
	require.Contains(t, read(t, bob(207, "PROPFIND", "/exchange/", "", "Depth: 1")), home)
	require.Len(t, read(t, bob(207, "PROPFIND", home, "", "Depth: 1")), 2)
	require.Len(t, read(t, bob(207, "PROPFIND", home+"Plans/", "", "Depth: 1")), 1, "no messages")
	bob(403, "GET", at, "")
	bob(403, "PROPFIND", at, "")
	bob(404, "GET", home+"Secret/", "")
	bob(404, "GET", "/exchange/bob/Other%20Users/alice/Plans/", "") // each folder has one URL
	bob(403, "LOCK", home+"Plans", lockInfo("shared"))

	grant("lr")
	bob(200, "GET", at, "")
	bob(403, "PUT", at, letter("y"))
	bob(403, "PUT", home+"Plans/y.eml", letter("y"))
	bob(403, "DELETE", at, "")
	bob(403, "DELETE", home+"Plans", "")
	bob(403, "MKCOL", home+"Plans/Deeper", "")
	bob(403, "MOVE", at, "", "Destination: /exchange/bob/INBOX/x.eml")
	bob(403, "MOVE", home+"Plans", "", "Destination: /exchange/bob/Plans")
	bob(201, "COPY", at, "", "Destination: /exchange/bob/INBOX/x.eml")
	read := read(t, bob(207, "PROPPATCH", at, `<propertyupdate xmlns="DAV:"><set><prop><read xmlns="urn:schemas:httpmail:">1</read></prop></set></propertyupdate>`))
	require.Equal(t, []string{"read= 403"}, read[at])

	// Flags that one may not set do not come along.
	grant("lri")
	r.do(207, "PROPPATCH", at, `<propertyupdate xmlns="DAV:"><set><prop><read xmlns="urn:schemas:httpmail:">1</read></prop></set></propertyupdate>`)
	copied := bob(201, "COPY", at, "", "Destination: "+home+"Plans/copy.eml").Header().Get("Location")
	require.Contains(t, r.do(207, "PROPFIND", copied, propfindOf("M:read")).Body.String(), "<M:read>0</M:read>")

	// What one may not see is not told by its locks.
	r.do(201, "LOCK", home+"Secret/new.eml", lockInfo("exclusive"))
	bob(404, "PROPFIND", home+"Secret/new.eml", "", "Depth: 0")
	bob(404, "GET", home+"Secret/new.eml", "")
	bob(409, "COPY", at, "", "Destination: "+home+"Secret/new.eml")

	// Locks are the user's who has taken them.
	token := tokenOf(r.do(200, "LOCK", at, lockInfo("exclusive")))
	grant("lrite")
	require.NotContains(t, bob(207, "PROPFIND", at, propfindOf("D:lockdiscovery")).Body.String(), strings.Trim(token, "<>"))
	bob(423, "DELETE", at, "", "If: ("+token+")")
	bob(403, "UNLOCK", at, "", "Lock-Token: "+token)
	r.do(204, "DELETE", at, "", "If: ("+token+")")
}

func TestPublic(t *testing.T) {
	r := newRig(t)
	r.do(404, "GET", "/exchange/public/", "")
	account := r.store.Account("alice")
	_, err := account.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{"Public Folders", "News"}})
	require.NoError(t, err)
	r.do(200, "GET", "/exchange/public/", "")
	r.put("/exchange/public/News/x.eml", "x")
	all := read(t, r.do(207, "PROPFIND", "/exchange/", "", "Depth: 1"))
	require.Contains(t, all, "/exchange/public/")
	require.Contains(t, all, home)
	require.NotContains(t, read(t, r.do(207, "PROPFIND", home, "", "Depth: 1")), home+"Public%20Folders/")
	r.do(404, "GET", home+"Public%20Folders/News/", "")
	r.h.Public = "alice"
	r.do(404, "GET", "/exchange/public/", "")
	r.do(200, "GET", home, "")
}

// TestPartial checks that what fails within a folder is told, and by its name.
func TestPartial(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"A", "A/B", "A/C"} {
		r.do(201, "MKCOL", home+name, "")
		r.put(home+name+"/x.eml", "x")
	}
	fails := 0
	r.store.Fail = func(_ context.Context, method string, box imap4.MailboxID) error {
		if fails++; (method == "Copy" || method == "Change" && box != 0) && fails%2 == 0 {
			return imap4.ErrOverQuota
		}
		return nil
	}
	codes := map[string]bool{}
	for i := range 6 {
		fails = i
		w := r.ask("alice", "COPY", home+"A", "", fmt.Sprintf("Destination: %sD%d", home, i))
		if w.Code == http.StatusMultiStatus {
			for href, told := range read(t, w) {
				require.True(t, strings.HasPrefix(href, home+"A/"), href)
				require.Equal(t, []string{"507"}, told)
			}
		}
		codes[http.StatusText(w.Code)] = true
	}
	require.True(t, codes["Multi-Status"], codes)
}
