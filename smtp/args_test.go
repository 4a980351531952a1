package smtp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// asReply returns the Reply that err is, the zero one for another error.
func asReply(err error) smtp.Reply {
	r, _ := errors.AsType[smtp.Reply](err)
	if r.Code == 501 && strings.HasPrefix(r.Text, "syntax error in arguments: ") {
		return smtp.Reply{} // which says more than that it is one, and no more
	}
	return r
}

// A syntax error that people make by hand is told as what to change.
func TestSyntaxErrors(t *testing.T) {
	srv, _ := newServer(t)
	smtptest.Play(t, srv, "S: 220\n"+
		"C: EHLO\nS: 501 5.5.4 syntax error in arguments: want the name of your host\n"+
		"C: EHLO a b\nS: 501 5.5.4 syntax error in arguments: want the name of your host, one word\n"+
		"C: EHLO a\nS: 250\n"+
		"C: MAIL a@b\nS: 501 5.5.4 syntax error in arguments: want FROM:<a@b.example>\n"+
		"C: MAIL FROM:a@b\nS: 501 5.5.4 syntax error in arguments: want the address in angle brackets, as in FROM:<a@b.example>\n"+
		"C: MAIL FROM:<a@@b>\nS: 501 5.5.4 syntax error in arguments: cannot read that address\n"+
		"C: MAIL FROM:<a@b\nS: 501 5.5.4 syntax error in arguments: want \">\" behind the address\n"+
		"C: MAIL FROM:<a@b>SIZE=1\nS: 501 5.5.4 syntax error in arguments: want a space before parameters\n"+
		"C: MAIL FROM:<a@b> SIZE=1 SIZE=2\nS: 501 5.5.4 syntax error in arguments: a parameter is there twice\n"+
		"C: MAIL FROM:<a@b> SIZE=\nS: 501 5.5.4 syntax error in arguments: cannot read the parameters\n"+
		"C: MAIL FROM:<a@b>\nS: 250\n"+
		"C: RCPT TO:<>\nS: 501 5.5.4 syntax error in arguments: want an address, as in TO:<a@b.example>\n"+
		"C: RSET now\nS: 501 5.5.4 syntax error in arguments: nothing may follow this command\n"+
		"C: VRFY\nS: 501 5.5.4 syntax error in arguments: there is none\n")
}

// A Middleware sees commands that the engine does not know, and may answer them.
func TestMiddlewareOwnCommand(t *testing.T) {
	srv, _ := newServer(t)
	var seen []string
	srv.Middleware = []smtp.Middleware{func(next smtp.CommandFunc) smtp.CommandFunc {
		return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
			seen = append(seen, cmd.Verb+"|"+cmd.Args)
			if cmd.Verb == "XYZZY" {
				return smtp.R(250, smtp.Enhanced{2, 0, 0}, "nothing happens")
			}
			return next(ctx, c, cmd)
		}
	}}
	smtptest.Play(t, srv, "S: 220\nC: EHLO a\nS: 250\nC: xyzzy a b\nS: 250 2.0.0 nothing happens\n"+
		"C: XODD\nS: 500 5.5.2 command not known\nC:\nS: 500\nC: NOOP\nS: 250\n")
	require.Equal(t, []string{"EHLO|a", "XYZZY|a b", "XODD|", "NOOP|"}, seen)
}

// A Reply that refuses nothing, returned as an error, is a mistake of the program,
// which is told so.
func TestNoRefusal(t *testing.T) {
	srv, _ := newServer(t)
	var log bytes.Buffer
	srv.Logger = slog.New(slog.NewTextHandler(&log, nil))
	smtptest.Play(t, srv, "S: 220\nC: EHLO a\nS: 250\nC: MAIL FROM:<a@b>\nS: 250\n"+
		"C: RCPT TO:<yes@here.example>\nS: 451\nC: RCPT TO:<zero@here.example>\nS: 451\n")
	require.Contains(t, log.String(), "return nil to accept")
	require.Contains(t, log.String(), "code=250 command=RCPT")
	require.Contains(t, log.String(), "code=0 command=RCPT")
}

