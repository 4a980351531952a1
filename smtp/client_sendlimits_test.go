package smtp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// TestSendLimits checks that recipients are parted as the server wants them.
func TestSendLimits(t *testing.T) {
	to := []string{"a@x.example", "b@y.example", "c@X.example", "d@y.example", "e@z.example"}
	for _, tt := range []struct {
		limits string
		max    int // recipients that the server takes at most, whatever it says
		want   string
		tried  int
	}{
		{"LIMITS RCPTMAX=2", 0, "a b|c d|e", 5},
		{"LIMITS RCPTMAX=5", 0, "a b c d e", 5},
		{"LIMITS RCPTMAX=2 MAILMAX=2", 0, "a b|c d", 4},
		{"LIMITS RCPTDOMAINMAX=1", 0, "a c", 2},
		{"LIMITS RCPTDOMAINMAX=1 RCPTMAX=1", 0, "a|c", 2},
		{"LIMITS RCPTDOMAINMAX=2", 0, "a c b d", 4},
		{"LIMITS RCPTDOMAINMAX=2 RCPTMAX=3", 0, "a c b|d", 4},
		{"LIMITS RCPTDOMAINMAX=3", 0, "a c b d e", 5},
		{"LIMITS RCPTDOMAINMAX=2", 1, "a|c|b|d", 4},
		{"LIMITS MAILMAX=x RCPTMAX=0 RCPTDOMAINMAX=-1 FUTURE=9", 0, "a b c d e", 5},
		{"LIMITS RCPTMAX=99999999999999999999", 0, "a b c d e", 5},
		{"HELP", 2, "a b|c d|e", 5},
		{"HELP", 1, "a|b|c|d|e", 5},
	} {
		for _, offers := range [][]string{everything, nil} {
			n := 0
			f := &fake{offers: append(offers[:len(offers):len(offers)], tt.limits)}
			f.answer = func(verb, _ string) string {
				switch verb {
				case "MAIL":
					n = 0
				case "RCPT":
					if n++; tt.max > 0 && n > tt.max {
						return "452 4.5.3 too many"
					}
				}
				return ""
			}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, to...), smtp.BodyFromBytes([]byte(letter)))
			require.NoError(t, err, tt.limits)
			var got []string
			for _, m := range f.delivered() {
				var names []string
				for _, to := range m.rcpts {
					names = append(names, to[len("TO:<"):len("TO:<")+1])
				}
				got = append(got, strings.Join(names, " "))
			}
			require.Equal(t, tt.want, strings.Join(got, "|"), tt.limits)
			tried := 0
			for i, r := range out.Rcpt {
				if strings.Contains(tt.want, to[i][:1]) {
					tried++
					require.True(t, r.Accepted(), tt.limits)
				} else {
					require.ErrorIs(t, r.Err, smtp.ErrNotTried)
					require.False(t, c.Reusable())
				}
			}
			require.Equal(t, tt.tried, tried, tt.limits)
		}
	}
}

// TestSendFewAtATime checks that a server which takes ten recipients, whatever
// it says, is not asked for all that are left with each transaction: its limits
// of errors, and our time, are for other things.
func TestSendFewAtATime(t *testing.T) {
	var to []string
	for i := range 1000 {
		to = append(to, fmt.Sprintf("user%d@here.example", i))
	}
	for _, offers := range [][]string{everything, nil} {
		n, asked := 0, 0
		f := &fake{offers: offers, answer: func(verb, _ string) string {
			switch verb {
			case "MAIL":
				n = 0
			case "RCPT":
				asked++
				if n++; n > 10 {
					return "452 4.5.3 too many"
				}
			}
			return ""
		}}
		out, err := f.client(t, nil).Send(t.Context(), envelope(t, to...), smtp.BodyFromBytes([]byte(letter)))
		require.NoError(t, err)
		require.NoError(t, out.Failure(nil))
		require.Len(t, f.delivered(), 100)
		require.Equal(t, 1000+990, asked)
	}
}

// TestSendEarlyVerdict checks that what a server says before it has the message
// is not taken for what it says of it: that would shift all that follows, and
// the refusal of one message would be that of the next.
func TestSendEarlyVerdict(t *testing.T) {
	for _, early := range []string{"250 2.0.0 accepted", "550 5.7.1 no", "354 go"} {
		for _, offers := range [][]string{without("CHUNKING"), nil} {
			f := &fake{offers: offers, answer: only("DATA", "354 go ahead\r\n"+early)}
			c := f.client(t, nil)
			out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
			require.ErrorIs(t, err, smtp.ErrReply)
			require.False(t, out.Ambiguous, "nothing was sent")
			require.False(t, out.Rcpt[0].Accepted())
			require.False(t, c.Reusable())
			require.Empty(t, f.delivered())
		}
	}
	f := &fake{answer: only("DATA", "354 go ahead\r\n421 4.3.2 shutting down")}
	out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte(letter)))
	require.NoError(t, err)
	require.Equal(t, 421, out.Rcpt[0].Reply.Code)
	c := (&fake{answer: only("DATA", "354 go ahead\r\n250 2.0.0 accepted")}).client(t, nil)
	_, err = c.Mail(t.Context(), smtp.MailParams{})
	require.NoError(t, err)
	_, err = c.Rcpt(t.Context(), smtp.RcptParams{Path: someone})
	require.NoError(t, err)
	_, err = c.Data(t.Context(), strings.NewReader(letter))
	require.ErrorIs(t, err, smtp.ErrReply)
}
