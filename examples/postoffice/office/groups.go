package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// Groups manages this Office's newsgroups.
func (o *Office) Groups() manage.Groups {
	return &localGroups{groups: o.groups, close: func() error { return nil }}
}

// OpenGroups manages the newsgroups of a data folder: through the server that
// runs on it, or directly if none does. It does not make a data folder.
func OpenGroups(ctx context.Context, dir string) (manage.Groups, error) {
	if _, err := os.Stat(filepath.Join(dir, storeDir)); err != nil {
		return nil, fmt.Errorf("there is no data folder in %s: %w; name it with -data, or start the server once to make it", dir, err)
	}
	s, err := openStore(ctx, dir, slog.Default())
	if errors.Is(err, store.ErrLocked) {
		return &remoteGroups{remote{filepath.Join(dir, socketFile)}}, nil
	}
	if err != nil {
		return nil, err
	}
	return &localGroups{groups: news.New(s, ""), close: s.Close}, nil
}

// localGroups are those of a store that this process has open.
type localGroups struct {
	groups *news.Store
	close  func() error
}

func (l *localGroups) Close() error { return l.close() }

func (l *localGroups) List(ctx context.Context) ([]manage.Newsgroup, error) {
	moderators, err := l.groups.Moderators(ctx)
	if err != nil {
		return nil, err
	}
	of := make(map[string]string, len(moderators))
	for _, m := range moderators {
		of[m.Group] = m.Address
	}
	all := []manage.Newsgroup{}
	for g, err := range l.groups.Groups(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, manage.Newsgroup{
			Name: g.Name, Status: string(g.Status), Description: g.Description, Moderator: of[g.Name], Articles: g.Count,
		})
	}
	return all, nil
}

func (l *localGroups) Set(ctx context.Context, g manage.Newsgroup) error {
	if err := g.Check(); err != nil {
		return err
	}
	status := nntp.Status(g.Status)
	if err := l.groups.ChangeGroup(ctx, nntp.GroupChange{Name: g.Name, Status: &status, Description: &g.Description}); err != nil {
		return err
	}
	return l.groups.SetModerator(ctx, g.Name, g.Moderator)
}

func (l *localGroups) Remove(ctx context.Context, name string) error {
	return l.groups.ChangeGroup(ctx, nntp.GroupChange{Name: name, Remove: true})
}

// controlGroups takes orders about newsgroups.
func controlGroups(mux *http.ServeMux, g manage.Groups) {
	mux.HandleFunc("GET /groups", func(w http.ResponseWriter, r *http.Request) {
		all, err := g.List(r.Context())
		answer(w, all, err)
	})
	mux.HandleFunc("PUT /groups", func(w http.ResponseWriter, r *http.Request) {
		var group manage.Newsgroup
		if order(w, r, &group) {
			answer(w, struct{}{}, g.Set(r.Context(), group))
		}
	})
	mux.HandleFunc("DELETE /groups/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, struct{}{}, g.Remove(r.Context(), r.PathValue("name")))
	})
}

// remoteGroups are those of a server in another process.
type remoteGroups struct{ remote }

func (r *remoteGroups) List(ctx context.Context) (all []manage.Newsgroup, err error) {
	err = r.call(ctx, http.MethodGet, "/groups", nil, &all)
	return all, err
}

func (r *remoteGroups) Set(ctx context.Context, g manage.Newsgroup) error {
	if err := g.Check(); err != nil { // what JSON would change on its way is refused before
		return err
	}
	return r.call(ctx, http.MethodPut, "/groups", g, nil)
}

func (r *remoteGroups) Remove(ctx context.Context, name string) error {
	return r.call(ctx, http.MethodDelete, "/groups/"+url.PathEscape(name), nil, nil)
}
