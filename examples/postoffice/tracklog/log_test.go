package tracklog_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/tracklog"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

var noon = time.Date(2003, 4, 1, 12, 0, 0, 0, time.UTC)

func event(at time.Time, kind queue.EventKind, message, from string, to ...string) *queue.Event {
	e := &queue.Event{Time: at, Kind: kind, Message: message, Item: "i-" + message, Sender: path(from), Size: 7}
	for i, s := range to {
		e.To = append(e.To, queue.Recipient{Index: i, RcptParams: smtp.RcptParams{Path: path(s)}})
	}
	return e
}

func path(s string) smtp.Path {
	local, domain, _ := strings.Cut(s, "@")
	return smtp.Path{Local: local, Domain: domain}
}

// open opens a log, and closes it when the test ends.
func open(t testing.TB, o tracklog.Options) *tracklog.Log {
	o.Location = cmp.Or(o.Location, time.UTC)
	log, err := tracklog.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	return log
}

// found is what a search finds, as "KIND message recipient".
func found(t *testing.T, log *tracklog.Log, q tracklog.Query) []string {
	var list []string
	for e, err := range log.Search(t.Context(), q) {
		require.NoError(t, err)
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Kind, e.Message, e.Recipient)))
	}
	return list
}

func TestSearch(t *testing.T) {
	now := noon
	log := open(t, tracklog.Options{Dir: t.TempDir(), Now: func() time.Time { return now }, Days: -1})
	log.Track(t.Context(), event(noon, queue.Received, "m1", "ann@a.example", "Bob@b.example", "cy@c.example"))
	log.Track(t.Context(), event(noon.Add(time.Second), queue.Deferred, "m1", "ann@a.example", "cy@c.example"))
	log.Flush() // the clock is read by the writer too
	now = noon.Add(24 * time.Hour)
	log.Track(t.Context(), event(now, queue.Failed, "m1", "ann@a.example", "cy@c.example"))
	report := event(now, queue.Reported, "m2", "", "ann@a.example")
	report.About = "m1"
	log.Track(t.Context(), report)
	log.Track(t.Context(), event(now, queue.Received, "m3", "eve@e.example"))

	all := []string{
		"RECEIVE m3", "DSN m2 ann@a.example", "FAIL m1 cy@c.example",
		"DEFER m1 cy@c.example", "RECEIVE m1 cy@c.example", "RECEIVE m1 Bob@b.example",
	}
	for _, c := range []struct {
		query tracklog.Query
		want  []string
	}{
		{tracklog.Query{}, all},
		{tracklog.Query{Message: "m1"}, all[1:]},
		{tracklog.Query{Message: "m"}, nil},
		{tracklog.Query{Item: "i-m3"}, all[:1]},
		{tracklog.Query{Recipient: "bOB@"}, all[5:]},
		{tracklog.Query{Sender: "@E.Example"}, all[:1]},
		{tracklog.Query{Sender: "eve", Recipient: "bob"}, nil},
		{tracklog.Query{Kinds: []queue.EventKind{queue.Failed, queue.Deferred}}, all[2:4]},
		{tracklog.Query{From: now}, all[:3]},
		{tracklog.Query{From: noon.Add(time.Second), To: now}, all[3:4]},
		{tracklog.Query{To: noon.Add(time.Nanosecond)}, all[4:]},
		{tracklog.Query{To: noon}, nil},
		{tracklog.Query{Remote: "mx"}, nil},
		{tracklog.Query{Sender: "\x00"}, nil},
	} {
		require.Equal(t, c.want, found(t, log, c.query), "%+v", c.query)
	}

	life, err := log.Path(t.Context(), "m1")
	require.NoError(t, err)
	require.Len(t, life, 5)
	require.Equal(t, queue.Received, life[0].Kind)
	require.Equal(t, queue.Failed, life[3].Kind)
	require.Equal(t, "m1", life[4].About)
	for _, id := range []string{"m4", ""} {
		life, err = log.Path(t.Context(), id)
		require.NoError(t, err)
		require.Empty(t, life)
	}
}

