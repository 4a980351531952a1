package storetest

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

func messageFaults() []fault {
	incoming := func(spoil func(*imap4.Incoming)) func() func(imap4.Account) imap4.Account {
		return adding(func(a imap4.Account, ctx context.Context, box imap4.MailboxID, msgs []imap4.Incoming) (imap4.Appended, error) {
			for i := range msgs {
				spoil(&msgs[i])
			}
			return a.Append(ctx, box, incomings(msgs))
		})
	}
	oneByOne := func(keepErr bool) func() func(imap4.Account) imap4.Account {
		return each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				var done imap4.Appended
				for m, err := range msgs {
					if err != nil {
						if keepErr {
							return done, err
						}
						return done, nil
					}
					one, err := a.Append(ctx, box, incomings([]imap4.Incoming{m}))
					if err != nil {
						return done, err
					}
					done.UIDValidity = one.UIDValidity
					done.Messages = append(done.Messages, one.Messages...)
				}
				return done, nil
			}
		})
	}
	list := []fault{
		{"Append", "no flags", incoming(func(m *imap4.Incoming) { m.Flags = imap4.Flags{} })},
		{"Append", "no date", incoming(func(m *imap4.Incoming) { m.Received = time.Time{} })},
		{"Append", "without NUL", incoming(func(m *imap4.Incoming) {
			text, _ := io.ReadAll(m.R)
			m.R = strings.NewReader(strings.ReplaceAll(string(text), "\x00", ""))
		})},
		{"Append", "backwards", adding(func(a imap4.Account, ctx context.Context, box imap4.MailboxID, msgs []imap4.Incoming) (imap4.Appended, error) {
			slices.Reverse(msgs)
			return a.Append(ctx, box, incomings(msgs))
		})},
		{"Append", "one by one", oneByOne(true)},
		{"Append", "half without an error", oneByOne(false)},
		{"Append", "unfinished messages", each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				return a.Append(ctx, box, func(yield func(imap4.Incoming, error) bool) {
					for m, err := range msgs {
						if m.R != nil {
							text, _ := io.ReadAll(m.R)
							m.R = strings.NewReader(string(text))
						}
						if !yield(m, err) {
							return
						}
					}
				})
			}
		})},
		{"Append", "other error", each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				done, err := a.Append(ctx, box, msgs)
				if err != nil {
					err = errors.New("it did not work: " + err.Error())
				}
				return done, err
			}
		})},
		{"Append", "announced size", each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				var sizes []int64
				done, err := a.Append(ctx, box, func(yield func(imap4.Incoming, error) bool) {
					for m, err := range msgs {
						sizes = append(sizes, m.Size)
						if !yield(m, err) {
							return
						}
					}
				})
				for i := range done.Messages {
					done.Messages[i].Size = sizes[i]
				}
				return done, err
			}
		})},
		{"Append", "no UIDVALIDITY", each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				done, err := a.Append(ctx, box, msgs)
				done.UIDValidity = 0
				return done, err
			}
		})},
		{"Append", "deaf to the context", each(func(w *wrong, a imap4.Account) {
			w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
				return a.Append(context.WithoutCancel(ctx), box, msgs)
			}
		})},
		{"Append", "locked while it reads", func() func(imap4.Account) imap4.Account {
			var mu sync.Mutex
			return each(func(w *wrong, a imap4.Account) {
				w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
					mu.Lock()
					defer mu.Unlock()
					return a.Append(ctx, box, msgs)
				}
			})()
		}},
		{"Append", "one email ID for all", scanning(func(_ imap4.ModSeq, _ *imap4.State, metas []imap4.Meta) []imap4.Meta {
			for i := range metas {
				metas[i].EmailID = "same"
			}
			return metas
		})},
		{"Scan", "backwards", scanning(func(_ imap4.ModSeq, _ *imap4.State, m []imap4.Meta) []imap4.Meta { slices.Reverse(m); return m })},
		{"Scan", "each twice", scanning(func(_ imap4.ModSeq, _ *imap4.State, m []imap4.Meta) []imap4.Meta {
			return slices.Repeat(m, 2)
		})},
		{"Scan", "no expunges", scanning(func(_ imap4.ModSeq, _ *imap4.State, m []imap4.Meta) []imap4.Meta {
			return slices.DeleteFunc(m, func(m imap4.Meta) bool { return m.Expunged })
		})},
		{"Scan", "no new messages", scanning(func(since imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
			return slices.DeleteFunc(m, func(m imap4.Meta) bool { return since > 0 && !m.Expunged && m.UID == s.UIDNext-1 })
		})},
		{"Scan", "only 1000", scanning(func(_ imap4.ModSeq, _ *imap4.State, m []imap4.Meta) []imap4.Meta { return m[:min(len(m), 1000)] })},
		{"Scan", "UIDNext is the last", scanning(func(_ imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
			s.UIDNext = max(s.UIDNext, 2) - 1
			return m
		})},
		{"Scan", "UIDNext of what is left", scanning(func(since imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
			if since == 0 {
				s.UIDNext = 1
				if len(m) > 0 {
					s.UIDNext = m[len(m)-1].UID + 1
				}
			}
			return m
		})},
		{"Scan", "no mod-sequence", scanning(func(_ imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta { s.ModSeq = 1; return m })},
		{"Scan", "mod-sequence is 0", scanning(func(_ imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta { s.ModSeq = 0; return m })},
		{"Scan", "at since too", each(func(w *wrong, a imap4.Account) {
			w.scan = func(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
				return a.Scan(ctx, box, max(since, 1)-1)
			}
		})},
		{"Scan", "always everything", each(func(w *wrong, a imap4.Account) {
			w.scan = func(ctx context.Context, box imap4.MailboxID, _ imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
				return a.Scan(ctx, box, 0)
			}
		})},
		{"Scan", "history always gone", each(func(w *wrong, a imap4.Account) {
			w.scan = func(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
				if since > 0 {
					return imap4.State{}, nil, imap4.ErrHistoryGone
				}
				return a.Scan(ctx, box, since)
			}
		})},
		{"Scan", "state of the end", each(func(w *wrong, a imap4.Account) {
			// The list is made when it is iterated, and the State says nothing of what came before that.
			w.scan = func(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
				state, all, err := a.Scan(ctx, box, since)
				if err != nil || since > 0 {
					return state, all, err
				}
				return state, func(yield func(imap4.Meta, error) bool) {
					for m, err := range all {
						if !yield(m, err) {
							return
						}
					}
					_, late, _ := a.Scan(ctx, box, 0)
					for m, err := range late {
						if m.UID >= state.UIDNext && !yield(m, err) {
							return
						}
					}
				}, nil
			}
		})},
		{"Scan", "a gap at the context's end", each(func(w *wrong, a imap4.Account) {
			w.scan = func(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
				state, all, err := a.Scan(ctx, box, since)
				return state, func(yield func(imap4.Meta, error) bool) {
					for m, err := range all {
						if err != nil || !yield(m, err) {
							return
						}
					}
				}, err
			}
		})},
	}
	return append(list, flagFaults()...)
}

