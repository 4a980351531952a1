package logs

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// hidden is what is told instead of a secret.
const hidden = "(hidden)"

// isSecret reports whether an attribute of that name is one not to be told:
// "password", but "AdminPassword" and "client_secret" too.
func isSecret(name string) bool {
	name = ascii.Lower(name)
	for _, part := range [...]string{"password", "passwd", "passphrase", "secret", "authorization", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// redact is a slog.HandlerOptions.ReplaceAttr.
func redact(groups []string, a slog.Attr) slog.Attr {
	if isSecret(a.Key) || slices.ContainsFunc(groups, isSecret) {
		return slog.String(a.Key, hidden)
	}
	return a
}
