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
	"unicode/utf8"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/smtp"
)

// Groups manages the newsgroups. It is the same whether the server runs in this
// process, in another, or not at all.
type Groups interface {
	List(ctx context.Context) ([]Newsgroup, error)
	Set(ctx context.Context, g Newsgroup) error // makes it, or changes it
	Remove(ctx context.Context, name string) error
	Close() error
}

// A Newsgroup is one as it is listed, and made.
type Newsgroup struct {
	Name        string `json:"name"`
	Status      string `json:"status"` // "y", "n": nobody posts, or "m": a moderator decides
	Description string `json:"description"`
	Moderator   string `json:"moderator"` // a mail address
	Articles    int64  `json:"articles"`  // when it is listed
}

// check returns an error that says what to change.
func (g *Newsgroup) check() error {
	switch {
	case !nntp.ValidGroupName(g.Name):
		return fmt.Errorf("newsgroup %q: write letters, digits, +, - and _ with dots between", g.Name)
	case g.Status != "y" && g.Status != "n" && g.Status != "m":
		return fmt.Errorf("newsgroup %s: there is no status %q, but y, n and m", g.Name, g.Status)
	case g.Moderator != "" && g.Status != "m", g.Moderator == "" && g.Status == "m":
		return fmt.Errorf("newsgroup %s: those with status m have a moderator, and no others", g.Name)
	case !utf8.ValidString(g.Description):
		return fmt.Errorf("newsgroup %s: its description is not UTF-8", g.Name)
	}
	if g.Moderator == "" {
		return nil
	}
	if p, err := smtp.ParsePath(g.Moderator); err != nil || p.Domain == "" {
		return fmt.Errorf("newsgroup %s: moderator %q: write a mail address", g.Name, g.Moderator)
	}
	return nil
}

// Groups manages this Office's newsgroups.
func (o *Office) Groups() Groups {
	return &localGroups{groups: o.groups, close: func() error { return nil }}
}

// OpenGroups manages the newsgroups of a data folder: through the server that
// runs on it, or directly if none does. It does not make a data folder.
func OpenGroups(ctx context.Context, dir string) (Groups, error) {
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

func (l *localGroups) List(ctx context.Context) ([]Newsgroup, error) {
	moderators, err := l.groups.Moderators(ctx)
	if err != nil {
		return nil, err
	}
	of := make(map[string]string, len(moderators))
	for _, m := range moderators {
		of[m.Group] = m.Address
	}
	all := []Newsgroup{}
	for g, err := range l.groups.Groups(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, Newsgroup{
			Name: g.Name, Status: string(g.Status), Description: g.Description, Moderator: of[g.Name], Articles: g.Count,
		})
	}
	return all, nil
}

func (l *localGroups) Set(ctx context.Context, g Newsgroup) error {
	if err := g.check(); err != nil {
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
func controlGroups(mux *http.ServeMux, g Groups) {
	mux.HandleFunc("GET /groups", func(w http.ResponseWriter, r *http.Request) {
		all, err := g.List(r.Context())
		answer(w, all, err)
	})
	mux.HandleFunc("PUT /groups", func(w http.ResponseWriter, r *http.Request) {
		var group Newsgroup
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

func (r *remoteGroups) List(ctx context.Context) (all []Newsgroup, err error) {
	err = r.call(ctx, http.MethodGet, "/groups", nil, &all)
	return all, err
}

func (r *remoteGroups) Set(ctx context.Context, g Newsgroup) error {
	if err := g.check(); err != nil { // what JSON would change on its way is refused before
		return err
	}
	return r.call(ctx, http.MethodPut, "/groups", g, nil)
}

func (r *remoteGroups) Remove(ctx context.Context, name string) error {
	return r.call(ctx, http.MethodDelete, "/groups/"+url.PathEscape(name), nil, nil)
}
