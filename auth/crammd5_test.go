package auth

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type secretFunc func(name string) (user, secret string, err error)

func (f secretFunc) Secret(_ context.Context, _ *Conn, name string) (user, secret string, err error) {
	return f(name)
}

// rfc2195 is the challenge of RFC 2195, 2.
const rfc2195 = "<1896.697170952@postoffice.reston.mci.net>"

func startCRAM(t testing.TB, accounts any) *Exchange {
	t.Helper()
	e, err := (&Authenticator{Accounts: accounts, Logger: silent}).Start(t.Context(), nil, "cram-md5")
	require.NoError(t, err)
	e.next = func(e *Exchange, response []byte) ([]byte, step, error) { return cramAnswer(e, rfc2195, response) }
	return e
}

func TestCRAMMD5(t *testing.T) {
	accounts := secretFunc(func(name string) (string, string, error) {
		switch name {
		case "tim", "Tim Smith":
			return name, right, nil
		case "empty":
			return name, "", nil
		}
		return "", "", ErrCredentials
	})
	const proof = "b913a602c7eda7a495b4e6e7334d3890"
	for _, c := range []struct {
		response string
		user     string
		err      error
	}{
		{"tim " + proof, "tim", nil},
		{"tim " + strings.ToUpper(proof), "tim", nil},
		{"Tim Smith " + proof, "Tim Smith", nil},
		{"tim a" + proof[1:], "", ErrCredentials},
		{"tom " + proof, "", ErrCredentials},
		{"empty " + proof, "", ErrCredentials},
		{"tim\x7f " + proof, "", ErrDisallowed},
		{"", "", ErrMalformed},
		{"*", "", ErrMalformed},
		{"tim", "", ErrMalformed},
		{" " + proof, "", ErrMalformed},
		{"tim " + proof[1:], "", ErrMalformed},
		{"tim " + proof + " ", "", ErrMalformed},
		{"tim x" + proof[1:], "", ErrMalformed},
		{"tim\x00 " + proof, "", ErrMalformed},
		{strings.Repeat("x", 64<<10) + " " + proof, "", ErrMalformed},
	} {
		e := startCRAM(t, accounts)
		_, done, err := e.Next([]byte(c.response))
		require.ErrorIs(t, err, c.err, "%.40q", c.response)
		require.Equal(t, c.err == nil, done)
		require.Equal(t, c.user, e.Identity().User)
	}

	client := newCRAMMD5Client(&Credentials{Name: "tim", Password: right})
	_, initial, err := client.Start()
	require.NoError(t, err)
	require.Nil(t, initial)
	response, err := client.Next([]byte(rfc2195))
	require.NoError(t, err)
	require.Equal(t, "tim "+proof, string(response)) // RFC 2195, 2
	_, err = client.Next([]byte(rfc2195))
	require.Error(t, err, "one answer is enough")
	require.Nil(t, newCRAMMD5Client(&Credentials{Name: "tim", Password: right, As: "sales"}))
}

// TestChallenges: each is new, and a msg-id whatever the server is called.
func TestChallenges(t *testing.T) {
	a := &Authenticator{Accounts: &everything{}, Logger: silent}
	seen := map[string]bool{}
	for name, host := range map[string]string{
		"mail.example": "mail.example", "": "localhost", "a>b": "localhost", "\r\n": "localhost", "m\u00e4il.example": "localhost",
	} {
		c := &Conn{Protocol: "pop3", ServerName: name}
		e, err := a.Start(t.Context(), c, "CRAM-MD5")
		require.NoError(t, err)
		_, _, err = e.Next([]byte{}) // the empty one, which is none
		require.NoError(t, err)
		for _, challenge := range []string{a.APOPChallenge(c), a.APOPChallenge(c)} {
			require.Regexp(t, "^<[A-Z2-7]{26}@"+host+">$", challenge)
			require.False(t, seen[challenge])
			seen[challenge] = true
		}
	}
	e, err := a.Start(t.Context(), nil, "CRAM-MD5")
	require.NoError(t, err)
	_, _, err = e.Next([]byte("tim b913a602c7eda7a495b4e6e7334d3890"))
	require.ErrorIs(t, err, ErrMalformed, "an answer before the challenge")
}