func TestParseMail(t *testing.T) {
	p := smtp.Path{Local: "a", Domain: "b.example"}
	u := smtp.Path{Local: "ü", Domain: "b.example"}
	for in, want := range map[string]smtp.MailParams{
		"FROM:<>":                                       {},
		"FROM:<a@b.example>":                            {Path: p},
		"from:<a@b.example>":                            {Path: p},
		"FROM: <a@b.example>":                           {Path: p},
		"FROM:   <a@b.example>  ":                       {Path: p},
		"FROM:<@r.example:a@b.example>":                 {Path: p},
		"FROM:<a@b.example> SIZE=0":                     {Path: p},
		"FROM:<a@b.example> SIZE=1":                     {Path: p, Size: 1},
		"FROM:<a@b.example>   size=42   ":               {Path: p, Size: 42},
		"FROM:<a@b.example> SIZE=9223372036854775807":   {Path: p, Size: 1<<63 - 1},
		"FROM:<a@b.example> SIZE=00000000000000000042":  {Path: p, Size: 42},
		"FROM:<a@b.example> BODY=7BIT":                  {Path: p},
		"FROM:<a@b.example> BODY=8BITMIME":              {Path: p, Body: smtp.Body8Bit},
		"FROM:<a@b.example> body=8bitMime":              {Path: p, Body: smtp.Body8Bit},
		"FROM:<a@b.example> BODY=BINARYMIME":            {Path: p, Body: smtp.BodyBinary},
		"FROM:<a@b.example> RET=hdrs ENVID=QQ+2B1":      {Path: p, Return: smtp.ReturnHeaders, EnvelopeID: "QQ+1"},
		"FROM:<a@b.example> RET=FULL REQUIRETLS":        {Path: p, Return: smtp.ReturnFull, RequireTLS: true},
		"FROM:<a@b.example> BY=120;rt":                  {Path: p, DeliverBy: smtp.DeliverBy{In: 2 * time.Minute, Mode: smtp.DeliverByReturn, Trace: true}},
		"FROM:<a@b.example> BY=+120;R":                  {Path: p, DeliverBy: smtp.DeliverBy{In: 2 * time.Minute, Mode: smtp.DeliverByReturn}},
		"FROM:<a@b.example> BY=-999999999;N":            {Path: p, DeliverBy: smtp.DeliverBy{In: -999999999 * time.Second, Mode: smtp.DeliverByNotify}},
		"FROM:<a@b.example> BY=-5;N MT-PRIORITY=-9":     {Path: p, DeliverBy: smtp.DeliverBy{In: -5 * time.Second, Mode: smtp.DeliverByNotify}, Priority: -9},
		"FROM:<a@b.example> MT-PRIORITY=4 PRDR":         {Path: p, Priority: 4, PerRecipient: true},
		"FROM:<a@b.example> SMTPUTF8":                   {Path: p, UTF8: true},
		"FROM:<ü@b.example> SMTPUTF8":                   {Path: u, UTF8: true},
		"FROM:<ü@b.example> BODY=8BITMIME smtputf8":     {Path: u, UTF8: true, Body: smtp.Body8Bit},
		"FROM:<a@b.example> AUTH=<>":                    {Path: p, Auth: "<>"},
		"FROM:<a@b.example> AUTH=+3C+3E":                {Path: p, Auth: "<>"},
		"FROM:<a@b.example> AUTH=e+3Dmc2@c.example":     {Path: p, Auth: "e=mc2@c.example"},
		"FROM:<a@b.example> AUTH=+22a+20b+22@c.example": {Path: p, Auth: `"a b"@c.example`},
		"FROM:<> SIZE=1 BODY=7BIT SMTPUTF8 AUTH=a@b":    {Size: 1, UTF8: true, Auth: "a@b"},
		`FROM:<"x> SIZE=1 <y"@b.example>`:               {Path: smtp.Path{Local: "x> SIZE=1 <y", Domain: "b.example"}},
	} {
		m, err := smtp.ParseMail(in)
		require.NoError(t, err, in)
		require.Equal(t, want, m, in)
	}
}

