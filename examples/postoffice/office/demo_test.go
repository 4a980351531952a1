package office

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// An Office whose first start was cut short completes it at the next one,
// wherever it was.
func TestFirstStartCutShort(t *testing.T) {
	users := []DemoUser{
		{Name: "alice", Address: "alice@cut.test", Password: "alices password"},
		{Name: "bob", Address: "bob@cut.test", Password: "bobs password"},
	}
	for name, before := range map[string]func(*testing.T, *Office){
		"before the domain": func(*testing.T, *Office) {},
		"behind the domain": func(t *testing.T, o *Office) {
			require.NoError(t, o.store.SetDomains(t.Context(), []string{"cut.test"}))
		},
		"behind the first account": func(t *testing.T, o *Office) {
			require.NoError(t, o.addDemoUsers(t.Context(), users[:1], true))
		},
		"before the end": func(t *testing.T, o *Office) {
			require.NoError(t, o.addDemoUsers(t.Context(), users, true))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := openStore(t.Context(), dir, nil)
			require.NoError(t, err)
			cut := &Office{config: Config{Dir: dir}, store: s}
			require.NoError(t, cut.writeUsers(firstStartFile, users))
			before(t, cut)
			require.NoError(t, s.Close())

			o := open(t, Config{Dir: dir, Domain: "other.test"})
			defer o.Close()
			require.True(t, o.FirstStart())
			require.Equal(t, users, o.DemoUsers())
			require.Equal(t, []string{"cut.test"}, o.server("smtp").(*smtp.Server).Domains)
			list, err := o.Accounts().List(t.Context())
			require.NoError(t, err)
			require.Len(t, list, 2)
			require.NoFileExists(t, filepath.Join(dir, firstStartFile))
			require.FileExists(t, filepath.Join(dir, demoFile))
		})
	}
}

// What is told of the demo users is true: not of those whose password was
// changed, who were disabled, or who are no more.
func TestDemoUsersChange(t *testing.T) {
	dir := t.TempDir()
	names := func() (names []string) {
		o := open(t, Config{Dir: dir})
		defer o.Close()
		for _, u := range o.DemoUsers() {
			names = append(names, u.Name)
		}
		return names
	}
	require.Equal(t, []string{"alice", "bob"}, names())
	accounts, err := OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, accounts.Change(t.Context(), "alice", manage.UserChange{Disabled: new(true)}))
	require.NoError(t, accounts.Change(t.Context(), "bob", manage.UserChange{Password: new("another one")}))
	require.NoError(t, accounts.Close())
	require.Empty(t, names())

	accounts, err = OpenAccounts(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, accounts.Change(t.Context(), "alice", manage.UserChange{Disabled: new(false)}))
	require.NoError(t, accounts.Remove(t.Context(), "bob"))
	require.NoError(t, accounts.Close())
	require.Equal(t, []string{"alice"}, names())
}

// The ready file has an address for each service, and the users.
func TestWriteReady(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	path := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(path, []byte("what was there before"), 0o644))
	require.NoError(t, o.WriteReady(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	var ready map[string]any
	require.NoError(t, json.Unmarshal(b, &ready))
	require.Len(t, ready, len(Services())+1) // and "users"
	for _, s := range Services() {
		require.Equal(t, o.Addresses()[s.Name], ready[s.Name])
		require.Regexp(t, `^127\.0\.0\.1:[1-9]\d*$`, ready[s.Name])
	}
	alice := o.DemoUsers()[0]
	require.Len(t, ready["users"], 2)
	require.Equal(t, map[string]any{"name": "alice", "address": alice.Address, "password": alice.Password}, ready["users"].([]any)[0])
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm(), "there are passwords in it")
}

func TestWriteReadyFails(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	require.ErrorContains(t, o.WriteReady(filepath.Join(t.TempDir(), "none", "ready.json")), "ready file: ")
	dir := t.TempDir()
	require.ErrorContains(t, o.WriteReady(dir), "ready file: ")
	entries, err := os.ReadDir(filepath.Dir(dir))
	require.NoError(t, err)
	for _, e := range entries {
		require.NotContains(t, e.Name(), ".new-", "temporary files are removed")
	}
}

// Without demo users, scripts find an empty list, not null.
func TestReadyWithoutUsers(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, Config{Dir: dir}).Close())
	require.NoError(t, os.Remove(filepath.Join(dir, demoFile)))
	o := open(t, Config{Dir: dir})
	defer o.Close()
	require.NotNil(t, o.DemoUsers())
	path := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, o.WriteReady(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(b), `"users": []`)
}
