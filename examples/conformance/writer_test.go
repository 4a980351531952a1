package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each line of -json is an object of its own, with all there is to know.
func TestJSON(t *testing.T) {
	status, stdout, _ := command(t.Context(), "-json", "-run", "^greeting/|^AUTH/", "smtp", badServer(t, "220 bad\r\n", "250 ok\n"))
	require.Equal(t, 1, status)
	verdicts := make(map[string]int)
	for line := range strings.Lines(stdout) {
		var r result
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&r), line)
		require.NotEmpty(t, r.Name)
		require.NotEmpty(t, r.Ref)
		require.NotEmpty(t, r.Requirement)
		require.Equal(t, r.Verdict == verdictPass, r.Detail == "", line)
		verdicts[r.Verdict]++
		if r.Verdict == verdictFail {
			require.NotEmpty(t, r.Transcript)
			require.Positive(t, r.Duration)
		}
	}
	require.Len(t, verdicts, 3)
	for verdict, n := range verdicts {
		require.Positive(t, n, verdict)
	}
}

// readJUnit reads what -junit has printed and checks that the counts are those
// of the cases.
func readJUnit(t *testing.T, out string) junitSuite {
	t.Helper()
	var suite junitSuite
	d := xml.NewDecoder(strings.NewReader(out))
	d.Strict = true
	require.NoError(t, d.Decode(&suite), out)
	require.Equal(t, "testsuite", suite.XMLName.Local)
	failures, skipped := 0, 0
	for _, c := range suite.Cases {
		require.NotEmpty(t, c.Name)
		require.NotEmpty(t, c.Class)
		require.Regexp(t, `^\d+\.\d{3}$`, c.Time)
		if c.Failure != nil {
			require.NotEmpty(t, c.Failure.Message)
			require.NotEmpty(t, c.Failure.Text)
			failures++
		}
		if c.Skipped != nil {
			require.NotEmpty(t, c.Skipped.Message)
			skipped++
		}
	}
	require.Equal(t, []int{len(suite.Cases), failures, skipped}, []int{suite.Tests, suite.Failures, suite.Skipped})
	require.Regexp(t, `^\d+\.\d{3}$`, suite.Time)
	return suite
}

func TestJUnit(t *testing.T) {
	addr := badServer(t, "220 bad\r\n", "250 ok\n")
	status, stdout, _ := command(t.Context(), "-junit", "-run", "^greeting/|^AUTH/", "smtp", addr)
	require.Equal(t, 1, status)
	suite := readJUnit(t, stdout)
	require.Equal(t, "smtp "+addr, suite.Name)
	require.Positive(t, suite.Failures)
	require.Positive(t, suite.Skipped)
	require.Greater(t, suite.Tests, suite.Failures+suite.Skipped)
	for _, c := range suite.Cases {
		require.Equal(t, c.Failure != nil, c.Output != "", c.Name)
	}
}

func TestJUnitVerbose(t *testing.T) {
	status, stdout, _ := command(t.Context(), "-junit", "-v", "-run", "^greeting/QUIT", "smtp", goodServer(t))
	require.Equal(t, 0, status)
	suite := readJUnit(t, stdout)
	require.Equal(t, 1, suite.Tests)
	require.Contains(t, suite.Cases[0].Output, "C: QUIT\nS: 221 ")
}

// What a server has sent cannot end an element, nor the document.
func TestJUnitEscapes(t *testing.T) {
	var out bytes.Buffer
	w := (&options{junit: true, protocol: &protocols[0], addr: `"><&`}).writer(&out)
	evil := "]]></failure><testcase name=\"x\">\x00\x1b"
	w.add(result{Name: evil, Ref: "r", Requirement: evil, Verdict: verdictFail, Detail: evil, Transcript: []string{evil}, Duration: 1500 * time.Millisecond})
	require.NoError(t, w.finish())
	suite := readJUnit(t, out.String())
	require.Len(t, suite.Cases, 1)
	require.Equal(t, "1.500", suite.Time)
	require.Equal(t, "smtp \"><&", suite.Name)
	require.Contains(t, suite.Cases[0].Failure.Text, "]]></failure>")
}
