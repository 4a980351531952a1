package storetest

import (
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

func flagRules() []rule {
	return []rule{
		{"modes", "SetFlags replaces, adds and removes", func(e *env) {
			e.fill(e.inbox, 2)
			for _, step := range []struct {
				mode imap4.FlagMode
				is   imap4.Flags
				want imap4.Flags
			}{
				{imap4.AddFlags, imap4.Flags{System: imap4.Seen, Keywords: []string{"a"}}, imap4.Flags{System: imap4.Seen, Keywords: []string{"a"}}},
				{imap4.AddFlags, imap4.Flags{System: imap4.Draft, Keywords: []string{"b"}}, imap4.Flags{System: imap4.Seen | imap4.Draft, Keywords: []string{"a", "b"}}},
				{imap4.RemoveFlags, imap4.Flags{System: imap4.Seen | imap4.Deleted, Keywords: []string{"a", "c"}}, imap4.Flags{System: imap4.Draft, Keywords: []string{"b"}}},
				{imap4.ReplaceFlags, imap4.Flags{System: imap4.Answered, Keywords: []string{"d"}}, imap4.Flags{System: imap4.Answered, Keywords: []string{"d"}}},
				{imap4.ReplaceFlags, imap4.Flags{}, imap4.Flags{}},
			} {
				before := e.state(e.inbox).ModSeq
				changed := e.flag(e.inbox, step.mode, step.is, 1)
				e.Len(changed, 1)
				e.EqualValues(1, changed[0].UID)
				e.Greater(changed[0].ModSeq, before)
				e.sameFlags(step.want, changed[0].Flags)
				e.Equal(changed[0], e.one(e.inbox, 1))
				e.sameFlags(imap4.Flags{}, e.one(e.inbox, 2).Flags)
			}
		}},
		{"same", "it returns the messages that are different now, and no others", func(e *env) {
			e.fill(e.inbox, 3)
			e.flag(e.inbox, imap4.AddFlags, imap4.Flags{System: imap4.Seen, Keywords: []string{"k"}}, 2)
			was := e.one(e.inbox, 2)
			changed := e.flag(e.inbox, imap4.AddFlags, imap4.Flags{System: imap4.Seen, Keywords: []string{"K"}}, 1, 2, 3)
			e.Equal([]imap4.UID{1, 3}, uidsOf(changed))
			e.Empty(e.flag(e.inbox, imap4.RemoveFlags, system(imap4.Draft), 1, 2, 3))
			e.Empty(e.flag(e.inbox, imap4.ReplaceFlags, imap4.Flags{System: imap4.Seen, Keywords: []string{"k"}}, 2))
			e.Equal(was, e.one(e.inbox, 2))
		}},
		{"missing", "UIDs without a message are passed over", func(e *env) {
			e.fill(e.inbox, 3)
			e.expunge(e.inbox, 2)
			changed, conflict, err := e.a.SetFlags(e.ctx, e.inbox, imap4.FlagChange{UIDs: everything(), Mode: imap4.AddFlags, Flags: system(imap4.Seen)})
			e.NoError(err)
			e.Empty(conflict)
			e.Equal([]imap4.UID{1, 3}, uidsOf(changed))
			e.Empty(e.flag(e.inbox, imap4.AddFlags, system(imap4.Draft), 2, 77))
		}},
		{"unchanged since", "UnchangedSince leaves alone the messages whose ModSeq is above it, and returns their UIDs", func(e *env) {
			e.fill(e.inbox, 3)
			mod := e.state(e.inbox).ModSeq
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), 2)
			set := func(since imap4.ModSeq, f imap4.SystemFlags) ([]imap4.Meta, imap4.UIDSet) {
				changed, conflict, err := e.a.SetFlags(e.ctx, e.inbox, imap4.FlagChange{
					UIDs: everything(), Mode: imap4.AddFlags, Flags: system(f), UnchangedSince: &since,
				})
				e.NoError(err)
				return changed, conflict
			}
			changed, conflict := set(mod, imap4.Flagged)
			e.Equal([]imap4.UID{1, 3}, uidsOf(changed))
			e.Equal(imap4.NewUIDSet(2), conflict)
			e.Equal(imap4.Seen, e.one(e.inbox, 2).Flags.System)
			changed, conflict = set(0, imap4.Draft)
			e.Empty(changed, "0 leaves all alone")
			e.Equal(imap4.NewUIDSet(1, 2, 3), conflict)
			changed, conflict = set(e.state(e.inbox).ModSeq, imap4.Answered)
			e.Len(changed, 3)
			e.Empty(conflict)
			changed, conflict = set(mod, imap4.Answered)
			e.Empty(changed)
			e.Equal(imap4.NewUIDSet(1, 2, 3), conflict, "also those that have the flag already")
		}},
		{"keywords", "keywords compare without regard to ASCII case, none is there twice, and the spelling seen first is kept", func(e *env) {
			e.fill(e.inbox, 2)
			e.flag(e.inbox, imap4.AddFlags, keywords("$Forwarded"), 1)
			e.flag(e.inbox, imap4.AddFlags, keywords("$FORWARDED", "$forwarded"), 2)
			e.Equal([]string{"$Forwarded"}, e.one(e.inbox, 2).Flags.Keywords)
			e.flag(e.inbox, imap4.AddFlags, keywords("x"), 2)
			e.flag(e.inbox, imap4.RemoveFlags, keywords("$fORWARDED"), 1, 2)
			e.sameFlags(imap4.Flags{}, e.one(e.inbox, 1).Flags)
			e.sameFlags(keywords("x"), e.one(e.inbox, 2).Flags)
			done, err := e.a.Append(e.ctx, e.inbox, func(yield func(imap4.Incoming, error) bool) {
				yield(imap4.Incoming{R: strings.NewReader(""), Flags: keywords("$FORWARDED", "X", "x")}, nil)
			})
			e.NoError(err)
			e.sameFlags(keywords("$Forwarded", "x"), done.Messages[0].Flags)
		}},
		{"other keywords", "a keyword is any atom of up to 255 octets", func(e *env) {
			e.fill(e.inbox, 1)
			want := keywords(strings.Repeat("k", 255), "$", "!#&'+,-./:;<=>?@^_`|}~", "Seen")
			e.flag(e.inbox, imap4.AddFlags, want, 1)
			e.sameFlags(want, e.one(e.inbox, 1).Flags)
		}},
		{"kept", "a store keeps no slice of the caller's", func(e *env) {
			e.fill(e.inbox, 1)
			mine := keywords("mine")
			e.flag(e.inbox, imap4.ReplaceFlags, mine, 1)
			mine.Keywords[0] = "changed"
			e.sameFlags(keywords("mine"), e.one(e.inbox, 1).Flags)
		}},
		{"expunge", "Expunge removes messages at once, whatever their flags, and returns what it removed", func(e *env) {
			e.fill(e.inbox, 4)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Deleted), 4)
			before := e.state(e.inbox).ModSeq
			gone := e.expunge(e.inbox, 1, 3, 99)
			e.Equal([]imap4.UID{1, 3}, uidsOf(gone))
			for _, m := range gone {
				e.True(m.Expunged)
				e.Greater(m.ModSeq, before)
			}
			_, all := e.scan(e.inbox, 0)
			e.Equal([]imap4.UID{2, 4}, uidsOf(all))
			e.Empty(e.expunge(e.inbox, 1, 3, 99))
			rest, err := e.a.Expunge(e.ctx, e.inbox, everything())
			e.NoError(err)
			e.Equal([]imap4.UID{2, 4}, uidsOf(rest))
			_, all = e.scan(e.inbox, 0)
			e.Empty(all)
		}},
	}
}