func TestParseMailRefuses(t *testing.T) {
	const from = "FROM:<a@b.example>"
	for in, want := range map[string]smtp.Reply{
		"": {}, " ": {}, "FROM": {}, "FROM:": {}, "FROM: ": {}, "FROM:<": {}, "FROM:>": {}, "FROM:a@b.example": {},
		"FROM:<a@b.example": {}, "FROM <a@b.example>": {}, "FROM :<a@b.example>": {}, "TO:<a@b.example>": {}, " FROM:<>": {},
		"FR\u00d2M:<>": {}, "FROM:<a>": {}, "FROM:< >": {}, "FROM:< a@b>": {}, "FROM:<a@b >": {}, "FROM:<<a@b>>": {}, "FROM:\t<>": {},
		from + "SIZE=1": {}, from + ">": {}, from + "\tSIZE=1": {}, from + " =": {}, from + " =1": {}, from + " -A=1": {}, from + " A_B=1": {},
		from + " SIZE": {}, from + " SIZE=": {}, from + " SIZE=-1": {}, from + " SIZE=+1": {}, from + " SIZE=0x10": {}, from + " SIZE=1 0": smtp.BadParameter,
		from + " SIZE=1=2": {}, from + " SIZE=1.5": {}, from + " SIZE=\uff11": {}, from + " SIZE=123456789012345678901": {},
		from + " SIZE=99999999999999999999": smtp.TooBig, from + " SIZE=9223372036854775808": smtp.TooBig,
		from + " SIZE=1 SIZE=1": {}, from + " SIZE=1 size=2": {}, from + " SMTPUTF8 SMTPUTF8": {}, from + " BODY=7BIT BODY=8BITMIME": {},
		from + " BODY": {}, from + " BODY=": {}, from + " BODY=9BIT": {}, from + " SMTPUTF8=1": {}, from + " SMTPUTF8=": {},
		from + " AUTH": {}, from + " AUTH=": {}, from + " AUTH=a": {}, from + " AUTH=a@b+": {}, from + " AUTH=a@b+4": {}, from + " AUTH=+3c+3e": {},
		from + " AUTH=a@b+0D+0A": {}, from + " AUTH=+00@b": {}, from + " AUTH=\u00fc@b": {}, from + " AUTH=+C3+BC@b": {}, from + " AUTH=<a@b>": {},
		from + " NOSUCH=1": smtp.BadParameter, from + " \u017fIZE=1": {}, from + " NOSUCH": smtp.BadParameter, from + " RET=HALF": {}, from + " RET": {}, from + " ENVID=": {}, from + " ENVID=+0A": {},
		from + " BY=": {}, from + " BY=1": {}, from + " BY=1;": {}, from + " BY=1;X": {}, from + " BY=1;RTT": {}, from + " BY=+-1;R": {}, from + " BY=++1;R": {}, from + " BY=+1234567890;N": {}, from + " BY=+0;R": {}, from + " BY=0;R": {},
		from + " BY=-1;R": {}, from + " BY=--1;N": {}, from + " BY=1234567890;N": {}, from + " BY=-;N": {},
		from + " MT-PRIORITY=10": {}, from + " MT-PRIORITY=-0": {}, from + " MT-PRIORITY=+1": {}, from + " MT-PRIORITY=": {}, from + " PRDR=1": {}, from + " REQUIRETLS=1": {},
		from + " HOLDFOR=0": {}, from + " HOLDFOR=01": {}, from + " HOLDFOR=-1": {}, from + " HOLDFOR=1234567890": {}, from + " HOLDUNTIL=now": {},
		from + " HOLDFOR=1 HOLDUNTIL=2030-01-01T00:00:00Z": {}, from + " HOLDUNTIL=2030-01-01T00:00:00Z HOLDFOR=1": {},
		from + " SIZE=\x01": {}, from + " SIZE=\x7f": {},
		"FROM:<\u00fc@b.example>":            smtp.NeedsUTF8,
		"FROM:<a@\u00fc.example> SIZE=1":     smtp.NeedsUTF8,
		"FROM:<\xff@b.example> SMTPUTF8":     {},
		from + strings.Repeat(" SIZE=1", 30): {},
	} {
		m, err := smtp.ParseMail(in)
		require.Error(t, err, "%q is taken for %#v", in, m)
		require.Equal(t, want, asReply(err), in)
	}
}

// However many parameters there are, they are not compared with each other for
// ever.
func TestManyParameters(t *testing.T) {
	var b strings.Builder
	b.WriteString("TO:<a@b>")
	for range 30 {
		b.WriteString(" A=1")
	}
	_, err := smtp.ParseRcpt(b.String())
	require.Error(t, err)
}

func TestParseRcpt(t *testing.T) {
	for in, want := range map[string]smtp.Path{
		"TO:<a@b.example>":                       {Local: "a", Domain: "b.example"},
		"to: <a@b.example> ":                     {Local: "a", Domain: "b.example"},
		"TO:<postmaster>":                        {Local: "postmaster"},
		"TO:<@relay.example:a@b.example>":        {Local: "a", Domain: "b.example"},
		`TO:<"x> NOTIFY=NEVER <y"@b.example>`:    {Local: "x> NOTIFY=NEVER <y", Domain: "b.example"},
		"TO:<\u00fc@b.example>":                  {Local: "\u00fc", Domain: "b.example"},
		"TO:<a@[IPv6:2001:db8::25]>":             {Local: "a", Domain: "[IPv6:2001:db8::25]"},
		"To:<" + strings.Repeat("l", 64) + "@b>": {Local: strings.Repeat("l", 64), Domain: "b"},
	} {
		r, err := smtp.ParseRcpt(in)
		require.NoError(t, err, in)
		require.Equal(t, want, r.Path, in)
	}
	const to = "TO:<a@b.example>"
	for in, want := range map[string]smtp.Reply{
		"": {}, "TO": {}, "TO:": {}, "TO:<>": {}, "TO:<> ": {}, "TO:<": {}, "TO:a@b": {}, "TO:<a@b": {}, "TO:<a>": {}, "FROM:<a@b>": {}, "TO <a@b>": {},
		to + "x": {}, to + ",<c@d>": {}, to + " <c@d>": {}, to + " =": {}, to + " A=1 A=2": smtp.BadParameter,
		to + " NOTIFY=NEVER,DELAY": {}, to + " NOTIFY=": {}, to + " NOTIFY=NOW": {}, to + " NOTIFY=DELAY,DELAY": {}, to + " ORCPT=a@b": {}, to + " ORCPT=rfc822;": {},
		to + " ORCPT=rfc822;a+0D": {}, to + " ORCPT=rfc822;a+FF": {}, to + " ORCPT=rfc822;\u00fc": {}, to + " ORCPT=utf-8;\\x{0A}": {}, to + " SIZE=1": smtp.BadParameter,
	} {
		r, err := smtp.ParseRcpt(in)
		require.Error(t, err, "%q is taken for %#v", in, r)
		require.Equal(t, want, asReply(err), in)
	}
}

