package office

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// A desk is where clients are served: a virtual server.
type desk struct{ protocol, server string }

// connected are the conversations of those who have logged in, by their
// connection. The zero value is ready for use.
type connected struct{ all sync.Map }

// note takes note that a conversation is the user's; nobody's if user is empty.
// It reports whether that is new.
func (c *connected) note(conn visitor, user string, at desk, remote func() net.Addr) bool {
	if known, ok := c.all.Load(conn); ok {
		if known.(*manage.Person).User == user {
			return false
		}
		c.all.Delete(conn) // UNAUTHENTICATE (RFC 8437)
	}
	if user == "" {
		return false
	}
	p := &manage.Person{User: user, Protocol: at.protocol, Server: at.server, Since: time.Now()}
	if addr := remote(); addr != nil {
		p.Remote = addr.String()
	}
	c.all.Store(conn, p)
	return true
}

func (c *connected) forget(conn visitor) { c.all.Delete(conn) }

// People tells who is here.
func (o *Office) People() manage.People { return localPeople{o} }

// OpenPeople tells who is at the server that runs on a data folder: nobody if
// none does.
func OpenPeople(_ context.Context, dir string) (manage.People, error) {
	socket := filepath.Join(dir, socketFile)
	switch _, err := os.Stat(socket); {
	case errors.Is(err, fs.ErrNotExist):
		return nobody{}, nil
	case err != nil:
		return nil, err
	}
	return &remotePeople{remote{socket}}, nil
}

// localPeople are those of this process.
type localPeople struct{ office *Office }

// Close implements manage.People.
func (localPeople) Close() error { return nil }

// Online implements manage.People. It orders them by name, and then by when they came.
func (l localPeople) Online(ctx context.Context) ([]manage.Person, error) {
	people, err := l.office.im.people(ctx)
	if err != nil {
		return nil, err
	}
	l.office.connected.all.Range(func(_, p any) bool {
		people = append(people, *p.(*manage.Person))
		return true
	})
	slices.SortFunc(people, func(a, b manage.Person) int {
		return cmp.Or(cmp.Compare(a.User, b.User), a.Since.Compare(b.Since), cmp.Compare(a.Remote, b.Remote))
	})
	return people, nil
}

// remotePeople are those of a server in another process.
type remotePeople struct{ remote }

func (r *remotePeople) Online(ctx context.Context) (people []manage.Person, err error) {
	err = r.call(ctx, http.MethodGet, "/people", nil, &people)
	return people, err
}

// nobody is at a server that does not run.
type nobody struct{}

func (nobody) Close() error { return nil }

func (nobody) Online(context.Context) ([]manage.Person, error) { return []manage.Person{}, nil }

func controlPeople(p manage.People) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("GET /people", func(w http.ResponseWriter, r *http.Request) {
			people, err := p.Online(r.Context())
			answer(w, people, err)
		})
	}
}
