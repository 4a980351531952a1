package smtptest_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// keeper is a Backend that keeps its promises, or not.
type keeper struct {
	messages int
	handle   func(*keeper, io.Reader) (smtp.Reply, error)
}

func (k *keeper) NewSession(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
	return smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
		return k.handle(k, body)
	}).NewSession(ctx, c)
}

// good delivers what came whole.
func good(k *keeper, body io.Reader) (smtp.Reply, error) {
	if _, err := io.Copy(io.Discard, body); err != nil {
		return smtp.Reply{}, err
	}
	k.messages++
	return smtp.Reply{}, nil
}

// badBackends break one promise each, which is the rule's name.
var badBackends = map[string]struct {
	rules  []string
	handle func(*keeper, io.Reader) (smtp.Reply, error)
}{
	"loses": {[]string{"whole", "two", "empty"}, func(_ *keeper, body io.Reader) (smtp.Reply, error) {
		_, err := io.Copy(io.Discard, body)
		return smtp.Reply{}, err
	}},
	"doubles": {[]string{"whole", "two", "empty"}, func(k *keeper, body io.Reader) (smtp.Reply, error) {
		r, err := good(k, body)
		if err == nil {
			k.messages++
		}
		return r, err
	}},
	"hasty": {[]string{"cut", "smuggled"}, func(k *keeper, body io.Reader) (smtp.Reply, error) {
		_, err := io.Copy(io.Discard, body)
		k.messages++
		return smtp.Reply{}, err
	}},
	"once": {[]string{"two"}, func(k *keeper, body io.Reader) (smtp.Reply, error) {
		if k.messages > 0 {
			k.messages--
		}
		return good(k, body)
	}},
	"loses what is empty": {[]string{"empty"}, func(k *keeper, body io.Reader) (smtp.Reply, error) {
		b, err := io.ReadAll(body)
		if err == nil && len(b) > 0 {
			k.messages++
		}
		return smtp.Reply{}, err
	}},
}

// failing names what the test binary, when it is run once more, is to fail at.
const failing = "SMTPTEST_FAILING"

// run tests a Backend.
func run(t *testing.T, handle func(*keeper, io.Reader) (smtp.Reply, error)) {
	smtptest.TestBackend(t, func(*testing.T) (smtp.Backend, func() int) {
		k := &keeper{handle: handle}
		return k, func() int { return k.messages }
	})
}

// TestBackend is passed by a Backend that keeps its promises.
func TestGoodBackend(t *testing.T) { run(t, good) }

// It is failed by those that do not, at the rule that they break and no other.
// This test runs its own binary, for a test cannot fail and pass.
func TestBadBackends(t *testing.T) {
	if name := os.Getenv(failing); name != "" {
		run(t, badBackends[name].handle)
		return
	}
	for name, bad := range badBackends {
		t.Run(name, func(t *testing.T) {
			out := rerun(t, name)
			for _, rule := range []string{"whole", "two", "empty", "cut", "smuggled", "reset"} {
				verdict := "--- PASS: TestBadBackends/"
				if slices.Contains(bad.rules, rule) {
					verdict = "--- FAIL: TestBadBackends/"
				}
				require.Contains(t, out, verdict+rule+" ")
			}
		})
	}
}

// Play fails a test whose server departs from the script.
func TestPlayFails(t *testing.T) {
	srv := &smtp.Server{Backend: &keeper{handle: good}}
	scripts := map[string]string{
		"wrong reply":       "S: 220\nC: NOOP\nS: 500\n",
		"no end":            "S: 220\nS: EOF\n",
		"an early end":      "S: 220\nC: QUIT\nS: 221\nS: 250\n",
		"missing text":      "S: 220\nC: EHLO x\nS: 250\nS~ NO-SUCH-EXTENSION\n",
		"unwanted text":     "S: 220\nC: EHLO x\nS: 250\nS! SIZE\n",
		"no line of script": "S: 220\nX\n",
	}
	if name := os.Getenv(failing); name != "" {
		smtptest.Play(t, srv, scripts[name])
		return
	}
	for name := range scripts {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, rerun(t, name), "--- FAIL: TestPlayFails")
		})
	}
	smtptest.Play(t, srv, "# what is right\nS: 220\nC: EHLO x\nS: 250\nS~ SIZE\nS! AUTH\nwait 1m\nC! \"NO\"\nC! \"OP\\r\\n\"\nS: 250\nhangup\nS: EOF\n")
}

// rerun runs the test that calls it in a process of its own, where it must
// fail, and returns what that says.
func rerun(t *testing.T, name string) string {
	top, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+top+"$", "-test.v")
	cmd.Env = append(os.Environ(), failing+"="+name)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", out)
	return string(out)
}
