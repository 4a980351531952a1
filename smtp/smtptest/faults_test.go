package smtptest_test

import (
	"bytes"
	"net"
	"regexp"
	"strings"

	"github.com/wirepost/wirepost/smtp"
)

// A fault makes a bad server of a good one: by what that hears instead of what
// the client says, by what the client hears instead of what that says, or by
// its settings.
type fault struct {
	name string
	in   func() func([]byte) []byte // makes one for each connection
	out  func([]byte) []byte
	wrap func(net.Conn, *faulty) net.Conn
	set  func(*smtp.Server)
	base func(*smtp.Server) // what is no fault, and there without it too
	tls  bool               // STARTTLS is offered, and no login without it; else all is in the clear
	lmtp bool

	// The cases that try it, and all of those that it must fail. A "*" at the
	// end stands for any rest.
	only  string
	fails []string
}

var faults = []fault{
	{
		name: "an LF ends a line", in: bareLFs,
		only: "^(smuggling|syntax/bare|octets)",
		fails: []string{
			`smuggling/"\n.\n" *`, `smuggling/"\n.\r\n" *`, `smuggling/"\r\n.\n" *`, `smuggling/"\n\n.\n\n" *`, `smuggling/"\r\n.\n\r\n" *`,
			`smuggling/"\r\r\n.\n" *`,
			"syntax/bare LF ends no command",
		},
	},
	{
		name: "a CR ends a line", in: bareCRs,
		only: "^(smuggling|syntax/bare)",
		fails: []string{
			`smuggling/"\r.\r" *`, `smuggling/"\r.\r\n" *`, `smuggling/"\r\n.\r" *`, `smuggling/"\r\n.\r\r\n" *`,
		},
	},
	{
		name: "a NUL is no octet", in: each(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\x00"), nil) }),
		only:  "^(smuggling|syntax/NUL)",
		fails: []string{`smuggling/"\r\n\x00.\r\n" *`, `smuggling/"\r\n.\x00\r\n" *`, `smuggling/"\r\n.\r\x00\n" *`, "syntax/NUL *"},
	},
	{
		name: "commands behind STARTTLS are obeyed", wrap: func(nc net.Conn, l *faulty) net.Conn { return &hasty{Conn: nc, cfg: l.cfg} },
		only:  "^STARTTLS/injection",
		fails: []string{"STARTTLS/injection"},
	},
	{
		name: "answers are withheld while half a command is there", wrap: func(nc net.Conn, _ *faulty) net.Conn { return &miser{Conn: nc} },
		only:  "^pipelining/[^2]",
		fails: []string{"pipelining/half a command"},
	},
	{
		name: "everything is accepted", out: func(b []byte) []byte { return refusals.ReplaceAll(b, []byte("250 2.0.0 fine")) },
		only: "^(order/(MAIL|RCPT|DATA|unknown)|syntax/.*bad arguments|syntax/(unknown|.*X$|.*letters$)|transaction/(RSET|DATA|ends)|SIZE|SMTPUTF8/(without|bad)|greeting/(EHLO r|browser)|relay|limits/.*MiB|AUTH/(wrong|not base|commands)|8BITMIME)",
		fails: []string{
			"order/MAIL before EHLO", "order/MAIL after MAIL", "order/MAIL after RCPT", "order/RCPT before EHLO", "order/RCPT after EHLO",
			"order/MAIL after a chunk", "order/RCPT after a chunk", "order/DATA after a chunk", "order/DATA before EHLO", "order/DATA after EHLO", "order/DATA after MAIL", "order/unknown verb *",
			"syntax/*",
			"transaction/RSET", "transaction/DATA without recipients", "transaction/ends with the message",
			"SIZE/*", "8BITMIME/syntax", "SMTPUTF8/without it", "SMTPUTF8/bad UTF-8", "greeting/EHLO resets", "greeting/browser",
			"limits/*", "relay/*", "AUTH/wrong password", "AUTH/not base64", "AUTH/commands are not answers",
		},
	},
	{
		name: "everything is accepted under TLS", tls: true, set: func(s *smtp.Server) { s.Middleware = []smtp.Middleware{accepting} },
		only: "^REQUIRETLS/", fails: []string{"REQUIRETLS/only under TLS", "REQUIRETLS/MAIL REQUIRETLS=1", "REQUIRETLS/MAIL REQUIRETLS="},
	},
	{
		name: "REQUIRETLS is offered and not known", tls: true, set: func(s *smtp.Server) { s.Middleware = []smtp.Middleware{refusing("REQUIRETLS")} },
		only: "^REQUIRETLS/", fails: []string{"REQUIRETLS/MAIL REQUIRETLS", "REQUIRETLS/MAIL requiretls", "REQUIRETLS/message"},
	},
	{
		name: "LMTP that accepts everything", lmtp: true, out: func(b []byte) []byte { return refusals.ReplaceAll(b, []byte("250 2.0.0 fine")) },
		only: "^(LMTP/|syntax/LHLO with bad)", fails: []string{"syntax/LHLO *", "LMTP/greets by LHLO", "LMTP/a reply for each recipient", "LMTP/a reply for each recipient of BDAT", "LMTP/no recipients", "LMTP/EHLO *", "LMTP/HELO *"},
	},
	{
		name: "LMTP with one reply for all", lmtp: true, out: func(b []byte) []byte {
			b = bytes.ReplaceAll(b, []byte("250 2.0.0 message accepted\r\n250 2.0.0 message accepted\r\n"), []byte("250 2.0.0 message accepted\r\n"))
			return bytes.ReplaceAll(b, []byte("NUL octet\r\n554 5.6.0 message has a NUL octet\r\n"), []byte("NUL octet\r\n"))
		},
		only: "^LMTP/", fails: []string{"LMTP/a reply for each recipient", "LMTP/a reply for each recipient of BDAT", "LMTP/a refused message"},
	},
	{
		name: "LMTP with SMTP's greetings", lmtp: true, in: func() func([]byte) []byte {
			return func(b []byte) []byte {
				return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("EHLO "), []byte("LHLO ")), []byte("HELO "), []byte("LHLO "))
			}
		},
		only: "^LMTP/", fails: []string{"LMTP/EHLO *", "LMTP/HELO *"},
	},
	{
		name: "all that is extended is accepted", out: func(b []byte) []byte { return refusals.ReplaceAll(b, []byte("250 2.0.0 fine")) },
		only: "^(order/(MAIL|RCPT|DATA) after a chunk|BDAT|BINARYMIME|DSN|DELIVERBY|MT-|FUTURE|PRDR|LIMITS|TURN|ATRN|XCLIENT/|XFORWARD/|reset|pipelining/behind|octets/(MAIL|RCPT)|AUTH/|SIZE/RCPT|BURL/)",
		fails: []string{
			"order/RCPT after a chunk", "order/MAIL after a chunk", "order/DATA after a chunk", "BDAT/*", "BINARYMIME/needs BDAT", "BINARYMIME/MAIL BODY=BINARY",
			"BINARYMIME/MAIL BODY=BINARYMIME,7BIT", "DSN/*", "DELIVERBY/*", "MT-PRIORITY/*", "FUTURERELEASE/*", "PRDR/*", "LIMITS/RCPTMAX", "TURN/*", "ATRN/*",
			"XCLIENT/*", "XFORWARD/*", "reset/*", "pipelining/behind *", "octets/*", "AUTH/*", "SIZE/RCPT SIZE=1", "BURL/*",
		},
	},
	{
		name: "parameters are offered and not known", in: func() func([]byte) []byte {
			return func(b []byte) []byte { return optional.ReplaceAll(b, []byte(" XNOSUCH=1")) }
		},
		only:  "^(DSN|DELIVERBY|MT-|FUTURE|PRDR|BINARY)",
		fails: []string{"DSN/*", "DELIVERBY/*", "MT-PRIORITY/*", "FUTURERELEASE/*", "PRDR/*", "BINARYMIME/*"},
	},
	{
		name: "what is out of order is accepted", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("503 5.5.1"), []byte("250 2.0.0")) },
		only: "^(reset/|BDAT/error)", fails: []string{"reset/*", "BDAT/error stays until LAST"},
	},
	{
		name: "unknown commands are accepted", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("500 5.5.2"), []byte("250 2.0.0")) },
		only: "^order/unknown", fails: []string{"order/unknown verb *"},
	},
	{
		name: "no message by BDAT is accepted", set: func(s *smtp.Server) {
			s.Middleware = []smtp.Middleware{answering(smtp.R(554, smtp.Enhanced{5, 6, 0}, "no"), "BDAT")}
		},
		only:  "^BDAT/(whole|empty|commands|octet|pipelined|many|bad)",
		fails: []string{"BDAT/many of one octet", "BDAT/bad arguments between chunks", "BDAT/whole", "BDAT/empty last chunk", "BDAT/commands in a chunk", "BDAT/octet by octet", "BDAT/pipelined"},
	},
	{
		name: "look-ups end the conversation", set: func(s *smtp.Server) {
			s.Middleware = []smtp.Middleware{answering(smtp.R(421, smtp.Enhanced{4, 7, 0}, "go away"), "VRFY", "EXPN")}
		},
		only: "^(VRFY|EXPN)/", fails: []string{"VRFY/*", "EXPN/*"},
	},
	{
		name: "ETRN is offered and not known", set: func(s *smtp.Server) {
			s.Middleware = []smtp.Middleware{answering(smtp.R(500, smtp.Enhanced{5, 5, 2}, "what?"), "ETRN")}
		},
		only: "^ETRN/", fails: []string{"ETRN/*"},
	},
	{
		name: "XCLIENT takes anything", base: trusting("XCLIENT"), out: func(b []byte) []byte { return refusals.ReplaceAll(b, []byte("250 2.0.0 fine")) },
		only: "^syntax/XCLIENT with bad", fails: []string{"syntax/XCLIENT *"},
	},
	{
		name: "XFORWARD takes anything", base: trusting("XFORWARD"), out: func(b []byte) []byte { return refusals.ReplaceAll(b, []byte("250 2.0.0 fine")) },
		only: "^syntax/XFORWARD with bad", fails: []string{"syntax/XFORWARD *"},
	},
	{
		name: "a limit that is no number", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("RCPTMAX=1000"), []byte("RCPTMAX=01")) },
		only: "^LIMITS/syntax", fails: []string{"LIMITS/syntax"},
	},
	{
		name: "fewer transactions than are stated", base: func(s *smtp.Server) { s.Limits.Mails = 30 },
		out:  func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("MAILMAX=30"), []byte("MAILMAX=31")) },
		only: "^LIMITS/", fails: []string{"LIMITS/MAILMAX"},
	},
	{
		name: "ATRN is offered behind the login only", out: func(b []byte) []byte {
			if bytes.Contains(b, []byte("250-AUTH ")) {
				b = bytes.ReplaceAll(b, []byte("250-ATRN\r\n"), nil)
			}
			return b
		},
		only: "^ATRN/", fails: []string{"ATRN/offered before the login"},
	},
	{
		name: "BINARYMIME without CHUNKING", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("250-CHUNKING\r\n"), nil) },
		only: "^BINARYMIME/with", fails: []string{"BINARYMIME/with CHUNKING"},
	},
	{
		name: "mechanisms are known in capitals", in: rewrite("auth plain", "AUTH xplain"),
		only: "^AUTH/mech", fails: []string{"AUTH/mechanism in lower case"},
	},
	{
		name: "everybody may relay", set: func(s *smtp.Server) {
			s.Domains = []string{"*"}
			s.Backend = smtp.HandlerFunc(discard)
		},
		only:  "^(relay|transaction/whole)",
		fails: []string{"relay/plain", "relay/percent", "relay/bang", "relay/source route", "relay/quoted", "relay/address literal", "relay/other case"},
	},
	{
		name: "the percent hack", in: rewrite("%elsewhere.example@here.example", "@here.example"),
		set:   func(s *smtp.Server) { s.Backend = smtp.HandlerFunc(discard) },
		only:  "^relay/(plain|percent)",
		fails: []string{"relay/percent"},
	},
	{
		name: "RSET does nothing", in: rewrite("RSET\r\n", "NOOP\r\n"),
		only:  "^transaction/",
		fails: []string{"transaction/RSET"},
	},
	{
		name: "EHLO resets nothing", in: func() func([]byte) []byte {
			greeted := false
			return func(b []byte) []byte {
				if greeted {
					b = bytes.ReplaceAll(b, []byte("EHLO client.example"), []byte("NOOP"))
				}
				greeted = greeted || bytes.Contains(b, []byte("EHLO"))
				return b
			}
		},
		only:  "^greeting/",
		fails: []string{"greeting/EHLO resets"},
	},
	{
		name: "QUIT does not hang up", in: rewrite("QUIT\r\n", "NOOP\r\n"),
		only: "^(greeting/QUIT|pipelining/behind QUIT)", fails: []string{"greeting/QUIT", "pipelining/behind QUIT"},
	},
	{
		name: "lines end in LF", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) },
		only: "^greeting/", fails: []string{"greeting/*"},
	},
	{
		name: "replies have no code", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("250 2.0.0 "), nil) },
		only:  "^(transaction/whole|order/RSET|order/NOOP)",
		fails: []string{"transaction/whole", "order/RSET *", "order/NOOP *"},
	},
	{
		name: "a reply has two codes", out: func(b []byte) []byte { return bytes.Replace(b, []byte("250-PIPELINING"), []byte("251-PIPELINING"), 1) },
		only: "^greeting/EHLO$", fails: []string{"greeting/EHLO"},
	},
	{
		name: "a command has two replies", out: func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("250 2.1.5 "), []byte("250 2.1.5 ok\r\n250 2.1.5 "))
		},
		only:  "^(pipelining/one|pipelining/with|transaction/whole)",
		fails: []string{"pipelining/one reply a command", "pipelining/with the message behind it", "transaction/whole"},
	},
	{
		name: "enhanced codes are missing here and there", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("503 5.5.1 "), []byte("503 ")) },
		only: "^ENHANCED", fails: []string{"ENHANCEDSTATUSCODES/on every reply"},
	},
	{
		name: "enhanced codes are of another class", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("500 5.5.2 "), []byte("500 2.5.2 ")) },
		only: "^ENHANCED", fails: []string{"ENHANCEDSTATUSCODES/on every reply"},
	},
	{
		name: "extensions with odd names", out: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("250-PIPELINING"), []byte("250-PIPE_LINING")) },
		only: "^greeting/EHLO$", fails: []string{"greeting/EHLO"},
	},
	{
		name: "HELO is answered as EHLO", in: rewrite("HELO ", "EHLO "),
		only: "^greeting/HELO", fails: []string{"greeting/HELO"},
	},
	{
		name: "a size is not looked at", in: func() func([]byte) []byte {
			return func(b []byte) []byte { return sizes.ReplaceAll(b, nil) }
		},
		only: "^SIZE", fails: []string{"SIZE/too large", "SIZE/twenty digits", "SIZE/syntax", "SIZE/RCPT SIZE=1"},
	},
	{
		name: "a size of 32 bits", in: rewrite("SIZE=18446744073709551617", "SIZE=1"),
		only: "^SIZE", fails: []string{"SIZE/twenty digits"},
	},
	{
		name: "UTF-8 is let through as it comes", in: func() func([]byte) []byte {
			return each(func(b []byte) []byte {
				return bytes.Map(func(r rune) rune {
					if r > 0x7f {
						return 'x'
					}
					return r
				}, b)
			})()
		},
		only: "^SMTPUTF8", fails: []string{"SMTPUTF8/without it", "SMTPUTF8/bad UTF-8"},
	},
	{
		name: "letters are folded beyond ASCII", in: each(func(b []byte) []byte {
			return []byte(strings.NewReplacer("\u017f", "S", "\u212a", "K").Replace(string(b)))
		}),
		only: "^syntax/(RSET|NOOP) in other", fails: []string{"syntax/RSET in other letters"},
	},
	{
		name: "a few recipients", set: func(s *smtp.Server) { s.Limits.Recipients = 50 },
		only: "^limits/100", fails: []string{"limits/100 recipients"},
	},
	{
		name: "short lines", set: func(s *smtp.Server) { s.Limits.Line, s.Limits.AuthLine, s.Limits.TextLine = 500, 500, 500 },
		only:  "^(limits/line|AUTH/long|transaction/long)",
		fails: []string{"limits/line of 512", "transaction/long lines"},
	},
	{
		name: "any password will do", set: func(s *smtp.Server) { s.Auth.Accounts = anybody{} },
		only: "^AUTH/", fails: []string{"AUTH/wrong password", "AUTH/failure keeps the greeting", "AUTH/failures are counted"},
	},
	{
		name: "an unknown name is told", set: func(s *smtp.Server) { s.Auth.Accounts = gossip{} },
		only: "^AUTH/wrong", fails: []string{"AUTH/wrong password"},
	},
	{
		name: "passwords are taken in the clear, on the quiet", tls: true, set: func(s *smtp.Server) { s.Auth.AllowInsecure = true },
		out:  func(b []byte) []byte { return bytes.Replace(b, []byte("250-AUTH PLAIN LOGIN\r\n"), nil, 1) },
		only: "^AUTH/not in", fails: []string{"AUTH/not in the clear"},
	},
	{
		name: "a login can be cut off by commands", in: rewrite("NOOP NOOP", "*\r\nNOOP"),
		out:  func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("501 5.7.0 login cancelled\r\n"), nil) },
		only: "^AUTH/(commands|cancel)", fails: []string{"AUTH/commands are not answers", "AUTH/cancel"},
	},
	{
		name: "a stuffed dot ends a message", in: rewrite("\r\n..\r\n", "\r\n.\r\n"),
		only: "^transaction/dots", fails: []string{"transaction/dots"},
	},
	{
		name: "odd octets in a message end the conversation without a word", wrap: hangUpAt(`one[\r\n\x00]two`),
		only: "^octets/", fails: []string{"octets/NUL in a message", "octets/bare LF in a message", "octets/bare CR in a message"},
	},
	{
		name: "no mail for the postmaster", in: rewrite("<postmaster>", "<>"),
		only: "^syntax/", fails: []string{"syntax/postmaster"},
	},
	{
		name: "no mail from nobody", in: rewrite("FROM:<>", "FROM:<"),
		only: "^syntax/null", fails: []string{"syntax/null sender"},
	},
	{
		name: "quotes are not known", in: rewrite(`"`, " "),
		only: "^syntax/quoted", fails: []string{"syntax/quoted local part"},
	},
	{
		name: "source routes are not known", in: rewrite("<@one.example", "<@"),
		only: "^syntax/source", fails: []string{"syntax/source route"},
	},
	{
		name: "spaces at the end are not known", in: rewrite(" \r\n", " x\r\n"),
		only: "^syntax/trailing", fails: []string{"syntax/trailing spaces"},
	},
	{
		name: "local parts of 63 octets", in: rewrite(strings.Repeat("a", 64), strings.Repeat("a", 65)),
		only: "^limits/long", fails: []string{"limits/long local part"},
	},
	{
		name: "STARTTLS is offered and refused", tls: true, in: rewrite("STARTTLS\r\n", "STARTTLS x\r\n"),
		only:  "^STARTTLS/",
		fails: []string{"STARTTLS/*"},
	},
	{
		name: "STARTTLS takes arguments", tls: true, in: rewrite("STARTTLS now", "STARTTLS"),
		only: "^STARTTLS/arguments", fails: []string{"STARTTLS/arguments"},
	},
	{
		name: "a transaction lives through STARTTLS", wrap: func(nc net.Conn, l *faulty) net.Conn { return &hasty{Conn: nc, cfg: l.cfg, keeps: true} },
		only: "^STARTTLS/in a", fails: []string{"STARTTLS/in a transaction"},
	},
	{
		name: "LF and CR both end a line", in: func() func([]byte) []byte {
			lf, cr := bareLFs(), bareCRs()
			return func(b []byte) []byte { return lf(cr(b)) }
		},
		only: `^smuggling/"(\\n.\\r|\\r.\\n)" `, fails: []string{`smuggling/"\n.\r" *`, `smuggling/"\r.\n" *`},
	},
	{
		name: "a CR is no octet", in: each(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("NO\rOP"), []byte("NOOP")) }),
		only: "^syntax/bare CR", fails: []string{"syntax/bare CR in a command"},
	},
	{
		name: "nobody can log in", set: func(s *smtp.Server) { s.Auth.Accounts = nobody{} },
		only:  "^AUTH/(PLAIN|LOGIN|cancel)",
		fails: []string{"AUTH/PLAIN", "AUTH/PLAIN without initial response", "AUTH/LOGIN"},
	},
	{
		name: "a login in the midst of a transaction", out: func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("503 5.5.1 out of order, a transaction is open"), []byte("235 2.7.0 welcome"))
		},
		only: "^AUTH/in", fails: []string{"AUTH/in a transaction"},
	},
	{
		name: "long answers end the conversation", wrap: hangUpAt("A{1000}"),
		only: "^AUTH/", fails: []string{"AUTH/long line"},
	},
	{
		name: "SMTPUTF8 is offered and not known", in: rewrite(" SMTPUTF8\r\n", " X\r\n"),
		only: "^SMTPUTF8/", fails: []string{"SMTPUTF8/parameter"},
	},
	{
		name: "8BITMIME is offered and not known", in: rewrite("BODY=8BITMIME", "X"),
		only: "^transaction/", fails: []string{"transaction/8-bit text"},
	},
	{
		name: "an empty message has no end", in: each(func(b []byte) []byte {
			if string(b) == ".\r\n" {
				return []byte("\r\n")
			}
			return b
		}),
		only: "^transaction/", fails: []string{"transaction/empty message"},
	},
	{
		name: "a refused recipient ends the transaction", in: rewrite("RCPT TO:<@>", "MAIL FROM:<>\r\nRSET"),
		only: "^transaction/", fails: []string{"transaction/refused recipient"},
	},
	{
		name: "a server for one message", wrap: func(nc net.Conn, l *faulty) net.Conn {
			if l.spent.Load() {
				nc.Close()
			}
			return &garbled{Conn: nc, in: func(b []byte) []byte {
				if bytes.Contains(b, []byte("DATA")) {
					l.spent.Store(true)
				}
				return b
			}}
		},
		only: "^transaction/hang", fails: []string{"transaction/hang up in the message"},
	},
	{
		name: "many commands are too many", wrap: hangUpAfter(1000, "NOOP"),
		only: "^pipelining/(one|2000)", fails: []string{"pipelining/2000 commands"},
	},
	{
		name: "a second recipient is one too many", wrap: hangUpAfter(1, "RCPT"),
		only: "^order/RCPT", fails: []string{"order/RCPT after RCPT", "order/RCPT after a chunk", "order/RCPT after a refused chunk"},
	},
	{
		name: "too many recipients are told that they do not exist", out: func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("452 4.5.3"), []byte("550 5.1.1"))
		},
		only: "^pipelining/(one|1000)", fails: []string{"pipelining/100000 recipients"},
	},
}