func flagFaults() []fault {
	none := func(c []imap4.Meta, _ *imap4.UIDSet) []imap4.Meta { return c }
	return []fault{
		{"SetFlags", "replaces always", flagging(func(c *imap4.FlagChange) { c.Mode = imap4.ReplaceFlags }, none)},
		{"SetFlags", "adds instead", flagging(func(c *imap4.FlagChange) {
			if c.Mode == imap4.ReplaceFlags {
				c.Mode = imap4.AddFlags
			}
		}, none)},
		{"SetFlags", "no keywords", flagging(func(c *imap4.FlagChange) { c.Flags.Keywords = nil }, none)},
		{"SetFlags", "keywords in lower case", flagging(func(c *imap4.FlagChange) {
			c.Flags.Keywords = slices.Clone(c.Flags.Keywords)
			for i, k := range c.Flags.Keywords {
				c.Flags.Keywords[i] = strings.ToLower(k)
			}
		}, none)},
		{"SetFlags", "short keywords", flagging(func(c *imap4.FlagChange) {
			c.Flags.Keywords = slices.DeleteFunc(slices.Clone(c.Flags.Keywords), func(k string) bool { return len(k) > 100 })
		}, none)},
		{"SetFlags", "returns nothing", flagging(nil, func([]imap4.Meta, *imap4.UIDSet) []imap4.Meta { return nil })},
		{"SetFlags", "old mod-sequence", flagging(nil, func(c []imap4.Meta, _ *imap4.UIDSet) []imap4.Meta {
			for i := range c {
				c[i].ModSeq = 1
			}
			return c
		})},
		{"SetFlags", "UnchangedSince ignored", flagging(func(c *imap4.FlagChange) { c.UnchangedSince = nil }, none)},
		{"SetFlags", "UnchangedSince 0 ignored", flagging(func(c *imap4.FlagChange) {
			if c.UnchangedSince != nil && *c.UnchangedSince == 0 {
				c.UnchangedSince = nil
			}
		}, none)},
		{"SetFlags", "no conflicts told", flagging(nil, func(c []imap4.Meta, conflict *imap4.UIDSet) []imap4.Meta { *conflict = nil; return c })},
		{"SetFlags", "missing UIDs conflict", each(func(w *wrong, a imap4.Account) {
			w.setFlags = func(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
				changed, conflict, err := a.SetFlags(ctx, box, c)
				if conflict == nil && len(changed) < c.UIDs.Len() {
					conflict = imap4.NewUIDSet(9999)
				}
				return changed, conflict, err
			}
		})},
		{"SetFlags", "all that were named", each(func(w *wrong, a imap4.Account) {
			w.setFlags = func(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
				_, conflict, err := a.SetFlags(ctx, box, c)
				_, all, scanErr := a.Scan(ctx, box, 0)
				var named []imap4.Meta
				if scanErr == nil {
					for m := range all {
						if c.UIDs.Contains(m.UID) && !conflict.Contains(m.UID) {
							named = append(named, m)
						}
					}
				}
				return named, conflict, err
			}
		})},
		{"SetFlags", "only deleted messages go", each(func(w *wrong, a imap4.Account) {
			w.expunge = func(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
				_, all, err := a.Scan(ctx, box, 0)
				if err != nil {
					return nil, err
				}
				var flagged []imap4.UID
				for m := range all {
					if uids.Contains(m.UID) && m.Flags.System&imap4.Deleted != 0 {
						flagged = append(flagged, m.UID)
					}
				}
				return a.Expunge(ctx, box, imap4.NewUIDSet(flagged...))
			}
		})},
		{"SetFlags", "expunges without the mark", each(func(w *wrong, a imap4.Account) {
			w.expunge = func(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
				gone, err := a.Expunge(ctx, box, uids)
				for i := range gone {
					gone[i].Expunged = false
				}
				return gone, err
			}
		})},
	}
}

