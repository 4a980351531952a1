package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// A Site is the http.Handler of the administration. It is meant for the root of a host and port of its own. Its fields
// must not change once it is in use, and it must not be copied then.
type Site struct {
	// What is administered. One that is nil has no page.
	Accounts manage.Accounts
	Lists    manage.Lists
	Mail     manage.Mail
	Groups   manage.Groups
	Servers  manage.Servers
	Tracking manage.Tracking
	People   manage.People
	Logs     *logs.Book

	// Auth knows who logs in, and its Guard slows down who guesses. Without TLS it takes passwords only if AllowInsecure
	// is set, which is for a site that listens on the loopback address.
	Auth *auth.Authenticator

	// MayAdminister tells whether an account, by the name that Auth gives it, may do anything here. It is asked at every
	// request. Nil: nobody may.
	MayAdminister func(name string) bool

	// Hosts are the names, or addresses, of this site besides localhost and the loopback addresses, without port.
	Hosts []string

	Title   string // of the pages; "" is "Postoffice"
	Version string // of the program

	// SessionLife is how long a session lasts without a request; 0 is 30 minutes. Updates that a page fetches by itself
	// do not count. However busy, a session ends after SessionMax; 0 is 12 hours.
	SessionLife, SessionMax time.Duration

	// Logger is told of logins and of everything that is changed, with the administrator's name; nil is slog.Default.
	Logger *slog.Logger

	once     sync.Once
	handler  http.Handler
	pages    []page // those that there are
	sessions sessions
}

// ServeHTTP implements [http.Handler].
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.once.Do(s.open)
	s.handler.ServeHTTP(w, r)
}

// LogOut ends the sessions of an administrator, because he may not go on or has another password: all but the one by which
// he has changed that himself, which ctx comes from.
func (s *Site) LogOut(ctx context.Context, user string) {
	s.once.Do(s.open)
	token, _ := ctx.Value(sparedKey{}).(string)
	s.sessions.endUser(user, token)
}

// sparedKey is that of the token of who makes a change.
type sparedKey struct{}

func (s *Site) open() {
	s.sessions = sessions{
		idle:  cmp.Or(s.SessionLife, 30*time.Minute),
		whole: cmp.Or(s.SessionMax, 12*time.Hour),
		list:  make(map[sessionKey]*session),
	}
	mux := http.NewServeMux()
	for _, p := range pages() {
		if p.has != nil && !p.has(s) {
			continue
		}
		s.pages = append(s.pages, p)
		path := p.path
		if path == "/" {
			path = "/{$}"
		}
		mux.Handle("GET "+path, s.page(p))
		if p.act != nil {
			mux.Handle("POST "+path, s.page(p))
		}
	}
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.Handle("GET /static/", assets())
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, asset("icon.svg"), http.StatusMovedPermanently)
	})
	mux.Handle("/", s.missing(mux))
	s.handler = s.protect(mux)
}

func (s *Site) title() string { return cmp.Or(s.Title, "Postoffice") }

func (s *Site) logger() *slog.Logger {
	if s.Logger == nil {
		return slog.Default()
	}
	return s.Logger
}
