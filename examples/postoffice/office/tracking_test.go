package office

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// writePath writes what became of a message, a line for each event.
func (o *running) writePath(t *testing.T, w io.Writer, id string) error {
	t.Helper()
	tracking, err := OpenTracking(t.Context(), o.config.Dir)
	require.NoError(t, err)
	list, err := tracking.Path(t.Context(), id)
	for _, e := range list {
		to := ""
		if len(e.To) > 0 {
			to = e.To[0].Path.String()
		}
		fmt.Fprintf(w, "\t%s\t%s\t%s\t%s\t\n", e.Kind, e.Sender, to, e.Route)
	}
	return err
}

// Messages that are delivered at once, and those that are queued, are found while the server runs
// and when it has stopped.
func TestTracking(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	o.submit(t, "x@example.org", "Subject: one\r\n\r\n", alice.Address)
	o.submit(t, "y@example.org", "Subject: two\r\n\r\n", alice.Address, bob.Address)
	id := strings.TrimSuffix(strings.Fields(o.read(t, bob)[0][strings.Index(o.read(t, bob)[0], " id ")+4:])[0], ";")
	tracking, err := OpenTracking(t.Context(), dir)
	require.NoError(t, err)
	check := func(tracking manage.Tracking) {
		t.Helper()
		list, err := tracking.Search(t.Context(), manage.TrackQuery{Sender: "@EXAMPLE"}, 10)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "y@example.org", list[0].Sender.String(), "the newest first")
		require.Equal(t, id, list[0].Message)
		require.Len(t, list[0].To, 2)
		require.Equal(t, alice.Address, list[0].To[0].Path.String())
		require.Equal(t, queue.Received, list[0].Kind)
		for _, tt := range []struct {
			q    manage.TrackQuery
			most int
			want int
		}{
			{manage.TrackQuery{Recipient: bob.Address}, 10, 1},
			{manage.TrackQuery{Recipient: "alice"}, 10, 2},
			{manage.TrackQuery{Recipient: "alice"}, 1, 1},
			{manage.TrackQuery{Recipient: "alice"}, 0, 0},
			{manage.TrackQuery{Recipient: "carol"}, 10, 0},
			{manage.TrackQuery{Message: " <" + id + ">"}, 10, 1},
			{manage.TrackQuery{From: time.Now().Add(time.Hour)}, 10, 0},
			{manage.TrackQuery{To: time.Now().Add(-time.Hour)}, 10, 0},
			{manage.TrackQuery{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}, 10, 2},
		} {
			list, err := tracking.Search(t.Context(), tt.q, tt.most)
			require.NoError(t, err)
			require.Len(t, list, tt.want, "%+v", tt.q)
		}
		path, err := tracking.Path(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, path, 4)
		require.Equal(t, queue.Received, path[0].Kind)
		require.Equal(t, queue.Delivered, path[3].Kind)
		require.Equal(t, "127.0.0.1", path[3].Source)
		_, err = tracking.Path(t.Context(), "a/b?c")
		require.ErrorContains(t, err, "no message a/b?c is in the message tracking log")
	}
	check(o.Tracking())
	check(tracking)
	require.NoError(t, o.stop())
	check(tracking)
	require.NoError(t, tracking.Close())
	_, err = OpenTracking(t.Context(), filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
