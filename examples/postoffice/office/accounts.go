package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// prepare brings the name and the password into the form in which they are
// kept and compared (RFC 8265).
func prepare(u manage.NewUser) (manage.NewUser, error) {
	var err error
	if u.Name, err = auth.PrepareName(u.Name); err != nil {
		return u, &told{fmt.Sprintf("%q can't be an account's name: use letters, digits and . - _ @, without spaces", strings.ToValidUTF8(u.Name, "?")), err}
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
		return "", &told{"password: it has characters that no password can have, such as a tab", err}
	}
	if utf8.RuneCountInString(prepared) < minPassword {
		return "", fmt.Errorf("password: it is too short; choose one of %d characters or more", minPassword)
	}
	return prepared, nil
}

// minPassword is how many characters a password has that somebody has chosen (NIST SP 800-63B, 5.1.1.1).
const minPassword = 8

// told is an error in words for people.
type told struct {
	text string
	err  error
}

// Error returns the words.
func (e *told) Error() string { return e.text }

// Unwrap returns what they are about.
func (e *told) Unwrap() error { return e.err }

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
