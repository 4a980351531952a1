package header_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func TestParseMessageIDs(t *testing.T) {
	for _, c := range []struct {
		value string
		want  []string
		kind  defect.Kind
	}{
		{"<1234@local.machine.example> <3456@example.net>", []string{"<1234@local.machine.example>", "<3456@example.net>"}, ""},
		{"<a@b>\r\n\t<c@d><e@f>", []string{"<a@b>", "<c@d>", "<e@f>"}, ""},
		{" (x) <a@b> (y (z))", []string{"<a@b>"}, ""},
		{"<1234   @   local(blah)  .machine .example>", []string{"<1234@local.machine.example>"}, ""},
		{`<"a b"@[192.0.2.1]>`, []string{`<"ab"@[192.0.2.1]>`}, ""},
		{"<a@[192.0.2.1]>", []string{"<a@[192.0.2.1]>"}, ""},
		{"", nil, ""},
		{"a@b", []string{"<a@b>"}, header.BareID},
		{"a@b, c@d", []string{"<a@b>", "<c@d>"}, header.BareID},
		{"a@b>", []string{"<a@b>"}, header.BareID},
		{"Your message of Monday", nil, header.StrayText},
		{`John's message of "Mon, 1 Jan" <a@b>`, []string{"<a@b>"}, header.StrayText},
		{"<a@b", []string{"<a@b>"}, header.UnclosedID},
		{"<a@b <c@d>", []string{"<a@b>", "<c@d>"}, header.UnclosedID},
		{"<a@b junk", []string{"<a@b>"}, header.UnclosedID},
		{"<abc>", []string{"<abc>"}, header.BadID},
		{"<> < >", nil, header.BadID},
		{"<a\x00b@c\r\n d>", []string{"<ab@cd>"}, ""},
	} {
		var found defect.List
		require.Equal(t, c.want, header.ParseMessageIDs(c.value, &found), "%q", c.value)
		if c.kind == "" {
			require.Zero(t, found.Len(), "%q: %v", c.value, found)
		} else {
			require.True(t, found.Has(c.kind), "%q: %v", c.value, found)
		}
	}
	require.Len(t, header.ParseMessageIDs(strings.Repeat("<a@b>", 200_000), nil), header.MaxMessageIDs)
	require.Len(t, header.ParseMessageIDs(strings.Repeat("a@b ", 200_000), nil), header.MaxMessageIDs)
	require.Empty(t, header.ParseMessageIDs(strings.Repeat("\"\\\"(", 200_000), nil))
}

func TestNewMessageID(t *testing.T) {
	id, err := header.NewMessageID(bytes.NewReader(make([]byte, 15)), "example.org")
	require.NoError(t, err)
	require.Equal(t, "<aaaaaaaaaaaaaaaaaaaaaaaa@example.org>", id)
	one, err := header.NewMessageID(nil, "[192.0.2.1]")
	require.NoError(t, err)
	other, err := header.NewMessageID(nil, "[192.0.2.1]")
	require.NoError(t, err)
	require.NotEqual(t, one, other)
	require.Equal(t, []string{one}, header.ParseMessageIDs(one, nil))
	for _, bad := range []string{"", "a b", "a>b", "a\r\nb", "a@b"} {
		_, err := header.NewMessageID(nil, bad)
		require.Error(t, err)
	}
	_, err = header.NewMessageID(bytes.NewReader(nil), "example.org")
	require.Error(t, err)
}
