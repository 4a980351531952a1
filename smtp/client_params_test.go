package smtp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

var someone = smtp.Path{Local: "a", Domain: "x.example"}

func TestAppendMail(t *testing.T) {
	for _, tt := range []struct {
		m       smtp.MailParams
		offers  string
		want    string
		refusal smtp.Reply
	}{
		{smtp.MailParams{}, "", "FROM:<>", smtp.Reply{}},
		{smtp.MailParams{Path: someone}, "", "FROM:<a@x.example>", smtp.Reply{}},
		{smtp.MailParams{Path: smtp.Path{Local: `a b"\`, Domain: "[127.0.0.1]"}}, "", `FROM:<"a b\"\\"@[127.0.0.1]>`, smtp.Reply{}},
		{smtp.MailParams{Path: smtp.Path{Local: "postmaster"}}, "", "FROM:<postmaster>", smtp.Reply{}},
		{smtp.MailParams{Path: someone, Size: 7}, "SIZE", "FROM:<a@x.example> SIZE=7", smtp.Reply{}},
		{smtp.MailParams{Path: someone, Size: 7}, "", "FROM:<a@x.example>", smtp.Reply{}},
		{smtp.MailParams{Path: someone, Size: -7}, "SIZE", "FROM:<a@x.example>", smtp.Reply{}},
		{smtp.MailParams{Body: smtp.Body8Bit}, "8BITMIME", "FROM:<> BODY=8BITMIME", smtp.Reply{}},
		{smtp.MailParams{Body: smtp.Body8Bit}, "", "", smtp.No8Bit},
		{smtp.MailParams{UTF8: true}, "SMTPUTF8", "FROM:<> SMTPUTF8", smtp.Reply{}},
		{smtp.MailParams{UTF8: true}, "", "", smtp.No8Header},
		{smtp.MailParams{Path: smtp.Path{Local: "é", Domain: "x.example"}, UTF8: true}, "SMTPUTF8", "FROM:<é@x.example> SMTPUTF8", smtp.Reply{}},
		{smtp.MailParams{Path: smtp.Path{Local: "é", Domain: "x.example"}}, "SMTPUTF8", "", smtp.No8Address},
		{smtp.MailParams{Path: smtp.Path{Local: "e", Domain: "é.example"}}, "", "FROM:<e@xn--9ca.example>", smtp.Reply{}},
		{smtp.MailParams{Auth: "<>"}, "AUTH PLAIN", "FROM:<> AUTH=<>", smtp.Reply{}},
		{smtp.MailParams{Auth: "a+b=c@x.example"}, "AUTH PLAIN", "FROM:<> AUTH=a+2Bb+3Dc@x.example", smtp.Reply{}},
		{smtp.MailParams{Auth: `"a b"@x.example`}, "AUTH PLAIN", `FROM:<> AUTH="a+20b"@x.example`, smtp.Reply{}},
		{smtp.MailParams{Auth: "a@x.example\r\nRSET"}, "AUTH PLAIN", "FROM:<> AUTH=<>", smtp.Reply{}},
		{smtp.MailParams{Auth: "é@x.example"}, "AUTH PLAIN", "FROM:<> AUTH=<>", smtp.Reply{}},
		{smtp.MailParams{Auth: "a@x.example"}, "", "FROM:<>", smtp.Reply{}},
	} {
		got, refusal := smtp.AppendMail(tt.m, strings.Split(tt.offers, "|")...)
		require.Equal(t, tt.refusal, refusal, "%+v", tt.m)
		if refusal.Code == 0 {
			require.Equal(t, tt.want, got)
		}
	}
	for _, p := range unsafePaths {
		_, refusal := smtp.AppendMail(smtp.MailParams{Path: p}, everything...)
		require.Equal(t, smtp.UnsafeSender, refusal, "%q", p)
		_, refusal = smtp.AppendMail(smtp.MailParams{Path: p})
		require.Equal(t, smtp.UnsafeSender, refusal, "%q", p)
	}
}

func TestIsParam(t *testing.T) {
	for s, want := range map[string]bool{
		" A": true, " A-B=c": true, " A=b;c": true,
		"A": false, " ": false, " =b": false, " A=": false, " A=b c": false, " A=b\r\nc": false, " A=b=c": false, " A\x00": false,
	} {
		require.Equal(t, want, smtp.IsParam(s), "%q", s)
	}
}

// FuzzAppendMail checks that whatever a program asks for, what is sent as the
// arguments of MAIL and RCPT is one line, and what our own server reads in it is
// what was meant; what cannot be sent so is refused.
func FuzzAppendMail(f *testing.F) {
	f.Add("a", "x.example", "b@x.example", int64(7), true, true)
	f.Add("x> NOTIFY=NEVER <y", "d.example", "<>", int64(0), false, true)
	f.Add("a\r\nRSET", "x", "\r\n", int64(-1), false, false)
	f.Add("é", "é.example", "é@x", int64(1), true, false)
	f.Fuzz(func(t *testing.T, local, domain, submitter string, size int64, utf8, offered bool) {
		m := smtp.MailParams{Path: smtp.Path{Local: local, Domain: domain}, Auth: submitter, Size: size, UTF8: utf8}
		var offers []string
		if offered {
			offers = append(everything[:len(everything):len(everything)], "AUTH PLAIN")
		}
		args, refusal := smtp.AppendMail(m, offers...)
		if refusal.Code == 0 {
			require.NotContains(t, args, "\r")
			require.NotContains(t, args, "\n")
			require.NotContains(t, args, "\x00")
			got, err := smtp.ParseMail(args)
			require.NoError(t, err, "%q", args)
			require.Equal(t, local, got.Path.Local)
			if m.Path.IsASCII() || utf8 && offered {
				require.Equal(t, domain, got.Path.Domain)
			}
			require.Equal(t, utf8 && offered, got.UTF8)
			require.True(t, got.Auth == "" || offered && submitter != "")
		}
		args, refusal = smtp.AppendRcpt(smtp.RcptParams{Path: m.Path}, offers...)
		if refusal.Code == 0 {
			got, err := smtp.ParseRcpt(args)
			require.NoError(t, err, "%q", args)
			require.Equal(t, local, got.Path.Local)
		}
	})
}
