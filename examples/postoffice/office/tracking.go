package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/tracklog"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// openTracking opens the message tracking log. It is nil if none is wanted.
func openTracking(c *Config) (*tracklog.Log, error) {
	days := c.TrackingDays
	switch {
	case days < 0:
		return nil, nil
	case days == 0:
		days = -1 // for ever
	}
	t, err := tracklog.Open(tracklog.Options{Dir: filepath.Join(c.Dir, trackDir), Days: days, Logger: c.category("queue")})
	if err != nil {
		return nil, fmt.Errorf("message tracking log: %w", err)
	}
	return t, nil
}

// trackers are told what becomes of messages.
func trackers(t *tracklog.Log, log *slog.Logger) queue.Trackers {
	list := queue.Trackers{queue.SlogTracker{Logger: log}}
	if t != nil {
		list = append(list, t)
	}
	return list
}

func closeTracking(t *tracklog.Log) error {
	if t == nil {
		return nil
	}
	return t.Close()
}

// Tracking looks into this Office's message tracking log.
func (o *Office) Tracking() manage.Tracking {
	flush := func() {}
	if o.tracker != nil {
		flush = o.tracker.Flush
	}
	return &localTracking{dir: filepath.Join(o.config.Dir, trackDir), flush: flush}
}

// OpenTracking looks into the message tracking log of a data folder: through the server that runs on
// it, which has the last moments too, or in its files.
func OpenTracking(_ context.Context, dir string) (manage.Tracking, error) {
	folder := filepath.Join(dir, trackDir)
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("there is no message tracking log in %s: %w; name the data folder with -data", dir, err)
	}
	return &eitherTracking{
		remote: remoteTracking{remote{filepath.Join(dir, socketFile)}},
		local:  localTracking{dir: folder, flush: func() {}},
	}, nil
}

// localTracking reads the files.
type localTracking struct {
	dir   string
	flush func() // what is in memory yet
}

// Close implements manage.Tracking.
func (l *localTracking) Close() error { return nil }

// maxFound bounds what one search returns.
const maxFound = 10_000

// Search implements manage.Tracking. The lines of a message's first event, one for each recipient,
// stand together.
func (l *localTracking) Search(ctx context.Context, q manage.TrackQuery, n int) ([]queue.Event, error) {
	l.flush()
	id := strings.Trim(q.Message, "<> ")
	query := tracklog.Query{
		From: q.From, To: q.To, Kinds: []queue.EventKind{queue.Received}, Sender: q.Sender, Message: id, MessageID: id,
	}
	list := []queue.Event{}
	wanted := false // one of the recipients is
	finish := func() {
		if len(list) > 0 && !wanted {
			list = list[:len(list)-1]
		}
	}
	for e, err := range tracklog.Search(ctx, l.dir, query) {
		if err != nil {
			return nil, err
		}
		if k := len(list) - 1; k >= 0 && list[k].Message == e.Message {
			list[k].To = append(e.Tracked().To, list[k].To...)
		} else {
			finish()
			if len(list) == min(n, maxFound) {
				return list, nil
			}
			list, wanted = append(list, e.Tracked()), false
		}
		wanted = wanted || q.Recipient == "" || strings.Contains(ascii.Lower(e.Recipient), ascii.Lower(q.Recipient))
	}
	finish()
	return list, nil
}

// Path implements manage.Tracking.
func (l *localTracking) Path(ctx context.Context, message string) ([]queue.Event, error) {
	l.flush()
	path, err := l.path(ctx, strings.Trim(message, "<> "))
	if err != nil {
		return nil, err
	}
	if len(path) == 0 {
		return nil, fmt.Errorf("no message %s is in the message tracking log", message)
	}
	list := make([]queue.Event, len(path))
	for i := range path {
		list[i] = path[i].Tracked()
	}
	return list, nil
}

// maxSame is how many messages of one Message-ID have their paths told together.
const maxSame = 100

// path returns the events of a message by its ID in the queue, or those of all messages of a Message-ID: what was sent on
// to the members of a list has the same.
func (l *localTracking) path(ctx context.Context, id string) ([]tracklog.Event, error) {
	path, err := tracklog.Path(ctx, l.dir, id)
	if err != nil || len(path) > 0 || id == "" {
		return path, err
	}
	seen := make(map[string]bool)
	for e, err := range tracklog.Search(ctx, l.dir, tracklog.Query{MessageID: id}) {
		if err != nil {
			return nil, err
		}
		if seen[e.Message] {
			continue
		}
		if len(seen) == maxSame {
			break
		}
		seen[e.Message] = true
	}
	told := make(map[tracklog.Event]bool)
	for _, message := range slices.Sorted(maps.Keys(seen)) {
		one, err := tracklog.Path(ctx, l.dir, message)
		if err != nil {
			return nil, err
		}
		for _, e := range one {
			if !told[e] { // what one message is about, the other has too
				told[e] = true
				path = append(path, e)
			}
		}
	}
	slices.SortStableFunc(path, func(a, b tracklog.Event) int { return a.Time.Compare(b.Time) })
	return path, nil
}

// eitherTracking asks the server, and reads the files if none runs.
type eitherTracking struct {
	remote remoteTracking
	local  localTracking
}

// Close implements manage.Tracking.
func (t *eitherTracking) Close() error { return nil }

// Search implements manage.Tracking.
func (t *eitherTracking) Search(ctx context.Context, q manage.TrackQuery, n int) ([]queue.Event, error) {
	list, err := t.remote.Search(ctx, q, n)
	if noServer(err) {
		return t.local.Search(ctx, q, n)
	}
	return list, err
}

// Path implements manage.Tracking.
func (t *eitherTracking) Path(ctx context.Context, message string) ([]queue.Event, error) {
	list, err := t.remote.Path(ctx, message)
	if noServer(err) {
		return t.local.Path(ctx, message)
	}
	return list, err
}

// noServer tells whether nobody was there to ask.
func noServer(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// trackDirect tells of a message that went to mailboxes while its sender waited.
func (b *inbound) trackDirect(ctx context.Context, m queue.Event, begun time.Time) {
	m.Route, m.Time = localRoute, begun
	m.Kind = queue.Received
	b.queue.Tracker.Track(ctx, &m)
	m.Kind, m.Time = queue.Delivered, b.now()
	m.Latency = max(0, m.Time.Sub(begun))
	b.queue.Tracker.Track(ctx, &m)
}

// source is who has sent a message: a user, or a host.
func (s *inboundSession) source() string {
	return cmp.Or(s.conn.Identity().Name(), hostOf(s.conn.RemoteAddr()))
}

func recipients(env *smtp.Envelope) []queue.Recipient {
	list := make([]queue.Recipient, len(env.To))
	for i, to := range env.To {
		list[i] = queue.Recipient{Index: i, RcptParams: to}
	}
	return list
}
