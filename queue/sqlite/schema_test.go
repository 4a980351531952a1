package sqlite

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// Records as version 1 wrote them.
const (
	messageV1 = "01026112612e6578616d706c65000002000000000000ffdb8ff9ce03000a80a8d6b90702027302026b0276"
	itemV1    = "010280a8d6b9070280a8d6b90702060202026212622e6578616d706c650000000086070804020a6c6174657200"
)

func octets(tb testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(tb, err)
	return b
}

// oldest makes a database of schema 1 with one message that waits.
func oldest(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := opened(t, Options{Dir: dir}, diskfile.OS{})
	require.NoError(t, s.Close())
	at := time.Unix(1e9, 1)
	s = opened(t, Options{Dir: dir}, diskfile.OS{})
	require.NoError(t, s.write(t.Context(), 0, func(x *tx) error {
		for _, statement := range []string{
			"INSERT INTO body (n, created, size, data) VALUES (1, 0, 5, x'68656c6c6f')",
			"INSERT INTO message (n, id, body, data) VALUES (2, 'm', 1, x'" + messageV1 + "')",
			"INSERT INTO lane (n, route, source) VALUES (3, 'r', 's')",
			fmt.Sprintf(`INSERT INTO item (n, id, message, lane, priority, state, at, due, expires, arrived, size, data)
				VALUES (4, 'm:0', 2, 3, 1, 0, %[1]d, %[1]d, %[1]d, %[1]d, 5, x'`+itemV1+"')", stamp(at)),
			"UPDATE sequence SET reserved = 10",
			"PRAGMA user_version = 1",
		} {
			if _, err := x.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Close())
	return dir
}

// TestMigration checks that what schema 1 has kept is there, goes on, and is kept in the new form.
func TestMigration(t *testing.T) {
	require.Len(t, migrations, 2, "a test for each migration")
	dir := oldest(t)
	s := opened(t, Options{Dir: dir}, diskfile.OS{})
	var version int
	require.NoError(t, s.read(t.Context(), func(c *conn) error { return c.Row("PRAGMA user_version").Scan(&version) }))
	require.Equal(t, 2, version)
	leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 2, Lease: time.Hour})
	require.NoError(t, err)
	require.Len(t, leases, 1)
	l := leases[0]
	at := time.Unix(1e9, 1).UTC()
	require.Equal(t, queue.Message{
		ID: "m", Body: l.Message.Body, Size: 5, Arrived: at, Source: "s", Tags: map[string]string{"k": "v"},
		From: smtp.MailParams{Path: smtp.Path{Local: "a", Domain: "a.example"}, UTF8: true},
	}, l.Message)
	require.Equal(t, queue.History{First: at, Last: at, Tries: 3}, l.Item.History)
	require.Zero(t, l.Item.Verdict)
	require.Equal(t, []queue.Recipient{{
		Index: 1, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "b", Domain: "b.example"}}, Last: smtp.R(451, smtp.Enhanced{4, 2, 1}, "later"),
	}}, l.Item.To)
	b, err := s.OpenBody(t.Context(), l.Message.Body)
	require.NoError(t, err)
	text := make([]byte, 5)
	_, err = b.ReadAt(text, 0)
	require.NoError(t, err)
	require.NoError(t, b.Close())
	require.Equal(t, "hello", string(text))
	require.NoError(t, s.Settle(t.Context(), queue.Settlement{Lease: &l, Keep: l.Item.To, Due: at, History: queue.History{First: at, Ways: 1}})[0])
	verdict := smtp.R(554, smtp.Enhanced{5, 7, 0}, "sent back")
	_, err = s.Update(t.Context(), queue.Filter{}, queue.Change{Verdict: verdict})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s = opened(t, Options{Dir: filepath.Clean(dir)}, diskfile.OS{})
	leases, _, err = s.Find(t.Context(), queue.Filter{}, "", 2)
	require.NoError(t, err)
	require.Equal(t, 1, leases[0].Item.History.Ways)
	require.Equal(t, verdict, leases[0].Item.Verdict)
}
