package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// prepare brings the name and the password into the form in which they are
// kept and compared (RFC 8265).
func prepare(u manage.NewUser) (manage.NewUser, error) {
	var err error
	if u.Name, err = auth.PrepareName(u.Name); err != nil {
		return u, fmt.Errorf("name: %w", err)
	}
	if u.Password, err = preparePassword(u.Password); err != nil {
		return u, err
	}
	if err := checkUTF8("address", u.Addresses...); err != nil {
		return u, err
	}
	return u, checkProfile(u.Profile)
}

func preparePassword(password string) (string, error) {
	prepared, err := auth.PreparePassword(password)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return prepared, nil
}

// Accounts manages this Office's accounts.
func (o *Office) Accounts() manage.Accounts {
	return &localAccounts{store: o.store, people: o.config.Directory, hasher: &o.hasher, revoke: o.revoke, close: func() error { return nil }}
}

// OpenAccounts manages the accounts of a data folder: through the server that
// runs on it, or directly if none does. It does not make a data folder.
func OpenAccounts(ctx context.Context, dir string) (manage.Accounts, error) {
	if _, err := os.Stat(filepath.Join(dir, storeDir)); err != nil {
		return nil, fmt.Errorf("there is no data folder in %s: %w; name it with -data, or start the server once to make it", dir, err)
	}
	s, err := openStore(ctx, dir, slog.Default())
	if errors.Is(err, store.ErrLocked) {
		return &remoteAccounts{remote{filepath.Join(dir, socketFile)}}, nil
	}
	if err != nil {
		return nil, err
	}
	return &localAccounts{store: s, hasher: new(auth.Hasher), close: s.Close}, nil
}
