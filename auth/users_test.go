package auth

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsers(t *testing.T) {
	u := &Users{Hasher: cheap()}
	login := func(name, password string) error {
		user, err := u.VerifyPassword(t.Context(), nil, name, password)
		require.Equal(t, err == nil, user != "")
		return err
	}
	require.ErrorIs(t, login("tim", "first"), ErrCredentials)
	require.False(t, u.Disable("tim"))
	require.False(t, u.Enable("tim"))
	require.False(t, u.Delete("tim"))

	require.NoError(t, u.Set("Tim@Example.ORG", "first"))
	user, err := u.VerifyPassword(t.Context(), nil, "TIM@example.org", "first")
	require.NoError(t, err)
	require.Equal(t, "tim@example.org", user)
	require.ErrorIs(t, login("tim@example.org", "First"), ErrCredentials)

	require.NoError(t, u.Set("tim@example.org", "second"))
	require.ErrorIs(t, login("tim@example.org", "first"), ErrCredentials)
	require.NoError(t, login("tim@example.org", "second"))

	require.True(t, u.Disable("TIM@example.org"))
	require.ErrorIs(t, login("tim@example.org", "second"), ErrDisabled)
	require.NoError(t, u.Set("tim@example.org", "third"))
	require.ErrorIs(t, login("tim@example.org", "third"), ErrDisabled, "a new password does not enable")
	require.True(t, u.Enable("tim@example.org"))
	require.NoError(t, login("tim@example.org", "third"))

	require.True(t, u.Delete("TIM@EXAMPLE.ORG"))
	require.ErrorIs(t, login("tim@example.org", "third"), ErrCredentials)
	require.NotErrorIs(t, login("tim@example.org", "third"), ErrDisabled)
}

func TestUsersSetHash(t *testing.T) {
	var u Users
	for i, c := range foreign {
		name := fmt.Sprintf("user%d", i)
		require.NoError(t, u.SetHash(name, c.stored))
		user, err := u.VerifyPassword(t.Context(), nil, name, c.password)
		require.NoError(t, err)
		require.Equal(t, name, user)
	}
	require.ErrorIs(t, u.SetHash("tim", "password"), ErrHash)
	require.ErrorIs(t, u.SetHash("", foreign[0].stored), ErrMalformed)
	require.False(t, u.Delete("tim"), "a refused string must make no account")
}

func TestUsersRefuse(t *testing.T) {
	u := &Users{Hasher: cheap()}
	require.ErrorIs(t, u.Set("", "x"), ErrMalformed)
	require.ErrorIs(t, u.Set("a\tb", "x"), ErrDisallowed)
	require.ErrorIs(t, u.Set("tim", ""), ErrMalformed)
	require.ErrorIs(t, u.Set("tim", "a\nb"), ErrDisallowed)
	require.Equal(t, "auth.Users(0 accounts)", u.String())
	for _, name := range []string{"", "a\tb", "\xff"} {
		require.False(t, u.Disable(name))
		require.False(t, u.Delete(name))
		_, err := u.VerifyPassword(t.Context(), nil, name, "x")
		require.ErrorIs(t, err, ErrCredentials)
	}
}

func TestUsersPrintNoHash(t *testing.T) {
	u := &Users{}
	require.NoError(t, u.SetHash("tim", foreign[1].stored))
	for _, v := range []any{u, &Authenticator{Accounts: u}, Authenticator{Accounts: u}, &Passwords{Lookup: u}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			require.NotContains(t, fmt.Sprintf(verb, v), hash)
		}
	}
}

// TestUsersConcurrently is for the race detector, and checks that no login
// succeeds by a password that its account never had.
func TestUsersConcurrently(t *testing.T) {
	u := &Users{Hasher: cheap()}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("user%d", i%4)
			for range 20 {
				require.NoError(t, u.Set(strings.ToUpper(name), "right"))
				_, err := u.VerifyPassword(t.Context(), nil, name, "wrong")
				require.ErrorIs(t, err, ErrCredentials)
				u.Disable(name)
				u.Enable(name)
				_ = u.String()
				if user, err := u.VerifyPassword(t.Context(), nil, name, "right"); err == nil {
					require.Equal(t, name, user)
				}
				u.Delete(name)
			}
		})
	}
	wg.Wait()
}
