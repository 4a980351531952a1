package webdav

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// A rig is a handler over a store in memory, and clients of it.
type rig struct {
	testing.TB
	h     *Handler
	store *memory.Store
}

func newRig(tb testing.TB) *rig {
	r := &rig{TB: tb, store: &memory.Store{}}
	r.h = &Handler{
		Prefix: "/exchange",
		Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)),
		Open: func(_ context.Context, req *http.Request) (imap4.Account, string, error) {
			user, _, _ := req.BasicAuth()
			return shared{r.store.Account(user)}, user, nil
		},
	}
	for _, user := range []string{"alice", "bob"} {
		require.NoError(tb, r.store.Account(user).Close())
	}
	return r
}

// shared is an account with a namespace for all: some of its own mailboxes play that part.
type shared struct{ imap4.Account }

func (s shared) Unwrap() any { return s.Account }

func (s shared) Namespaces() (personal, other, public []imap4.Namespace) {
	return []imap4.Namespace{{}}, []imap4.Namespace{{Prefix: []string{memory.OtherUsers}}}, []imap4.Namespace{{Prefix: []string{"Public Folders"}}}
}

// ask sends a request as a user. Headers are "Name: value".
func (r *rig) ask(user, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req := httptest.NewRequestWithContext(r.Context(), method, target, content)
	req.SetBasicAuth(user, "")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	r.h.ServeHTTP(w, req)
	return w
}

// do is ask as alice, for an answer with this status.
func (r *rig) do(code int, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r.Helper()
	w := r.ask("alice", method, target, body, headers...)
	require.Equal(r, code, w.Code, "%s %s: %s", method, target, w.Body)
	return w
}

// put puts a message, and returns the path that it has then.
func (r *rig) put(target, subject string) string {
	r.Helper()
	return r.do(http.StatusCreated, "PUT", target, letter(subject)).Header().Get("Location")
}

func letter(subject string) string {
	return "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: " + subject +
		"\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\nHello.\r\n"
}

// fill appends messages to alice's inbox, past the handler.
func (r *rig) fill(n int) {
	account := r.store.Account("alice")
	for box, err := range account.Mailboxes(r.Context()) {
		require.NoError(r, err)
		_, err := account.Append(r.Context(), box.ID, func(yield func(imap4.Incoming, error) bool) {
			for i := range n {
				if !yield(imap4.Incoming{R: strings.NewReader(letter(fmt.Sprintf("Letter %d", i)))}, nil) {
					return
				}
			}
		})
		require.NoError(r, err)
	}
}

// told is a multistatus, as a client reads it.
type told struct {
	XMLName   xml.Name `xml:"DAV: multistatus"`
	Responses []struct {
		Href      string `xml:"DAV: href"`
		Status    string `xml:"DAV: status"`
		Propstats []struct {
			Status string `xml:"DAV: status"`
			Prop   struct {
				All []struct {
					XMLName xml.Name
					Inner   string `xml:",innerxml"`
				} `xml:",any"`
			} `xml:"DAV: prop"`
		} `xml:"DAV: propstat"`
	} `xml:"DAV: response"`
}

// read reads a multistatus: by URL, what was told, as "displayname=x 200".
func read(tb testing.TB, w *httptest.ResponseRecorder) (all map[string][]string) {
	tb.Helper()
	require.Equal(tb, http.StatusMultiStatus, w.Code, w.Body.String())
	var m told
	require.NoError(tb, xml.Unmarshal(w.Body.Bytes(), &m), w.Body.String())
	all = make(map[string][]string)
	for _, r := range m.Responses {
		require.NotContains(tb, all, r.Href, "a URL is told twice")
		all[r.Href] = []string{}
		if r.Status != "" {
			all[r.Href] = append(all[r.Href], strings.Fields(r.Status)[1])
		}
		for _, s := range r.Propstats {
			for _, p := range s.Prop.All {
				all[r.Href] = append(all[r.Href], p.XMLName.Local+"="+p.Inner+" "+strings.Fields(s.Status)[1])
			}
		}
	}
	return all
}

// propfindOf is the body that asks for properties, whose prefixes are D and M.
func propfindOf(names ...string) string {
	return `<propfind xmlns="DAV:" xmlns:D="DAV:" xmlns:M="urn:schemas:httpmail:"><prop><` + strings.Join(names, "/><") + `/></prop></propfind>`
}

const (
	home  = "/exchange/alice/"
	boxed = home + "INBOX/"
)
