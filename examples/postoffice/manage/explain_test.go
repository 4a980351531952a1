package manage_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

func TestExplain(t *testing.T) {
	for text, want := range map[string]string{
		`user zoe: sqlite: invalid: address "z@two.test": its domain is not local`: `user zoe: address "z@two.test": its domain is not local`,
		"auth: too long":             "too long",
		"smtp: address in use":       "smtp: address in use",
		"the sqlite: of somebody":    "the sqlite: of somebody",
		"mailfile: line 3: no From ": "line 3: no From ",
	} {
		require.Equal(t, want, manage.Explain(errors.New(text)))
	}
	require.Empty(t, manage.Explain(nil))
}

func TestQuotaCheck(t *testing.T) {
	for _, q := range []manage.Quota{{}, {Warn: 1, NoSend: 2, NoReceive: 3}, {Warn: 5, NoSend: -1, NoReceive: 5}, {NoSend: 3}, {Warn: -1, NoReceive: 1}} {
		require.NoError(t, q.Check(), "%+v", q)
	}
	for _, q := range []manage.Quota{{Warn: 3000, NoSend: 2000, NoReceive: 1000}, {Warn: 2, NoReceive: 1}, {NoSend: 2, NoReceive: 1}, {Warn: 2, NoSend: 1}} {
		require.ErrorContains(t, q.Check(), "do not become smaller", "%+v", q)
	}
}