func laterFaults() []fault {
	copying := func(spoil func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error)) func() func(imap4.Account) imap4.Account {
		return each(func(w *wrong, a imap4.Account) {
			w.copy = func(ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) { return spoil(a, ctx, c) }
		})
	}
	bodies := func(spoil func(imap4.Body) imap4.Body) func() func(imap4.Account) imap4.Account {
		return each(func(w *wrong, a imap4.Account) {
			w.body = func(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
				b, err := a.Body(ctx, box, uid)
				if err != nil {
					return nil, err
				}
				return spoil(b), nil
			}
		})
	}
	watching := func(spoil func(imap4.MailboxID, func(imap4.MailboxID))) func() func(imap4.Account) imap4.Account {
		return each(func(w *wrong, a imap4.Account) {
			w.watch = func(ctx context.Context, changed func(imap4.MailboxID)) error {
				return a.Watch(ctx, func(id imap4.MailboxID) { spoil(id, changed) })
			}
		})
	}
	return []fault{
		{"Copy", "never moves", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			c.Move = false
			return a.Copy(ctx, c)
		})},
		{"Copy", "always moves", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			c.Move = true
			return a.Copy(ctx, c)
		})},
		{"Copy", "crosswise", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			done, err := a.Copy(ctx, c)
			slices.Reverse(done.To)
			return done, err
		})},
		{"Copy", "UIDVALIDITY of the source", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			from, _, _ := a.Scan(ctx, c.From, 0)
			done, err := a.Copy(ctx, c)
			done.UIDValidity = from.UIDValidity
			return done, err
		})},
		{"Copy", "loses flags", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			done, err := a.Copy(ctx, c)
			_, _, _ = a.SetFlags(ctx, c.To, imap4.FlagChange{UIDs: imap4.NewUIDSet(done.To...)})
			return done, err
		})},
		{"Copy", "nothing is an error", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			done, err := a.Copy(ctx, c)
			if err == nil && done.To == nil {
				err = imap4.ErrNotFound
			}
			return done, err
		})},
		{"Copy", "not into itself", copying(func(a imap4.Account, ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
			if c.From == c.To {
				return imap4.Copied{}, imap4.ErrCannot
			}
			return a.Copy(ctx, c)
		})},
		{"Body", "one octet short", bodies(func(b imap4.Body) imap4.Body { return short{b} })},
		{"Body", "other size", bodies(func(b imap4.Body) imap4.Body { return long{b} })},
		{"Body", "read in order", bodies(func(b imap4.Body) imap4.Body { return &inOrder{Body: b} })},
		{"Body", "gone with its message", each(func(w *wrong, a imap4.Account) {
			w.body = func(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
				b, err := a.Body(ctx, box, uid)
				return lookingUp{b, func() error { again, err := a.Body(ctx, box, uid); _ = again; return err }}, err
			}
		})},
		{"Body", "another error", each(func(w *wrong, a imap4.Account) {
			w.body = func(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
				b, err := a.Body(ctx, box, uid)
				if err != nil {
					err = io.EOF
				}
				return b, err
			}
		})},
		{"Watch", "not of the list", watching(func(id imap4.MailboxID, changed func(imap4.MailboxID)) {
			if id != 0 {
				changed(id)
			}
		})},
		{"Watch", "only of the list", watching(func(id imap4.MailboxID, changed func(imap4.MailboxID)) {
			changed(0)
		})},
		{"Watch", "once", each(func(w *wrong, a imap4.Account) {
			w.watch = func(ctx context.Context, changed func(imap4.MailboxID)) error {
				var once sync.Once
				return a.Watch(ctx, func(id imap4.MailboxID) { once.Do(func() { changed(id) }) })
			}
		})},
		{"Watch", "returns at once", each(func(w *wrong, _ imap4.Account) {
			w.watch = func(context.Context, func(imap4.MailboxID)) error { return nil }
		})},
		{"Watch", "never ends", each(func(w *wrong, a imap4.Account) {
			w.watch = func(ctx context.Context, changed func(imap4.MailboxID)) error {
				stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
				defer cancel()
				return a.Watch(stop, changed)
			}
		})},
		{"Concurrent", "changes lost", flagging(func(c *imap4.FlagChange) {
			if c.Mode == imap4.RemoveFlags {
				c.UIDs = nil
			}
		}, func(c []imap4.Meta, _ *imap4.UIDSet) []imap4.Meta {
			for i := range c {
				c[i].Flags.System ^= imap4.Flagged
			}
			return c
		})},
		{"Concurrent", "expunges not told", scanning(func(_ imap4.ModSeq, _ *imap4.State, m []imap4.Meta) []imap4.Meta {
			return slices.DeleteFunc(m, func(m imap4.Meta) bool { return m.Expunged })
		})},
		{"Append", "a state from after changes to come", scanning(func(since imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
			s.ModSeq += 3
			return m
		})},
		{"Upgrades", "always recent", layered(func(a imap4.Account) any { return recentFault{a} })},
		{"Upgrades", "messages not asked for", layered(func(a imap4.Account) any { return metasFault{a} })},
		{"Upgrades", "made-up summaries", layered(func(a imap4.Account) any { return summaryFault{a} })},
		{"Upgrades", "replaces nothing", layered(func(a imap4.Account) any { return replaceFault{a} })},
		{"Upgrades", "limits not kept", layered(func(a imap4.Account) any { return quotaFault{a} })},
		{"Upgrades", "depth ignored", layered(func(a imap4.Account) any { return metadataFault{a} })},
		{"Upgrades", "search misses", layered(func(a imap4.Account) any { return searchFault{a, true} })},
		{"Upgrades", "search checks nothing", layered(func(a imap4.Account) any { return searchFault{a, false} })},
		{"Sharing", "rights only added", layered(func(a imap4.Account) any { return aclFault{a} })},
		{"Sharing", "no namespace", layered(func(a imap4.Account) any { return namespaceFault{a} })},
	}
}

type short struct{ imap4.Body }

func (s short) Size() int64 { return s.Body.Size() - 1 }

type long struct{ imap4.Body }

func (l long) Size() int64 { return l.Body.Size() + 1 }

// inOrder does not look at off.
type inOrder struct {
	imap4.Body
	mu sync.Mutex
	at int64
}

func (b *inOrder) ReadAt(p []byte, _ int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.Body.ReadAt(p, b.at)
	b.at += int64(n)
	return n, err
}

type lookingUp struct {
	imap4.Body
	look func() error
}

func (l lookingUp) ReadAt(p []byte, off int64) (int, error) {
	if err := l.look(); err != nil {
		return 0, err
	}
	return l.Body.ReadAt(p, off)
}
