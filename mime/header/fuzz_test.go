package header_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// requireSafe checks what everything that is read has to be.
func requireSafe(t *testing.T, values ...string) {
	t.Helper()
	for _, s := range values {
		require.False(t, strings.ContainsAny(s, "\r\n\x00"), "%q", s)
		require.True(t, utf8.ValidString(s), "%q", s)
	}
}

// requireFolds checks that a value that was written can be a field, and is read from there as it was written.
func requireFolds(t *testing.T, value string) {
	t.Helper()
	requireSafe(t, value)
	field, err := header.Fold("X-Name", value)
	require.NoError(t, err, "%q", value)
	requireField(t, string(field))
	require.Equal(t, strings.Trim(value, " \t"), header.Unfold(string(field[len("X-Name: "):len(field)-2])))
}

// requireField checks the lines of a field.
func requireField(t *testing.T, field string) {
	t.Helper()
	require.True(t, strings.HasSuffix(field, "\r\n"))
	for i, line := range strings.Split(strings.TrimSuffix(field, "\r\n"), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("a line of %d octets: %q", len(line), line)
		}
		if i > 0 && (strings.IndexByte(" \t", line[0]) < 0 || strings.Trim(line, " \t") == "") {
			t.Fatalf("a line that does not continue: %q", line)
		}
	}
}

// FuzzParseAddresses checks: no-panic; safe (UTF-8, no CR, LF, NUL); balanced (each group closes); round-trip (what can be
// formatted is read back the same, without a defect in what is not quoted); raw (ParseRawAddresses finds the same addresses).
func FuzzParseAddresses(f *testing.F) {
	for _, c := range cleanLists {
		f.Add(c.value)
	}
	for _, c := range brokenLists {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		list := header.ParseAddresses(value, &defect.List{})
		raw := header.ParseRawAddresses(value, nil)
		require.Len(t, raw, len(list))
		depth := 0
		for i := range list {
			a := &list[i]
			requireSafe(t, a.Name, a.Local, a.Domain, a.Route, a.String(), a.Spec(), raw[i].Name)
			require.Equal(t, [2]string{a.Local, a.Domain}, [2]string{raw[i].Local, raw[i].Domain})
			switch a.Mark {
			case header.GroupStart:
				depth++
			case header.GroupEnd:
				depth--
			}
			require.True(t, depth >= 0 && depth <= 3)
			a.Route = ""
		}
		require.Zero(t, depth)
		for _, mode := range []header.Mode{header.ASCII, header.UTF8} {
			text, err := header.FormatAddresses(list, mode)
			if err != nil {
				continue
			}
			requireFolds(t, text)
			var found defect.List
			require.Equal(t, list, header.ParseAddresses(text, &found), "%q", text)
			require.Zero(t, found.Len(), "%q: %v", text, found)
		}
	})
}

