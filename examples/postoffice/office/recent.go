package office

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
)

// recentMost is how many records are told.
const recentMost = 50

func controlLogs(book *logs.Book) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("GET /log/recent", func(w http.ResponseWriter, _ *http.Request) {
			if book == nil {
				answer(w, nil, errors.New("this server does not keep what it logs"))
				return
			}
			answer(w, append([]logs.Record{}, book.Records(logs.Filter{Min: slog.LevelWarn, Max: recentMost})...), nil)
		})
	}
}

// RecentTrouble returns the last warnings and errors that the server of a data folder has logged,
// newest first, up to 50.
func RecentTrouble(ctx context.Context, dir string) (list []logs.Record, err error) {
	r := remote{filepath.Join(dir, socketFile)}
	err = r.call(ctx, http.MethodGet, "/log/recent", nil, &list)
	return list, err
}
