package logs

import (
	"cmp"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Options say where lines go and what is kept.
type Options struct {
	// Writer gets every line, in one Write each; nil is os.Stderr, unless File
	// is set.
	Writer io.Writer

	// File gets them too, at its end. It is made if need be. What it does not
	// take, and no Writer gets, goes to os.Stderr.
	File string

	JSON   bool   // lines are JSON objects, not key=value
	Levels string // as SetLevels takes it; "info" if empty
	Keep   int    // records of each category in memory; 0 is 500, below 0 none

	// Categories are known beforehand, so that SetLevels takes them before they
	// log; nil is smtp, pop3, imap4, nntp, http, ldap, rvp, queue, store, auth,
	// web, dns, tls and server.
	Categories []string
}

// defaultKeep is enough for a page or two.
const defaultKeep = 500

func defaultCategories() []string {
	return []string{"smtp", "pop3", "imap4", "nntp", "http", "ldap", "rvp", "queue", "store", "auth", "web", "dns", "tls", "server"}
}

// A Book has the program's loggers. Its methods are safe for concurrent use.
type Book struct {
	keep int
	out  *output
	base slog.Handler // its level does not count: ours was asked before
	seq  atomic.Uint64

	mu         sync.Mutex // guards what follows, and who changes levels; not those who log
	fallback   slog.Level
	categories map[string]*category
}

// A category is a part of the program.
type category struct {
	name    string
	ring    *ring
	own     *slog.Level // nil: the default
	level   slog.LevelVar
	servers map[string]*server
}

// A server is a virtual server within a category.
type server struct {
	own   *slog.Level // nil: the category's
	level slog.LevelVar
}

// Open makes a Book, and opens the file if one is named.
func Open(o Options) (*Book, error) {
	b := &Book{keep: max(0, cmp.Or(o.Keep, defaultKeep)), categories: make(map[string]*category)}
	known := o.Categories
	if known == nil {
		known = defaultCategories()
	}
	for _, name := range known {
		b.category(name)
	}
	if err := b.SetLevels(o.Levels); err != nil {
		return nil, err
	}
	var err error
	if b.out, err = openOutput(o.Writer, o.File); err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{ReplaceAttr: redact}
	if o.JSON {
		b.base = slog.NewJSONHandler(b.out, options)
	} else {
		b.base = slog.NewTextHandler(b.out, options)
	}
	return b, nil
}

// Reopen opens the file anew, for a program that has moved it away: on SIGHUP.
// No line is lost. If it fails, the old file is gone on with.
func (b *Book) Reopen() error { return b.out.reopen() }

// Close closes the file. What is logged from then on is kept in memory, and
// goes to the Writer.
func (b *Book) Close() error { return b.out.close() }

// Logger returns the logger of a category, which need not be known before. Its
// lines have the attribute "category". Names are the program's, not a peer's:
// each takes memory for ever.
func (b *Book) Logger(name string) *slog.Logger { return b.Server(name, "") }

// Server returns the logger of a virtual server within a category. Its lines
// have the attribute "server" besides.
func (b *Book) Server(name, server string) *slog.Logger {
	b.mu.Lock()
	c := b.category(name)
	level := &c.level
	if server != "" {
		level = &c.server(server).level
	}
	b.settle()
	b.mu.Unlock()
	attrs := []slog.Attr{slog.String("category", name)}
	if server != "" {
		attrs = append(attrs, slog.String("server", server))
	}
	return slog.New(&handler{level: level, out: b.base.WithAttrs(attrs), category: c, server: server, seq: &b.seq})
}

// Categories lists the names of the categories, sorted.
func (b *Book) Categories() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.categories))
}

// snapshot lists the categories, whose rings need no lock.
func (b *Book) snapshot() []*category {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Values(b.categories))
}

// category finds or makes a category. The caller has the lock.
func (b *Book) category(name string) *category {
	c, ok := b.categories[name]
	if !ok {
		c = &category{name: name, ring: newRing(b.keep), servers: make(map[string]*server)}
		b.categories[name] = c
	}
	return c
}

// server finds or makes a virtual server. The caller has the lock.
func (c *category) server(name string) *server {
	s, ok := c.servers[name]
	if !ok {
		s = &server{}
		c.servers[name] = s
	}
	return s
}
