package office

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	queuestore "github.com/wirepost/wirepost/queue/sqlite"
)

// Mail manages this Office's queue.
func (o *Office) Mail() manage.Mail {
	return &localMail{queue: o.queue, gateway: o.gateway, close: func() error { return nil }}
}

// OpenMail manages the queue of a data folder: through the server that runs on
// it, or directly if none does. It does not make a data folder.
func OpenMail(ctx context.Context, dir string) (manage.Mail, error) {
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
	queue   *queue.Queue
	gateway *gateway // nil if no server runs
	close   func() error
}

func (l *localMail) Close() error { return l.close() }

func (l *localMail) List(ctx context.Context, f queue.Filter, n int) ([]manage.QueuedMail, error) {
	list := []manage.QueuedMail{}
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

func queuedMail(l queue.Lease) manage.QueuedMail {
	m := manage.QueuedMail{
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

func (l *localMail) Do(ctx context.Context, a manage.Action, f queue.Filter, reason string) (int, error) {
	switch a {
	case manage.Hold:
		return l.queue.Hold(ctx, f)
	case manage.Release:
		return l.queue.Release(ctx, f)
	case manage.Retry:
		return l.queue.Retry(ctx, f)
	case manage.Drop:
		return l.queue.Drop(ctx, f, reason)
	case manage.Return:
		return l.queue.Return(ctx, f, reason)
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
	Filter queue.Filter  `json:"filter"`
	Most   int           `json:"most,omitempty"`
	Action manage.Action `json:"action,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

func (r *remoteMail) List(ctx context.Context, f queue.Filter, n int) (list []manage.QueuedMail, err error) {
	err = r.call(ctx, "POST", "/queue/list", mailOrder{Filter: f, Most: n}, &list)
	return list, err
}

func (r *remoteMail) Do(ctx context.Context, a manage.Action, f queue.Filter, reason string) (n int, err error) {
	err = r.call(ctx, "POST", "/queue/do", mailOrder{Filter: f, Action: a, Reason: reason}, &n)
	return n, err
}

func (r *remoteMail) Routes(ctx context.Context) (list []queue.RouteState, err error) {
	err = r.call(ctx, "GET", "/queue/routes", nil, &list)
	return list, err
}
