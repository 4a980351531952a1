package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The form of RFC 5803 with the key of RFC 5802, 5 and RFC 7677, 3.
const (
	pencil1   = "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE="
	pencil256 = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
)

// TestForms makes strings of every choice of forms, and has them serve what they
// were made for and nothing else.
func TestForms(t *testing.T) {
	const ntHash = "NT$32ed87bdb5fdc5e9cba88547376818d4" // of "123456"
	for _, c := range []struct {
		hasher *Hasher
		kinds  string
		serves []string
	}{
		{&Hasher{}, "$argon2id;SCRAM-SHA-256", []string{"SCRAM-SHA-256"}},
		{&Hasher{SCRAM: []string{}}, "$argon2id", nil},
		{&Hasher{Bcrypt: 4, SCRAM: []string{"SHA-1", "SHA-256"}}, "$2a;SCRAM-SHA-256;SCRAM-SHA-1", []string{"SCRAM-SHA-256", "SCRAM-SHA-1"}},
		{&Hasher{SCRAM: []string{}, NTHash: true}, "$argon2id;NT", []string{"NTLM"}},
		{&Hasher{SCRAM: []string{}, Secret: true}, "$argon2id;SECRET", []string{"CRAM-MD5", "DIGEST-MD5", "NTLM"}},
		{
			&Hasher{SCRAM: []string{"SHA-1"}, NTHash: true, Secret: true}, "$argon2id;SCRAM-SHA-1;NT;SECRET",
			[]string{"SCRAM-SHA-1", "CRAM-MD5", "DIGEST-MD5", "NTLM"},
		},
	} {
		h := c.hasher
		h.Time, h.Memory, h.Iterations = 1, 8, 4096
		stored, err := h.Hash("123456")
		require.NoError(t, err)
		require.Regexp(t, "^[!-~]+$", stored)
		var kinds []string
		for s := range strings.SplitSeq(stored, ";") {
			kind, _, _ := strings.Cut(strings.TrimPrefix(s, "$"), "$")
			if s[0] == '$' {
				kind = "$" + kind
			}
			kinds = append(kinds, kind)
		}
		require.Equal(t, c.kinds, strings.Join(kinds, ";"))
		require.Equal(t, h.NTHash, strings.Contains(stored, ntHash))
		require.Equal(t, h.Secret, strings.HasSuffix(stored, ";SECRET$MTIzNDU2"))
		require.False(t, h.NeedsRehash(stored))
		require.True(t, (&Hasher{Time: 2, Memory: 8}).NeedsRehash(stored))
		require.NoError(t, (&Hasher{}).Verify(t.Context(), stored, "123456"), "any Hasher understands any form")
		require.ErrorIs(t, (&Hasher{}).Verify(t.Context(), stored, "1234567"), ErrCredentials)

		users := &Users{Hasher: h}
		for _, mechanism := range formMechanisms() {
			want := slices.Contains(c.serves, mechanism) || mechanism == "PLAIN" || mechanism == "LOGIN"
			require.Equal(t, want, users.Serves(mechanism), "empty: %s", mechanism)
		}
		require.NoError(t, users.SetHash("tim", stored))
		offered := (&Authenticator{Accounts: users, AllowInsecure: true}).Offer(nil)
		require.ElementsMatch(t, append([]string{"PLAIN", "LOGIN"}, c.serves...), offered)
		for _, mechanism := range offered {
			a := &Authenticator{Accounts: users, AllowInsecure: true, Logger: silent}
			for password, ok := range map[string]bool{"123456": true, "12345": false} {
				e, err := a.Start(t.Context(), nil, mechanism)
				require.NoError(t, err)
				client := (&Credentials{Name: "TIM", Password: password, AllowInsecure: true}).client(mechanism, &Conn{}, offered)
				_, err = converse(e, client, true)
				require.Equal(t, ok, err == nil, "%s: %v", mechanism, err)
				require.Equal(t, ok, e.Identity().User == "tim")
			}
		}
	}
}

// TestForeignSCRAM: strings that other software made for SCRAM serve passwords too.
func TestForeignSCRAM(t *testing.T) {
	for _, stored := range []string{pencil1, pencil256, pencil1 + ";" + pencil256} {
		h := cheap()
		require.NoError(t, h.Verify(t.Context(), stored, "pencil"))
		require.ErrorIs(t, h.Verify(t.Context(), stored, "Pencil"), ErrCredentials)
		require.True(t, h.NeedsRehash(stored))
	}
	require.False(t, (&Hasher{SCRAM: []string{}}).NeedsRehash(foreignDefault(t)))
}

func foreignDefault(t *testing.T) string {
	stored, err := (&Hasher{SCRAM: []string{}}).Hash("x")
	require.NoError(t, err)
	require.NotContains(t, stored, ";")
	return stored
}

