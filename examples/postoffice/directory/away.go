package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// ErrAway is that another directory does not answer, so that it is not known who has mail here.
var ErrAway = errors.New("the directory of users does not answer")

// away makes the errors of a directory those that tell that it is one's.
func away(err error) error {
	if err == nil || errors.Is(err, store.ErrNotFound) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// Ping asks the server for something, and returns why it does not answer. What is known from before does not count.
func (l *LDAP) Ping(ctx context.Context) error {
	_, err := l.search(ctx, l.loginFilter("ping"), 1)
	return err
}
