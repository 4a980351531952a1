package auth

import (
	"context"
	"errors"
	"log/slog"
)

// logFailure records a login that failed. claim is who the client said it was,
// as far as that could be read: what is malformed is not logged at all, because
// nobody knows where in it the password is. Values are strings, so that no
// handler can look inside of them.
func (a *Authenticator) logFailure(ctx context.Context, c *Conn, claim Identity, err error) {
	logger := a.Logger
	if logger == nil {
		logger = slog.Default()
	}
	level, message := slog.LevelError, "auth: login could not be checked"
	switch {
	case errors.Is(err, ErrCredentials), errors.Is(err, ErrMalformed):
		level, message = slog.LevelWarn, "auth: login refused"
	case errors.Is(err, ErrBusy):
		level, message = slog.LevelWarn, "auth: login put off"
	case ctx.Err() != nil:
		level, message = slog.LevelInfo, "auth: login abandoned"
	}
	attrs := []slog.Attr{slog.String("protocol", c.Protocol)}
	if c.RemoteAddr != nil {
		attrs = append(attrs, slog.String("addr", c.RemoteAddr.String()))
	}
	for _, optional := range []slog.Attr{
		slog.String("mechanism", claim.Mechanism),
		slog.String("user", claim.User),
		slog.String("as", claim.As),
	} {
		if optional.Value.String() != "" {
			attrs = append(attrs, optional)
		}
	}
	logger.LogAttrs(ctx, level, message, append(attrs, slog.String("err", err.Error()))...)
}
