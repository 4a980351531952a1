package imap4_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/memnet"
)

// A line is a client that reads what it is told.
type line struct {
	t    *testing.T
	nc   net.Conn
	r    *bufio.Reader
	n    int
	seen func(untagged string)
}

// do sends a command, and hands on what is told before its answer.
func (l *line) do(format string, args ...any) string {
	l.t.Helper()
	l.n++
	tag := "t" + strconv.Itoa(l.n)
	_, err := fmt.Fprintf(l.nc, tag+" "+format+"\r\n", args...)
	require.NoError(l.t, err)
	var all []string
	for {
		text, err := lineOf(l.r)
		require.NoError(l.t, err)
		if rest, done := strings.CutPrefix(text, tag+" "); done {
			require.True(l.t, strings.HasPrefix(rest, "OK"), rest)
			return strings.Join(all, "\n")
		}
		if all = append(all, text); l.seen != nil {
			l.seen(text)
		}
	}
}

// model is the result of a search as the client keeps it.
type model struct {
	sorted   bool
	numbered bool // by sequence numbers, else UIDs
	list     []int
}

var change = regexp.MustCompile(`(ADDTO|REMOVEFROM) \(([^)]*)\)`)

// apply does what an ESEARCH response says.
func (m *model) apply(t *testing.T, response string) {
	for _, c := range change.FindAllStringSubmatch(response, -1) {
		words := strings.Fields(c[2])
		for i := 0; i+1 < len(words); i += 2 {
			at, err := strconv.Atoi(words[i])
			require.NoError(t, err)
			numbers := expand(t, words[i+1])
			require.Equal(t, m.sorted, at > 0, response)
			switch {
			case c[1] == "ADDTO" && at > 0:
				m.list = slices.Insert(m.list, at-1, numbers...)
			case c[1] == "ADDTO":
				for _, n := range numbers {
					require.NotContains(t, m.list, n, response)
				}
				m.list = append(m.list, numbers...)
				slices.Sort(m.list)
			case at > 0:
				require.Equal(t, numbers, m.list[at-1:at-1+len(numbers)], response)
				m.list = slices.Delete(m.list, at-1, at-1+len(numbers))
			default:
				for _, n := range numbers {
					i := slices.Index(m.list, n)
					require.GreaterOrEqual(t, i, 0, response)
					m.list = slices.Delete(m.list, i, i+1)
				}
			}
		}
	}
}

// expunge renumbers a list of sequence numbers.
func (m *model) expunge(n int) {
	for i := range m.list {
		if m.numbered && m.list[i] > n {
			m.list[i]--
		}
	}
}

func expand(t *testing.T, set string) (out []int) {
	for part := range strings.SplitSeq(set, ",") {
		a, b, isRange := strings.Cut(part, ":")
		from, err := strconv.Atoi(a)
		require.NoError(t, err)
		to := from
		if isRange {
			to, err = strconv.Atoi(b)
			require.NoError(t, err)
		}
		for n := from; n <= to; n++ {
			out = append(out, n)
		}
	}
	return out
}

var (
	expunged = regexp.MustCompile(`^\* (\d+) EXPUNGE$`)
	allOf    = regexp.MustCompile(` ALL (\S+)`)
)

// Whatever two clients do, the results that one of them keeps by ADDTO and
// REMOVEFROM are what the same searches find (RFC 5267, 4.3).
func TestLiveSearchesAreTrue(t *testing.T) {
	searches := []string{
		"SEARCH RETURN (%s) UNDELETED", "UID SEARCH RETURN (%s) OR FLAGGED SUBJECT b",
		"UID SORT RETURN (%s) (SUBJECT REVERSE ARRIVAL) UTF-8 UNDELETED", "SORT RETURN (%s) (REVERSE SUBJECT SIZE) UTF-8 NOT FLAGGED",
	}
	for seed := range uint64(8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 1))
				srv := serverOf(&memory.Store{NoRecent: true})
				var lines [2]*line
				for i := range lines {
					client, server := memnet.Pipe()
					done := make(chan struct{})
					go func() {
						defer close(done)
						_ = srv.ServeConn(t.Context(), server)
						server.Close()
					}()
					t.Cleanup(func() { client.Close(); <-done })
					lines[i] = &line{t: t, nc: client, r: bufio.NewReader(client)}
					_, err := lineOf(lines[i].r)
					require.NoError(t, err)
					lines[i].do("LOGIN ann ann")
					lines[i].do("SELECT INBOX")
				}
				a := lines[0]
				models := map[string]*model{}
				for _, s := range searches {
					a.do(s, "UPDATE")
					models[`(TAG "t`+strconv.Itoa(a.n)+`")`] = &model{
						sorted: strings.Contains(s, "SORT"), numbered: !strings.HasPrefix(s, "UID"),
					}
				}
				a.seen = func(text string) {
					if m := expunged.FindStringSubmatch(text); m != nil {
						n, err := strconv.Atoi(m[1])
						require.NoError(t, err)
						for _, m := range models {
							m.expunge(n)
						}
					}
					for tag, m := range models {
						if strings.Contains(text, tag) {
							m.apply(t, text)
						}
					}
				}
				for range 60 {
					who := lines[rnd.IntN(2)]
					set := fmt.Sprintf("%d:%d", rnd.IntN(9)+1, rnd.IntN(40)+1)
					switch rnd.IntN(7) {
					case 0, 1, 2:
						text := fmt.Sprintf("Subject: %c\r\n\r\n%s", 'a'+rune(rnd.IntN(4)), strings.Repeat("x", rnd.IntN(5)))
						who.do("APPEND INBOX {%d+}\r\n%s", len(text), text)
					case 3:
						who.do("UID STORE %s +FLAGS (\\Flagged)", set)
					case 4:
						who.do("UID STORE %s -FLAGS (\\Flagged \\Deleted)", set)
					case 5:
						who.do("UID STORE %s +FLAGS (\\Deleted)", set)
					case 6:
						who.do("EXPUNGE")
					}
					a.do("NOOP")
					for i, s := range searches {
						found := []int{}
						if m := allOf.FindStringSubmatch(a.do(s, "ALL")); m != nil {
							found = expand(t, m[1])
						}
						got := models[`(TAG "t`+strconv.Itoa(3+i)+`")`].list
						require.Equal(t, found, append([]int{}, got...), s)
					}
				}
				_, err := io.WriteString(a.nc, "x LOGOUT\r\n")
				require.NoError(t, err)
			})
		})
	}
}
