package nntp

import (
	"context"
	"time"
)

// Retention says how long articles are kept, and how long it is remembered that
// they were here.
//
// An article that is in several groups expires in each by itself, after the rule of
// that group: it can be read where it is still kept, and its text goes with the last
// place.
type Retention struct {
	// Rules are tried in their order for each group; the first whose Groups
	// match counts. A group that no rule matches keeps all.
	Rules []RetentionRule

	// History is how long identifiers are remembered after their articles have
	// come, if they are gone: 11 days at least, which is what zero means too.
	// It must be more than Server.Cutoff, or articles come back (RFC 5537, 3.6).
	History time.Duration
}

// minHistory is a day more than the default of Server.Cutoff.
const minHistory = defaultCutoff + 24*time.Hour

// A RetentionRule is for some groups. A zero limit is none.
type RetentionRule struct {
	Groups   Wildmat
	Age      time.Duration // since they came here; for those that have no Expires of their own
	MaxAge   time.Duration // bounds what Expires asks for; Age if zero
	MinAge   time.Duration // they are kept for that long, whatever else is said
	Articles int64         // in a group; the oldest go first
	Bytes    int64         // in a group; the oldest go first
}

// Expired counts what Expire did.
type Expired struct {
	Groups   int   // that were looked at
	Articles int64 // places that were cleared
	Bytes    int64
}

// Expire removes from a store what has outlived its use, and forgets what has
// been gone for long. Call it every few hours. It works group by group, in small
// steps; what it has done when it fails, or ctx ends, stays done.
func (r *Retention) Expire(ctx context.Context, store Store, now time.Time) (done Expired, err error) {
	for g, err := range store.Groups(ctx) {
		if err != nil {
			return done, err
		}
		done.Groups++
		if rule := r.ruleFor(g.Name); rule != nil {
			if err := rule.expire(ctx, store, g, now, &done); err != nil {
				return done, err
			}
		}
	}
	return done, store.Forget(ctx, now.Add(-max(r.History, minHistory)))
}

func (r *Retention) ruleFor(group string) *RetentionRule {
	for i := range r.Rules {
		if r.Rules[i].Groups.Match(group) {
			return &r.Rules[i]
		}
	}
	return nil
}

// unfileStep is how many articles are removed at a time.
const unfileStep = 500

// expire clears one group.
func (r *RetentionRule) expire(ctx context.Context, store Store, g Group, now time.Time, done *Expired) error {
	articles, bytes := g.Count, int64(0)
	if r.Bytes > 0 {
		for e, err := range store.Overview(ctx, g.Name, allNumbers) {
			if err != nil {
				return err
			}
			bytes += e.Overview.Bytes
		}
	}
	var out []Number
	unfile := func() error {
		if len(out) == 0 {
			return nil
		}
		err := store.Unfile(ctx, g.Name, out)
		out = out[:0]
		return err
	}
	for e, err := range store.Overview(ctx, g.Name, allNumbers) {
		if err != nil {
			return err
		}
		tooMany := r.Articles > 0 && articles > r.Articles || r.Bytes > 0 && bytes > r.Bytes
		if !tooMany && !r.outlived(&e, now) || r.protects(&e, now) {
			continue
		}
		articles--
		bytes -= e.Overview.Bytes
		done.Articles++
		done.Bytes += e.Overview.Bytes
		if out = append(out, e.Number); len(out) == unfileStep {
			if err := unfile(); err != nil {
				return err
			}
		}
	}
	return unfile()
}

// protects reports whether an article is too young to go.
func (r *RetentionRule) protects(e *Entry, now time.Time) bool {
	return r.MinAge > 0 && now.Sub(e.Arrived) < r.MinAge
}

// outlived reports whether the time of an article is over.
func (r *RetentionRule) outlived(e *Entry, now time.Time) bool {
	age := now.Sub(e.Arrived)
	if e.Expires.IsZero() {
		return r.Age > 0 && age > r.Age
	}
	longest := r.MaxAge
	if longest == 0 {
		longest = r.Age
	}
	return now.After(e.Expires) || longest > 0 && age > longest
}
