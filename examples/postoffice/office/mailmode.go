package office

import (
	"context"
	"errors"
	"net/http"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// errNoServer is what the mode of a queue is that nobody sends from.
var errNoServer = errors.New("no server runs on the data folder, so nothing comes and nothing leaves; say in its configuration how it is to start, as mode in [connector]")

// Mode implements manage.Mail.
func (l *localMail) Mode(context.Context) (manage.Mode, error) {
	if l.gateway == nil {
		return "", errNoServer
	}
	return l.gateway.modeNow(), nil
}

// SetMode implements manage.Mail.
func (l *localMail) SetMode(_ context.Context, m manage.Mode) error {
	if err := m.Check(); err != nil {
		return err
	}
	if l.gateway == nil {
		return errNoServer
	}
	l.gateway.setMode(m)
	return nil
}

// controlMode takes orders about the mode.
func controlMode(mux *http.ServeMux, m manage.Mail) {
	mux.HandleFunc("GET /queue/mode", func(w http.ResponseWriter, r *http.Request) {
		mode, err := m.Mode(r.Context())
		answer(w, mode, err)
	})
	mux.HandleFunc("PUT /queue/mode", func(w http.ResponseWriter, r *http.Request) {
		var mode manage.Mode
		if order(w, r, &mode) {
			answer(w, struct{}{}, m.SetMode(r.Context(), mode))
		}
	})
}

// Mode implements manage.Mail.
func (r *remoteMail) Mode(ctx context.Context) (m manage.Mode, err error) {
	err = r.call(ctx, http.MethodGet, "/queue/mode", nil, &m)
	return m, err
}

// SetMode implements manage.Mail.
func (r *remoteMail) SetMode(ctx context.Context, m manage.Mode) error {
	if err := m.Check(); err != nil {
		return err
	}
	return r.call(ctx, http.MethodPut, "/queue/mode", m, nil)
}