// verbFaults are two for each verb: it is known in capitals only; and it ends
// the conversation without a word.
func verbFaults() []fault {
	var list []fault
	for _, v := range smtp.Verbs() {
		re := regexp.MustCompile("(?im)^" + v.Name + "\\b")
		capitals := func(verb []byte) []byte {
			if string(verb) == v.Name {
				return verb
			}
			return []byte("XYZZY")
		}
		unknown := fault{
			name: v.Name + " is known in capitals", in: each(func(b []byte) []byte { return re.ReplaceAllFunc(b, capitals) }),
			tls: v.Name == "STARTTLS", lmtp: v.Name == "LHLO", base: trusting(v.Name),
			only:  "^syntax/" + v.Name + " in mixed",
			fails: []string{"syntax/" + v.Name + " in mixed case"},
		}
		silent := fault{
			name: v.Name + " ends the conversation", wrap: hangUpAt("(?im)^" + v.Name + "\\b"),
			tls: v.Name == "STARTTLS", lmtp: v.Name == "LHLO", base: trusting(v.Name),
			only: "^order/" + v.Name, fails: []string{"order/" + v.Name + " *"},
		}
		if v.Name == "TURN" { // never in order
			silent.only, silent.fails = "^TURN/", []string{"TURN/refused"}
		}
		list = append(list, unknown, silent)
	}
	return list
}

// trusting has a server offer what it offers only to peers that it trusts.
func trusting(verb string) func(*smtp.Server) {
	switch verb {
	case "XCLIENT":
		return func(s *smtp.Server) { s.XClientFrom = everybody }
	case "XFORWARD":
		return func(s *smtp.Server) { s.XForwardFrom = everybody }
	}
	return nil
}

// beyond are the cases that no fault here makes fail: those that do not apply
// to the servers here.
var beyond = regexp.MustCompile(`^order/(AUTH|STARTTLS) after `)
