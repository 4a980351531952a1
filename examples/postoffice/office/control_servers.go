package office

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// OpenServers manages the virtual servers of the process that runs on a data folder.
func OpenServers(ctx context.Context, dir string) (manage.Servers, error) {
	socket := filepath.Join(dir, socketFile)
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("no server runs on the data folder %s: %w; start it, or name another folder with -data", dir, err)
	}
	return &remoteServers{remote{socket}}, nc.Close()
}

// A serverOrder is what shall be done to a virtual server, or to the log.
type serverOrder struct {
	Action   manage.ServerAction `json:"action,omitempty"`
	Category string              `json:"category"`
	Level    string              `json:"level,omitempty"`
}

// controlServers takes orders about virtual servers.
func controlServers(s manage.Servers) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("GET /servers", func(w http.ResponseWriter, r *http.Request) {
			list, err := s.List(r.Context())
			answer(w, list, err)
		})
		mux.HandleFunc("PUT /servers/{name}", func(w http.ResponseWriter, r *http.Request) {
			var o serverOrder
			if order(w, r, &o) {
				answer(w, struct{}{}, s.Do(r.Context(), r.PathValue("name"), o.Action))
			}
		})
		mux.HandleFunc("GET /levels", func(w http.ResponseWriter, r *http.Request) {
			levels, err := s.Levels(r.Context())
			answer(w, levels, err)
		})
		mux.HandleFunc("PUT /levels", func(w http.ResponseWriter, r *http.Request) {
			var o serverOrder
			if order(w, r, &o) {
				answer(w, struct{}{}, s.SetLevel(r.Context(), o.Category, o.Level))
			}
		})
		mux.HandleFunc("POST /reload", func(w http.ResponseWriter, r *http.Request) {
			answer(w, struct{}{}, s.Reload(r.Context()))
		})
	}
}

// remoteServers are those of another process.
type remoteServers struct{ remote }

// List implements manage.Servers.
func (r *remoteServers) List(ctx context.Context) (list []manage.Server, err error) {
	err = r.call(ctx, http.MethodGet, "/servers", nil, &list)
	return list, err
}

// Do implements manage.Servers.
func (r *remoteServers) Do(ctx context.Context, name string, a manage.ServerAction) error {
	return r.call(ctx, http.MethodPut, "/servers/"+url.PathEscape(name), serverOrder{Action: a}, nil)
}

// SetLevel implements manage.Servers.
func (r *remoteServers) SetLevel(ctx context.Context, category, level string) error {
	return r.call(ctx, http.MethodPut, "/levels", serverOrder{Category: category, Level: level}, nil)
}

// Levels implements manage.Servers.
func (r *remoteServers) Levels(ctx context.Context) (levels map[string]string, err error) {
	err = r.call(ctx, http.MethodGet, "/levels", nil, &levels)
	return levels, err
}

// Reload implements manage.Servers.
func (r *remoteServers) Reload(ctx context.Context) error {
	return r.call(ctx, http.MethodPost, "/reload", nil, nil)
}
