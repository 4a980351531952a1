package ldapserver

import (
	"context"
	"crypto/tls"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

func TestBind(t *testing.T) {
	i := start(t, nil)
	c := i.dial()
	for _, name := range []string{
		timDN, "tim", "TIM", "tim@example.org",
		"UID = Tim , OU=People,DC=example,DC=ORG",
		"mail=tim@example.org,ou=people," + base,
		"cn=tim,ou=people," + base,
		"0.9.2342.19200300.100.1.1=tim,ou=people," + base,
	} {
		require.NoError(t, c.Bind(name, secret), name)
		who, err := c.WhoAmI(nil)
		require.NoError(t, err)
		require.Equal(t, "dn:"+timDN, who.AuthzID, name)
	}
	for _, wrong := range [][2]string{
		{timDN, "wrong"},
		{"tim", "x"},
		{"uid=nobody,ou=people," + base, secret},
		{"uid=tim,ou=groups," + base, secret},
		{"uid=tim,ou=people,dc=example,dc=net", secret},
		{"uid=tim+cn=tim,ou=people," + base, secret},
		{"sn=tim,ou=people," + base, secret},
		{"x=tim,ou=people," + base, secret},
		{"uid=tim", secret},
		{"=", secret},
		{"", secret},
		{"a\x00b", secret},
		{"\xff", secret},
	} {
		require.NoError(t, c.Bind(timDN, secret))
		requireCode(t, ldap.LDAPResultInvalidCredentials, c.Bind(wrong[0], wrong[1]))
		who, err := c.WhoAmI(nil)
		require.NoError(t, err)
		require.Empty(t, who.AuthzID, "a login that fails ends the one before: RFC 4511, 4.2.1")
	}
	require.Empty(t, i.log.String())
}

func TestAnonymousBind(t *testing.T) {
	i := start(t, nil)
	c := i.login()
	require.NoError(t, c.UnauthenticatedBind(""))
	who, err := c.WhoAmI(nil)
	require.NoError(t, err)
	require.Empty(t, who.AuthzID)
	requireCode(t, ldap.LDAPResultUnwillingToPerform, c.UnauthenticatedBind(timDN))
}

func TestBindNeedsTLS(t *testing.T) {
	i := start(t, func(s *Server) { s.Auth.AllowInsecure = false })
	c := i.dial()
	requireCode(t, ldap.LDAPResultConfidentialityRequired, c.Bind(timDN, secret))
	requireCode(t, ldap.LDAPResultConfidentialityRequired, c.Bind(timDN, "wrong"))
	require.NoError(t, c.StartTLS(i.client))
	require.NoError(t, c.Bind(timDN, secret))
}

func TestNoLogins(t *testing.T) {
	i := start(t, func(s *Server) { s.Auth = nil })
	requireCode(t, ldap.LDAPResultAuthMethodNotSupported, i.dial().Bind(timDN, secret))
}

// TestFailedLogins: who guesses is told once more that it was wrong, and sent away. A login that does not fail lets him begin
// anew.
func TestFailedLogins(t *testing.T) {
	i := start(t, func(s *Server) { s.Limits.Logins = 2 })
	c := i.dial()
	requireCode(t, ldap.LDAPResultInvalidCredentials, c.Bind(timDN, "wrong"))
	require.NoError(t, c.Bind(timDN, secret))
	requireCode(t, ldap.LDAPResultInvalidCredentials, c.Bind(timDN, "wrong"))
	require.EqualValues(t, 1, i.Stats().Active)
	requireCode(t, ldap.LDAPResultInvalidCredentials, c.Bind(timDN, "wrong"))
	require.Error(t, c.Bind(timDN, secret), "the conversation is over")
}

// TestMayUse: whoever may not use the server is told so, and nobody else, and stays nobody.
func TestMayUse(t *testing.T) {
	var err error
	i := start(t, func(s *Server) {
		s.MayUse = func(_ context.Context, account string) (bool, error) { return account != "tim", err }
	})
	c := i.dial()
	requireCode(t, ldap.LDAPResultInvalidCredentials, c.Bind(timDN, "wrong"))
	requireCode(t, ldap.LDAPResultUnwillingToPerform, c.Bind(timDN, secret))
	require.Equal(t, ldap.LDAPResultUnwillingToPerform, sasl(t, i, "PLAIN", "\x00tim\x00"+secret))
	who, werr := c.WhoAmI(nil)
	require.NoError(t, werr)
	require.Empty(t, who.AuthzID)
	err = errors.New("disk on fire")
	requireCode(t, ldap.LDAPResultUnavailable, c.Bind(timDN, secret))
}

// TestNoSimple leaves SASL.
func TestNoSimple(t *testing.T) {
	i := start(t, func(s *Server) { s.NoSimple = true })
	requireCode(t, ldap.LDAPResultAuthMethodNotSupported, i.dial().Bind(timDN, secret))
	require.NoError(t, i.dial().UnauthenticatedBind(""))
	require.Equal(t, ldap.LDAPResultSuccess, sasl(t, i, "PLAIN", "\x00tim\x00"+secret))
}

type broken struct{ err error }

func (b broken) VerifyPassword(context.Context, *auth.Conn, string, string) (string, error) {
	return "", b.err
}

func TestLoginBroken(t *testing.T) {
	i := start(t, func(s *Server) { s.Auth.Accounts = broken{errors.New("disk on fire")} })
	err := i.dial().Bind(timDN, secret)
	requireCode(t, ldap.LDAPResultUnavailable, err)
	require.NotContains(t, err.Error(), "fire")
	require.Contains(t, i.log.String(), "disk on fire")
	require.NotContains(t, i.log.String(), secret)

	i = start(t, func(s *Server) { s.Auth.Accounts = broken{auth.ErrBusy} })
	requireCode(t, ldap.LDAPResultBusy, i.dial().Bind(timDN, secret))
}

// sasl binds by hand, and returns the code.
func sasl(t *testing.T, i *instance, mechanism, initial string) int {
	c := i.conn()
	require.NoError(t, write(c, makeMessage(1, 0x60, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		addText(b, tagOctets, "")
		b.AddASN1(saslLogin, func(b *cryptobyte.Builder) {
			addText(b, tagOctets, mechanism)
			addText(b, tagOctets, initial)
		})
	})))
	tag, id, code := response(t, c)
	require.Equal(t, []int{0x61, 1}, []int{tag, id})
	return code
}