func TestAPOP(t *testing.T) {
	// RFC 1939, 7.
	const challenge, digest = "<1896.697170952@dbc.mtview.ca.us>", "c4c9334bac560ecc979e58001b3e22fb"
	accounts := &everything{}
	mrose := secretFunc(func(name string) (string, string, error) {
		if name == "mrose" {
			return name, "tanstaaf", nil
		}
		_, err := accounts.who("secret", name)
		return "", "", err
	})
	a := &Authenticator{Accounts: mrose, Logger: silent}
	for _, c := range []struct {
		challenge, name, digest string
		err                     error
	}{
		{challenge, "mrose", digest, nil},
		{challenge, "mrose", "d" + digest[1:], ErrCredentials},
		{"<other@dbc.mtview.ca.us>", "mrose", digest, ErrCredentials},
		{challenge, "tom", digest, ErrCredentials},
		{challenge, "disabled", digest, ErrDisabled},
		{challenge, "down", digest, errDown},
		{challenge, "", digest, ErrMalformed},
		{challenge, "mrose", "", ErrMalformed},
		{challenge, "mrose", digest[1:], ErrMalformed},
		{challenge, "mrose", digest + "0", ErrMalformed},
		{challenge, "mrose", strings.Repeat("g", 32), ErrMalformed},
		{challenge, "mr\x00ose", digest, ErrMalformed},
		{"", "mrose", digest, ErrMechanism},
	} {
		identity, err := a.APOP(t.Context(), nil, c.challenge, c.name, c.digest)
		require.ErrorIs(t, err, c.err, "%+v", c)
		if c.err == nil {
			require.Equal(t, Identity{User: "mrose", Mechanism: "APOP"}, identity)
			continue
		}
		require.Zero(t, identity)
	}
	for _, without := range []*Authenticator{
		nil, {}, {Accounts: tim}, {Accounts: mrose, Floor: FloorPlaintext}, {Accounts: mrose, Mechanisms: []string{"SCRAM-SHA-256"}},
	} {
		require.Empty(t, without.APOPChallenge(nil))
		_, err := without.APOP(t.Context(), nil, challenge, "mrose", digest)
		require.ErrorIs(t, err, ErrMechanism)
	}
	require.NotEmpty(t, (&Authenticator{Accounts: mrose, Mechanisms: []string{"cram-md5"}}).APOPChallenge(nil))
}

// FuzzCRAMMD5 plays an answer, to CRAM-MD5 and to APOP, and checks that nobody logs
// in without the password, that the accounts are asked at most once in each, with
// a name that is prepared, and that a failure stays.
func FuzzCRAMMD5(f *testing.F) {
	f.Add([]byte("tim b913a602c7eda7a495b4e6e7334d3890"))
	f.Add([]byte("t  b913a602c7eda7a495b4e6e7334d3890"))
	f.Add([]byte(" "))
	f.Add([]byte("\xff\x00"))
	f.Fuzz(func(t *testing.T, response []byte) {
		calls := 0
		accounts := secretFunc(func(name string) (string, string, error) {
			calls++
			requireClean(t, name)
			return name, "not to be guessed", nil
		})
		e := startCRAM(t, accounts)
		_, done, err := e.Next(append([]byte{}, response...))
		require.False(t, done)
		require.Error(t, err)
		_, _, again := e.Next(nil)
		require.Equal(t, err, again)
		name, digest, _ := strings.Cut(string(response), " ")
		_, err = (&Authenticator{Accounts: accounts, Logger: silent}).APOP(t.Context(), nil, rfc2195, name, digest)
		require.Error(t, err)
		require.LessOrEqual(t, calls, 2)
	})
}