// TestUpgrade: an old string gets the missing forms at the next login by password,
// and then the mechanisms are offered.
func TestUpgrade(t *testing.T) {
	users := &Users{Hasher: cheap()}
	old, err := (&Hasher{Time: 1, Memory: 8, SCRAM: []string{}}).Hash("right")
	require.NoError(t, err)
	require.NoError(t, users.Set("ann", "right"))
	require.True(t, users.Serves("SCRAM-SHA-256"))
	require.NoError(t, users.SetHash("tim", old))
	require.False(t, users.Serves("SCRAM-SHA-256"), "tim could not log in by it")
	_, _, err = users.SCRAMKey(t.Context(), nil, "tim", "SHA-256")
	require.ErrorIs(t, err, ErrCredentials)
	_, err = users.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	require.True(t, users.Serves("SCRAM-SHA-256"))
	_, key, err := users.SCRAMKey(t.Context(), nil, "tim", "SHA-256")
	require.NoError(t, err)
	require.Equal(t, 4096, key.Iterations)

	require.NoError(t, users.SetHash("tim", old))
	require.False(t, users.Serves("SCRAM-SHA-256"))
	require.True(t, users.Delete("tim"))
	require.True(t, users.Serves("SCRAM-SHA-256"))
	require.True(t, users.Delete("ann"))
	require.False(t, users.Delete("ann"))
	require.True(t, users.Serves("SCRAM-SHA-256"))
	require.False(t, users.Serves("SCRAM-SHA-1"))
	require.False(t, users.Serves("OAUTHBEARER"))
}