// FuzzFormatAddresses checks: round-trip (what is formatted is read back as it was given); one (a mailbox stays one); safe.
func FuzzFormatAddresses(f *testing.F) {
	f.Add("Joe", "joe", "x.example")
	f.Add(`a"b\`, "a b", "[192.0.2.1]")
	f.Add("=?utf-8?q?x?=", "=?utf-8?q?x?=", "a.b")
	f.Add("Jörg <x>,", "ä@", "ü")
	f.Add("0", "\xc2", "\xb1")
	f.Add(strings.Repeat("long \" ", 40), "a..b", "b")
	f.Fuzz(func(t *testing.T, name, local, domain string) {
		a := header.Address{Name: name, Local: local, Domain: domain}
		requireSafe(t, strings.ToValidUTF8(a.String(), ""))
		for _, mode := range []header.Mode{header.ASCII, header.UTF8} {
			text, err := header.FormatAddresses([]header.Address{a}, mode)
			if err != nil {
				continue
			}
			requireFolds(t, text)
			if mode == header.ASCII {
				require.Less(t, strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }), 0)
			}
			field, err := header.Fold("To", text)
			require.NoError(t, err)
			require.Equal(t, []header.Address{a}, header.ParseAddresses(string(field[3:]), nil), "%q", field)
			require.Equal(t, []header.Address{a}, header.ParseAddresses(a.String(), nil), "%q", a.String())
		}
	})
}

// FuzzParseDate checks: no-panic; round-trip (a date that was read is formatted and read as the same, without a defect).
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{
		"Fri, 21 Nov 1997 09:55:06 -0600", "21 Nov 97 09:55:06 GMT", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.5+01:00",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Nov 6, 1994 8:49 PM EST", "31 Dec 9999 23:59:60 -2359", "1 Jan 0001 00:00 +2359",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		at, ok := header.ParseDate(value, &defect.List{})
		if !ok {
			require.True(t, at.IsZero())
			return
		}
		if at.Year() > 9999 { // by a leap second
			return
		}
		var found defect.List
		back, ok := header.ParseDate(header.FormatDate(at), &found)
		require.True(t, ok)
		require.True(t, at.Equal(back), "%v %v", at, back)
		require.Zero(t, found.Len(), "%v", found)
		_, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", header.FormatDate(at))
		require.NoError(t, err)
	})
}

// FuzzDecodeText checks: no-panic; safe; bounded (MaxText); round-trip (EncodeText of what was decoded, and of the value itself,
// decodes to the same).
func FuzzDecodeText(f *testing.F) {
	for _, s := range []string{
		"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
		"a=?utf-8?q?b?=c=?utf-8?q?d?=", "=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "=?utf-7?q?+AAo-?=", "=?iso-2022-jp?b?GyRCJDMbKEI=?=", " x\ty  ", "=?\x1b?q?a?=",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := header.DecodeText(value, &defect.List{})
		requireSafe(t, got)
		require.LessOrEqual(t, len(got), header.MaxText)
		for _, text := range []string{got, value} {
			for _, mode := range []header.Mode{header.ASCII, header.UTF8} {
				encoded, err := header.EncodeText(text, mode)
				if err != nil {
					continue
				}
				requireFolds(t, encoded)
				require.Equal(t, text, header.DecodeText(encoded, nil), "%q", encoded)
				field, err := header.Fold("Subject", encoded)
				require.NoError(t, err)
				require.Equal(t, text, header.DecodeText(string(field[len("Subject:"):]), nil), "%q", field)
			}
		}
	})
}

// FuzzParseParams checks: no-panic; safe; bounded (MaxParams, MaxText); unique (no name twice); round-trip (what can be
// formatted is read back the same).
func FuzzParseParams(f *testing.F) {
	for _, s := range []string{
		"text/plain; charset=us-ascii (Plain text)", "a; t*1*=%A4b; t*0*=utf-8''%C3; t*2=c%20", `a/b; filename="C:\x\"y"; n=a b(1) c=d`,
		"a; filename=plain.txt; filename*=utf-8'en'%C3%A4.txt", `a; boundary="=?utf-8?q?x?="; name="=?utf-8?q?x?="`, "text / plain x=y", `"a`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		value, params := header.ParseParams(field, &defect.List{})
		requireSafe(t, value)
		require.LessOrEqual(t, len(params), header.MaxParams)
		seen := map[string]bool{}
		for _, p := range params {
			requireSafe(t, p.Name, p.Value, p.Language)
			require.LessOrEqual(t, len(p.Value), header.MaxText)
			require.False(t, seen[p.Name])
			seen[p.Name] = true
		}
		for _, mode := range []header.Mode{header.ASCII, header.UTF8} {
			text, err := header.FormatParams(value, params, mode)
			if err != nil {
				continue
			}
			requireFolds(t, text)
			folded, err := header.Fold("Content-Type", text)
			require.NoError(t, err)
			var found defect.List
			v, p := header.ParseParams(string(folded[len("Content-Type:"):]), &found)
			require.Equal(t, value, v)
			require.Equal(t, params, p, "%q", folded)
			for d := range found.All() { // a boundary may look like an encoded word, and stays as it is
				require.True(t, d.Kind == header.EncodedValue && strings.Contains(params.Get("boundary"), "=?"), "%q: %v", folded, d)
			}
		}
	})
}

