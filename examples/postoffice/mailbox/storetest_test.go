package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/storetest"
)

// TestAccount has the kit for IMAP stores check this one.
func TestAccount(t *testing.T) {
	storetest.Run(t, func(tb testing.TB) storetest.Accounts {
		s, err := sqlite.Open(tb.Context(), tb.TempDir(), sqlite.Options{})
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, s.Close()) })
		require.NoError(tb, s.SetDomains(tb.Context(), []string{"example.org"}))
		users := make(map[string]store.Account)
		for _, name := range []string{"alice", "bob"} {
			users[name], err = s.AddAccount(tb.Context(), store.NewAccount{Name: name, Addresses: []store.Address{{Local: name, Domain: "example.org"}}})
			require.NoError(tb, err)
		}
		return func(user string) imap4.Account { return &mailbox.Account{Store: s, User: users[user]} }
	})
}
