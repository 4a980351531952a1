package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// errFake is what every method of an office returns that is out of order.
var errFake = errors.New("the store <b>cannot</b> be reached: start it")

// An office has all that is managed, in memory. Its parts implement manage's interfaces.
type office struct {
	mu       sync.Mutex
	broken   error
	did      []string
	users    []manage.User
	password map[string]string
	lists    []manage.MailList
	groups   []manage.Newsgroup
	servers  []manage.Server
	mail     []manage.QueuedMail
	routes   []queue.RouteState
	events   []queue.Event
	people   []manage.Person
}

func (o *office) note(format string, args ...any) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken != nil {
		return o.broken
	}
	o.did = append(o.did, fmt.Sprintf(format, args...))
	return nil
}

func (o *office) done() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	did := o.did
	o.did = nil
	return did
}

// list returns a copy of one of an office's lists.
func list[T any](o *office, l *[]T) ([]T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(*l), o.broken
}

type (
	fakeAccounts struct{ *office }
	fakeLists    struct{ *office }
	fakeGroups   struct{ *office }
	fakeServers  struct{ *office }
	fakeMail     struct{ *office }
	fakeTracking struct{ *office }
	fakePeople   struct{ *office }
)

func (*office) Close() error { return nil }

func (f fakeAccounts) List(context.Context) ([]manage.User, error) { return list(f.office, &f.users) }