// Who has enough leaves the loop; whose context is over gets its error.
func TestSearchEnds(t *testing.T) {
	dir := t.TempDir()
	log := open(t, tracklog.Options{Dir: dir})
	for range 10 {
		log.Track(t.Context(), event(time.Now(), queue.Received, "m", "a@a.example", "b@b.example"))
	}
	n := 0
	for _, err := range log.Search(t.Context(), tracklog.Query{}) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	require.Equal(t, 3, n)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range tracklog.Search(ctx, dir, tracklog.Query{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err := tracklog.Path(ctx, dir, "m")
	require.ErrorIs(t, err, context.Canceled)
	for _, err := range tracklog.Search(t.Context(), filepath.Join(dir, "none"), tracklog.Query{}) {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	_, err = tracklog.Path(t.Context(), filepath.Join(dir, "none"), "m")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// At midnight a new file begins and the oldest goes, whether there is mail or not.
func TestMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for _, name := range []string{"19991228.log", "19991230.log", "19991231.log", "notes.log", "19991301.log"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		}
		time.Sleep(time.Until(time.Date(2000, 1, 1, 4, 30, 0, 0, time.UTC))) // and half past eleven the day before
		west := open(t, tracklog.Options{Dir: dir, Days: 2, Location: time.FixedZone("", -5*3600)})
		require.Equal(t, []string{"19991230.log", "19991231.log", "19991301.log", "notes.log"}, names(t, dir))
		west.Track(t.Context(), event(time.Now(), queue.Received, "m1", "a@a.example", "b@b.example"))
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"19991231.log", "19991301.log", "notes.log"}, names(t, dir))
		west.Track(t.Context(), event(time.Now(), queue.Received, "m2", "a@a.example", "b@b.example"))
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{"19991231.log", "19991301.log", "20000101.log", "notes.log"}, names(t, dir))
		require.Equal(t, []string{"RECEIVE m2 b@b.example", "RECEIVE m1 b@b.example"}, found(t, west, tracklog.Query{}))
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"19991301.log", "notes.log"}, names(t, dir))
	})
}

func names(t testing.TB, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

// An event is on disk after Delay, and before if there are many.
func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		log := open(t, tracklog.Options{Dir: dir, Delay: time.Minute})
		e := event(time.Now(), queue.Received, "m", "a@a.example", "b@b.example")
		log.Track(t.Context(), e)
		time.Sleep(59 * time.Second)
		require.Empty(t, names(t, dir))
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{"20000101.log"}, names(t, dir))
		for range 4000 {
			log.Track(t.Context(), e)
		}
		synctest.Wait()
		info, err := os.Stat(filepath.Join(dir, "20000101.log"))
		require.NoError(t, err)
		require.Greater(t, info.Size(), int64(256<<10))
	})
}

// The files of queue.FileTracker are read, and gone on with on the day of the
// change; what a crash has left of a line is passed over.
func TestGoesOn(t *testing.T) {
	dir := t.TempDir()
	old := &queue.FileTracker{Dir: dir}
	old.Track(t.Context(), event(noon, queue.Received, "m1", "a@a.example", "b@b.example"))
	require.NoError(t, old.Close())
	name := filepath.Join(dir, "20030401.log")
	now := func() time.Time { return noon }
	for i := range 2 {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("2003-04-01T12:00:00.000000Z\tFAIL\tm1\t\t0")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		var list []string
		for e, err := range tracklog.Search(t.Context(), dir, tracklog.Query{}) {
			require.NoError(t, err)
			list = append(list, string(e.Kind))
		}
		require.Len(t, list, i+1)

		log, err := tracklog.Open(tracklog.Options{Dir: dir, Location: time.UTC, Now: now})
		require.NoError(t, err)
		log.Track(t.Context(), event(noon, queue.Delivered, "m1", "a@a.example", "b@b.example"))
		require.NoError(t, log.Close())
	}
	life, err := tracklog.Path(t.Context(), dir, "m1")
	require.NoError(t, err)
	require.Len(t, life, 3)
	require.Equal(t, "b@b.example", life[0].Recipient)
	require.Equal(t, queue.Delivered, life[2].Kind)
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, 1, bytes.Count(b, []byte("#time\t")))
}

