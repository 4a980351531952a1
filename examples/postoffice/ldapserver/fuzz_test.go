package ldapserver

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

// FuzzMessage checks of parseMessage
//   - WithinBounds: what it returns lies within the octets, none beyond the end;
//   - Whole: a message that it takes is of the length that header announces;
//   - SameAsLibrary: go-asn1-ber, which is another's, reads the same number and
//     request.
func FuzzMessage(f *testing.F) {
	f.Add(searchMessage(1))
	f.Add(bindMessage(2, "tim", secret))
	f.Add(abandonMessage(3, 2))
	f.Add([]byte{0x30, 0x84, 0, 0, 0, 5, 2, 1, 1, 0x42, 0})
	f.Add(appendMessage(nil, 1, 0x77, []control{{oid: pagedResults, value: []byte("x")}}, goodbye(0, "").fill))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMessage(slices.Clip(b))
		if err != nil {
			return
		}
		_, length, size, short, ok := header(b)
		require.True(t, ok && !short && size+length == len(b), "Whole")
		require.True(t, m.id > 0 && len(m.body) < len(b), "WithinBounds")
		p, err := ber.DecodePacketErr(b)
		if err != nil {
			return // it looks into what we take when its turn comes
		}
		require.EqualValues(t, p.Children[0].Value, m.id, "SameAsLibrary")
		// It writes what it has read anew, in the shortest form.
		if len(p.Children[1].Children) == 0 {
			require.True(t, bytes.Equal(p.Children[1].Data.Bytes(), m.body), "SameAsLibrary")
		}
	})
}

// FuzzFilter checks of parseFilter and match
//   - Bounded: a filter has no more comparisons than allowed, nor nests deeper;
//   - Negation: (!f) is the opposite of f, and (!(!f)) is f;
//   - Idempotent: (&(f)(f)) and (|(f)(f)) are f;
//   - Hidden: no filter that mentions nothing but what there is not is true.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		"(cn=Tim)", "(&(mail=*)(|(cn=t*)(sn=t*)))", "(!(uid=x))", "(cn=a*b*c)", "(uid>=a)", "(userPassword=*)",
		"(objectClass=2.5.6.6)", "(member=" + timDN + ")", "(telephoneNumber=+49*)", "(cn:dn:=x)", "(&)", "(mail=*@*.*)",
	} {
		p, err := ldap.CompileFilter(s)
		require.NoError(f, err)
		f.Add(p.Bytes())
	}
	s := &Server{People: office, Domain: "example.org"}
	require.NoError(f, s.Check())
	objects := slices.Clone(s.tree.fixed)
	for i := range office {
		objects = append(objects, object{tree: s.tree, entry: &office[i]})
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := &cursor{rest: b}
		parsed, err := parseFilter(in, 8, 50)
		if err != nil || in.bad {
			return
		}
		terms, depth, known := measure(&parsed)
		require.True(t, terms <= 50 && depth <= 8, "Bounded")
		not := filter{kind: filterNot, parts: []filter{parsed}}
		again := filter{kind: filterNot, parts: []filter{not}}
		and := filter{kind: filterAnd, parts: []filter{parsed, parsed}}
		or := filter{kind: filterOr, parts: []filter{parsed, parsed}}
		for i := range objects {
			o := &objects[i]
			got := parsed.match(o)
			require.Equal(t, -got, not.match(o), "Negation")
			require.Equal(t, got, again.match(o), "Negation")
			require.Equal(t, got, and.match(o), "Idempotent")
			require.Equal(t, got, or.match(o), "Idempotent")
			if terms > 0 && !known {
				require.Equal(t, undefined, got, "Hidden")
			}
		}
	})
}

// measure counts comparisons and levels, and tells whether an attribute is known or
// something is true of nothing at all.
func measure(f *filter) (terms, depth int, known bool) {
	if f.kind != filterAnd && f.kind != filterOr && f.kind != filterNot {
		return 1 + len(f.between), 1, f.attribute != nil
	}
	known = len(f.parts) == 0
	for i := range f.parts {
		n, d, k := measure(&f.parts[i])
		terms, depth, known = terms+n, max(depth, d), known || k
	}
	return terms, depth + 1, known
}

