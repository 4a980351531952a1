package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// orders are what an administrator may do, and the answers.
var orders = []struct {
	what  string
	order func(context.Context, manage.Accounts) error
	err   string
}{
	{"add", add(manage.NewUser{Name: "carol", Password: "eight xs"}), ""},
	{"add with addresses", add(manage.NewUser{Name: "dave", Password: "eight xs", Addresses: []string{"d@postoffice.test", "dave@postoffice.test"}}), ""},
	{"add, name is an address", add(manage.NewUser{Name: "eve@postoffice.test", Password: "eight xs"}), ""},
	{"add, international", add(manage.NewUser{Name: "j\u00fcrgen", Password: "gr\u00fc\u00dfe an alle"}), ""},
	{"add, with a slash", add(manage.NewUser{Name: "a/b", Password: "eight xs"}), ""},
	{"add again", add(manage.NewUser{Name: "carol", Password: "eight xs"}), "exists already"},
	{"add in another case", add(manage.NewUser{Name: "CAROL", Password: "eight xs"}), "exists already"},
	{"add, address is taken", add(manage.NewUser{Name: "frank", Password: "eight xs", Addresses: []string{"alice@postoffice.test"}}), "user frank: "},
	{"add, domain elsewhere", add(manage.NewUser{Name: "frank", Password: "eight xs", Addresses: []string{"f@elsewhere.example"}}), "user frank: "},
	{"add, no address", add(manage.NewUser{Name: "frank", Password: "eight xs", Addresses: []string{"frank"}}), `"frank" is not an address; write it as name@domain`},
	{"add without a name", add(manage.NewUser{Password: "eight xs"}), "can't be an account's name"},
	{"add, spaces", add(manage.NewUser{Name: " frank", Password: "eight xs"}), "can't be an account's name"},
	{"add, control characters", add(manage.NewUser{Name: "fr\nank", Password: "eight xs"}), "can't be an account's name"},
	{"add, no UTF-8", add(manage.NewUser{Name: "fr\xffank", Password: "eight xs"}), "can't be an account's name"},
	{"add, long name", add(manage.NewUser{Name: strings.Repeat("f", 300), Password: "eight xs"}), "user fff"},
	{"add without a password", add(manage.NewUser{Name: "frank"}), "password: "},
	{"add, password not UTF-8", add(manage.NewUser{Name: "frank", Password: "\xff"}), "password: "},
	{"add, short password", add(manage.NewUser{Name: "frank", Password: "seven-7"}), "choose one of 8 characters or more"},
	{"add, address not UTF-8", add(manage.NewUser{Name: "frank", Password: "eight xs", Addresses: []string{"\xff@postoffice.test"}}), `address "\xff@postoffice.test" is not UTF-8`},

	{"password", setPassword("carol", "why not y"), ""},
	{"password, other case", setPassword("CAROL", "why not z"), ""},
	{"password, a slash", setPassword("a/b", "why not y"), ""},
	{"password of nobody", setPassword("nobody", "eight xs"), "not found"},
	{"no password", setPassword("carol", ""), "password: "},
	{"password, a control character", setPassword("carol", "eight xs\x01"), "password: "},
	{"password, not UTF-8", setPassword("carol", "eight xs\xff"), "password: "},

	{"disable", setDisabled("dave", true), ""},
	{"disable again", setDisabled("dave", true), ""},
	{"disable one", setDisabled("j\u00fcrgen", true), ""},
	{"enable", setDisabled("j\u00fcrgen", false), ""},
	{"disable nobody", setDisabled("nobody", true), "not found"},
	{"enable a name that cannot be", setDisabled("a\x00", false), "not found"},

	{"remove", remove("bob"), ""},
	{"remove again", remove("bob"), "not found"},
	{"remove with a percent sign", remove("100%41"), "not found"},
}

func add(u manage.NewUser) func(context.Context, manage.Accounts) error {
	return func(ctx context.Context, a manage.Accounts) error {
		_, err := a.Add(ctx, u)
		return err
	}
}

