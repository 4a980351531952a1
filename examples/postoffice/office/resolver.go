package office

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
)

// A resolver tells the log what is looked up, and what comes of it: names and numbers of records, at
// level debug, since each message asks for several.
type resolver struct {
	log *slog.Logger
	now atomic.Value // of chosen
}

// A chosen resolver is who is asked now.
type chosen struct{ dnsresolve.Resolver }

// use has another one asked from now on.
func (r *resolver) use(other dnsresolve.Resolver) { r.now.Store(chosen{other}) }

// Lookup implements dnsresolve.Resolver.
func (r *resolver) Lookup(ctx context.Context, name string, t dnsresolve.Type) (dnsresolve.Answer, error) {
	begun := time.Now()
	answer, err := r.now.Load().(chosen).Lookup(ctx, name, t)
	if r.log.Enabled(ctx, slog.LevelDebug) {
		attrs := []any{"name", name, "type", t.String(), "records", len(answer.Records), "secure", answer.Secure, "took", time.Since(begun)}
		if err != nil {
			attrs = append(attrs, "err", err)
		}
		r.log.DebugContext(ctx, "looked up", attrs...)
	}
	return answer, err
}