// FuzzConversation sends any octets to a server, and checks that
//   - Ends: the conversation ends when the client has;
//   - Speaks: all that comes back are whole LDAP messages;
//   - Silent: neither a password nor the name of who is disabled is in it, unless
//     the client said it.
func FuzzConversation(f *testing.F) {
	f.Add(searchMessage(1))
	f.Add(slices.Concat(bindMessage(1, "tim", secret), searchMessage(2), extendedMessage(3, whoAmI)))
	f.Add(slices.Concat(extendedMessage(1, startTLS), abandonMessage(2, 1)))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	s := &Server{
		People: office, Domain: "example.org", AnonymousRead: true,
		Auth: &auth.Authenticator{Accounts: passwords{"tim": secret}, AllowInsecure: true},
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		near, far := memnet.PipeSize(1 << 20)
		done := make(chan error, 1)
		go func() { done <- s.ServeConn(t.Context(), far); far.Close() }()
		_, _ = near.Write(b[:min(len(b), 1<<16)])
		_ = near.(*memnet.Conn).CloseWrite()
		answer, err := io.ReadAll(near)
		require.NoError(t, err, "Ends")
		<-done
		if !bytes.Contains(bytes.ToLower(b), []byte("gone")) {
			require.NotContains(t, string(answer), "gone", "Silent")
		}
		for rest := answer; len(rest) > 0; {
			tag, length, size, short, ok := header(rest)
			require.True(t, ok && !short && tag == tagSequence && len(rest) >= size+length, "Speaks")
			rest = rest[size+length:]
		}
	})
}

// FuzzPrepare checks of prepare that it
//   - IgnoresCase: takes ASCII letters of both cases for the same;
//   - FoldsSpaces: leaves no two spaces, and none at the ends;
//   - Pieces: finds each text in itself as initial, final and any.
func FuzzPrepare(f *testing.F) {
	for _, s := range []string{"", " ", "Tim  Tester ", "Ann M\u00dcLLER", "\u017f\u212a", "\xff", "\ufb01", "\u00a0x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := prepare(s)
		upper := strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 0x20
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		require.Equal(t, prepare(strings.ToValidUTF8(s, "")), prepare(upper), "IgnoresCase")
		require.NotContains(t, p, "  ", "FoldsSpaces")
		require.Equal(t, strings.Trim(p, " "), p, "FoldsSpaces")
		for _, f := range []filter{
			{initial: text.preparePiece(s, true, false)},
			{final: text.preparePiece(s, false, true)},
			{between: []string{strings.Trim(text.preparePiece(s, false, false), " ")}},
		} {
			f.kind, f.attribute = filterSubstrings, findAttribute("cn")
			// A space at the end of a piece is one within the value.
			if folded := foldCase(s); strings.Trim(folded, " ") == folded {
				require.True(t, f.holds(prepare(s)), "Pieces")
			}
		}
	})
}

// FuzzPosition checks of cookies
//   - RoundTrip: a position that is taken comes out of its cookie again;
//   - Ordered: comparing is antisymmetric.
func FuzzPosition(f *testing.F) {
	f.Add(position{"0a", "1", "uid=x"}.cookie(), position{"1", "0b", "uid=y"}.cookie())
	keys := []sortKey{{attribute: findAttribute("cn")}, {attribute: findAttribute("sn"), reverse: true}}
	f.Fuzz(func(t *testing.T, x, y []byte) {
		a, ok := parsePosition(x, keys)
		if !ok {
			return
		}
		again, ok := parsePosition(a.cookie(), keys)
		require.True(t, ok, "RoundTrip")
		require.Equal(t, a, again, "RoundTrip")
		if b, ok := parsePosition(y, keys); ok {
			require.Equal(t, -comparePositions(a, b, keys), comparePositions(b, a, keys), "Ordered")
		}
	})
}