func setPassword(name, password string) func(context.Context, manage.Accounts) error {
	return func(ctx context.Context, a manage.Accounts) error {
		return a.Change(ctx, name, manage.UserChange{Password: new(password)})
	}
}

func setDisabled(name string, disabled bool) func(context.Context, manage.Accounts) error {
	return func(ctx context.Context, a manage.Accounts) error {
		return a.Change(ctx, name, manage.UserChange{Disabled: new(disabled)})
	}
}

func remove(name string) func(context.Context, manage.Accounts) error {
	return func(ctx context.Context, a manage.Accounts) error { return a.Remove(ctx, name) }
}

// carryOut gives the orders and returns the list of users after each, and the
// errors.
func carryOut(t *testing.T, dir string) (answers []string) {
	t.Helper()
	accounts, err := OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	for _, o := range orders {
		err := o.order(t.Context(), accounts)
		if o.err == "" {
			require.NoError(t, err, o.what)
		} else {
			require.ErrorContains(t, err, o.err, o.what)
		}
		users, lerr := accounts.List(t.Context())
		require.NoError(t, lerr)
		answers = append(answers, fmt.Sprintf("%s: %v %v", o.what, err, users))
	}
	require.NoError(t, accounts.Close())
	return answers
}

// Accounts are managed alike while the server runs and while it does not.
func TestAccounts(t *testing.T) {
	stopped, runs := t.TempDir(), t.TempDir()
	require.NoError(t, open(t, Config{Dir: stopped}).Close())
	o := start(t, Config{Dir: runs})
	local, remote := carryOut(t, stopped), carryOut(t, runs)
	require.Equal(t, local, remote)

	users, err := o.Accounts().List(t.Context())
	require.NoError(t, err)
	none := []string{}
	require.Equal(t, []manage.User{
		{Name: "a/b", Addresses: []string{"a/b@postoffice.test"}, Without: none},
		{Name: "alice", Addresses: []string{"alice@postoffice.test"}, Administrator: true, Without: none},
		{Name: "carol", Addresses: []string{"carol@postoffice.test"}, Without: none},
		{Name: "dave", Addresses: []string{"d@postoffice.test", "dave@postoffice.test"}, Disabled: true, Without: none},
		{Name: "eve@postoffice.test", Addresses: []string{"eve@postoffice.test"}, Without: none},
		{Name: "j\u00fcrgen", Addresses: []string{"j\u00fcrgen@postoffice.test"}, Without: none},
	}, users)
	// The orders have effect at once.
	o.login(t, "carol", "why not z").quit()
	o.login(t, "j\u00fcrgen", "gr\u00fc\u00dfe an alle").quit()
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<eve@postoffice.test>", "250")
	c.want("RCPT TO:<dave@postoffice.test>", "550 5.2.1")
	c.want("RCPT TO:<bob@postoffice.test>", "550 5.1.1")
	c.quit()
}

// A list tells how much mail there is, and is a list when there are no users.
func TestList(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	o.submit(t, "", "Subject: x\r\n\r\n", "alice@postoffice.test")
	accounts, err := OpenAccounts(t.Context(), o.config.Dir)
	require.NoError(t, err)
	users, err := accounts.List(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, o.inbox(t, "alice")[0].Size, users[0].Octets)
	require.Zero(t, users[1].Octets)
	require.NoError(t, accounts.Remove(t.Context(), "alice"))
	require.NoError(t, accounts.Remove(t.Context(), "bob"))
	users, err = accounts.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []manage.User{}, users)
}

// A data folder that is not there is not made by looking at it.
func TestNoDataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "typo")
	_, err := OpenAccounts(t.Context(), dir)
	require.ErrorContains(t, err, "there is no data folder in "+dir)
	require.ErrorContains(t, err, "name it with -data, or start the server once to make it")
	require.NoDirExists(t, dir)
}

