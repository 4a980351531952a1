package office

import (
	"context"
	"net/http"
	"net/url"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
)

// remoteTracking is the log of a server in another process.
type remoteTracking struct{ remote }

// A trackOrder is what the server is asked about its log.
type trackOrder struct {
	Query manage.TrackQuery `json:"query"`
	Most  int               `json:"most"`
}

func controlTracking(t manage.Tracking) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("POST /tracking/search", func(w http.ResponseWriter, r *http.Request) {
			var o trackOrder
			if order(w, r, &o) {
				list, err := t.Search(r.Context(), o.Query, o.Most)
				answer(w, list, err)
			}
		})
		mux.HandleFunc("GET /tracking/path/{message}", func(w http.ResponseWriter, r *http.Request) {
			list, err := t.Path(r.Context(), r.PathValue("message"))
			answer(w, list, err)
		})
	}
}

// Search implements manage.Tracking.
func (r *remoteTracking) Search(ctx context.Context, q manage.TrackQuery, n int) (list []queue.Event, err error) {
	err = r.call(ctx, http.MethodPost, "/tracking/search", trackOrder{q, n}, &list)
	return list, err
}

// Path implements manage.Tracking.
func (r *remoteTracking) Path(ctx context.Context, message string) (list []queue.Event, err error) {
	err = r.call(ctx, http.MethodGet, "/tracking/path/"+url.PathEscape(message), nil, &list)
	return list, err
}
