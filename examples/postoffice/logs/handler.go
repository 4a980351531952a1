package logs

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A handler is the slog.Handler of one category or virtual server. What it
// hands on is a line; what it keeps is text.
type handler struct {
	level    *slog.LevelVar
	out      slog.Handler // text or JSON; does not look at the level
	category *category
	server   string
	seq      *atomic.Uint64

	group  string // of the attributes to come, each with its dot
	secret bool   // such a group's name says so
	attrs  []byte // those of WithAttrs, as text
}

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle implements slog.Handler.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	attrs := slices.Clip(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		attrs = appendAttr(attrs, h.group, a, h.secret)
		return len(attrs) < maxText
	})
	at := r.Time
	if at.IsZero() {
		at = time.Now()
	}
	h.category.ring.add(&Record{
		Seq: h.seq.Add(1), Time: at, Level: r.Level, Category: h.category.name, Server: h.server,
		Message: cut(r.Message), Attrs: cut(strings.TrimPrefix(string(attrs), " ")),
	})
	return h.out.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.out = h.out.WithAttrs(attrs)
	with.attrs = slices.Clip(h.attrs)
	for _, a := range attrs {
		with.attrs = appendAttr(with.attrs, h.group, a, h.secret)
	}
	return &with
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	with := *h
	with.out = h.out.WithGroup(name)
	with.group += name + "."
	with.secret = h.secret || isSecret(name)
	return &with
}
