package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// A writer prints results.
type writer interface {
	add(result)
	finish() error
}

func (o *options) writer(w io.Writer) writer {
	switch {
	case o.json:
		return &jsonWriter{enc: json.NewEncoder(w)}
	case o.junit:
		return &junitWriter{w: w, verbose: o.verbose, suite: junitSuite{Name: o.protocol.name + " " + o.addr}}
	}
	return &tableWriter{w: w, verbose: o.verbose, counts: make(map[string]int)}
}

// A tableWriter prints a line for each case as it ends, and what went wrong
// below it.
type tableWriter struct {
	w       io.Writer
	verbose bool
	counts  map[string]int
	err     error
}

func (t *tableWriter) add(r result) {
	t.counts[r.Verdict]++
	t.printf("%-4s  %-48s  %s\n", r.Verdict, r.Name, r.Ref)
	if r.Verdict != verdictFail && !t.verbose {
		return
	}
	t.printf("      %s\n", r.Requirement)
	if r.Detail != "" {
		t.printf("      %s\n", r.Detail)
	}
	for _, line := range r.Transcript {
		t.printf("      | %s\n", line)
	}
}

func (t *tableWriter) finish() error {
	t.printf("\n%d passed, %d failed, %d do not apply\n", t.counts[verdictPass], t.counts[verdictFail], t.counts["n/a"])
	return t.err
}

func (t *tableWriter) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

// A jsonWriter prints an object a line.
type jsonWriter struct {
	enc *json.Encoder
	err error
}

func (j *jsonWriter) add(r result) {
	if j.err == nil {
		j.err = j.enc.Encode(r)
	}
}

func (j *jsonWriter) finish() error { return j.err }

// A junitWriter prints the form that CI systems read.
type junitWriter struct {
	w       io.Writer
	verbose bool
	suite   junitSuite
	time    time.Duration
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func (j *junitWriter) add(r result) {
	c := junitCase{Class: r.Ref, Name: r.Name, Time: seconds(r.Duration)}
	j.suite.Tests++
	j.time += r.Duration
	switch r.Verdict {
	case verdictPass:
	case verdictFail:
		j.suite.Failures++
		c.Failure = &junitMessage{r.Requirement, r.Detail}
	default:
		j.suite.Skipped++
		c.Skipped = &junitMessage{Message: r.Detail}
	}
	if r.Verdict == verdictFail || j.verbose {
		c.Output = strings.Join(r.Transcript, "\n")
	}
	j.suite.Cases = append(j.suite.Cases, c)
}

func (j *junitWriter) finish() error {
	j.suite.Time = seconds(j.time)
	b, err := xml.MarshalIndent(j.suite, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "%s%s\n", xml.Header, b)
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