func (f fakeAccounts) Add(_ context.Context, u manage.NewUser) (manage.User, error) {
	if slices.ContainsFunc(f.users, func(o manage.User) bool { return o.Name == u.Name }) {
		return manage.User{}, fmt.Errorf("there is an account %s already: choose another name", u.Name)
	}
	made := manage.User{Name: u.Name, Addresses: u.Addresses, Profile: u.Profile}
	if err := f.note("add %s %v %s", u.Name, u.Addresses, u.Profile.Display); err != nil {
		return manage.User{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users = append(f.users, made)
	return made, nil
}

func (f fakeAccounts) Change(_ context.Context, name string, c manage.UserChange) error {
	switch {
	case c.Password != nil:
		f.password[name] = *c.Password
		return f.note("password %s", name)
	case c.Disabled != nil:
		return f.note("disabled %s %t", name, *c.Disabled)
	case c.Without != nil:
		return f.note("without %s %v", name, *c.Without)
	case c.Quota != nil:
		return f.note("quota %s %v", name, *c.Quota)
	case c.Addresses != nil:
		return f.note("addresses %s %v", name, *c.Addresses)
	}
	return f.note("profile %s %v", name, *c.Profile)
}

func (f fakeAccounts) Remove(_ context.Context, name string) error { return f.note("remove %s", name) }

func (f fakeLists) List(context.Context) ([]manage.MailList, error) { return list(f.office, &f.lists) }
func (f fakeLists) Set(_ context.Context, l manage.MailList) error  { return f.note("list %+v", l) }
func (f fakeLists) Remove(_ context.Context, a string) error        { return f.note("no list %s", a) }

func (f fakeGroups) List(context.Context) ([]manage.Newsgroup, error) {
	return list(f.office, &f.groups)
}

func (f fakeGroups) Set(_ context.Context, g manage.Newsgroup) error { return f.note("group %+v", g) }

func (f fakeGroups) Remove(_ context.Context, name string) error { return f.note("no group %s", name) }

func (f fakeServers) List(context.Context) ([]manage.Server, error) {
	return list(f.office, &f.servers)
}

func (f fakeServers) Do(_ context.Context, name string, a manage.ServerAction) error {
	f.mu.Lock()
	for i := range f.servers {
		if f.servers[i].Name == name && f.broken == nil {
			f.servers[i].State = map[manage.ServerAction]manage.ServerState{
				manage.Start: manage.Running, manage.Stop: manage.Stopped, manage.Pause: manage.Paused, manage.Resume: manage.Running,
			}[a]
		}
	}
	f.mu.Unlock()
	return f.note("%s %s", a, name)
}

func (f fakeServers) SetLevel(_ context.Context, category, level string) error {
	return f.note("level %s %s", category, level)
}
func (f fakeServers) Levels(context.Context) (map[string]string, error) { return nil, f.broken }
func (f fakeServers) Reload(context.Context) error                      { return f.note("reload") }

func (f fakeMail) List(_ context.Context, filter queue.Filter, n int) ([]manage.QueuedMail, error) {
	all, err := list(f.office, &f.mail)
	all = slices.DeleteFunc(all, func(m manage.QueuedMail) bool {
		return filter.ID != "" && m.ID != filter.ID || filter.Route != "" && m.Route != filter.Route ||
			filter.State != nil && m.State != filter.State.String() || filter.Sender != "" && m.From != filter.Sender
	})
	return all[:min(n, len(all))], err
}

func (f fakeMail) Do(_ context.Context, a manage.Action, filter queue.Filter, reason string) (int, error) {
	state := "any"
	if filter.State != nil {
		state = filter.State.String()
	}
	if reason != "" {
		reason = " for " + reason
	}
	return 1, f.note("%s id=%s route=%s state=%s sender=%s%s", a, filter.ID, filter.Route, state, filter.Sender, reason)
}

func (f fakeMail) Routes(context.Context) ([]queue.RouteState, error) {
	return list(f.office, &f.routes)
}

func (f fakeTracking) Search(_ context.Context, q manage.TrackQuery, n int) ([]queue.Event, error) {
	if err := f.note("search %s %s %s %d", q.Sender, q.Recipient, q.Message, q.To.Sub(q.From)); err != nil {
		return nil, err
	}
	first := slices.CompactFunc(slices.Clone(f.events), func(a, b queue.Event) bool { return a.Message == b.Message })
	slices.Reverse(first)
	return first[:min(n, len(first))], nil
}

func (f fakeTracking) Path(_ context.Context, message string) ([]queue.Event, error) {
	all, err := list(f.office, &f.events)
	return slices.DeleteFunc(all, func(e queue.Event) bool { return e.Message != message && e.About != message }), err
}

func (f fakePeople) Online(context.Context) ([]manage.Person, error) {
	return list(f.office, &f.people)
}

// newOffice is an office as one finds it on a working day.
func newOffice() *office {
	now := time.Now()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	o := &office{password: make(map[string]string)}
	o.users = []manage.User{
		{Name: "ann@office.example", Addresses: []string{"ann@office.example", "postmaster@office.example"}, Profile: manage.Profile{Display: "Ann Poe", Given: "Ann", Surname: "Poe", Phone: "+44 20 7946 0001"}, Octets: 734 << 20},
		{Name: "bob@office.example", Addresses: []string{"bob@office.example"}, Profile: manage.Profile{Display: "Bob Lee"}, Disabled: true, Without: []string{"pop3", "nntp"}, Octets: 12 << 20},
		{Name: "cara@office.example", Addresses: []string{"cara@office.example"}, Profile: manage.Profile{Display: "Cara Ong"}, Quota: manage.Quota{Warn: 1 << 30, NoSend: 2 << 30, NoReceive: -1}, Octets: 1300 << 20},
		{Name: "dan", Addresses: []string{"dan@branch.example"}, Profile: manage.Profile{Display: "Dan Ray"}, Foreign: true, Octets: 5 << 10},
	}
	o.lists = []manage.MailList{
		{Address: "sales@office.example", Display: "Sales", Members: []string{"bob@office.example", "cara@office.example", "dan@branch.example"}, Owner: "ann@office.example", Senders: []string{"office.example"}},
		{Address: "info@office.example", Display: "Information", Members: []string{"ann@office.example"}, Alias: true, Hidden: true},
	}
	o.groups = []manage.Newsgroup{
		{Name: "office.talk", Status: "y", Description: "Whatever is on your mind", Articles: 10482},
		{Name: "office.announce", Status: "m", Description: "News from the house", Moderator: "ann@office.example", Articles: 318},
		{Name: "office.archive", Status: "n", Articles: 77},
	}
	o.servers = []manage.Server{
		{Name: "imap", Protocol: "imap4", Addresses: []string{"[::]:143"}, TLS: []string{"[::]:993"}, State: manage.Running, Since: ago(50 * time.Hour), Open: 212, Total: 48113, Refused: 12},
		{Name: "news", Protocol: "nntp", Addresses: []string{"[::]:119"}, State: manage.Paused, Since: ago(9 * time.Minute), Open: 3, Total: 940},
		{Name: "pop", Protocol: "pop3", Addresses: []string{"[::]:110"}, TLS: []string{"[::]:995"}, State: manage.Stopped, Since: ago(time.Hour)},
		{Name: "submission", Protocol: "smtp", Addresses: []string{"[::]:587"}, TLS: []string{"[::]:465"}, State: manage.Failed, Error: "listen tcp :465: address already in use; stop the other program, or change the address", Since: ago(50 * time.Hour)},
		{Name: "transfer", Protocol: "smtp", Addresses: []string{"[::]:25"}, State: manage.Running, Since: ago(50 * time.Hour), Open: 17, Total: 120_551, Refused: 2034},
	}
	o.mailNow(now)
	o.people = []manage.Person{
		{User: "ann@office.example", Protocol: "imap4", Server: "imap", Remote: "192.0.2.17:50112", Since: ago(3 * time.Hour)},
		{User: "ann@office.example", Protocol: "im", Server: "http", Remote: "192.0.2.17:50140", Since: ago(2 * time.Hour), State: "busy"},
		{User: "cara@office.example", Protocol: "im", Server: "http", Remote: "[2001:db8::7]:41022", Since: ago(40 * time.Minute), State: "online"},
		{User: "bob@office.example", Protocol: "pop3", Server: "pop", Remote: "198.51.100.4:1044", Since: ago(30 * time.Second)},
	}
	return o
}

// mailNow fills the queue and the tracking log.
func (o *office) mailNow(now time.Time) {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	o.routes = []queue.RouteState{
		{RouteStats: queue.RouteStats{Route: "example.org", Waiting: 3, Oldest: ago(26 * time.Hour), Next: ago(-12 * time.Minute), Octets: 3 << 20}, Down: "451 4.3.0 the mailbox server is away, try again later", Probe: ago(-4 * time.Minute), Window: 5},
		{RouteStats: queue.RouteStats{Route: "example.net", Waiting: 41, Leased: 4, Oldest: ago(6 * time.Minute), Next: ago(-time.Second), Octets: 188 << 20}, Active: 4, Window: 20},
		{RouteStats: queue.RouteStats{Route: "branch", Parked: 9, Oldest: ago(5 * time.Hour), Octets: 700 << 10}},
		{RouteStats: queue.RouteStats{Route: "partner.example", Held: 2, Oldest: ago(70 * time.Minute), Octets: 9000}},
	}
	states := []string{"waiting", "waiting", "waiting", "leased", "held", "parked"}
	for i := range 120 {
		m := manage.QueuedMail{
			ID: fmt.Sprintf("m%03d-1", i), Message: fmt.Sprintf("m%03d", i), Route: o.routes[i%4].Route, State: states[i%6],
			From: "cara@office.example", To: []string{fmt.Sprintf("reader%d@example.org", i)}, Octets: int64(1000 * (1 + i*i)),
			Arrived: ago(time.Duration(i) * 13 * time.Minute), Due: ago(-time.Duration(i) * time.Minute), Tries: i % 5,
		}
		if m.Tries > 0 {
			m.Last = "451 4.7.1 greylisted, please come back in five minutes"
		}
		if i%7 == 3 {
			m.From, m.To = "", append(m.To, "second@example.org", "third@example.org")
		}
		o.mail = append(o.mail, m)
	}
	from := smtp.Path{Local: "cara", Domain: "office.example"}
	to := []queue.Recipient{{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "reader1", Domain: "example.org"}}}}
	event := func(d time.Duration, kind queue.EventKind, reply smtp.Reply, remote string) queue.Event {
		return queue.Event{Time: ago(d), Kind: kind, Message: "m001", Sender: from, To: to, Size: 48_213, Route: "example.org", Remote: remote, Reply: reply, Latency: 8*time.Hour - d}
	}
	later := smtp.R(451, smtp.Enhanced{4, 7, 1}, "greylisted, please come back in five minutes")
	o.events = []queue.Event{
		event(8*time.Hour, queue.Received, smtp.Reply{}, ""),
		event(7*time.Hour+50*time.Minute, queue.Deferred, later, "mx1.example.org"),
		event(7*time.Hour, queue.Holding, smtp.Reply{}, ""),
		event(6*time.Hour, queue.Released, smtp.Reply{}, ""),
		event(5*time.Hour, queue.Transferred, smtp.R(250, smtp.Enhanced{2, 0, 0}, "queued as 4XyZ"), "mx2.example.org"),
		event(4*time.Hour, queue.Failed, smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user"), "mx2.example.org"),
		{Time: ago(3 * time.Hour), Kind: queue.Reported, Message: "m099", About: "m001", To: []queue.Recipient{{RcptParams: smtp.RcptParams{Path: from}}}},
	}
}

// newBook has some records.
func newBook(t testing.TB) *logs.Book {
	t.Helper()
	book, err := logs.Open(logs.Options{Writer: discard{}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	ctx := context.Background()
	book.Server("smtp", "transfer").Info("connection", "remote", "192.0.2.9:3311")
	book.Server("smtp", "transfer").Warn("refused", "reply", "550 5.7.1 relaying denied", "to", "victim@example.net")
	book.Logger("queue").Error("store cannot be written", "error", "disk is full; make room in the data folder")
	book.Logger("auth").LogAttrs(ctx, slog.LevelWarn, "login failed", slog.String("user", "root"), slog.String("remote", "203.0.113.66:9"))
	book.Server("imap4", "imap").Info("login", "user", "ann@office.example")
	return book
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// testPassword is everybody's.
const testPassword = "tanstaaftanstaaf"

// newSite is a site of an office, which ann administers.
func newSite(t testing.TB, o *office) *Site {
	t.Helper()
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 64, SCRAM: []string{}}}
	for _, name := range []string{"ann@office.example", "bob@office.example", "zoe"} {
		require.NoError(t, users.Set(name, testPassword))
	}
	return &Site{
		Accounts: fakeAccounts{o}, Lists: fakeLists{o}, Mail: fakeMail{o}, Groups: fakeGroups{o}, Servers: fakeServers{o},
		Tracking: fakeTracking{o}, People: fakePeople{o}, Logs: newBook(t),
		Auth:          &auth.Authenticator{Accounts: users, AllowInsecure: true, Guard: &auth.Guard{}, Logger: slog.New(slog.DiscardHandler)},
		MayAdminister: func(name string) bool { return name == "ann@office.example" || name == "zoe" },
		Hosts:         []string{"admin.example.org"},
		Title:         "Example Office",
		Version:       "1.2.3",
		Logger:        slog.New(slog.DiscardHandler),
	}
}