// Postfix sends a recipient outside ASCII so, which RFC 3461, 4.2 does not allow:
// the mail of half the world would bounce if it were refused.
func TestOriginalOfPostfix(t *testing.T) {
	r, err := smtp.ParseRcpt("TO:<j\u00fcrgen@b.example> ORCPT=rfc822;j+C3+BCrgen@b.example")
	require.NoError(t, err)
	require.Equal(t, smtp.OriginalAddress{Type: "utf-8", Address: "j\u00fcrgen@b.example"}, r.Original)
}

func TestParseAuth(t *testing.T) {
	for in, want := range map[string]struct {
		mechanism string
		initial   []byte
	}{
		"PLAIN":           {"PLAIN", nil},
		"  plain  ":       {"plain", nil},
		"PLAIN =":         {"PLAIN", []byte{}},
		"PLAIN AGEAYg==":  {"PLAIN", []byte("\x00a\x00b")},
		"PLAIN AGEAYg== ": {"PLAIN", []byte("\x00a\x00b")},
		"X-1 AA==":        {"X-1", []byte{0}},
	} {
		mechanism, initial, err := smtp.ParseAuth(in)
		require.NoError(t, err, in)
		require.Equal(t, want.mechanism, mechanism, in)
		require.Equal(t, want.initial, initial, in)
	}
	for in, want := range map[string]smtp.Reply{
		"": {}, " ": {}, "PLAIN !": smtp.AuthMalformed, "PLAIN A": smtp.AuthMalformed, "PLAIN AA": smtp.AuthMalformed,
		"PLAIN AA==AA==": smtp.AuthMalformed, "PLAIN AA== AA==": smtp.AuthMalformed, "PLAIN AB==": smtp.AuthMalformed, "PLAIN ==": smtp.AuthMalformed,
		"PLAIN *": smtp.AuthMalformed, "PLAIN  AA==": smtp.AuthMalformed,
		"PLAIN AA-_": smtp.AuthMalformed,
	} {
		_, initial, err := smtp.ParseAuth(in)
		require.Error(t, err, "%q is taken for %q", in, initial)
		require.Equal(t, want, asReply(err), in)
	}
}

// RFC 3461, 4: xtext.
func TestDecodeXtext(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abc": "abc", "a+2Bb": "a+b", "+3D": "=", "+20": " ", "+7E": "~", "+2B+2B": "++", "a=b": "a=b",
	} {
		got, err := smtp.DecodeXtext(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{
		"+", "+2", "a+", "a+2", "+2b", "+2G", "+G2", "+ 2", "++2", "+00", "+0A", "+0D", "+1F", "+7F", "+80", "+FF", "\x00", "\n", "\x7f", "\u00fc",
	} {
		got, err := smtp.DecodeXtext(in)
		require.Error(t, err, "%q is taken for %q", in, got)
	}
}

func TestParseHello(t *testing.T) {
	for in, want := range map[string]string{
		"client.example": "client.example", "  a  ": "a", "[192.0.2.1]": "[192.0.2.1]", "under_score": "under_score", "b\u00fccher.example": "b\u00fccher.example",
		"!": "!", strings.Repeat("x", 255): strings.Repeat("x", 255),
	} {
		got, err := smtp.ParseHello(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{"", " ", "a b", "a\tb", "a\x00", "a\r", "\x7f", strings.Repeat("x", 256)} {
		_, err := smtp.ParseHello(in)
		require.Error(t, err, "%q", in)
	}
}

func TestParseNothing(t *testing.T) {
	for in, good := range map[string]bool{"": true, " ": true, "   ": true, "x": false, " x": false, "\t": false} {
		_, err := smtp.ParseNothing(in)
		require.Equal(t, good, err == nil, "%q", in)
	}
}

func TestBodyType(t *testing.T) {
	require.Equal(t, "7BIT", smtp.Body7Bit.String())
	require.Equal(t, "8BITMIME", smtp.Body8Bit.String())
	require.Equal(t, "BINARYMIME", smtp.BodyBinary.String())
}
