package auth

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// store is a PasswordLookup of one answer for each name.
type store map[string]struct {
	user, stored string
	err          error
}

func (s store) PasswordHash(_ context.Context, name string) (string, string, error) {
	if a, ok := s[name]; ok {
		return a.user, a.stored, a.err
	}
	return "", "", ErrCredentials
}

var errDown = errors.New("database down")

func newStore(t *testing.T, h *Hasher) store {
	stored, err := h.Hash("right")
	require.NoError(t, err)
	return store{
		"tim":      {"Tim", stored, nil},
		"disabled": {"disabled", stored, ErrDisabled},
		"empty":    {"empty", "", nil},
		"wrapped":  {"", "", errors.Join(errors.New("no row"), ErrCredentials)},
		"down":     {"", "", errDown},
		"strange":  {"strange", "{PLAIN}right", nil},
	}
}

// TestEqualWork: the hashes computed must not tell whether there is an account.
func TestEqualWork(t *testing.T) {
	for _, h := range []*Hasher{{}, cheap(), {Bcrypt: 4}} {
		p := &Passwords{Lookup: newStore(t, h), Hasher: h}
		computed := count(h)
		for _, password := range []string{"wrong", strings.Repeat("long", 200), "p\u00e4ss"} {
			_, err := p.VerifyPassword(t.Context(), nil, "tim", password)
			require.ErrorIs(t, err, ErrCredentials)
			want := computed()
			require.Len(t, want, 1)
			for _, name := range []string{"unknown", "disabled", "empty", "wrapped"} {
				_, err := p.VerifyPassword(t.Context(), nil, name, password)
				require.ErrorIs(t, err, ErrCredentials)
				require.Equal(t, want, computed(), name)
			}
		}
	}
}

func TestPasswords(t *testing.T) {
	h := cheap()
	p := &Passwords{Lookup: newStore(t, h), Hasher: h}
	user, err := p.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	require.Equal(t, "Tim", user)
	for name, want := range map[string]error{
		"unknown": ErrCredentials, "disabled": ErrDisabled, "empty": ErrCredentials, "wrapped": ErrCredentials,
		"down": errDown, "strange": ErrHash,
	} {
		user, err := p.VerifyPassword(t.Context(), nil, name, "right")
		require.Empty(t, user)
		require.ErrorIs(t, err, want, name)
		if !errors.Is(want, ErrCredentials) {
			requireTemporary(t, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"tim", "unknown"} {
		_, err := p.VerifyPassword(ctx, nil, name, "right")
		require.ErrorIs(t, err, context.Canceled)
		requireTemporary(t, err)
	}
}

func TestPasswordsUnwrap(t *testing.T) {
	s := store{}
	_, ok := as[PasswordLookup](any(&Passwords{Lookup: s}))
	require.True(t, ok, "what else the store can do must be found")
	_, ok = as[PasswordUpdater](any(&Passwords{Lookup: s}))
	require.False(t, ok)
	_, ok = as[PasswordUpdater](any(&Passwords{Lookup: &Users{}}))
	require.True(t, ok)
}

// wrappedLookup is middleware around a PasswordLookup.
type wrappedLookup struct{ PasswordLookup }

func (w wrappedLookup) Unwrap() any { return w.PasswordLookup }

func TestRehash(t *testing.T) {
	var users Users
	users.Hasher = &Hasher{Bcrypt: 4}
	require.NoError(t, users.Set("Tim", "right"))
	stored := func() string {
		_, s, err := users.PasswordHash(t.Context(), "tim")
		require.NoError(t, err)
		return s
	}
	old := stored()
	p := &Passwords{Lookup: wrappedLookup{&users}, Hasher: cheap()}

	_, err := p.VerifyPassword(t.Context(), nil, "tim", "wrong")
	require.ErrorIs(t, err, ErrCredentials)
	require.Equal(t, old, stored(), "a wrong password must change nothing")

	_, err = p.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(stored(), "$argon2id$v=19$m=8,t=1,p=1$"), stored())

	made := stored()
	_, err = p.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	require.Equal(t, made, stored(), "once is enough")

	require.NoError(t, users.UpdatePasswordHash(t.Context(), "tim", old, "lost race"))
	require.NoError(t, users.UpdatePasswordHash(t.Context(), "nobody", "", "no account"))
	require.Equal(t, made, stored())
	require.Equal(t, "auth.Users(1 accounts)", users.String())
}

// failingUpdater cannot store.
type failingUpdater struct{ store }

func (failingUpdater) UpdatePasswordHash(context.Context, string, string, string) error {
	return errDown
}

func TestRehashFailureDoesNotHinderLogin(t *testing.T) {
	var log bytes.Buffer
	p := &Passwords{
		Lookup: failingUpdater{newStore(t, cheap())},
		Hasher: &Hasher{Time: 2, Memory: 8},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}
	user, err := p.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	require.Equal(t, "Tim", user)
	require.Contains(t, log.String(), "user=Tim")
	require.Contains(t, log.String(), errDown.Error())
	require.NotContains(t, log.String(), "right")
	require.NotContains(t, log.String(), "argon2id")
}

func TestPasswordsOwnHasher(t *testing.T) {
	p := &Passwords{Lookup: newStore(t, &Hasher{})}
	_, err := p.VerifyPassword(t.Context(), nil, "tim", "right")
	require.NoError(t, err)
	_, err = p.VerifyPassword(t.Context(), nil, "unknown", "right")
	require.ErrorIs(t, err, ErrCredentials)
}
