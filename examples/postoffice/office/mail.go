package office

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wirepost/wirepost/queue"
	queuestore "github.com/wirepost/wirepost/queue/sqlite"
)

// Mail manages what waits to be sent. It is the same whether the server runs in
// this process, in another, or not at all.
type Mail interface {
	// List returns what the filter lets through, at most n items.
	List(ctx context.Context, f queue.Filter, n int) ([]QueuedMail, error)

	// Do has something done to what the filter lets through, and returns to how
	// many items.
	Do(ctx context.Context, a Action, f queue.Filter) (int, error)

	// Routes tells how the ways out stand.
	Routes(ctx context.Context) ([]queue.RouteState, error)

	Close() error
}

// An Action is what can be done to mail that waits.
type Action string

// The actions.
const (
	Hold    Action = "hold"    // until it is released
	Release Action = "release" // what is held or waits for its host to ask
	Retry   Action = "retry"   // at once
	Drop    Action = "drop"    // without a word
	Return  Action = "return"  // to the sender, with a report
)

// A QueuedMail is a message, for some recipients, as it is listed.
type QueuedMail struct {
	ID      string    `json:"id"`
	Message string    `json:"message"`
	Route   string    `json:"route"`
	State   string    `json:"state"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Octets  int64     `json:"octets"`
	Arrived time.Time `json:"arrived"`
	Due     time.Time `json:"due"`
	Tries   int       `json:"tries"`
	Last    string    `json:"last"` // what was said to the last try
}

// Mail manages this Office's queue.
func (o *Office) Mail() Mail {
	return &localMail{queue: o.queue, close: func() error { return nil }}
}

// OpenMail manages the queue of a data folder: through the server that runs on
// it, or directly if none does. It does not make a data folder.
func OpenMail(ctx context.Context, dir string) (Mail, error) {
	folder := filepath.Join(dir, queueDir)
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("there is no queue in %s: %w; name the data folder with -data, or start the server once to make it", dir, err)
	}
	s, err := queuestore.Open(ctx, queuestore.Options{Dir: folder})
	if errors.Is(err, queuestore.ErrLocked) {
		return &remoteMail{remote{filepath.Join(dir, socketFile)}}, nil
	}
	if err != nil {
		return nil, err
	}
	return &localMail{queue: &queue.Queue{Store: s}, close: s.Close}, nil
}

// localMail is a queue that this process has open.
type localMail struct {
	queue *queue.Queue
	close func() error
}

func (l *localMail) Close() error { return l.close() }

func (l *localMail) List(ctx context.Context, f queue.Filter, n int) ([]QueuedMail, error) {
	list := []QueuedMail{}
	for item, err := range l.queue.Items(ctx, f) {
		if err != nil {
			return nil, err
		}
		if len(list) == n {
			break
		}
		list = append(list, queuedMail(item))
	}
	return list, nil
}

func queuedMail(l queue.Lease) QueuedMail {
	m := QueuedMail{
		ID:      l.Item.ID,
		Message: l.Message.ID,
		Route:   l.Item.Route,
		State:   l.Item.State.String(),
		From:    l.Message.From.Path.String(),
		Octets:  l.Message.Size,
		Arrived: l.Message.Arrived,
		Due:     l.Item.Due,
		Tries:   l.Item.History.Tries,
	}
	for _, to := range l.Item.To {
		m.To = append(m.To, to.Path.String())
		if to.Last.Code != 0 {
			m.Last = to.Last.Error()
		}
	}
	return m
}

func (l *localMail) Do(ctx context.Context, a Action, f queue.Filter) (int, error) {
	switch a {
	case Hold:
		return l.queue.Hold(ctx, f)
	case Release:
		return l.queue.Release(ctx, f)
	case Retry:
		return l.queue.Retry(ctx, f)
	case Drop:
		return l.queue.Drop(ctx, f, false)
	case Return:
		return l.queue.Drop(ctx, f, true)
	}
	return 0, fmt.Errorf("there is no action %q", a)
}

func (l *localMail) Routes(ctx context.Context) ([]queue.RouteState, error) {
	s, err := l.queue.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return append([]queue.RouteState{}, s.Routes...), nil
}

// remoteMail is the queue of a server in another process.
type remoteMail struct{ remote }

// A mailOrder is what the server is asked about its queue.
type mailOrder struct {
	Filter queue.Filter `json:"filter"`
	Most   int          `json:"most,omitempty"`
	Action Action       `json:"action,omitempty"`
}

func (r *remoteMail) List(ctx context.Context, f queue.Filter, n int) (list []QueuedMail, err error) {
	err = r.call(ctx, "POST", "/queue/list", mailOrder{Filter: f, Most: n}, &list)
	return list, err
}

func (r *remoteMail) Do(ctx context.Context, a Action, f queue.Filter) (n int, err error) {
	err = r.call(ctx, "POST", "/queue/do", mailOrder{Filter: f, Action: a}, &n)
	return n, err
}

func (r *remoteMail) Routes(ctx context.Context) (list []queue.RouteState, err error) {
	err = r.call(ctx, "GET", "/queue/routes", nil, &list)
	return list, err
}
