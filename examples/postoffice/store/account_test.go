package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// TestHashIsHidden prints an account in every way that a log might.
func TestHashIsHidden(t *testing.T) {
	const secret = "$argon2id$v=19$tell-nobody"
	a := store.Account{Name: "bob", PasswordHash: secret}
	change := store.AccountChange{PasswordHash: new(store.PasswordHash(secret))}
	var log strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("account", "account", a, "hash", a.PasswordHash, "pointer", &a, "change", change)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb, a.PasswordHash)
		fmt.Fprintf(&log, verb, a)
		fmt.Fprintf(&log, verb, []any{&a, store.NewAccount{PasswordHash: secret}})
	}
	text, err := json.Marshal(a)
	require.NoError(t, err)
	log.Write(text)
	require.NotContains(t, log.String(), secret)
	require.NotContains(t, log.String(), fmt.Sprintf("%x", secret))
	require.Contains(t, log.String(), "[hidden]")
	require.Equal(t, secret, string(a.PasswordHash))
}

func TestFolderError(t *testing.T) {
	err := fmt.Errorf("sqlite: %w", &store.FolderError{Folder: 7, Err: fmt.Errorf("%w: by 3 octets", store.ErrQuota)})
	require.ErrorIs(t, err, store.ErrQuota)
	fe, ok := errors.AsType[*store.FolderError](err)
	require.True(t, ok)
	require.Equal(t, store.FolderID(7), fe.Folder)
	require.EqualError(t, err, "sqlite: folder 7: over quota: by 3 octets")
}
