package logs

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A setting is one part of what SetLevels takes.
type setting struct {
	category, server string
	level            *slog.Level // nil: take it back
}

// SetLevels changes levels at once, those that are named: "smtp=debug" of a
// category, "smtp/transfer=debug" of a virtual server in it, "info" the
// default, parted by commas. "smtp=" takes the category's back, so that it has
// the default. Levels are debug, info, warn and error, and what slog.Level
// reads besides, such as "debug-4". If anything cannot be read, or a category is
// not known, nothing changes.
func (b *Book) SetLevels(levels string) error {
	settings, err := parseLevels(levels)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range settings {
		if _, ok := b.categories[s.category]; s.category != "" && !ok {
			known := strings.Join(slices.Sorted(maps.Keys(b.categories)), ", ")
			return fmt.Errorf("logs: no category %q; write one of %s", s.category, known)
		}
	}
	for _, s := range settings {
		b.set(s)
	}
	b.settle()
	return nil
}

// set makes a setting. The caller has the lock.
func (b *Book) set(s setting) {
	switch {
	case s.category == "" && s.level != nil:
		b.fallback = *s.level
	case s.server == "":
		b.categories[s.category].own = s.level
	default:
		b.categories[s.category].server(s.server).own = s.level
	}
}

// settle sets the variables that handlers look at. The caller has the lock.
func (b *Book) settle() {
	for _, c := range b.categories {
		level := b.fallback
		if c.own != nil {
			level = *c.own
		}
		c.level.Set(level)
		for _, s := range c.servers {
			if s.own != nil {
				s.level.Set(*s.own)
			} else {
				s.level.Set(level)
			}
		}
	}
}

// Levels returns all that SetLevels has set and that holds, as SetLevels takes
// it: for a page that shows it, or a file that keeps it.
func (b *Book) Levels() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	parts := []string{ascii.Lower(b.fallback.String())}
	for _, name := range slices.Sorted(maps.Keys(b.categories)) {
		c := b.categories[name]
		if c.own != nil {
			parts = append(parts, name+"="+ascii.Lower(c.own.String()))
		}
		for _, server := range slices.Sorted(maps.Keys(c.servers)) {
			if own := c.servers[server].own; own != nil {
				parts = append(parts, name+"/"+server+"="+ascii.Lower(own.String()))
			}
		}
	}
	return strings.Join(parts, ",")
}

// maxLevels bounds what is parsed, and so what an administrator's slip of the
// hand can do.
const maxLevels = 10_000

func parseLevels(levels string) ([]setting, error) {
	if len(levels) > maxLevels {
		return nil, fmt.Errorf("logs: the levels are longer than %d octets; set fewer at once", maxLevels)
	}
	var list []setting
	for part := range strings.SplitSeq(levels, ",") {
		part = strings.Trim(part, " ")
		if part == "" {
			continue
		}
		s, err := parseSetting(part)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func parseSetting(part string) (setting, error) {
	name, text, named := strings.Cut(part, "=")
	if !named {
		name, text = "", part
	}
	var s setting
	var within bool
	s.category, s.server, within = strings.Cut(name, "/")
	if named && !IsServerName(s.category) || within && !IsServerName(s.server) {
		return s, fmt.Errorf("logs: %q is no category or virtual server; write CATEGORY=LEVEL or CATEGORY/SERVER=LEVEL", part)
	}
	if named && text == "" {
		return s, nil
	}
	s.level = new(slog.Level)
	if err := s.level.UnmarshalText([]byte(text)); err != nil {
		return s, fmt.Errorf("logs: %q is no level; write debug, info, warn or error", part)
	}
	return s, nil
}

// IsServerName reports whether s can be the name of a category or of a virtual
// server: ASCII letters, digits, "-", "_", ".", and spaces within it.
func IsServerName(s string) bool {
	for i := range len(s) {
		if !ascii.IsAlnum(s[i]) && strings.IndexByte("-_. ", s[i]) < 0 {
			return false
		}
	}
	return s != "" && s == strings.Trim(s, " ")
}
