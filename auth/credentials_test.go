package auth

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCredentialsChoose(t *testing.T) {
	tls13, _ := ends(t)
	const all = "ANONYMOUS LOGIN PLAIN NTLM CRAM-MD5 DIGEST-MD5 XOAUTH2 OAUTHBEARER EXTERNAL " +
		"SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512 GSSAPI"
	without := func(names ...string) string {
		left := all
		for _, name := range names {
			left = strings.ReplaceAll(" "+left+" ", " "+name+" ", " ")
		}
		return left
	}
	plus := []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"}
	noSCRAM := append(plus, "SCRAM-SHA-256", "SCRAM-SHA-1")
	noProof := append(noSCRAM, "PLAIN", "LOGIN")
	password := Credentials{Name: "tim", Password: right}
	insecure, modern, bound, proof, acting := password, password, password, password, password
	insecure.AllowInsecure, modern.Floor, proof.Floor, bound.Floor, acting.As = true, FloorPlaintext, FloorProof, FloorBound, "sales"
	ordered := password
	ordered.Mechanisms = []string{"login", "PLAIN"}
	for _, c := range []struct {
		credentials Credentials
		conn        *Conn
		offered     string
		want        string
		err         error
	}{
		{password, tls13, all, "SCRAM-SHA-256-PLUS", nil},
		{password, tls13, strings.ToLower(all), "SCRAM-SHA-256-PLUS", nil},
		{password, tls13, without(plus[0]), "SCRAM-SHA-1-PLUS", nil},
		{password, tls13, without(plus...), "SCRAM-SHA-256", nil},
		{password, secure, all, "SCRAM-SHA-256", nil}, // nothing to bind to
		{password, nil, all, "SCRAM-SHA-256", nil},
		{password, tls13, without(noSCRAM...), "PLAIN", nil},
		{password, nil, without(noSCRAM...), "DIGEST-MD5", nil},
		{insecure, nil, without(noSCRAM...), "PLAIN", nil},
		{modern, nil, without(noSCRAM...), "", ErrInsecure},
		{proof, tls13, without(noSCRAM...), "", ErrMechanism},
		{bound, tls13, without(plus...), "", ErrMechanism},
		{password, nil, "PLAIN LOGIN", "", ErrInsecure},
		{password, tls13, "LOGIN", "LOGIN", nil},
		{ordered, tls13, all, "LOGIN", nil},
		{password, tls13, without(noProof...), "DIGEST-MD5", nil},
		{password, tls13, "CRAM-MD5 NTLM", "CRAM-MD5", nil},
		{password, tls13, "NTLM", "NTLM", nil},
		{acting, tls13, "NTLM CRAM-MD5 LOGIN PLAIN", "PLAIN", nil},
		{acting, tls13, "NTLM CRAM-MD5 LOGIN", "", ErrMechanism},
		{password, tls13, "", "", ErrMechanism},
		{password, tls13, "GSSAPI EXTERNAL ANONYMOUS XOAUTH2", "", ErrMechanism},
		{Credentials{}, tls13, all, "", ErrMechanism},
		{Credentials{Name: "tim"}, tls13, all, "", ErrMechanism},
		{Credentials{Name: "tim", Token: "t"}, tls13, all, "OAUTHBEARER", nil},
		{Credentials{Token: "t"}, tls13, all, "OAUTHBEARER", nil},
		{Credentials{Name: "tim", Token: "t"}, tls13, "XOAUTH2", "XOAUTH2", nil},
		{Credentials{Name: "tim", Token: "t"}, nil, all, "", ErrInsecure},
		{Credentials{Certificate: true}, tls13, all, "EXTERNAL", nil},
		{Credentials{Certificate: true}, nil, all, "", ErrMechanism},
		{Credentials{Anonymous: "sirhc"}, nil, all, "ANONYMOUS", nil},
		{Credentials{Name: "a\x00b", Password: "x"}, tls13, all, "", ErrMalformed},
		{Credentials{Name: "tim", Password: "\xff"}, tls13, all, "", ErrMalformed},
		{Credentials{Name: "tim", Password: "x", As: "\xff"}, tls13, all, "", ErrMalformed},
	} {
		client, err := c.credentials.Client(c.conn, strings.Fields(c.offered))
		require.ErrorIs(t, err, c.err, "%+v %s", c.credentials, c.offered)
		if c.err != nil {
			require.Nil(t, client)
			require.Equal(t, 1, strings.Count(err.Error(), "auth: "), err)
			continue
		}
		mechanism, _, err := client.Start()
		require.NoError(t, err)
		require.Equal(t, c.want, mechanism)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", client, client, client), right)
	}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", password, password, password, &password), right)
}

// TestBindingFlag: what the client says of channel binding (RFC 5802, 6).
func TestBindingFlag(t *testing.T) {
	tls13, _ := ends(t)
	password := Credentials{Name: "tim", Password: right, Mechanisms: []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}}
	for _, c := range []struct {
		conn    *Conn
		offered string
		want    string
	}{
		{tls13, "SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "p=tls-exporter,"},
		{tls13, "SCRAM-SHA-256", "y,"},
		{tls13, "SCRAM-SHA-256 SCRAM-SHA-512-plus", "n,"}, // offered, and in vain
		{secure, "SCRAM-SHA-256", "n,"},
		{nil, "SCRAM-SHA-256", "n,"},
	} {
		client, err := password.Client(c.conn, strings.Fields(c.offered))
		require.NoError(t, err)
		_, first, err := client.Start()
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(first), c.want+",n=tim,r="), "%s", first)
		_, second, err := client.Start()
		require.NoError(t, err)
		require.NotEqual(t, first, second, "a nonce serves once")
	}
}