// A store without a domain, as a first start has it that was cut short, takes
// no users.
func TestNoDomain(t *testing.T) {
	dir := t.TempDir()
	s, err := openStore(t.Context(), dir, slog.Default())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	accounts, err := OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	_, err = accounts.Add(t.Context(), manage.NewUser{Name: "alice", Password: "eight xs"})
	require.EqualError(t, err, "there is no local domain yet; start the server once")
	require.NoError(t, accounts.Close())
}

// The socket is its owner's alone.
func TestSocketMode(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	info, err := os.Stat(o.path(socketFile))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	require.NotZero(t, info.Mode()&os.ModeSocket)
	require.NoError(t, o.Close())
	require.NoFileExists(t, o.path(socketFile))
}

// What a server that has crashed has left is replaced.
func TestStaleSocket(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, string){
		"socket": func(t *testing.T, path string) {
			l, err := net.Listen("unix", path)
			require.NoError(t, err)
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			require.NoError(t, l.Close())
		},
		"file": func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			leave(t, filepath.Join(dir, socketFile))
			defer open(t, Config{Dir: dir}).Close()
			accounts, err := OpenAccounts(t.Context(), dir)
			require.NoError(t, err)
			users, err := accounts.List(t.Context())
			require.NoError(t, err)
			require.Len(t, users, 2)
		})
	}
}

// A data folder whose path is too long for a socket serves mail all the same.
func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
	_, err := listenControl(dir, nil, nil, nil, nil, slog.Default())
	require.ErrorContains(t, err, "use a data folder with a shorter one")
	o := start(t, Config{Dir: dir})
	o.submit(t, "", "Subject: x\r\n\r\n", "alice@postoffice.test")
	accounts, err := OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	_, err = accounts.List(t.Context())
	require.ErrorContains(t, err, "the data folder is in use, and its server does not answer on "+o.path(socketFile))
	require.NoError(t, o.stop())
}

// What is no order is refused, whoever sends it.
func TestBadOrders(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	r := &remoteAccounts{remote{o.path(socketFile)}}
	for _, tt := range []struct {
		method, path string
		order        any
	}{
		{http.MethodGet, "/", nil},
		{http.MethodPost, "/users", "a string"},
		{http.MethodPost, "/users", []int{1}},
		{http.MethodPut, "/users/alice/password", 7},
		{http.MethodPut, "/users/alice/disabled", "yes"},
		{http.MethodPut, "/users/alice/name", "bob"},
		{http.MethodPut, "/users/alice/password", strings.Repeat("x", maxOrder)},
		{http.MethodDelete, "/users", nil},
		{http.MethodDelete, "/users/..", nil},
	} {
		require.Error(t, r.call(t.Context(), tt.method, tt.path, tt.order, nil), "%s %s", tt.method, tt.path)
	}
	users, err := r.List(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 2)
}

// An order ends with its context.
func TestOrderCancelled(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := (&remoteAccounts{remote{o.path(socketFile)}}).List(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// slowAccounts take their time.
type slowAccounts struct {
	manage.Accounts
	began, end chan struct{}
}

func (s slowAccounts) Change(context.Context, string, manage.UserChange) error {
	close(s.began)
	<-s.end
	return errors.New("done late")
}

// An order that is under way when the server stops is answered.
func TestOrderUnderWay(t *testing.T) {
	dir := t.TempDir()
	slow := slowAccounts{began: make(chan struct{}), end: make(chan struct{})}
	c, err := listenControl(dir, slow, nil, nil, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	r := &remoteAccounts{remote{filepath.Join(dir, socketFile)}}
	answer := make(chan error)
	go func() { answer <- r.Change(context.Background(), "alice", manage.UserChange{Disabled: new(true)}) }()
	<-slow.began
	stopped := make(chan struct{})
	go func() { defer close(stopped); c.shutdown(context.Background()); c.close() }()
	<-c.ended
	close(slow.end)
	require.EqualError(t, <-answer, "done late")
	<-stopped
}
