package imap4_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/mime"
)

// A clientVisitor may log in, with the name for a password.
type clientVisitor struct{}

// VerifyPassword implements auth.PasswordVerifier.
func (clientVisitor) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if name != password {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// clientOfServer connects a Client to the engine of this package.
func clientOfServer(t *testing.T, s *memory.Store, o *imap4.Options) *imap4.Client {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	srv := &imap4.Server{
		Auth: &auth.Authenticator{Accounts: clientVisitor{}, AllowInsecure: true, Logger: quiet},
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) {
			return s.Account(c.Identity().Name()), nil
		}),
		Logger: quiet,
	}
	near, far := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.ServeConn(context.Background(), far)
		far.Close()
	}()
	if o == nil {
		o = new(imap4.Options)
	}
	o.TLS, o.PlaintextAuth = imap4.TLSNone, true
	c, err := imap4.NewClient(t.Context(), near, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close(); <-done })
	require.NoError(t, c.Login(t.Context(), "tim", "tim"))
	return c
}

// clientLetter is the n-th message.
func clientLetter(n int) imap4.Outgoing {
	text := fmt.Sprintf("From: Tim <tim@a.example>\r\nSubject: number %d\r\nDate: Mon, 2 Feb 2026 10:%02d:00 +0100\r\n\r\nHello %d.\r\n", n, n%60, n)
	return imap4.Outgoing{
		Flags: imap4.Flags{System: imap4.SystemFlags(n % 2), Keywords: []string{"$Letter"}}, Received: time.Date(2026, 2, 3, 4, 5, n, 0, time.UTC),
		Body: strings.NewReader(text), Size: int64(len(text)),
	}
}

// TestClientServer has the Client and the engine talk to each other about all
// that both know.
func TestClientServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s := new(memory.Store)
		c := clientOfServer(t, s, nil)
		require.NoError(t, c.Noop(ctx))
		if c.Has("COMPRESS=DEFLATE") {
			require.NoError(t, c.Compress(ctx))
		}
		_, err := c.Namespace(ctx)
		require.NoError(t, err)
		_, err = c.ID(ctx, map[string]string{"name": "test"})
		require.NoError(t, err)
		require.NoError(t, c.Create(ctx, "Entw\u00fcrfe", `\Drafts`))
		require.NoError(t, c.Create(ctx, "a/b"))
		require.NoError(t, c.Subscribe(ctx, "a/b"))
		require.NoError(t, c.Rename(ctx, "a/b", "a/c"))
		var letters []imap4.Outgoing
		for i := range 10 {
			letters = append(letters, clientLetter(i+1))
		}
		to, err := c.Append(ctx, "INBOX", letters...)
		require.NoError(t, err)
		require.Len(t, to.UIDs, 10)
		boxes, err := c.List(ctx, "*", &imap4.ListOptions{Status: imap4.ItemMessages | imap4.ItemSize | imap4.ItemUnseen, MyRights: true})
		require.NoError(t, err)
		names := map[string]uint32{}
		for _, one := range boxes {
			names[one.Name] = 0
			if one.Status != nil {
				names[one.Name] = one.Status.Messages
			}
		}
		require.Equal(t, map[string]uint32{"INBOX": 10, "Entw\u00fcrfe": 0, "a": 0, "a/c": 0}, names)

		box, err := c.Select(ctx, "INBOX", &imap4.SelectOptions{CondStore: true})
		require.NoError(t, err)
		require.EqualValues(t, 10, box.Messages)
		all := imap4.UIDSet{{First: 1, Last: 1<<32 - 1}}
		n := 0
		for m, err := range c.Fetch(ctx, all, &imap4.FetchItems{
			Flags: true, Envelope: true, Structure: true, Size: true, Received: true, Saved: true, IDs: true, Preview: true, ModSeq: true,
			BinarySizes: [][]int{{1}},
			Sections:    []imap4.FetchSection{{}, {Section: mime.Section{Path: []int{1}}, Binary: true}, {Section: mime.Section{Specifier: mime.TextPart}, Offset: 1, Count: 3}},
		}) {
			require.NoError(t, err)
			n++
			var texts []string
			for s := range m.Sections() {
				text, err := io.ReadAll(s)
				require.NoError(t, err)
				texts = append(texts, string(text))
			}
			require.Len(t, texts, 3)
			require.Contains(t, texts, fmt.Sprintf("Hello %d.\r\n", n))
			require.Contains(t, texts, "ell")
			require.Equal(t, fmt.Sprintf("number %d", n), *m.Envelope.Subject)
			require.Equal(t, "plain", m.Structure.Subtype)
			require.Equal(t, imap4.Flags{System: imap4.SystemFlags(n % 2), Keywords: []string{"$Letter"}}, m.Flags)
			require.True(t, m.Received.Equal(time.Date(2026, 2, 3, 4, 5, n, 0, time.UTC)))
			require.NotZero(t, m.ModSeq)
		}
		require.Equal(t, 10, n)

		found, err := c.Search(ctx, &imap4.Query{Key: imap4.AnyText, Text: "Hello 3"}, &imap4.SearchOptions{Count: true, Min: true, Save: true})
		require.NoError(t, err)
		require.Equal(t, &imap4.Found{Min: 3, Count: 1}, found)
		done, err := c.Store(ctx, imap4.SavedResult(), imap4.AddFlags, imap4.Flags{System: imap4.Flagged}, nil)
		require.NoError(t, err)
		require.Len(t, done.Changed, 1)
		if c.Has("SORT") {
			uids, err := c.Sort(ctx, []string{"REVERSE DATE"}, nil)
			require.NoError(t, err)
			require.EqualValues(t, 10, uids[0])
		}
		if c.Has("THREAD=REFERENCES") {
			threads, err := c.Thread(ctx, "REFERENCES", nil)
			require.NoError(t, err)
			require.NotEmpty(t, threads)
		}
		moved, err := c.Move(ctx, imap4.NewUIDSet(1, 2), "a/c")
		require.NoError(t, err)
		require.Equal(t, []imap4.UID{1, 2}, moved.To)
		require.EqualValues(t, 8, box.Messages)
		_, err = c.Copy(ctx, imap4.NewUIDSet(3), "nowhere")
		require.Error(t, err)
		_, err = c.Replace(ctx, 3, "INBOX", clientLetter(33))
		require.NoError(t, err)
		_, err = c.Store(ctx, imap4.NewUIDSet(4, 5), imap4.AddFlags, imap4.Flags{System: imap4.Deleted}, &imap4.StoreOptions{Silent: true})
		require.NoError(t, err)
		require.NoError(t, c.Expunge(ctx, imap4.NewUIDSet(4)))
		require.NoError(t, c.Expunge(ctx, nil))
		require.EqualValues(t, 6, box.Messages)
		if c.Has("METADATA") {
			require.NoError(t, c.SetMetadata(ctx, "INBOX", []imap4.MetadataEntry{{Name: "/private/comment", Value: []byte("x")}}))
			entries, err := c.GetMetadata(ctx, "INBOX", []string{"/private/comment"}, nil)
			require.NoError(t, err)
			require.Equal(t, []imap4.MetadataEntry{{Name: "/private/comment", Value: []byte("x")}}, entries)
		}
		if c.Has("QUOTA") {
			_, err := c.GetQuotaRoot(ctx, "INBOX")
			require.NoError(t, err)
		}
		if c.Has("ACL") {
			_, err := c.GetACL(ctx, "INBOX")
			require.NoError(t, err)
			_, err = c.MyRights(ctx, "INBOX")
			require.NoError(t, err)
		}
		require.NoError(t, c.Delete(ctx, "a/c"))
		require.NoError(t, c.CloseMailbox(ctx))
		require.NoError(t, c.Logout(ctx))
	})
}