// FuzzFormatParams checks: round-trip (what is formatted is read back as it was given); safe.
func FuzzFormatParams(f *testing.F) {
	f.Add("text/plain", "charset", "utf-8", "")
	f.Add("attachment", "filename", "Größe \"x\\\".txt", "de")
	f.Add("attachment", "name", strings.Repeat("ä", 300), "")
	f.Add("a/b", "boundary", "=?utf-8?q?x?= \\", "")
	f.Fuzz(func(t *testing.T, value, name, text, language string) {
		value, name = strings.ToLower(value), strings.ToLower(name)
		params := header.Params{{Name: name, Value: text, Language: language}}
		for _, mode := range []header.Mode{header.ASCII, header.UTF8} {
			out, err := header.FormatParams(value, params, mode)
			if err != nil {
				continue
			}
			requireFolds(t, out)
			v, p := header.ParseParams(out, nil)
			require.Equal(t, value, v)
			require.Equal(t, params, p, "%q", out)
		}
	})
}

// FuzzParseMessageIDs checks: no-panic; safe; bracketed (each result is in brackets, with none and no white space within);
// stable (what was read is read the same again, and fits a References field).
func FuzzParseMessageIDs(f *testing.F) {
	for _, s := range []string{"<a@b> <c@d>", "a@b, c@d", "<1234   @   local(blah)  .machine .example>", `x "<a@b <c@d>`, "<a(@b>", "a@b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		ids := header.ParseMessageIDs(value, &defect.List{})
		requireSafe(t, ids...)
		for _, id := range ids {
			require.True(t, len(id) > 2 && id[0] == '<' && id[len(id)-1] == '>', "%q", id)
			require.False(t, strings.ContainsAny(id[1:len(id)-1], "<> \t"), "%q", id)
		}
		require.Equal(t, ids, header.ParseMessageIDs(strings.Join(ids, "\r\n "), nil))
	})
}

// FuzzFold checks: lines (998 octets at most, none of white space alone, no CR, LF or NUL within); unfolds (to the value);
// stable (folding again changes nothing).
func FuzzFold(f *testing.F) {
	f.Add("Subject", "a b")
	f.Add("S", strings.Repeat("word ", 40)+`"`+strings.Repeat("quoted ", 40)+`"`)
	f.Add("S", strings.Repeat("w", 990)+" \t "+strings.Repeat("w", 80))
	f.Add("S", "a\r\n b")
	f.Fuzz(func(t *testing.T, name, value string) {
		field, err := header.Fold(name, value)
		if err != nil {
			return
		}
		requireField(t, string(field))
		require.True(t, header.ValidFieldName(name))
		got := header.Unfold(string(field[len(name)+2 : len(field)-2]))
		require.Equal(t, strings.Trim(header.Unfold(value), " \t"), got)
		again, err := header.Fold(name, string(field[len(name)+1:len(field)-2]))
		require.NoError(t, err)
		require.Equal(t, string(field), string(again))
	})
}

// FuzzOthers checks: no-panic and safe, for trace and list fields.
func FuzzOthers(f *testing.F) {
	f.Add("from x (y) by z with a id b for <c@d>; 21 Nov 1997 10:05:43 -0600")
	f.Add(`"a, b", (c), =?utf-8?q?=0A?=`)
	f.Add("x <a.b>")
	f.Fuzz(func(t *testing.T, value string) {
		r := header.ParseReceived(value, &defect.List{})
		requireSafe(t, r.From, r.FromInfo, r.By, r.ByInfo, r.Via, r.With, r.ID, r.For)
		requireSafe(t, header.ParseKeywords(value, &defect.List{})...)
		requireSafe(t, header.ParseListURLs(value, &defect.List{})...)
		id, description := header.ParseListID(value, &defect.List{})
		requireSafe(t, id, description, header.Unfold(strings.ToValidUTF8(value, "")))
	})
}
