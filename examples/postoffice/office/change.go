package office

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// setting is that of now.
func (v *virtual) setting() *setting {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.set
}

// sameAs reports whether an engine made of one setting is as one made of the other.
func (s *setting) sameAs(other *setting) bool {
	return reflect.DeepEqual(s.Virtual, other.Virtual) && reflect.DeepEqual(s.shown, other.shown) &&
		reflect.DeepEqual(s.shared(), other.shared())
}

// shared is what of the Config it depends on.
func (s *setting) shared() []any {
	c := s.config
	all := []any{c.ClientCA, c.NoMetrics}
	switch {
	case isMail(&s.Virtual):
		all = append(all, c.Relaying)
	case s.Protocol == "nntp":
		all = append(all, c.News)
	case s.Protocol == "http":
		all = append(all, c.web().WebDAV, c.web().Prefix)
	case s.Protocol == "admin":
		all = append(all, c.web().Hosts, c.web().SessionLife)
	}
	return all
}

// vacate leaves the places that it does not have by other settings, for others to have them.
func (v *virtual) vacate(ctx context.Context, s *setting) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.places = slices.DeleteFunc(slices.Clone(v.places), func(p *place) bool {
		list := s.Addresses
		if p.tls {
			list = s.TLSAddresses
		}
		if slices.Contains(list, p.address) {
			return false
		}
		_ = p.close() // nobody is told what can't be changed
		return true
	})
	return nil
}

// change gives it other settings, for those who connect from then on.
func (v *virtual) change(ctx context.Context, s *setting) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.give()
	before := v.set
	if v.engine != nil && s.Start != "disabled" {
		return v.exchange(ctx, s)
	}
	v.mu.Lock()
	v.set = s
	v.mu.Unlock()
	switch {
	case s.Start == "disabled":
		ctx, cancel := context.WithTimeout(ctx, shutdownTime)
		defer cancel()
		v.end(ctx)
	case s.Start == "auto" && (v.current() == manage.Failed || before.Start == "disabled"):
		return v.run(ctx)
	}
	return nil
}

// exchange has another engine answer. The caller has the turn.
func (v *virtual) exchange(ctx context.Context, s *setting) error {
	state := v.current()
	if state != manage.Failed && s.sameAs(v.set) {
		return nil
	}
	e, err := v.office.engine(s)
	if err != nil {
		return fmt.Errorf("%s: %w; it stays as it was", v.name, err)
	}
	places, err := v.open(ctx, s)
	if state == manage.Paused {
		e.Pause()
	}
	v.mu.Lock()
	old := v.engine
	v.set, v.places, v.engine = s, places, e
	v.leaving = append(v.leaving, old)
	serving := v.serving
	v.mu.Unlock()
	old.leave(v.office.now())
	if serving {
		e.begin(places, v.failed)
	}
	switch {
	case err != nil:
		err = fmt.Errorf("%s: %w", v.name, err)
		v.become(manage.Failed, err)
	case state == manage.Failed:
		v.become(manage.Running, nil)
	}
	return err
}
