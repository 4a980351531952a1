package smtp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// allOffers is what a server offers that knows every parameter.
var allOffers = append(everything[:len(everything):len(everything)],
	"AUTH PLAIN", "DSN", "DELIVERBY", "MT-PRIORITY", "FUTURERELEASE 86400 2099-01-01T00:00:00Z")

func TestMailFields(t *testing.T) {
	soon := time.Date(2098, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		m       smtp.MailParams
		want    string
		without smtp.Reply // the verdict if nothing is offered
	}{
		{smtp.MailParams{Body: smtp.BodyBinary}, " BODY=BINARYMIME", smtp.No8Bit},
		{smtp.MailParams{Return: smtp.ReturnFull}, " RET=FULL", smtp.Reply{}},
		{smtp.MailParams{Return: smtp.ReturnHeaders, EnvelopeID: "a=b c"}, " RET=HDRS ENVID=a+3Db+20c", smtp.Reply{}},
		{smtp.MailParams{EnvelopeID: "a\r\nb"}, "", smtp.Reply{}},
		{smtp.MailParams{EnvelopeID: "é"}, "", smtp.Reply{}},
		{smtp.MailParams{EnvelopeID: strings.Repeat("=", 34)}, "", smtp.Reply{}},
		{smtp.MailParams{EnvelopeID: strings.Repeat("x", 100)}, " ENVID=" + strings.Repeat("x", 100), smtp.Reply{}},
		{smtp.MailParams{DeliverBy: smtp.DeliverBy{In: time.Minute, Mode: smtp.DeliverByReturn}}, " BY=60;R", smtp.NoDeliverBy},
		{smtp.MailParams{DeliverBy: smtp.DeliverBy{In: -time.Minute, Mode: smtp.DeliverByNotify, Trace: true}}, " BY=-60;NT", smtp.Reply{}},
		{smtp.MailParams{Priority: -9}, " MT-PRIORITY=-9", smtp.Reply{}},
		{smtp.MailParams{Priority: 4}, " MT-PRIORITY=4", smtp.Reply{}},
		{smtp.MailParams{HoldUntil: soon}, " HOLDUNTIL=2098-01-02T03:04:05Z", smtp.NoHolding},
		{smtp.MailParams{HoldUntil: soon.In(time.FixedZone("", 3600))}, " HOLDUNTIL=2098-01-02T03:04:05Z", smtp.NoHolding},
		{smtp.MailParams{HoldUntil: time.Unix(0, 0)}, "", smtp.Reply{}},
		{smtp.MailParams{HoldUntil: soon.AddDate(2, 0, 0)}, "beyond", smtp.NoHolding}, // than what is offered
		{smtp.MailParams{RequireTLS: true}, "refused", smtp.NoRequire},                // this connection has no TLS
	} {
		got, refusal := smtp.AppendMail(tt.m, allOffers...)
		if tt.want == "refused" {
			require.Equal(t, tt.without, refusal)
		} else if tt.want == "beyond" {
			require.Equal(t, smtp.HoldsLess, refusal)
		} else {
			require.Equal(t, smtp.Reply{}, refusal)
			require.Equal(t, "FROM:<>"+tt.want, got)
			_, err := smtp.ParseMail(got)
			require.NoError(t, err, got)
		}
		got, refusal = smtp.AppendMail(tt.m)
		require.Equal(t, tt.without, refusal)
		if refusal.Code == 0 {
			require.Equal(t, "FROM:<>", got)
		}
	}
}

// A message that is to come back sooner than the server promises anything is refused here; what is no number is no minimum
// (RFC 2852, 2).
func TestDeliverByMinimum(t *testing.T) {
	by := func(mode smtp.DeliverByMode) smtp.MailParams {
		return smtp.MailParams{DeliverBy: smtp.DeliverBy{In: time.Minute, Mode: mode}}
	}
	for offer, want := range map[string]smtp.Reply{
		"DELIVERBY": {}, "DELIVERBY 60": {}, "DELIVERBY 61": smtp.TooSoon, "DELIVERBY 999999999": smtp.TooSoon,
		"DELIVERBY -61": {}, "DELIVERBY x": {}, "DELIVERBY 9999999999": {}, "DELIVERBY 99999999999999999999999": {},
	} {
		_, refusal := smtp.AppendMail(by(smtp.DeliverByReturn), offer)
		require.Equal(t, want, refusal, offer)
		_, refusal = smtp.AppendMail(by(smtp.DeliverByNotify), offer)
		require.Zero(t, refusal, offer)
	}
}

