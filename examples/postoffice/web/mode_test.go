package web

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

func (fakeMail) Mode(context.Context) (manage.Mode, error) { return manage.InOut, nil }

func (f fakeMail) SetMode(_ context.Context, m manage.Mode) error { return f.note("mode %s", m) }
