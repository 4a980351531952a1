package office

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/smtp"
)

// stored are the accounts in the data folder.
func stored(o *Office) *directory.Stored { return o.people.(*directory.Stored) }

// By which names an account is found.
func TestLoginNames(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "carol", Password: "eight xs", Addresses: []string{"c@postoffice.test"}})
	require.NoError(t, err)
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	for name, want := range map[string]string{
		"alice":                          "alice",
		"ALICE":                          "alice",
		"alice@postoffice.test":          "alice",
		"Alice@PostOffice.Test":          "alice",
		"carol":                          "carol",
		"c@postoffice.test":              "carol",
		"carol@postoffice.test":          "", // is not an address of hers
		"c":                              "", // is not her name
		"alice@elsewhere.example":        "",
		"alice@":                         "",
		"@postoffice.test":               "",
		"nobody":                         "",
		"postmaster":                     "",
		"postmaster@postoffice.test":     "", // mail for the postmaster has a reader, but nobody logs in so
		"alice@postoffice.test@elsewher": "",
	} {
		user, stored, err := stored(o).PasswordHash(t.Context(), name)
		if want == "" {
			require.ErrorIs(t, err, auth.ErrCredentials, name)
			require.Empty(t, stored, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, want, user, name)
		require.Regexp(t, `^\$argon2id\$`, stored)
	}
	for _, name := range []string{"bob", "bob@postoffice.test"} {
		_, _, err := stored(o).PasswordHash(t.Context(), name)
		require.ErrorIs(t, err, auth.ErrDisabled, name)
	}
}

// Logins by SMTP and by POP3, with the right password and without.
func TestLogin(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice := o.DemoUsers()[0]
	for _, name := range []string{alice.Name, alice.Address} {
		s := o.dial(t, "smtps")
		s.want("EHLO client.example", "250 ")
		s.want(plain(name, alice.Password+"x"), "535 5.7.8 ")
		s.want(plain(name, alice.Password), "235 2.7.0 ")
		s.quit()

		p := o.dial(t, "pop3s")
		p.want("USER "+name, "+OK")
		p.want("PASS wrong", "-ERR [AUTH]")
		p.want("USER "+name, "+OK")
		p.want("PASS "+alice.Password, "+OK")
		p.quit()
	}
	require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Disabled: new(true)}))
	p := o.dial(t, "pop3s")
	p.want("USER alice", "+OK")
	p.want("PASS "+alice.Password, "-ERR [AUTH]")
	p.want("USER nobody", "+OK")
	p.want("PASS "+alice.Password, "-ERR [AUTH]")
	p.quit()
}

// Whoever has logged in to the submission service sends in his own name (RFC 6409, 6.1); reports have none.
func TestSendersAreTheirOwn(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	alice, bob := o.DemoUsers()[0], o.DemoUsers()[1]
	c, err := smtp.Dial(t.Context(), o.Addresses()["submission"], &smtp.Options{
		TLS:  smtp.TLSRequired,
		Auth: smtp.Password(alice.Name, alice.Password),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	for from, want := range map[string]int{
		alice.Address:                  250,
		strings.ToUpper(alice.Address): 250,
		"":                             250,
		bob.Address:                    553,
		"alice@elsewhere.example":      553,
	} {
		env, err := smtp.NewEnvelope(from, bob.Address)
		require.NoError(t, err)
		r, err := c.Mail(t.Context(), env.From)
		if refused, ok := errors.AsType[smtp.Reply](err); ok {
			r, err = refused, nil
		}
		require.NoError(t, err)
		require.Equal(t, want, r.Code, "%q: %v", from, r)
		require.NoError(t, c.Reset(t.Context()))
	}
}
