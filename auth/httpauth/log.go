package httpauth

import (
	"errors"
	"log/slog"

	"github.com/wirepost/wirepost/auth"
)

// logFailure records a login that failed, as package auth does it.
func logFailure(a *attempt, logger *slog.Logger, name string, err error) {
	if errors.Is(err, errStale) {
		return // nothing is wrong
	}
	if logger == nil {
		logger = slog.Default()
	}
	ctx := a.request.Context()
	level, message := slog.LevelError, "auth: login could not be checked"
	switch {
	case errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrMalformed), errors.Is(err, errReplay):
		level, message = slog.LevelWarn, "auth: login refused"
	case errors.Is(err, auth.ErrBusy):
		level, message = slog.LevelWarn, "auth: login put off"
	case ctx.Err() != nil:
		level, message = slog.LevelInfo, "auth: login abandoned"
	}
	attrs := []slog.Attr{slog.String("protocol", a.conn.Protocol), slog.String("addr", a.request.RemoteAddr), slog.String("mechanism", "Digest")}
	if name != "" {
		attrs = append(attrs, slog.String("user", name))
	}
	logger.LogAttrs(ctx, level, message, append(attrs, slog.String("err", err.Error()))...)
}
