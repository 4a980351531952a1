package office

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/internal/litedb"
)

// advised adds to the error of a store what to change.
func advised(err error) error {
	if advice := litedb.Advice(err); advice != "" {
		return fmt.Errorf("%w: %s", err, advice)
	}
	return err
}

// Explain is manage.Explain, and says what to change where a database can't be used.
func Explain(err error) string {
	text := manage.Explain(err)
	if advice := litedb.Advice(err); advice != "" && !strings.Contains(text, advice) {
		text += ": " + advice
	}
	return text
}
