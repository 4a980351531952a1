package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// Servers manages this Office's virtual servers.
func (o *Office) Servers() manage.Servers { return localServers{o} }

// localServers are those of this process.
type localServers struct{ office *Office }

// Close implements manage.Servers.
func (localServers) Close() error { return nil }

// List implements manage.Servers.
func (l localServers) List(context.Context) ([]manage.Server, error) {
	list := []manage.Server{}
	for _, v := range l.office.all() {
		list = append(list, v.info())
	}
	return list, nil
}

// Do implements manage.Servers. What is as it shall be stays so.
func (l localServers) Do(ctx context.Context, name string, a manage.ServerAction) error {
	all := l.office.all()
	i := slices.IndexFunc(all, func(v *virtual) bool { return v.name == name })
	if i < 0 {
		var names []string
		for _, v := range all {
			names = append(names, v.name)
		}
		return fmt.Errorf("there is no virtual server %q, but %s", name, strings.Join(names, ", "))
	}
	switch v := all[i]; a {
	case manage.Start:
		return v.start(ctx)
	case manage.Stop:
		// It is done to the end, whoever has gone away meanwhile.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		return v.stop(ctx)
	case manage.Pause:
		return v.pause(ctx)
	case manage.Resume:
		return v.resume(ctx)
	}
	return fmt.Errorf("virtual servers can't be told to %q; choose start, stop, pause or resume", a)
}

var errNoLevels = errors.New("this server has one log for all, whose level is fixed")

// SetLevel implements manage.Servers.
func (l localServers) SetLevel(_ context.Context, category, level string) error {
	book := l.office.config.Logs
	if book == nil {
		return errNoLevels
	}
	if err := new(slog.Level).UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("%q is no level; write debug, info, warn or error", level)
	}
	if category == "" {
		return book.SetLevels(level)
	}
	return book.SetLevels(category + "=" + level)
}

// Levels implements manage.Servers. "" is the level of all categories that have none of their own.
func (l localServers) Levels(context.Context) (map[string]string, error) {
	book := l.office.config.Logs
	if book == nil {
		return nil, errNoLevels
	}
	levels := make(map[string]string)
	for _, category := range book.Categories() {
		levels[category] = ""
	}
	for setting := range strings.SplitSeq(book.Levels(), ",") {
		category, level, named := strings.Cut(setting, "=")
		if !named {
			category, level = "", setting
		}
		levels[category] = level
	}
	return levels, nil
}
