package office

import (
	"fmt"

	"github.com/wirepost/wirepost/internal/litedb"
)

// advised adds to the error of a store what to change.
func advised(err error) error {
	if advice := litedb.Advice(err); advice != "" {
		return fmt.Errorf("%w: %s", err, advice)
	}
	return err
}