// Readers see whole lines only, while many write.
func TestConcurrently(t *testing.T) {
	log := open(t, tracklog.Options{Dir: t.TempDir(), Delay: time.Nanosecond})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 250 {
				log.Track(t.Context(), event(time.Now(), queue.Received, fmt.Sprint(i, "-", j), "a@a.example", "b@b.example", "c\n@c.example"))
			}
		})
		wg.Go(func() {
			for range 5 {
				for e, err := range log.Search(t.Context(), tracklog.Query{}) {
					if err != nil || e.Sender != "a@a.example" {
						t.Errorf("%v %v", e, err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, found(t, log, tracklog.Query{}), 2000)
}

// A log that cannot be written costs no mail; it is told, and goes on when it can.
func TestCannotWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	var told bytes.Buffer
	log := open(t, tracklog.Options{Dir: dir, Now: func() time.Time { return noon }, Logger: slog.New(slog.NewTextHandler(&told, nil))})
	require.NoError(t, os.Remove(dir))
	log.Track(t.Context(), event(noon, queue.Received, "m1", "a@a.example", "b@b.example", "c@c.example"))
	log.Flush()
	require.Contains(t, told.String(), "look whether the disk is full")
	require.Contains(t, told.String(), "events=2")
	require.NoError(t, os.Mkdir(dir, 0o700))
	log.Track(t.Context(), event(noon, queue.Received, "m2", "a@a.example", "b@b.example"))
	require.Equal(t, []string{"RECEIVE m2 b@b.example"}, found(t, log, tracklog.Query{}))
	require.NoError(t, log.Close())
	log.Track(t.Context(), event(noon, queue.Received, "m3", "a@a.example", "b@b.example"))
	require.Contains(t, told.String(), "the log is closed")
	require.Len(t, found(t, log, tracklog.Query{}), 1)
}

func TestOpenFails(t *testing.T) {
	_, err := tracklog.Open(tracklog.Options{})
	require.ErrorContains(t, err, "set Options.Dir")
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, err = tracklog.Open(tracklog.Options{Dir: filepath.Join(name, "below")})
	require.ErrorContains(t, err, "tracklog: ")
}

func BenchmarkTrack(b *testing.B) {
	log := open(b, tracklog.Options{Dir: b.TempDir()})
	e := event(time.Now(), queue.Transferred, queue.NewID(), "ann@a.example", "bob@b.example")
	e.Route, e.Remote, e.Reply = "b.example", "mx1.b.example", smtp.R(250, smtp.Enhanced{2, 0, 0}, "queued as 4F2A")
	b.ReportAllocs()
	for b.Loop() {
		log.Track(b.Context(), e)
	}
	log.Flush()
}

// BenchmarkSearch looks through a day of 1,000,000 events.
func BenchmarkSearch(b *testing.B) {
	const events = 1_000_000
	dir := b.TempDir()
	log := open(b, tracklog.Options{Dir: dir})
	first := ""
	began := time.Now()
	for i := range events {
		id := queue.NewID()
		if i == 0 {
			first = id
		}
		e := event(began.Add(time.Duration(i)*time.Millisecond), queue.Transferred, id, "ann@a.example", fmt.Sprintf("user%d@b.example", i))
		e.Route, e.Remote, e.Reply = "b.example", "mx1.b.example", smtp.R(250, smtp.Enhanced{2, 0, 0}, "queued as 4F2A")
		log.Track(b.Context(), e)
	}
	log.Flush()
	size := int64(0)
	for _, name := range names(b, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(b, err)
		size += info.Size()
	}
	for name, q := range map[string]tracklog.Query{
		"message":   {Message: first},
		"recipient": {Recipient: "USER0@B.example"},
		"second":    {From: began.Add(12 * time.Minute), To: began.Add(12*time.Minute + time.Second)},
		"all":       {},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for b.Loop() {
				n := 0
				for _, err := range tracklog.Search(b.Context(), dir, q) {
					require.NoError(b, err)
					n++
				}
				require.Positive(b, n)
			}
		})
	}
	b.Run("newest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, err := range tracklog.Search(b.Context(), dir, tracklog.Query{}) {
				require.NoError(b, err)
				break
			}
		}
	})
}
