package office

import (
	"context"
	"net/http"

	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/examples/postoffice/webdav"
	"github.com/wirepost/wirepost/imap4"
)

// webdav serves mail by HTTP, below a path.
func (o *Office) webdav(s *setting, prefix string) http.Handler {
	mail := &webdav.Handler{Prefix: prefix, MaxMessage: int64(s.Limits.MessageSize), Open: o.openWebMail, Logger: s.log}
	return httpLogin(s, mail)
}

// httpLogin has a handler serve those who have logged in, by the schemes of a virtual server.
func httpLogin(s *setting, next http.Handler) *httpauth.Handler {
	return &httpauth.Handler{Auth: s.auth, Realm: s.Hostname, Schemes: s.Mechanisms(), Next: next}
}

// openWebMail opens the mail of who has logged in, for a request.
func (o *Office) openWebMail(ctx context.Context, _ *http.Request) (imap4.Account, string, error) {
	id, _ := httpauth.Identity(ctx)
	user, err := o.store.Account(ctx, id.Name())
	if err != nil {
		return nil, "", err
	}
	// A connection that NTLM has logged in stays so, whatever it was for.
	if user.Disabled || !isOn(user, "http") {
		return nil, "", imap4.ErrNoPermission
	}
	a, err := o.openMail(ctx, user)
	return a, user.Name, err
}
