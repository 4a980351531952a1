package imap4

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestClientList puts together what belongs to one mailbox.
func TestClientList(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 LIST (SUBSCRIBED RECURSIVEMATCH) "" "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE STATUS (MESSAGES))
		S: * LIST (\Marked \NoInferiors) "/" inbox
		S: * LIST (\NonExistent) "/" "a\"&AOQ-" (CHILDINFO ("SUBSCRIBED") X-TAG {3}
		S: abc OLDNAME (old)) 
		S: * LIST () NIL &Jjo
		S: * STATUS INBOX (MESSAGES 17)
		S: * STATUS other (MESSAGES 1)
		S: w1 OK done
		`, nil)
	all, err := c.List(ctx, "*", &ListOptions{Subscribed: true, RecursiveMatch: true, Status: ItemMessages})
	require.NoError(t, err)
	require.Equal(t, []*Listed{
		{Name: "INBOX", Separator: "/", Attrs: []string{`\Marked`, `\NoInferiors`}, Status: &MailboxStatus{Name: "INBOX", Messages: 17}},
		{Name: "a\"\u00e4", Separator: "/", Attrs: []string{`\NonExistent`}, ChildInfo: []string{"SUBSCRIBED"}, OldName: "old"},
		{Name: "&Jjo"},
	}, all)
	require.True(t, all[0].Has(`\MARKED`))

	c = clientOn(t, clientPoor+`
		C: w1 LSUB "" "%"
		S: * LSUB () "." a
		S: * LSUB (\Noselect) "." b
		S: w1 OK done
		C: w2 STATUS "a" (MESSAGES UNSEEN)
		S: * STATUS a (MESSAGES 1 UNSEEN 0)
		S: w2 NO gone
		`, nil)
	all, err = c.List(ctx, "%", &ListOptions{Subscribed: true, Status: ItemMessages | ItemUnseen | ItemSize})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.True(t, all[0].Has(`\Subscribed`))
	require.EqualValues(t, 1, all[0].Status.Messages)
	require.Nil(t, all[1].Status)
}

// TestClientUTF8 speaks UTF-8 once that is enabled.
func TestClientUTF8(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL-] hi"+`
		C: w1 ENABLE UTF8=ACCEPT
		S: * ENABLED UTF8=ACCEPT
		S: w1 OK done
		C: w2 CREATE "`+"\u00e4&b"+`"
		S: w2 OK done
		C: w3 APPEND "a" (\Seen $Fine) " 3-Feb-2026 04:05:06 +0000" UTF8 (~{3+}
		C: abc)
		S: w3 OK [APPENDUID 1 2] done
		C: w4 UID SEARCH TEXT "`+"\u00e4"+`"
		S: * SEARCH
		S: w4 OK done
		C: w5 LIST "" "*"
		S: * LIST () "/" "`+"\u00e4"+`"
		S: w5 OK done
		`, nil)
	got, err := c.Enable(ctx, "UTF8=ACCEPT", "CONDSTORE")
	require.NoError(t, err)
	require.Equal(t, []string{"UTF8=ACCEPT"}, got)
	require.NoError(t, c.Create(ctx, "\u00e4&b"))
	to, err := c.Append(ctx, "a", Outgoing{
		Flags: Flags{Seen, []string{"$Fine"}}, Received: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Body: strings.NewReader("abc"), Size: 3,
	})
	require.NoError(t, err)
	require.Equal(t, &AppendedTo{1, []UID{2}}, to)
	_, err = c.Search(ctx, &Query{Key: AnyText, Text: "\u00e4"}, nil)
	require.NoError(t, err)
	all, err := c.List(ctx, "*", nil)
	require.NoError(t, err)
	require.Equal(t, "\u00e4", all[0].Name)
}

// TestClientAppend sends messages, with and without waiting, and stops where the
// server says no.
func TestClientAppend(t *testing.T) {
	ctx := t.Context()
	message := func(text string) Outgoing { return Outgoing{Body: strings.NewReader(text), Size: int64(len(text))} }
	c := clientOn(t, clientPoor+`
		C: w1 APPEND "a" {5}
		S: * 1 EXISTS
		S: + go on
		C: a
		C: bc
		S: w1 OK done
		C: w2 APPEND "a" {5}
		S: w2 NO [TOOBIG] no
		C: w3 NOOP
		S: w3 OK
		`, nil)
	to, err := c.Append(ctx, "a", message("a\r\nbc"))
	require.NoError(t, err)
	require.Zero(t, *to)
	_, err = c.Append(ctx, "a", message("a\r\nbc"))
	r, is := errors.AsType[Reply](err)
	require.True(t, is)
	require.Equal(t, "TOOBIG", r.Code)
	_, err = c.Append(ctx, "a", message("1"), message("2"))
	require.ErrorIs(t, err, ErrUnsupported)
	bin := message("1\x00")
	bin.Binary = true
	_, err = c.Append(ctx, "a", bin)
	require.ErrorIs(t, err, ErrUnsupported)
	require.NoError(t, c.Noop(ctx))

	c = clientOn(t, clientGreeting+`
		C: w1 APPEND "a" {1+}
		C! "1 ~{2+}\r\n2\x00\r\n"
		S: w1 OK [APPENDUID 38505 4:5] done
		listen`, nil)
	bin = message("2\x00")
	bin.Binary = true
	to, err = c.Append(ctx, "a", message("1"), bin)
	require.NoError(t, err)
	require.Equal(t, &AppendedTo{38505, []UID{4, 5}}, to)

	for name, body := range map[string]io.Reader{
		"short": strings.NewReader("a"), "error": iotest.ErrReader(errors.New("broken")), "NUL": strings.NewReader("ab\x00c"),
	} {
		c = clientOn(t, clientGreeting+"listen", nil)
		_, err = c.Append(ctx, "a", Outgoing{Body: body, Size: 4})
		require.Error(t, err, name)
		require.False(t, clientIsReply(err), name)
		require.ErrorContains(t, c.Noop(ctx), "over", name)
	}
}

// TestClientStore changes flags, copies and moves.
func TestClientStore(t *testing.T) {
	ctx := t.Context()
	u := new(clientUpdates)
	c := clientOn(t, clientGreeting+`
		C: w1 UID STORE 1:3,7 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\Seen \Draft $A)
		S: * 1 FETCH (UID 1 MODSEQ (13))
		S: * 5 FETCH (UID 9 FLAGS ())
		S: w1 OK [MODIFIED 7,2] some
		C: w2 UID STORE $ FLAGS ()
		S: w2 NO [EXPUNGEISSUED] some are gone
		C: w3 UID MOVE 1:2 "b"
		S: * OK [COPYUID 432432 1:2 5:6] moved
		S: * 1 EXPUNGE
		S: * VANISHED 2
		S: w3 OK done
		C: w4 UID EXPUNGE 3
		S: * VANISHED 3
		S: w4 OK [HIGHESTMODSEQ 20010715194045319] done
		C: w5 EXPUNGE
		S: w5 OK done
		C: w6 UID REPLACE 4 "a" {1+}
		C: x
		S: * OK [APPENDUID 1 9] replaced
		S: * 4 EXPUNGE
		S: w6 OK done
		`, u.options())
	twelve := ModSeq(12)
	done, err := c.Store(ctx, NewUIDSet(1, 2, 3, 7), AddFlags, Flags{Seen | Draft, []string{"$A"}}, &StoreOptions{Silent: true, UnchangedSince: &twelve})
	require.NoError(t, err)
	require.Len(t, done.Changed, 1)
	require.EqualValues(t, 13, done.Changed[0].ModSeq)
	require.Equal(t, UIDSet{{2, 2}, {7, 7}}, done.Conflict)
	_, err = c.Store(ctx, SavedResult(), ReplaceFlags, Flags{}, nil)
	require.Error(t, err)
	to, err := c.Move(ctx, NewUIDSet(1, 2), "b")
	require.NoError(t, err)
	require.Equal(t, &CopiedTo{432432, []UID{1, 2}, []UID{5, 6}}, to)
	require.NoError(t, c.Expunge(ctx, NewUIDSet(3)))
	require.NoError(t, c.Expunge(ctx, nil))
	at, err := c.Replace(ctx, 4, "a", Outgoing{Body: strings.NewReader("x"), Size: 1})
	require.NoError(t, err)
	require.Equal(t, &AppendedTo{1, []UID{9}}, at)
	require.Len(t, u.all, 5)

	c = clientOn(t, "S: * OK [CAPABILITY IMAP4rev1 UIDPLUS LITERAL+] hi"+`
		C: w1 UID COPY 1 "b"
		S: w1 OK [COPYUID 1 1 2] done
		C: w2 UID STORE 1 +FLAGS.SILENT (\Deleted)
		S: w2 OK done
		C: w3 UID EXPUNGE 1
		S: w3 OK done
		C: w4 APPEND "a" {1+}
		C: x
		S: w4 OK [APPENDUID 1 9] done
		C: w5 UID STORE 4 +FLAGS.SILENT (\Deleted)
		S: w5 OK done
		C: w6 UID EXPUNGE 4
		S: w6 OK done
		C: w7 EXAMINE ""
		S: w7 NO nothing
		`, nil)
	to, err = c.Move(ctx, NewUIDSet(1), "b")
	require.NoError(t, err)
	require.Equal(t, []UID{2}, to.To)
	at, err = c.Replace(ctx, 4, "a", Outgoing{Body: strings.NewReader("x"), Size: 1})
	require.NoError(t, err)
	require.Equal(t, []UID{9}, at.UIDs)
	require.NoError(t, c.Unselect(ctx))

	c = clientOn(t, clientPoor+"listen", nil)
	_, err = c.Move(ctx, NewUIDSet(1), "b")
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorIs(t, c.Expunge(ctx, NewUIDSet(1)), ErrUnsupported)
	_, err = c.Replace(ctx, 4, "a", Outgoing{Body: strings.NewReader("x"), Size: 1})
	require.ErrorIs(t, err, ErrUnsupported)
	_, err = c.Copy(ctx, SavedResult(), "b")
	require.ErrorIs(t, err, ErrUnsupported)
}

// TestClientSearch renders queries and reads what is found.
func TestClientSearch(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 UID SEARCH RETURN (ALL) (SEEN OR KEYWORD $A OR NOT (DELETED) UID 1:3 HEADER "Subject" "a b" SENTBEFORE 2-Jan-2006 LARGER 5 MODSEQ 7 NOT ALL SAVEDATESUPPORTED EMAILID M1)
		S: * ESEARCH (TAG "other") UID ALL 9
		S: * ESEARCH (TAG "w1") UID COUNT 5 ALL 4:18,2 MIN 2 X-NEW (a) MODSEQ 917162500
		S: w1 OK done
		C: w2 UID SEARCH RETURN (MIN COUNT SAVE) ALL
		S: * ESEARCH (TAG "w2") UID
		S: w2 OK done
		C: w3 UID SORT (REVERSE DATE SUBJECT) US-ASCII ALL
		S: * SORT 5 3 4
		S: w3 OK done
		C: w4 UID THREAD REFERENCES UTF-8 TEXT {2+}
		C: `+"\u00e4"+`
		S: * THREAD (166)(167)(168 169)((3 6)(4 23 (44 7 96)))
		S: w4 OK done
		`, nil)
	day := time.Date(2006, 1, 2, 0, 0, 0, 0, time.UTC)
	got, err := c.Search(ctx, &Query{Sub: []*Query{
		{Key: HasFlag, Flag: `\SEEN`},
		{Key: Or, Sub: []*Query{
			{Key: HasFlag, Flag: "$A"},
			{Key: Not, Sub: []*Query{{Sub: []*Query{{Key: HasFlag, Flag: `\Deleted`}}}}},
			{Key: InSet, UIDs: NewUIDSet(1, 2, 3)},
		}},
		{Key: HeaderText, Field: "Subject", Text: "a b"},
		{Key: SentBefore, Date: day},
		{Key: Larger, Size: 5},
		{Key: ModSince, Mod: 7},
		{Key: InSet},
		{Key: SaveDateSupported},
		{Key: EmailIDIs, ID: "M1"},
	}}, nil)
	require.NoError(t, err)
	require.Equal(t, &Found{UIDs: UIDSet{{2, 2}, {4, 18}}, Min: 2, Count: 5, ModSeq: 917162500}, got)
	got, err = c.Search(ctx, nil, &SearchOptions{Min: true, Count: true, Save: true})
	require.NoError(t, err)
	require.Equal(t, new(Found), got)
	uids, err := c.Sort(ctx, []string{"reverse date", "SUBJECT"}, nil)
	require.NoError(t, err)
	require.Equal(t, []UID{5, 3, 4}, uids)
	all, err := c.Thread(ctx, "references", &Query{Key: AnyText, Text: "\u00e4"})
	require.NoError(t, err)
	leaf := func(u UID, replies ...*ThreadNode) *ThreadNode { return &ThreadNode{u, replies} }
	require.Equal(t, []*ThreadNode{
		leaf(166), leaf(167), leaf(168, leaf(169)), leaf(0, leaf(3, leaf(6)), leaf(4, leaf(23, leaf(44, leaf(7, leaf(96)))))),
	}, all)
	_, err = c.Search(ctx, nil, &SearchOptions{First: 1, Last: 10})
	require.ErrorIs(t, err, ErrUnsupported)

	c = clientOn(t, clientPoor+`
		C: w1 UID SEARCH FUZZY TEXT "a"
		S: * SEARCH 4 2 3
		S: * SEARCH 9 (MODSEQ 5)
		S: w1 OK done
		C: w2 UID SEARCH ALL
		S: * SEARCH
		S: w2 OK done
		`, nil)
	got, err = c.Search(ctx, &Query{Key: Fuzzy, Sub: []*Query{{Key: AnyText, Text: "a"}}}, &SearchOptions{Count: true})
	require.NoError(t, err)
	require.Equal(t, &Found{UIDs: UIDSet{{2, 4}, {9, 9}}, Min: 2, Max: 9, Count: 4, ModSeq: 5}, got)
	got, err = c.Search(ctx, nil, nil)
	require.NoError(t, err)
	require.Zero(t, got.Count)
}

