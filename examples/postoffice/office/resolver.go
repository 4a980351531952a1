package office

import (
	"context"
	"log/slog"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
)

// A resolver tells the log what is looked up, and what comes of it: names and numbers of records, at
// level debug, since each message asks for several.
type resolver struct {
	dnsresolve.Resolver
	log *slog.Logger
}

// Lookup implements dnsresolve.Resolver.
func (r *resolver) Lookup(ctx context.Context, name string, t dnsresolve.Type) (dnsresolve.Answer, error) {
	begun := time.Now()
	answer, err := r.Resolver.Lookup(ctx, name, t)
	if r.log.Enabled(ctx, slog.LevelDebug) {
		attrs := []any{"name", name, "type", t.String(), "records", len(answer.Records), "secure", answer.Secure, "took", time.Since(begun)}
		if err != nil {
			attrs = append(attrs, "err", err)
		}
		r.log.DebugContext(ctx, "looked up", attrs...)
	}
	return answer, err
}
