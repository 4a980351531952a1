package ldapserver

import (
	"fmt"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
)

func TestPages(t *testing.T) {
	people := crowd(25)
	slices.Reverse(people)
	c := start(t, func(s *Server) { s.AnonymousRead, s.People, s.MaxResults = true, people, 10 }).dial()
	for size, pages := range map[uint32]int{1: 25, 7: 4, 10: 3, 100: 3} {
		paging := ldap.NewControlPaging(size)
		var got []string
		for page := 1; ; page++ {
			q := sub("(uid=*)", "uid")
			q.Controls = []ldap.Control{paging}
			r, err := c.Search(q)
			require.NoError(t, err)
			require.LessOrEqual(t, len(r.Entries), min(int(size), 10))
			for _, e := range r.Entries {
				got = append(got, e.GetAttributeValue("uid"))
			}
			answer, ok := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
			require.True(t, ok)
			if len(answer.Cookie) == 0 {
				require.Equal(t, pages, page)
				break
			}
			paging.SetCookie(answer.Cookie)
		}
		require.Len(t, got, 25, "size %d", size)
		require.True(t, slices.IsSorted(got))
		require.Len(t, slices.Compact(got), 25, "nobody twice")
	}
	r, err := c.SearchWithPaging(sub("(uid=*)"), 4)
	require.NoError(t, err)
	require.Len(t, r.Entries, 25)
}

func TestBadPages(t *testing.T) {
	c := start(t, func(s *Server) { s.AnonymousRead, s.People = true, crowd(25) }).dial()
	ask := func(size uint32, cookie string, limit int) (*ldap.SearchResult, error) {
		q := sub("(uid=*)")
		paging := ldap.NewControlPaging(size)
		paging.SetCookie([]byte(cookie))
		q.Controls, q.SizeLimit = []ldap.Control{paging}, limit
		return c.Search(q)
	}
	for _, cookie := range []string{"x", "\x04\x01", "\x04\x01x\x04\x01x", "\x30\x00"} {
		_, err := ask(5, cookie, 0)
		requireCode(t, ldap.LDAPResultUnwillingToPerform, err)
	}
	r, err := ask(0, "", 0)
	require.NoError(t, err)
	require.Empty(t, r.Entries)
	r, err = ask(5, "", 5) // RFC 2696, 3: no pages are needed
	requireCode(t, ldap.LDAPResultSizeLimitExceeded, err)
	require.Len(t, r.Entries, 5)
	r, err = ask(5, "\x04\x00", 0) // made up, but a position
	require.NoError(t, err)
	require.Len(t, r.Entries, 5)

	q := sub("(uid=*)")
	q.Controls = []ldap.Control{ldap.NewControlString(pagedResults, true, "junk")}
	_, err = c.Search(q)
	requireCode(t, ldap.LDAPResultProtocolError, err)
	q.Controls = []ldap.Control{ldap.NewControlPaging(1), ldap.NewControlPaging(1)}
	_, err = c.Search(q)
	requireCode(t, ldap.LDAPResultProtocolError, err)
}

// TestSort sorts by a department that some have, and the name backwards; with
// pages and without.
func TestSort(t *testing.T) {
	var people list
	for n := range 9 {
		e := Entry{Name: fmt.Sprint("u", n), Surname: fmt.Sprint("S", n)}
		if n%3 > 0 {
			e.Department = []string{"", "beta", "Alpha"}[n%3]
		}
		people = append(people, e)
	}
	c := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people }).dial()
	order := ldap.NewControlServerSideSortingWithSortKeys([]*ldap.SortKey{
		{AttributeType: "ou"},
		{AttributeType: "sn", MatchingRule: "caseIgnoreOrderingMatch", Reverse: true},
	})
	want := []string{"u8", "u5", "u2", "u7", "u4", "u1", "u6", "u3", "u0"}
	for _, size := range []uint32{0, 2, 9} {
		q := sub("(uid=*)", "uid")
		q.Controls = []ldap.Control{order}
		var r *ldap.SearchResult
		var err error
		if size == 0 {
			r, err = c.Search(q)
		} else {
			r, err = c.SearchWithPaging(q, size)
		}
		require.NoError(t, err)
		var got []string
		for _, e := range r.Entries {
			got = append(got, e.GetAttributeValue("uid"))
		}
		require.Equal(t, want, got, "pages of %d", size)
		require.NotNil(t, ldap.FindControl(r.Controls, sortResponse))
	}
}

func TestSortRefused(t *testing.T) {
	for _, k := range []*ldap.SortKey{
		{AttributeType: "userPassword"},
		{AttributeType: "sn", MatchingRule: "caseExactOrderingMatch"},
		{AttributeType: "mail", MatchingRule: "caseIgnoreOrderingMatch"},
	} {
		for _, critical := range []bool{true, false} {
			c := start(t, open).dial()
			sort := ldap.NewControlServerSideSortingWithSortKeys([]*ldap.SortKey{k})
			value := sort.Encode().Children[1].Data.String()
			q := sub("(uid=*)")
			q.Controls = []ldap.Control{ldap.NewControlString(sortRequest, critical, value)}
			r, err := c.Search(q)
			if critical {
				requireCode(t, ldap.LDAPResultUnavailableCriticalExtension, err)
				continue
			}
			require.NoError(t, err)
			require.Len(t, r.Entries, 3)
		}
	}
}

func TestUnknownControl(t *testing.T) {
	c := start(t, open).dial()
	for _, critical := range []bool{true, false} {
		q := sub("(uid=tim)")
		q.Controls = []ldap.Control{ldap.NewControlString("1.2.3", critical, "")}
		_, err := c.Search(q)
		if critical {
			requireCode(t, ldap.LDAPResultUnavailableCriticalExtension, err)
		} else {
			require.NoError(t, err)
		}
	}
	// One that is known, elsewhere.
	_, err := c.SimpleBind(&ldap.SimpleBindRequest{
		Username: "tim", Password: secret, Controls: []ldap.Control{ldap.NewControlString(pagedResults, true, "")},
	})
	requireCode(t, ldap.LDAPResultUnavailableCriticalExtension, err)
}