func TestRcptFields(t *testing.T) {
	for _, tt := range []struct {
		r    smtp.RcptParams
		want string
	}{
		{smtp.RcptParams{Notify: smtp.NotifyNever}, " NOTIFY=NEVER"},
		{smtp.RcptParams{Notify: smtp.NotifyNever | smtp.NotifyDelay}, " NOTIFY=NEVER"},
		{smtp.RcptParams{Notify: smtp.NotifySuccess | smtp.NotifyFailure | smtp.NotifyDelay}, " NOTIFY=SUCCESS,FAILURE,DELAY"},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "rfc822", Address: "a+b@x.example"}}, " ORCPT=rfc822;a+2Bb@x.example"},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "rfc822", Address: "é@x.example"}}, ""},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "utf-8", Address: "é b@x.example"}}, ` ORCPT=utf-8;\x{E9}\x{20}b@x.example`},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "UTF-8", Address: "a\r\n@x.example"}}, ""},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "rfc 822", Address: "a@x.example"}}, ""},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "rfc822"}}, ""},
		{smtp.RcptParams{Original: smtp.OriginalAddress{Type: "rfc822", Address: strings.Repeat("x", 600)}}, ""},
	} {
		tt.r.Path = someone
		got, refusal := smtp.AppendRcpt(tt.r, allOffers...)
		require.Equal(t, smtp.Reply{}, refusal)
		require.Equal(t, "TO:<a@x.example>"+tt.want, got)
		parsed, err := smtp.ParseRcpt(got)
		require.NoError(t, err, got)
		if tt.want != "" && tt.r.Notify&smtp.NotifyNever == 0 {
			require.Equal(t, tt.r, parsed)
		}
		got, refusal = smtp.AppendRcpt(tt.r)
		require.Equal(t, smtp.Reply{}, refusal)
		require.Equal(t, "TO:<a@x.example>", got)
	}
}

// TestSendBinary checks that a binary message is sent as it is, by chunks and in
// no other way.
func TestSendBinary(t *testing.T) {
	text := "a\n.\nb\r\r\n\x00\r"
	b := smtp.BodyFromReaderAt(strings.NewReader(text), int64(len(text)), smtp.BodyBinary)
	for _, lmtp := range []bool{false, true} {
		f := &fake{offers: everything, lmtp: lmtp}
		out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example", "b@x.example"), b)
		require.NoError(t, err)
		require.NoError(t, out.Failure(nil))
		require.Equal(t, text, f.delivered()[0].data)
		require.Contains(t, f.askedLines()[1], "BODY=BINARYMIME")
		require.Contains(t, f.asked(), "BDAT")
		for _, offers := range [][]string{without("BINARYMIME"), without("CHUNKING")} {
			f := &fake{offers: offers, lmtp: lmtp}
			out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), b)
			require.NoError(t, err)
			require.Equal(t, []string{"local " + smtp.No8Bit.Error()}, verdicts(out))
		}
	}
}

// TestSendRequireTLS checks that such a message leaves on a verified connection
// to a server that will see to it that it stays on them, and no other.
func TestSendRequireTLS(t *testing.T) {
	cfg, trusting := tlsConfigs(t)
	env := envelope(t, "a@x.example")
	env.From.RequireTLS = true
	for _, tt := range []struct {
		policy smtp.TLSPolicy
		after  string
		want   string
	}{
		{smtp.TLSVerified, "REQUIRETLS", ". 250 2.0.0 accepted"},
		{smtp.TLSVerified, "HELP", "local " + smtp.NoRequire.Error()},
		{smtp.TLSRequired, "REQUIRETLS", "local " + smtp.NoRequire.Error()},
	} {
		f := &tlsFake{cfg: cfg, after: []string{tt.after}}
		f.offers = []string{"STARTTLS", "REQUIRETLS"}
		c, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{TLS: tt.policy, TLSConfig: trusting})
		require.NoError(t, err)
		out, err := c.Send(t.Context(), env, letterBody)
		require.NoError(t, err)
		require.Equal(t, []string{tt.want}, verdicts(out))
		require.NoError(t, c.Close())
	}
}
