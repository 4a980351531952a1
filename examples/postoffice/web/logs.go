package web

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/internal/ascii"
)

type logsData struct {
	Records                       []logs.Record
	Categories                    []string
	Category, Level, Text, Server string
	Filtered                      bool
	Max                           int
	Levels                        []setLevel
}

// maxRecords is how much of the log a page shows.
const maxRecords = 200

func logFilter(q url.Values) (logs.Filter, error) {
	f := logs.Filter{Category: q.Get("category"), Server: q.Get("server"), Text: q.Get("text"), Min: slog.LevelDebug - 100, Max: maxRecords}
	if level := q.Get("level"); level != "" {
		if !slices.Contains(levelNames(), level) {
			return f, fmt.Errorf("there is no level %q: choose one of the list", level)
		}
		return f, f.Min.UnmarshalText([]byte(level))
	}
	return f, nil
}

func levelNames() []string { return []string{"debug", "info", "warn", "error"} }

func showLogs(v *visit) (any, error) {
	q := v.URL.Query()
	d := &logsData{
		Categories: v.site.Logs.Categories(), Category: q.Get("category"), Level: q.Get("level"), Text: q.Get("text"), Server: q.Get("server"),
		Filtered: len(keep(q, "category", "level", "text", "server")) > 0, Max: maxRecords,
		Levels: levelsOf(v.site.Logs),
	}
	f, err := logFilter(q)
	if err != nil {
		return d, unreadable{err}
	}
	d.Records = v.site.Logs.Records(f)
	return d, nil
}

// mark is how a level is shown.
func mark(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "bad"
	case l >= slog.LevelWarn:
		return "warn"
	case l >= slog.LevelInfo:
		return "info"
	}
	return "none"
}

// plain is a level in lower case, as it is written in settings.
func plain(l slog.Level) string { return ascii.Lower(l.String()) }
