package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Accounts manages who has mail here. It is the same whether the server runs
// in this process, in another, or not at all.
type Accounts interface {
	List(ctx context.Context) ([]User, error)
	Add(ctx context.Context, u NewUser) (User, error)
	SetPassword(ctx context.Context, name, password string) error
	SetDisabled(ctx context.Context, name string, disabled bool) error
	Remove(ctx context.Context, name string) error // with all mail
	Close() error
}

// A User is an account as it is listed.
type User struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	Disabled  bool     `json:"disabled"`
	Octets    int64    `json:"octets"` // of mail
}

// A NewUser is an account to be made. Without Addresses its name is its
// address if it looks like one, else its name at the default domain is.
type NewUser struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	Password  string   `json:"password"`
}

// prepare brings the name and the password into the form in which they are
// kept and compared (RFC 8265).
func (u NewUser) prepare() (NewUser, error) {
	var err error
	if u.Name, err = auth.PrepareName(u.Name); err != nil {
		return u, fmt.Errorf("name: %w", err)
	}
	if u.Password, err = preparePassword(u.Password); err != nil {
		return u, err
	}
	for _, a := range u.Addresses {
		if !utf8.ValidString(a) {
			return u, fmt.Errorf("address %q is not UTF-8", a)
		}
	}
	return u, nil
}

func preparePassword(password string) (string, error) {
	prepared, err := auth.PreparePassword(password)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return prepared, nil
}

// Accounts manages this Office's accounts.
func (o *Office) Accounts() Accounts {
	return &localAccounts{store: o.store, people: o.config.Directory, hasher: &o.hasher, close: func() error { return nil }}
}

// OpenAccounts manages the accounts of a data folder: through the server that
// runs on it, or directly if none does. It does not make a data folder.
func OpenAccounts(ctx context.Context, dir string) (Accounts, error) {
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
