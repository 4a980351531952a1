package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/smtp"
)

// A virtual is a virtual server: the places where it listens, and the engine that answers there.
// Engines are not changed once they serve, so new settings come with a new engine; the old one keeps
// its conversations, and gets no more.
type virtual struct {
	office *Office
	name   string
	turn   chan struct{} // has one element while somebody starts, stops or changes it

	mu      sync.Mutex // guards what follows
	set     *setting
	places  []*place
	engine  *engine   // nil unless it listens
	leaving []*engine // with conversations from before a change
	serving bool      // the engine has been told to
	state   manage.ServerState
	since   time.Time // that state
	err     error     // why it failed
	ended   traffic   // of engines that are gone
}

// traffic counts connections.
type traffic struct{ open, total, refused int64 }

func (t traffic) plus(s smtp.Stats) traffic {
	return traffic{
		open:    t.open + int64(s.Active),
		total:   t.total + int64(s.Accepted),
		refused: t.refused + int64(s.RefusedFull+s.RefusedAddr+s.Denied+s.BadProxy),
	}
}

func (o *Office) newVirtual(s *setting) *virtual {
	return &virtual{office: o, name: s.Name, turn: make(chan struct{}, 1), set: s, state: manage.Stopped, since: o.now()}
}

// take waits for its turn to start, stop or change it.
func (v *virtual) take(ctx context.Context) error {
	select {
	case v.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *virtual) give() { <-v.turn }

// become sets the state, and when it began.
func (v *virtual) become(s manage.ServerState, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.state != s {
		v.since = v.office.now()
	}
	v.state, v.err = s, err
}

// listen opens all places, or none. Clients that connect wait for serve. The caller has the turn.
func (v *virtual) listen(ctx context.Context) error {
	places, err := v.open(ctx, v.set)
	if err == nil {
		var e *engine
		if e, err = v.office.engine(v.set); err == nil {
			v.mu.Lock()
			v.places, v.engine, v.serving = places, e, false
			v.mu.Unlock()
			v.become(manage.Running, nil)
			return nil
		}
	}
	closePlaces(places)
	err = fmt.Errorf("%s: %w", v.name, err)
	v.become(manage.Failed, err)
	return err
}

// open returns the places of the settings, those that there are and new ones, and what is wrong with
// the others. The caller has the turn.
func (v *virtual) open(ctx context.Context, s *setting) (places []*place, err error) {
	add := func(addresses []string, tls bool) {
		for _, a := range addresses {
			i := slices.IndexFunc(v.places, func(p *place) bool { return p.address == a && p.tls == tls && !p.isClosed() })
			if i >= 0 {
				places = append(places, v.places[i])
				continue
			}
			p, cause := listenAt(ctx, v.office.sockets, a, tls)
			if cause != nil {
				err = errors.Join(err, &listenError{error: cause, tls: tls})
				continue
			}
			places = append(places, p)
		}
	}
	add(s.Addresses, false)
	add(s.TLSAddresses, true)
	return places, err
}

// A listenError tells that an address can't be listened at.
type listenError struct {
	error
	tls bool // begins with the connection there
}

// Unwrap returns the cause.
func (e *listenError) Unwrap() error { return e.error }

func closePlaces(places []*place) {
	for _, p := range places {
		p.close()
	}
}

// serve has the engine answer, from now on. The caller has the turn.
func (v *virtual) serve() {
	v.mu.Lock()
	e, places, again := v.engine, v.places, v.serving
	v.serving = true
	v.mu.Unlock()
	if e != nil && !again {
		e.begin(places, v.failed)
	}
}

// failed takes note of a place where nobody can come in any more.
func (v *virtual) failed(err error) {
	err = fmt.Errorf("%s: %w", v.name, err)
	v.become(manage.Failed, err)
	v.office.log.Error("virtual server", "err", err)
}

// start has a virtual server listen and serve that does not.
func (v *virtual) start(ctx context.Context) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	if v.office.isClosing() {
		return fmt.Errorf("%s: the server is being stopped", v.name)
	}
	if v.set.Start == "disabled" {
		return fmt.Errorf("%s: it is disabled in the configuration", v.name)
	}
	if v.current() == manage.Failed {
		v.end(ctx) // what is left of it
	}
	if v.current() != manage.Stopped {
		return nil
	}
	return v.run(ctx)
}

