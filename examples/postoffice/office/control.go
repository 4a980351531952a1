package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// socketFile is where a running server takes orders, from the user that owns
// the data folder.
const socketFile = "control.sock"

// incompleteHeader says why a list is not complete.
const incompleteHeader = "Postoffice-Incomplete"

const maxOrder = 1 << 20 // octets of an order

// maxSocketPath is how long the path of a socket may be, on the system that
// allows least (sun_path on BSD, with its NUL).
const maxSocketPath = 103

// A control serves Accounts, Lists, Mail and Groups on a socket, and more.
type control struct {
	server *http.Server
	ended  chan struct{} // closed when the socket is gone
}

func listenControl(dir string, accounts manage.Accounts, lists manage.Lists, mail manage.Mail, groups manage.Groups, log *slog.Logger, more ...func(*http.ServeMux)) (*control, error) {
	path := filepath.Join(dir, socketFile)
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path of a socket may have %d octets, %s has %d; use a data folder with a shorter one", maxSocketPath, path, len(path))
	}
	// The store's lock is ours, so a socket that is there is a dead server's.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	c := &control{
		server: &http.Server{
			Handler:           controlHandler(accounts, lists, mail, groups, more),
			ReadHeaderTimeout: 10 * time.Second,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
		ended: make(chan struct{}),
	}
	go func() {
		defer close(c.ended)
		if err := c.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("control socket", "err", err)
		}
	}()
	return c, nil
}

// shutdown lets orders that are under way be carried out, until ctx ends.
func (c *control) shutdown(ctx context.Context) {
	// Those that are not are cut by close.
	_ = c.server.Shutdown(ctx)
}

// close ends it. The socket is gone then: another server may use its place.
func (c *control) close() {
	c.server.Close()
	<-c.ended
}

func controlHandler(a manage.Accounts, l manage.Lists, m manage.Mail, g manage.Groups, more []func(*http.ServeMux)) http.Handler {
	mux := http.NewServeMux()
	controlAccounts(mux, a)
	controlLists(mux, l)
	controlMail(mux, m)
	controlGroups(mux, g)
	for _, add := range more {
		add(mux)
	}
	return mux
}

func controlAccounts(mux *http.ServeMux, a manage.Accounts) {
	mux.HandleFunc("GET /users", func(w http.ResponseWriter, r *http.Request) {
		users, err := a.List(r.Context())
		if missing, ok := errors.AsType[*manage.Incomplete](err); ok {
			w.Header().Set(incompleteHeader, url.PathEscape(missing.Why))
			err = nil
		}
		answer(w, users, err)
	})
	mux.HandleFunc("POST /users", func(w http.ResponseWriter, r *http.Request) {
		var u manage.NewUser
		if !order(w, r, &u) {
			return
		}
		user, err := a.Add(r.Context(), u)
		answer(w, user, err)
	})
	mux.HandleFunc("PUT /users/{name}", func(w http.ResponseWriter, r *http.Request) {
		var c manage.UserChange
		if order(w, r, &c) {
			answer(w, struct{}{}, a.Change(r.Context(), r.PathValue("name"), c))
		}
	})
	mux.HandleFunc("DELETE /users/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, struct{}{}, a.Remove(r.Context(), r.PathValue("name")))
	})
}

func controlMail(mux *http.ServeMux, m manage.Mail) {
	controlMode(mux, m)
	mux.HandleFunc("GET /queue/routes", func(w http.ResponseWriter, r *http.Request) {
		routes, err := m.Routes(r.Context())
		answer(w, routes, err)
	})
	mux.HandleFunc("POST /queue/list", func(w http.ResponseWriter, r *http.Request) {
		var o mailOrder
		if order(w, r, &o) {
			list, err := m.List(r.Context(), o.Filter, o.Most)
			answer(w, list, err)
		}
	})
	mux.HandleFunc("POST /queue/do", func(w http.ResponseWriter, r *http.Request) {
		var o mailOrder
		if order(w, r, &o) {
			n, err := m.Do(r.Context(), o.Action, o.Filter, o.Reason)
			answer(w, n, err)
		}
	})
}

// order reads what is asked for.
func order(w http.ResponseWriter, r *http.Request, v any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return err == nil
}

// answer tells the outcome. Whoever may ask may see why it failed.
func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// Nobody is left to tell if this fails.
	_ = json.NewEncoder(w).Encode(v)
}