func TestSASL(t *testing.T) {
	i := start(t, nil)
	require.Equal(t, success, sasl(t, i, "PLAIN", "\x00tim\x00"+secret))
	require.Equal(t, invalidCredentials, sasl(t, i, "PLAIN", "\x00tim\x00wrong"))
	require.Equal(t, invalidCredentials, sasl(t, i, "PLAIN", "nonsense"))
	require.Equal(t, authMethodNotSupported, sasl(t, i, "NONE", ""))
	require.Equal(t, saslBindInProgress, sasl(t, i, "LOGIN", "tim"), "a mechanism that asks")

	i = start(t, func(s *Server) { s.Auth.AllowInsecure = false })
	require.Equal(t, confidentialityRequired, sasl(t, i, "PLAIN", "\x00tim\x00"+secret))
}

// TestSCRAM logs in by a mechanism of several steps, whose last word comes with
// the success.
func TestSCRAM(t *testing.T) {
	var users auth.Users
	require.NoError(t, users.Set("tim", secret))
	i := start(t, func(s *Server) { s.Auth.Accounts = &users })
	for _, password := range []string{secret, "wrong"} {
		c := i.conn()
		login := auth.Credentials{Name: "tim", Password: password}
		client, err := login.Client(&auth.Conn{Protocol: "ldap"}, []string{"SCRAM-SHA-256"})
		require.NoError(t, err)
		_, response, err := client.Start()
		require.NoError(t, err)
		code := saslBindInProgress
		for id := 1; code == saslBindInProgress; id++ {
			require.NoError(t, write(c, makeMessage(id, 0x60, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(3)
				addText(b, tagOctets, "")
				b.AddASN1(saslLogin, func(b *cryptobyte.Builder) {
					addText(b, tagOctets, "SCRAM-SHA-256")
					addText(b, tagOctets, string(response))
				})
			})))
			var challenge []byte
			_, _, code, challenge = saslResponse(t, c)
			if len(challenge) > 0 {
				response, err = client.Next(challenge)
				require.NoError(t, err)
			}
		}
		if password != secret {
			require.Equal(t, invalidCredentials, code)
			continue
		}
		require.Equal(t, success, code)
		require.NoError(t, auth.Proven(client))
	}
}