// TestPasswordsServe: over a store nobody can look through, the program says what
// it serves.
func TestPasswordsServe(t *testing.T) {
	h := &Hasher{Time: 1, Memory: 8, Iterations: 4096, Secret: true, NTHash: true, SCRAM: []string{"SHA-1", "SHA-256"}}
	p := &Passwords{Lookup: newStore(t, h), Hasher: h}
	a := &Authenticator{Accounts: p, AllowInsecure: true}
	require.Equal(t, []string{"PLAIN", "LOGIN"}, a.Offer(nil))
	require.NoError(t, a.Check())
	require.Error(t, (&Authenticator{Accounts: p, Mechanisms: []string{"CRAM-MD5"}}).Check())
	p.Mechanisms = []string{"scram-sha-256", "CRAM-MD5"}
	require.Equal(t, []string{"SCRAM-SHA-256", "PLAIN", "LOGIN", "CRAM-MD5"}, a.Offer(nil))
	require.NoError(t, (&Authenticator{Accounts: p, Mechanisms: []string{"CRAM-MD5"}}).Check())

	user, key, err := p.SCRAMKey(t.Context(), nil, "tim", "SHA-256")
	require.NoError(t, err)
	require.Equal(t, "Tim", user)
	require.Equal(t, 4096, key.Iterations)
	_, secret, err := p.Secret(t.Context(), nil, "tim")
	require.NoError(t, err)
	require.Equal(t, "right", secret)
	_, hash, err := p.NTHash(t.Context(), nil, "any", "tim")
	require.NoError(t, err)
	require.NotZero(t, hash)
	for name, want := range map[string]error{
		"unknown": ErrCredentials, "disabled": ErrDisabled, "empty": ErrCredentials, "down": errDown, "strange": ErrHash,
	} {
		_, key, err := p.SCRAMKey(t.Context(), nil, name, "SHA-256")
		require.ErrorIs(t, err, want)
		require.Equal(t, 4096, key.Iterations, "what a new account would have")
		require.Equal(t, name == "disabled", key.Salt != nil)
		_, secret, err := p.Secret(t.Context(), nil, name)
		require.ErrorIs(t, err, want)
		require.Empty(t, secret)
		_, hash, err := p.NTHash(t.Context(), nil, "", name)
		require.ErrorIs(t, err, want)
		require.Zero(t, hash)
	}
	for _, lacking := range []string{foreign[0].stored, pencil1} {
		p.Lookup = store{"tim": {"tim", lacking, nil}}
		_, _, err = p.SCRAMKey(t.Context(), nil, "tim", "SHA-256")
		require.ErrorIs(t, err, ErrCredentials)
		require.ErrorContains(t, err, "SCRAM-SHA-256")
		_, _, err = p.Secret(t.Context(), nil, "tim")
		require.ErrorIs(t, err, ErrCredentials)
		_, _, err = p.NTHash(t.Context(), nil, "", "tim")
		require.ErrorIs(t, err, ErrCredentials)
	}
	// What the strings do not serve, the store may by itself.
	own := &Authenticator{Accounts: &Passwords{Lookup: storeWithKeys{store{}}}, AllowInsecure: true, Logger: silent}
	require.Equal(t, []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"}, own.Offer(nil))
	_, _, err = startSCRAM(t, own, nil, "SCRAM-SHA-256", "n,,n=down,r=abc")
	require.ErrorIs(t, err, errDown)
}

type storeWithKeys struct{ store }

func (storeWithKeys) SCRAMKey(ctx context.Context, c *Conn, name, hash string) (string, SCRAMKey, error) {
	return new(keys).SCRAMKey(ctx, c, name, hash)
}

// TestFormStrings: strings that must not be understood.
func TestFormStrings(t *testing.T) {
	good := foreign[0].stored
	for _, stored := range []string{
		";", good + ";", ";" + good, good + ";;" + pencil1, good + "; " + pencil1, good + ";" + good, pencil1 + ";" + pencil1,
		good + ";x", "SCRAM-", "SCRAM-SHA-1", "SCRAM-SHA-1$", "SCRAM-SHA-512" + pencil1[len("SCRAM-SHA-1"):],
		strings.Replace(pencil1, "4096", "4095", 1), strings.Replace(pencil1, "4096", "04096", 1), strings.Replace(pencil1, "4096", "1000001", 1),
		strings.Replace(pencil1, "4096", "99999999999999999999", 1), strings.Replace(pencil1, "QSXCR+Q6sek8bf92", "", 1),
		strings.Replace(pencil1, "QSXCR+Q6sek8bf92", "QSXC", 1), strings.Replace(pencil1, "QSXC", "QSX\nC", 1), pencil1 + "x", pencil1 + "$",
		strings.Replace(pencil256, "SHA-256", "SHA-1", 1), "scram-sha-1" + pencil1[len("SCRAM-SHA-1"):],
		"NT$", "NT$32ed", "NT$32ED87BDB5FDC5E9CBA88547376818D4", "NT$32ed87bdb5fdc5e9cba88547376818d4ff", "NT$zzed87bdb5fdc5e9cba88547376818d4",
		"SECRET$", "SECRET$x", "SECRET$MTIzNDU2=", "SECRET$MTIz\nNDU2", "SECRET$MTIzNDU2;SECRET$MTIzNDU2",
		"NT$32ed87bdb5fdc5e9cba88547376818d4", "SECRET$MTIzNDU2", // these check no password
		strings.Repeat("A", 1<<20), strings.Repeat(";", 1<<20),
	} {
		h := &Hasher{}
		computed := count(h)
		err := h.Verify(t.Context(), stored, "pencil")
		require.ErrorIs(t, err, ErrHash, "%.80q", stored)
		requireTemporary(t, err)
		require.NotContains(t, err.Error(), "MTIz")
		require.Empty(t, computed())
		require.True(t, h.NeedsRehash(stored))
	}
}

func TestFormSettings(t *testing.T) {
	for _, c := range []struct {
		hasher *Hasher
		text   string
	}{
		{&Hasher{SCRAM: []string{"SHA-512"}}, `"SHA-512"`},
		{&Hasher{Iterations: 4095}, "give 4096"},
		{&Hasher{Iterations: 1_000_001}, "give 4096"},
	} {
		_, err := c.hasher.Hash("x")
		require.ErrorContains(t, err, c.text)
		require.ErrorContains(t, c.hasher.Verify(t.Context(), pencil1, "pencil"), c.text)
		require.ErrorContains(t, c.hasher.Dummy(t.Context(), "x"), c.text)
	}
}

// FuzzForms checks that a stored string is read only if it is what would be
// written, that an error is ErrHash, and that what it serves it has the form for.
func FuzzForms(f *testing.F) {
	f.Add(pencil1 + ";" + pencil256)
	f.Add(foreign[0].stored + ";NT$32ed87bdb5fdc5e9cba88547376818d4;SECRET$MTIzNDU2")
	f.Add("SECRET$;NT$")
	f.Add("SCRAM-SHA-1$4096:$:")
	f.Fuzz(func(t *testing.T, stored string) {
		h := &Hasher{MaxMemory: 1024, Memory: 8}
		parsed, err := h.parseForms(stored)
		if err != nil {
			require.ErrorIs(t, err, ErrHash)
			return
		}
		canonical := parsed.String()
		require.Len(t, canonical, len(stored))
		again, err := h.parseForms(canonical)
		require.NoError(t, err)
		require.Equal(t, canonical, again.String(), "the order is all that may change")
		require.Equal(t, strings.Contains(stored, "SECRET$"), parsed.serves("CRAM-MD5"))
		require.NotContains(t, fmt.Sprint(err), "SECRET")
	})
}