// TestClientRights asks for quotas, rights and annotations.
func TestClientRights(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 GETQUOTAROOT "INBOX"
		S: * QUOTAROOT INBOX "" other
		S: * QUOTA "" (STORAGE 10 512 MESSAGE 1 2)
		S: w1 OK done
		C: w2 SETQUOTA "" (STORAGE 1024)
		S: * QUOTA "" (STORAGE 10 1024)
		S: w2 OK done
		C: w3 GETQUOTA "none"
		S: * QUOTA none ()
		S: w3 OK done
		C: w4 GETACL "a"
		S: * ACL a fred rwipslxetad "-anyone" {1}
		S: w
		S: w4 OK done
		C: w5 LISTRIGHTS "a" "smith"
		S: * LISTRIGHTS a smith la r swicdkxte
		S: w5 OK done
		C: w6 MYRIGHTS "a"
		S: * MYRIGHTS a rwiptsldaex
		S: w6 OK done
		C: w7 SETACL "a" "bob" "+lr"
		S: w7 OK done
		C: w8 DELETEACL "a" "bob"
		S: w8 OK done
		C: w9 GETMETADATA (MAXSIZE 10 DEPTH infinity) "" ("/shared/comment")
		S: * METADATA "" (/shared/comment {3}
		S: a"b /shared/admin NIL)
		S: w9 OK [METADATA LONGENTRIES 100] done
		C: w10 SETMETADATA "a" ("/private/a" NIL "/private/b" ~{2+}
		C! "\x00x)\r\n"
		S: w10 OK done
		`, nil)
	roots, err := c.GetQuotaRoot(ctx, "INBOX")
	require.NoError(t, err)
	require.Equal(t, []QuotaRoot{{"", []QuotaResource{{"STORAGE", 10, 512}, {"MESSAGE", 1, 2}}}, {Name: "other"}}, roots)
	root, err := c.SetQuota(ctx, "", []QuotaLimit{{"STORAGE", 1024}})
	require.NoError(t, err)
	require.Equal(t, &QuotaRoot{"", []QuotaResource{{"STORAGE", 10, 1024}}}, root)
	root, err = c.GetQuota(ctx, "none")
	require.NoError(t, err)
	require.Empty(t, root.Resources)
	acl, err := c.GetACL(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []ACLEntry{{"fred", "rwipslxetad"}, {"-anyone", "w"}}, acl)
	always, optional, err := c.ListRights(ctx, "a", "smith")
	require.NoError(t, err)
	require.Equal(t, "la", always)
	require.Equal(t, []string{"r", "swicdkxte"}, optional)
	mine, err := c.MyRights(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, "rwiptsldaex", mine)
	require.NoError(t, c.SetACL(ctx, "a", ACLEntry{"bob", "+lr"}))
	require.NoError(t, c.DeleteACL(ctx, "a", "bob"))
	entries, err := c.GetMetadata(ctx, "", []string{"/shared/comment"}, &MetadataOptions{MaxSize: 10, Depth: -1})
	require.NoError(t, err)
	require.Equal(t, []MetadataEntry{{"/shared/comment", []byte(`a"b`)}, {"/shared/admin", nil}}, entries)
	require.NoError(t, c.SetMetadata(ctx, "a", []MetadataEntry{{"/private/a", nil}, {"/private/b", []byte("\x00x")}}))
}
