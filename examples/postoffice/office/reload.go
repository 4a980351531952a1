package office

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Reload implements manage.Servers.
func (l localServers) Reload(ctx context.Context) error { return l.office.Reload(ctx) }

// Reload reads the configuration again, with all certificates, and has it in force for those who
// connect from then on. Nobody is cut off but by a virtual server that is no more. A configuration
// that can't be is an error and changes nothing. A virtual server that can't be as it should is an
// error, and so is what needs a restart, which is named; all else is in force then. The log is told
// what the caller is.
func (o *Office) Reload(ctx context.Context) error {
	err := o.reload(ctx)
	switch _, waits := errors.AsType[*restartError](err); {
	case err == nil:
		o.log.InfoContext(ctx, "configuration was read again")
	case waits:
		o.log.WarnContext(ctx, "configuration was read again, but not all of it is in force", "err", err)
	default:
		o.log.ErrorContext(ctx, "configuration was not read again as it should", "err", err)
	}
	return err
}

func (o *Office) reload(ctx context.Context) error {
	select {
	case o.reloading <- struct{}{}:
		defer func() { <-o.reloading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if o.isClosing() {
		return errStopping
	}
	next := o.live
	if next.Reload != nil {
		var err error
		if next, err = next.Reload(); err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
		next.Sockets = o.config.Sockets
		next.Dir, next.Directory, next.Logs, next.Logger = o.config.Dir, o.config.Directory, o.config.Logs, o.config.Logger
	}
	settings, err := o.adopt(ctx, &next)
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	o.news.Store(&next.News)
	o.site.Store(next.web())
	if m := next.Connector.Mode; m != o.live.Connector.Mode {
		o.gateway.setMode(m)
	}
	o.live = next
	// What is begun is done to the end: half a configuration is none.
	ctx = context.WithoutCancel(ctx)
	err = errors.Join(o.sender.set(&next), o.replace(ctx, settings), o.exchange.set(ctx, &next),
		o.im.reload(&next, o.domains.names()))
	if names := o.config.restartFor(&next); len(names) > 0 {
		waits := &restartError{names}
		if err == nil {
			return waits
		}
		err = errors.Join(err, errors.New(waits.Error()))
	}
	return err
}

// A restartError tells what of a configuration is in force only after the next start.
type restartError struct{ names []string }

// Error implements error.
func (e *restartError) Error() string {
	return fmt.Sprintf("restart the server for changes of %s; all others are in force", strings.Join(e.names, ", "))
}

// adopt tries what can be wrong with a configuration, and has in force what is not of virtual servers,
// whose settings it returns.
func (o *Office) adopt(ctx context.Context, next *Config) ([]*setting, error) {
	if err := next.check(); err != nil {
		return nil, err
	}
	known, err := o.knownDomains(ctx)
	if err != nil {
		return nil, err
	}
	list := next.virtuals(known)
	settings, err := o.settings(next, list)
	if err != nil {
		return nil, err
	}
	if _, err := next.Connector.router(&next.Relaying, known); err != nil {
		return nil, err
	}
	if _, err := next.imPlan(known); err != nil {
		return nil, err
	}
	if err := next.setLevels(list); err != nil {
		return nil, err
	}
	if err := o.settleDomains(ctx, next, known, list); err != nil {
		return nil, errors.Join(err, o.live.setLevels(o.live.virtuals(known)))
	}
	if err := setPolicy(ctx, o.store, next.Accounts); err != nil {
		return nil, err
	}
	return settings, o.outbound.gateway.set(next, o.domains.names())
}

// replace has the virtual servers be as the settings say. Those that are gone make room first, for
// others may get their addresses.
func (o *Office) replace(ctx context.Context, settings []*setting) (err error) {
	old := o.all()
	var virtuals, begin []*virtual
	for _, s := range settings {
		i := slices.IndexFunc(old, func(v *virtual) bool { return v.name == s.Name && v.setting().Protocol == s.Protocol })
		if i >= 0 {
			virtuals = append(virtuals, old[i])
			continue
		}
		v := o.newVirtual(s)
		virtuals = append(virtuals, v)
		if s.Start == "auto" {
			begin = append(begin, v)
		}
	}
	o.mu.Lock()
	o.virtuals = virtuals
	o.mu.Unlock()
	for _, v := range old {
		if !slices.Contains(virtuals, v) {
			o.remove(ctx, v)
		}
	}
	for i, s := range settings {
		if v := virtuals[i]; slices.Contains(old, v) {
			err = errors.Join(err, v.vacate(ctx, s))
		}
	}
	for i, s := range settings {
		if v := virtuals[i]; slices.Contains(old, v) {
			err = errors.Join(err, v.change(ctx, s))
		}
	}
	for _, v := range begin {
		err = errors.Join(err, v.start(ctx))
	}
	return err
}

// remove ends a virtual server that is no more.
func (o *Office) remove(ctx context.Context, v *virtual) {
	ctx, cancel := context.WithTimeout(ctx, shutdownTime)
	defer cancel()
	if err := v.stop(ctx); err != nil {
		v.close() // somebody is at it
	}
}

// restartFor names the keys of what is in force only after the next start.
func (c *Config) restartFor(next *Config) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(next.lasting)) {
		names = append(names, differing(name, reflect.ValueOf(c.lasting[name]), reflect.ValueOf(next.lasting[name]))...)
	}
	return names
}

// differing names the keys in which two values of a configuration file differ.
func differing(name string, a, b reflect.Value) (names []string) {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return []string{name}
	}
	isTable := false
	if a.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(a.Type()) {
			if key, ok := f.Tag.Lookup("toml"); ok {
				isTable = true
				names = append(names, differing(name+"."+key, a.FieldByIndex(f.Index), b.FieldByIndex(f.Index))...)
			}
		}
	}
	if !isTable && !reflect.DeepEqual(a.Interface(), b.Interface()) {
		return []string{name}
	}
	return names
}
