package office

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A fickle directory is away now and then.
type fickle struct {
	directory.Memory
	away atomic.Bool
}

var errGone = errors.New("connection refused")

func (f *fickle) Ping(context.Context) error {
	if f.away.Load() {
		return errGone
	}
	return nil
}

func (f *fickle) Resolve(ctx context.Context, a store.Address) (directory.Account, error) {
	if f.away.Load() {
		return directory.Account{}, errGone
	}
	return f.Memory.Resolve(ctx, a)
}

func (f *fickle) List(ctx context.Context) iter.Seq2[directory.Account, error] {
	if f.away.Load() {
		return func(yield func(directory.Account, error) bool) { yield(directory.Account{}, errGone) }
	}
	return f.Memory.List(ctx)
}

// TestDirectoryAway: while another directory does not answer, those in the data folder are listed and served, and what is for
// the others is put off.
func TestDirectoryAway(t *testing.T) {
	people := new(fickle)
	require.NoError(t, people.Set(directory.Account{Name: "tim", Addresses: []store.Address{{Local: "tim", Domain: "postoffice.test"}}}, "tanstaaf"))
	require.NoError(t, people.Set(directory.Account{Name: "new", Addresses: []store.Address{{Local: "new", Domain: "postoffice.test"}}}, "tanstaaf"))
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, Directory: people})
	_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "own", Password: "own password"})
	require.NoError(t, err)
	o.submit(t, "x@client.example", "Subject: 1\r\n\r\n", "tim@postoffice.test")
	ready := func() (int, string) { return o.ask(t, o.as(t, DemoUser{}), "GET", "/readyz", "") }
	status, text := ready()
	require.Equal(t, 200, status)
	require.Contains(t, text, "ok      directory\n")

	people.away.Store(true)
	over, err := OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, socketFile))
	for _, accounts := range []manage.Accounts{o.Accounts(), over} {
		users, err := accounts.List(t.Context())
		var missing *manage.Incomplete
		require.ErrorAs(t, err, &missing)
		require.Contains(t, missing.Why, "the directory does not answer")
		require.Len(t, users, 2)
		require.Equal(t, "own", users[0].Name)
		require.Equal(t, "tim", users[1].Name)
	}
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<x@client.example>", "250")
	c.want("RCPT TO:<tim@postoffice.test>", "451 4.4.3 the directory of users does not answer, try again later")
	c.want("RCPT TO:<own@postoffice.test>", "250")
	c.quit()
	status, text = ready()
	require.Equal(t, 200, status)
	require.Contains(t, text, "FAILED  directory: connection refused; start the LDAP server")
	require.Contains(t, text, "\ndegraded\n")
}