func TestOldVersion(t *testing.T) {
	i := start(t, nil)
	c := i.conn()
	require.NoError(t, write(c, makeMessage(1, 0x60, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(2)
		addText(b, tagOctets, "")
		addText(b, simpleLogin, "")
	})))
	_, _, code := response(t, c)
	require.Equal(t, protocolError, code)
}

func TestStartTLS(t *testing.T) {
	i := start(t, nil)
	c := i.login()
	require.NoError(t, c.StartTLS(i.client))
	_, secure := c.TLSConnectionState()
	require.True(t, secure)
	who, err := c.WhoAmI(nil)
	require.NoError(t, err)
	require.Empty(t, who.AuthzID, "what was said in the clear does not count")
	require.Error(t, c.StartTLS(i.client), "not twice")
	require.NoError(t, c.Bind(timDN, secret))
	require.Len(t, names(t, c, sub("(uid=tim)")), 1)

	i = start(t, func(s *Server) { s.TLSConfig = nil })
	requireCode(t, ldap.LDAPResultProtocolError, i.dial().StartTLS(&tls.Config{}))
}

// TestStartTLSInjection sends a request along with StartTLS, which must not be
// taken for one that came under TLS.
func TestStartTLSInjection(t *testing.T) {
	i := start(t, nil)
	c := i.conn()
	require.NoError(t, write(c, append(extendedMessage(1, startTLS), bindMessage(2, "tim", secret)...)))
	_, id, code := response(t, c)
	require.Equal(t, []int{1, operationsError}, []int{id, code})
	_, id, code = response(t, c)
	require.Equal(t, []int{2, success}, []int{id, code}, "it goes on in the clear")
}

func TestHandshakeFails(t *testing.T) {
	i := start(t, nil)
	c := i.conn()
	require.NoError(t, write(c, extendedMessage(1, startTLS)))
	_, _, code := response(t, c)
	require.Equal(t, success, code)
	require.NoError(t, write(c, []byte("this is no handshake, and long enough to see that")))
	readAll(t, c)
}

func TestServeTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := start(t, nil)
		ln := memnet.Listen()
		done := make(chan error, 1)
		go func() { done <- i.ServeTLS(ln) }()
		nc, err := ln.Dial(t.Context())
		require.NoError(t, err)
		c := ldap.NewConn(tls.Client(nc, i.client), true)
		c.Start()
		require.NoError(t, c.Bind("tim", secret))
		require.Len(t, names(t, c, sub("(uid=tim)")), 1)

		silent, err := ln.Dial(t.Context())
		require.NoError(t, err)
		readAll(t, silent) // after RequestTime
		require.NoError(t, c.Close())
		require.NoError(t, i.Shutdown(t.Context()))
		require.ErrorIs(t, <-done, ErrServerClosed)
	})
}

func TestExtended(t *testing.T) {
	i := start(t, nil)
	_, err := i.dial().Extended(ldap.NewExtendedRequest("1.2.3.4", nil))
	requireCode(t, ldap.LDAPResultProtocolError, err)
	_, err = i.login().PasswordModify(ldap.NewPasswordModifyRequest("", secret, "new"))
	requireCode(t, ldap.LDAPResultProtocolError, err)
}
