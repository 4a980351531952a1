package imap4

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/ascii"
)

// readArgs reads arguments with the parser of a command.
func readArgs[A any](parse func(*parser) A, text string) (A, error) {
	limits := Limits{}.orDefaults()
	p := &parser{s: text, limits: &limits}
	a := parse(p)
	return a, p.err
}

func TestACLArgs(t *testing.T) {
	for text, want := range map[string]aclRequest{
		` box ann lrs`:      {[]string{"box"}, "ann", ReplaceFlags, "lrs"},
		` box ann ""`:       {[]string{"box"}, "ann", ReplaceFlags, ""},
		` box ann +d`:       {[]string{"box"}, "ann", AddFlags, "te"},
		` box ann -cw`:      {[]string{"box"}, "ann", RemoveFlags, "wkx"},
		` box -ann aaxl`:    {[]string{"box"}, "-ann", ReplaceFlags, "lxa"},
		` box "$team x" +`:  {[]string{"box"}, "$team x", AddFlags, ""},
		" box {3}\r\nä0 lr": {[]string{"box"}, "ä0", ReplaceFlags, "lr"},
	} {
		got, err := readArgs(setACLArgs, text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		``, ` box`, ` box ann`, ` box ann L`, ` box ann lq`, ` box ann +-l`, ` box ann l x`, ` box "" l`, ` box - l`,
		" box \"a\x01\" l", ` box ` + strings.Repeat("a", maxIdentifier+1) + ` l`,
	} {
		_, err := readArgs(setACLArgs, text)
		require.Error(t, err, text)
	}
}

// LISTRIGHTS tells the obsolete rights where RFC 4314, 2.1.1 shows them.
func TestObsoleteRights(t *testing.T) {
	for in, want := range map[string]string{
		"| lr s w i p k x t e":  "| lr s w i p k x t e c d",
		"| lr swte i p k x":     "| lr swted i p k x c",
		"| lrk x":               "| lrkc x",
		"la| r s w i p k x t e": "la| r s w i p k x t e c d",
		"lak| r":                "lakc| r",
		"lr| s w":               "lr| s w",
		"| lr s w i p kx te a":  "| lr s w i p kx te a c d",
	} {
		always, optional, _ := strings.Cut(in, "| ")
		groups := append([]string{always}, strings.Fields(optional)...)
		groups = withObsolete(withObsolete(groups, createRights, "c"), deleteRights, "d")
		require.Equal(t, want, groups[0]+"| "+strings.Join(groups[1:], " "), in)
	}
}

func TestQuotaArgs(t *testing.T) {
	got, err := readArgs(setQuotaArgs, ` "a b" (storage 10 MESSAGE 0)`)
	require.NoError(t, err)
	require.Equal(t, quotaRequest{"a b", []QuotaLimit{{"STORAGE", 10}, {"MESSAGE", 0}}}, got)
	got, err = readArgs(setQuotaArgs, ` "" ()`)
	require.NoError(t, err)
	require.Equal(t, quotaRequest{}, got)
	for _, text := range []string{` x`, ` x (`, ` x (A)`, ` x (A -1)`, ` x (A 99999999999999999999)`, ` x (A 1 a 2)`, ` x () y`} {
		_, err := readArgs(setQuotaArgs, text)
		require.Error(t, err, text)
	}
}

func TestMetadataArgs(t *testing.T) {
	for text, want := range map[string]metadataRequest{
		` "" /Shared/A`: {nil, []string{"/shared/a"}, 0, -1, nil},
		` (DEPTH 1) x (/private/a /private/A "/shared/b")`: {[]string{"x"}, []string{"/private/a", "/shared/b"}, 1, -1, nil},
		` x (MAXSIZE 7 DEPTH infinity) /shared`:            {[]string{"x"}, []string{"/shared"}, -1, 7, nil},
	} {
		got, err := readArgs(getMetadataArgs, text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		``, ` x`, ` x ()`, ` x (DEPTH 1)`, ` x (DEPTH 1) ()`, ` x /other/a`, ` x /shared/`, ` x /shared//a`, ` x "/shared/a*"`, ` x "/shared/%"`,
		` x "/shared/a b"`, ` x /shared/a /shared/b`, ` (DEPTH 1) x (DEPTH 1) /shared/a`, ` (NOPE) x /shared/a`, ` x sharedx/a`,
		` x /shared/` + strings.Repeat("a", maxEntryName),
	} {
		_, err := readArgs(getMetadataArgs, text)
		require.Error(t, err, text)
	}
	got, err := readArgs(setMetadataArgs, " \"\" (/shared/a \"x\" /private/b NIL /private/vendor/c/d ~{2}\r\n\x00\xff /shared/e \"\")")
	require.NoError(t, err)
	require.Equal(t, []MetadataEntry{{"/shared/a", []byte("x")}, {"/private/b", nil}, {"/private/vendor/c/d", []byte("\x00\xff")}, {"/shared/e", []byte{}}}, got.entries)
	for _, text := range []string{` x`, ` x ()`, ` x (/shared "x")`, ` x (/shared/vendor/a "x")`, ` x (/shared/a x)`, ` x (/shared/a "x" /shared/a NIL)`} {
		_, err := readArgs(setMetadataArgs, text)
		require.Error(t, err, text)
	}
}

func TestNotifyArgs(t *testing.T) {
	got, err := readArgs(notifyArgs, ` set status (Selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (subtree (a b/c) NONE) (inboxes MailboxName)`)
	require.NoError(t, err)
	require.True(t, got.set && got.status)
	require.Len(t, got.groups, 3)
	require.Equal(t, messageEvents, got.groups[0].events)
	require.Len(t, got.groups[0].items, 2)
	require.Equal(t, scope{subtree, [][]string{{"a"}, {"b", "c"}}}, got.groups[1].scope)
	require.Zero(t, got.groups[1].events)
	require.Equal(t, personal, got.groups[2].kind)
	require.Equal(t, mailboxName, got.groups[2].events)
	for _, text := range []string{
		``, ` SET`, ` SET `, ` SET STATUS`, ` NONE x`, ` SET ()`, ` SET (PERSONAL)`, ` SET (PERSONAL ())`, ` SET (PERSONAL NONE) `, ` SET (SUBTREE NONE)`,
		` SET (NOWHERE NONE)`, ` SET (SUBTREE-ONE x NONE)`, ` SET (MAILBOXES () NONE)`, ` SET (PERSONAL (MailboxName) x)`,
		` SET (SELECTED (MessageNew (NOPE) MessageExpunge))`, ` SET` + strings.Repeat(` (PERSONAL NONE)`, maxGroups+1),
		` SET (MAILBOXES (` + strings.Repeat("x ", maxScopeNames) + `x) NONE)`,
	} {
		_, err := readArgs(notifyArgs, text)
		require.Error(t, err, text)
	}
}

// A scope has the mailboxes that RFC 5465, 6 and RFC 7377, 2.2 say.
func TestScope(t *testing.T) {
	foreign := [][]string{{"Other Users"}, {"Shared", "All"}}
	path := func(s string) []string { return strings.Split(s, "/") }
	for _, test := range []struct {
		s        scope
		has, not []string
	}{
		{scope{kind: personal}, []string{"INBOX", "a/b", "Shared/x"}, []string{"Other Users", "Other Users/x", "Shared/All/y"}},
		{scope{mailboxes, [][]string{{"a"}, {"b", "c"}}}, []string{"a", "b/c"}, []string{"b", "a/b", "ab"}},
		{scope{subtree, [][]string{{"a"}}}, []string{"a", "a/b", "a/b/c"}, []string{"ab", "b"}},
		{scope{subtreeOne, [][]string{{"a"}}}, []string{"a", "a/b"}, []string{"a/b/c", "b"}},
		{scope{kind: selected}, nil, []string{"a"}},
	} {
		for _, name := range test.has {
			require.True(t, test.s.has(path(name), false, foreign), "%v %s", test.s, name)
		}
		for _, name := range test.not {
			require.False(t, test.s.has(path(name), true, foreign), "%v %s", test.s, name)
		}
	}
	s := scope{kind: subscribed}
	require.True(t, s.has(path("Other Users/x"), true, foreign))
	require.False(t, s.has(path("x"), false, foreign))
}

func TestMultiArgs(t *testing.T) {
	got, err := readArgs(multiArgs, ` IN (mailboxes (a b) subtree-one c selected) RETURN (COUNT) UNSEEN`)
	require.NoError(t, err)
	require.Len(t, got.scopes, 3)
	require.Equal(t, subtreeOne, got.scopes[1].kind)
	require.True(t, got.selectedToo() && !got.onlySelected() && got.uid)
	require.Equal(t, returnCount, got.ret)
	got, err = readArgs(multiArgs, ` ALL`)
	require.NoError(t, err)
	require.True(t, got.onlySelected() && got.selectedToo())
	require.Equal(t, returnAll, got.ret)
	for _, text := range []string{``, ` IN () ALL`, ` IN (PERSONAL)`, ` IN (x) ALL`, ` IN (PERSONAL) RETURN (SAVE) ALL`, ` RETURN (RELEVANCY) ALL`, ` IN PERSONAL ALL`} {
		_, err := readArgs(multiArgs, text)
		require.Error(t, err, text)
	}
}

func TestReplaceArgs(t *testing.T) {
	got, err := readArgs(replaceArgs, ` 7 a/b (\Draft) {3}`)
	require.NoError(t, err)
	require.Equal(t, []setRange{{7, 7}}, got.set.ranges)
	require.Equal(t, []string{"a", "b"}, got.name)
	require.Equal(t, Draft, got.first.flags.System)
	for _, text := range []string{``, ` 0 x {1}`, ` 1:2 x {1}`, ` 1,2 x {1}`, ` $ x {1}`, ` 1 x`, ` 1 {1}`} {
		_, err := readArgs(replaceArgs, text)
		require.Error(t, err, text)
	}
}

// FuzzExtensionArgs checks that no parser panics; that each reads to the end of
// its text or has an error of one line; that what it returns is within the bounds
// of one command; and that names of entries and rights are in their one form.
func FuzzExtensionArgs(f *testing.F) {
	parse := map[string]func(*testing.T, *parser){
		"A": func(t *testing.T, p *parser) {
			if r := setACLArgs(p); p.err == nil {
				require.NotEmpty(t, strings.TrimPrefix(r.identifier, "-"))
				require.Equal(t, r.rights, strings.Map(func(c rune) rune {
					if strings.ContainsRune(r.rights, c) {
						return c
					}
					return -1
				}, allRights))
			}
		},
		"Q": func(_ *testing.T, p *parser) { setQuotaArgs(p) },
		"G": func(t *testing.T, p *parser) {
			if r := getMetadataArgs(p); p.err == nil {
				for _, n := range r.names {
					require.Equal(t, ascii.Lower(n), n)
					require.NotContains(t, n, "//")
					require.NotContains(t, n, "*")
				}
				require.LessOrEqual(t, len(r.names), maxEntries)
			}
		},
		"S": func(t *testing.T, p *parser) {
			if r := setMetadataArgs(p); p.err == nil {
				for _, e := range r.entries {
					require.GreaterOrEqual(t, strings.Count(e.Name, "/"), 2)
					require.LessOrEqual(t, len(e.Value), p.limits.Literal)
				}
			}
		},
		"N": func(t *testing.T, p *parser) {
			if r := notifyArgs(p); p.err == nil {
				require.Equal(t, r.set, len(r.groups) > 0)
				for _, g := range r.groups {
					require.Equal(t, g.events&messageNew != 0, g.events&messageExpunge != 0)
					require.True(t, g.kind <= selectedDelayed || g.items == nil)
				}
			}
		},
		"E": func(t *testing.T, p *parser) {
			if r := multiArgs(p); p.err == nil {
				require.True(t, r.onlySelected() || r.ret&(returnSave|returnUpdate) == 0)
			}
		},
		"C": func(_ *testing.T, p *parser) { cancelArgs(p) },
		"L": func(t *testing.T, p *parser) { require.LessOrEqual(t, len(languageArgs(p)), maxRanges+1) },
		"R": func(_ *testing.T, p *parser) { replaceArgs(p) },
		"U": func(_ *testing.T, p *parser) { rootArgs(p) },
	}
	for _, seed := range []string{
		"A x -ann +lrcd", "Q \"\" (STORAGE 1)", "G (DEPTH 1 MAXSIZE 3) x (/shared/a /private)", "S \"\" (/shared/a ~{1}\r\n\x00 /private/b NIL)",
		"N SET STATUS (SELECTED-DELAYED (MessageNew (UID BODY.PEEK[]) MessageExpunge)) (SUBTREE (a b) NONE)", "N NONE",
		"E IN (MAILBOXES (a b) SUBTREE-ONE c) RETURN (COUNT UPDATE (UID)) FUZZY TEXT \"x\"", "C \"a\" b", "L de \"en-GB\"", "R * x (\\Seen) {3+}", "U \"a b\"",
	} {
		f.Add(seed)
	}
	limits := Limits{}.orDefaults()
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" || parse[text[:1]] == nil {
			return
		}
		for _, wide := range []bool{false, true} {
			p := &parser{s: text[1:], limits: &limits, utf8: wide}
			parse[text[:1]](t, p)
			require.True(t, p.err != nil || p.i == len(p.s), "not read to its end")
			require.Equal(t, wide, p.utf8)
			if p.err != nil {
				require.NotContains(t, strings.TrimSuffix(string(p.refusal().AppendTo(nil)), "\r\n"), "\n")
			}
		}
	})
}

// FuzzWithout checks UIDSet.without against each number.
func FuzzWithout(f *testing.F) {
	f.Add([]byte{1, 2, 3, 7, 8}, []byte{2, 8, 9})
	f.Add([]byte{255}, []byte{255})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		set := func(octets []byte) UIDSet {
			var uids []UID
			for _, o := range octets {
				uids = append(uids, UID(o)+1, 1<<32-1-UID(o))
			}
			return NewUIDSet(uids...)
		}
		x, y := set(a), set(b)
		got := x.without(y)
		var want []UID
		for u := range x.All() {
			if !y.Contains(u) {
				want = append(want, u)
			}
		}
		require.Equal(t, want, slices.Collect(got.All()))
		for i := 1; i < len(got); i++ {
			require.Less(t, got[i-1].Last, got[i].First)
		}
	})
}