// TestClientServerSync synchronises with the engine in each of the three ways,
// while another session changes things, and is told of them by IDLE.
func TestClientServerSync(t *testing.T) {
	for _, ignore := range [][]string{nil, {"QRESYNC"}, {"QRESYNC", "CONDSTORE"}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := new(memory.Store)
			other := clientOfServer(t, s, nil)
			for i := range 5 {
				_, err := other.Append(ctx, "INBOX", clientLetter(i+1))
				require.NoError(t, err)
			}
			_, err := other.Select(ctx, "INBOX", nil)
			require.NoError(t, err)
			c := clientOfServer(t, s, &imap4.Options{Ignore: ignore, Updates: func(u imap4.Update) {
				if u.Kind == imap4.UpdateExists {
					cancel()
				}
			}})
			var state imap4.SyncState
			sync := func() (added, changed int, gone imap4.UIDSet) {
				for ch, err := range c.Sync(t.Context(), "INBOX", &state) {
					require.NoError(t, err)
					switch {
					case ch.Message == nil:
						gone = ch.Vanished
					case ch.New:
						added++
					default:
						changed++
					}
				}
				return added, changed, gone
			}
			added, changed, gone := sync()
			require.Equal(t, []any{5, 0, imap4.UIDSet(nil)}, []any{added, changed, gone})
			_, err = other.Store(ctx, imap4.NewUIDSet(2), imap4.AddFlags, imap4.Flags{System: imap4.Answered}, nil)
			require.NoError(t, err)
			_, err = other.Store(ctx, imap4.NewUIDSet(3), imap4.AddFlags, imap4.Flags{System: imap4.Deleted}, nil)
			require.NoError(t, err)
			require.NoError(t, other.Expunge(ctx, nil))
			_, err = other.Append(ctx, "INBOX", clientLetter(6))
			require.NoError(t, err)
			added, changed, gone = sync()
			want := 1
			if len(ignore) == 2 {
				want = 4
			}
			require.Equal(t, []any{1, want, imap4.UIDSet{{First: 3, Last: 3}}}, []any{added, changed, gone})

			go func() {
				time.Sleep(time.Minute)
				_, _ = other.Append(t.Context(), "INBOX", clientLetter(7))
			}()
			require.NoError(t, c.Idle(ctx))
			require.NoError(t, c.Noop(t.Context()))
		})
	}
}
