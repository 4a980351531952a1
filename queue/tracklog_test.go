package queue_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func event(at time.Time, to ...string) *queue.Event {
	e := &queue.Event{
		Time: at, Kind: queue.Failed, Message: "m", MessageID: "i@a.example", Sender: smtp.Path{Local: "a", Domain: "a.example"}, Route: "r", Remote: "mx.b.example",
		Size: 7, Latency: 1500 * time.Millisecond, Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such\nuser"),
	}
	for i, local := range to {
		e.To = append(e.To, queue.Recipient{Index: i, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: local, Domain: "b.example"}}})
	}
	return e
}

// A file a day, each with its heading once, whoever opens it.
func TestFileTracker(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		f := &queue.FileTracker{Dir: dir}
		f.Track(t.Context(), event(noon, "b", "c"))
		f.Track(t.Context(), event(noon.Add(24*time.Hour), "d"))
		f.Track(t.Context(), event(noon, "late"))
		require.NoError(t, f.Close())
		require.NoError(t, f.Close())
	}
	log, err := os.ReadFile(filepath.Join(dir, "20030401.log"))
	require.NoError(t, err)
	lines := strings.Split(string(log), "\n")
	require.Len(t, lines, 1+3+3+1)
	require.Equal(t, "#time\tevent\tmessage\tabout\tindex\tfrom\tto\troute\tremote\toctets\tms\treply\tmessage-id", lines[0])
	require.Equal(t, "2003-04-01T12:00:00.000Z\tFAIL\tm\t\t1\ta@a.example\tc@b.example\tr\tmx.b.example\t7\t1500\t550-5.1.1 no such 550 5.1.1 user\ti@a.example", lines[2])
	_, err = os.Stat(filepath.Join(dir, "20030402.log"))
	require.NoError(t, err)
}

// Lines of many goroutines do not mix.
func TestFileTrackerConcurrently(t *testing.T) {
	dir := t.TempDir()
	f := &queue.FileTracker{Dir: dir}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				f.Track(t.Context(), event(noon, "b", "c"))
			}
		})
	}
	wg.Wait()
	require.NoError(t, f.Close())
	log, err := os.ReadFile(filepath.Join(dir, "20030401.log"))
	require.NoError(t, err)
	for line := range strings.Lines(string(log)) {
		require.Equal(t, 12, strings.Count(line, "\t"))
	}
	require.Equal(t, 1601, strings.Count(string(log), "\n"))
}

// A log that cannot be written costs no mail; it is told.
func TestFileTrackerFails(t *testing.T) {
	var told bytes.Buffer
	f := &queue.FileTracker{Dir: filepath.Join(t.TempDir(), "missing"), Logger: slog.New(slog.NewTextHandler(&told, nil))}
	f.Track(t.Context(), event(noon, "b"))
	require.Contains(t, told.String(), "tracking log cannot be written")
	require.NoError(t, f.Close())
}

func TestSlogTracker(t *testing.T) {
	var log bytes.Buffer
	trackers := queue.Trackers{queue.SlogTracker{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	e := event(noon, "b", "c")
	trackers.Track(t.Context(), e)
	e.Kind, e.Reply = queue.Received, smtp.Reply{}
	trackers.Track(t.Context(), e)
	lines := strings.Split(log.String(), "\n")
	require.Len(t, lines, 5)
	require.Contains(t, lines[1], "level=WARN msg=FAIL message=m")
	require.Contains(t, lines[1], "to=c@b.example recipient=1")
	require.Contains(t, lines[2], "level=INFO msg=RECEIVE")
	require.Contains(t, lines[2], `reply=""`)
}

func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"waiting": queue.Waiting.String(), "leased": queue.Leased.String(), "held": queue.Held.String(), "parked": queue.Parked.String(),
		"urgent": queue.Urgent.String(), "normal": queue.Normal.String(),
		"failed": queue.ActionFailed.String(), "delayed": queue.ActionDelayed.String(), "delivered": queue.ActionDelivered.String(),
		"relayed": queue.ActionRelayed.String(), "expanded": queue.ActionExpanded.String(),
	} {
		require.Equal(t, want, got)
	}
	require.Equal(t, "unknown", queue.State(9).String())
	require.Equal(t, "unknown", queue.Priority(9).String())
	require.Equal(t, "unknown", queue.Action(9).String())
}