// run is start for who has the turn.
func (v *virtual) run(ctx context.Context) error {
	if err := v.listen(ctx); err != nil {
		return err
	}
	v.serve()
	return nil
}

func (v *virtual) current() manage.ServerState {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state
}

// stop lets conversations come to an end until ctx does, and then cuts them.
func (v *virtual) stop(ctx context.Context) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	v.end(ctx)
	return nil
}

// end is stop for who has the turn.
func (v *virtual) end(ctx context.Context) {
	v.mu.Lock()
	engines, places := v.engines(), v.places
	v.mu.Unlock()
	closePlaces(places)
	var ending sync.WaitGroup
	for _, e := range engines {
		ending.Go(func() {
			if err := e.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
				v.office.log.WarnContext(ctx, "conversations were cut", "server", v.name, "err", err)
			}
			e.served.Wait()
		})
	}
	ending.Wait()
	v.mu.Lock()
	for _, e := range engines {
		v.ended = v.ended.plus(e.stats())
	}
	v.places, v.engine, v.leaving = nil, nil, nil
	v.mu.Unlock()
	v.become(manage.Stopped, nil)
}

// engines are all that may have conversations. The caller has the lock.
func (v *virtual) engines() []*engine {
	all := slices.Clone(v.leaving)
	if v.engine != nil {
		all = append(all, v.engine)
	}
	return all
}

// close cuts all conversations. It does not wait for them, and for no turn: end does, after it.
func (v *virtual) close() {
	v.mu.Lock()
	engines, places := v.engines(), v.places
	v.mu.Unlock()
	closePlaces(places) // also those that nobody has served
	for _, e := range engines {
		e.Close()
	}
}

// pause lets nobody else come in, resume ends that.
func (v *virtual) pause(ctx context.Context) error {
	return v.turnTo(ctx, manage.Paused, manage.Running, (*engine).Pause)
}

func (v *virtual) resume(ctx context.Context) error {
	return v.turnTo(ctx, manage.Running, manage.Paused, (*engine).Resume)
}

// turnTo brings it from one state into the other.
func (v *virtual) turnTo(ctx context.Context, to, from manage.ServerState, do func(*engine)) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	switch s := v.current(); s {
	case to:
		return nil
	case from:
		do(v.engine)
		v.become(to, nil)
		return nil
	default:
		return fmt.Errorf("%s is %s, not %s; start it", v.name, s, from)
	}
}

// listening are the places where it listens.
func (v *virtual) listening() []*place {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.places)
}

// info is how it stands, for an administrator.
func (v *virtual) info() manage.Server {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.forget()
	s := manage.Server{Name: v.set.Name, Protocol: v.set.Protocol, State: v.state, Since: v.since}
	if v.err != nil {
		s.Error = v.err.Error()
	}
	for _, p := range v.places {
		if p.tls {
			s.TLS = append(s.TLS, p.listener.Addr().String())
		} else {
			s.Addresses = append(s.Addresses, p.listener.Addr().String())
		}
	}
	if v.places == nil {
		s.Addresses, s.TLS = slices.Clone(v.set.Addresses), slices.Clone(v.set.TLSAddresses)
	}
	n := v.ended
	for _, e := range v.engines() {
		n = n.plus(e.stats())
	}
	s.Open, s.Total, s.Refused = n.open, n.total, n.refused
	return s
}

// forget lets go the engines whose last conversation is over. The caller has the lock.
func (v *virtual) forget() {
	now := v.office.now()
	v.leaving = slices.DeleteFunc(v.leaving, func(e *engine) bool {
		if !e.hasLeft(now) {
			return false
		}
		v.ended = v.ended.plus(e.stats())
		e.Close() // of what it has besides conversations
		return true
	})
}
