package webdav

import (
	"context"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/imap4"
)

// TestPostoffice has postoffice's store behind the handler, with its public folders and quota.
func TestPostoffice(t *testing.T) {
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.SetDomains(t.Context(), []string{"example.org"}))
	alice, err := s.AddAccount(t.Context(), store.NewAccount{Name: "alice", Quota: store.Quota{NoReceive: 64 << 10}, Addresses: []store.Address{{Local: "alice", Domain: "example.org"}}})
	require.NoError(t, err)
	require.NoError(t, (&mailbox.Account{Store: s, User: alice}).Furnish(t.Context()))
	_, err = s.CreateFolder(t.Context(), store.NewFolder{Name: "news", Kind: store.News})
	require.NoError(t, err)
	r := newRig(t)
	r.h.Open = func(context.Context, *http.Request) (imap4.Account, string, error) {
		return &mailbox.Account{Store: s, User: alice}, "alice", nil
	}

	at := r.put(boxed+"x.eml", "x")
	r.do(200, "GET", boxed+"x.eml", "")
	now := r.do(204, "PUT", at, letter("y")).Header().Get("Location")
	require.Equal(t, []string{"displayname=y 200", "read=0 200"}, read(t, r.do(207, "PROPFIND", now, propfindOf("D:displayname", "M:read")))[now])
	r.do(201, "MOVE", at, "", "Destination: "+boxed+"z.eml")
	r.do(201, "MOVE", boxed+"z.eml", "", "Destination: "+home+"Archive/z.eml")
	r.do(201, "COPY", home+"Archive", "", "Destination: "+home+"Again")
	require.Len(t, read(t, r.do(207, "PROPFIND", home+"Again/", "", "Depth: 1")), 2)
	r.do(204, "DELETE", home+"Again", "")
	require.Contains(t, r.do(207, "PROPFIND", home, propfindOf("M:sentitems"), "Depth: 0").Body.String(), home+"Sent/")
	require.Contains(t, r.do(507, "PUT", boxed+"big.eml", letter(strings.Repeat("x", 70_000))).Body.String(), "quota-not-exceeded")

	all := read(t, r.do(207, "PROPFIND", "/exchange/public/", "", "Depth: 1"))
	require.Contains(t, all, "/exchange/public/news/")
	posted := r.put("/exchange/public/news/x.eml", "x")
	r.do(200, "GET", posted, "")
	r.do(403, "DELETE", posted, "")
	r.do(403, "MKCOL", "/exchange/public/mine", "")
	r.do(403, "DELETE", "/exchange/public/", "")
	r.do(403, "MOVE", home+"Archive", "", "Destination: /exchange/public/Archive")
}

// endless is an account whose messages are made while they are asked for.
type endless struct {
	imap4.Account
	messages int
	told     func() int
	lag      int // how many were asked for and not told yet, at most
}

func (e *endless) Scan(context.Context, imap4.MailboxID, imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
	state := imap4.State{UIDValidity: 1, UIDNext: imap4.UID(e.messages + 1), ModSeq: 1}
	return state, func(yield func(imap4.Meta, error) bool) {
		for i := range e.messages {
			e.lag = max(e.lag, i-e.told())
			if !yield(imap4.Meta{UID: imap4.UID(i + 1), Size: 1, Received: time.Unix(0, 0)}, nil) {
				return
			}
		}
	}, nil
}

// counter is a client that counts the lines of a multistatus, one for each response, and keeps none.
type counter struct {
	*httptest.ResponseRecorder
	responses int
}

func (c *counter) Write(b []byte) (int, error) {
	c.responses += strings.Count(string(b), "\n")
	return len(b), nil
}

// TestPropfindStreams checks that what is told of a large mailbox does not pile up.
func TestPropfindStreams(t *testing.T) {
	r := newRig(t)
	c := &counter{ResponseRecorder: httptest.NewRecorder()}
	account := &endless{Account: r.store.Account("alice"), messages: 10_000, told: func() int { return c.responses }}
	r.h.Open = func(context.Context, *http.Request) (imap4.Account, string, error) { return account, "alice", nil }
	req := httptest.NewRequestWithContext(t.Context(), "PROPFIND", boxed, strings.NewReader(propfindOf("D:getetag", "D:resourcetype")))
	req.Header.Set("Depth", "1")
	r.h.ServeHTTP(c, req)
	require.GreaterOrEqual(t, c.responses, 10_000)
	require.Less(t, account.lag, 200)
}
