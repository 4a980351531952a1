package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// healthTime is how long the server may take to answer.
const healthTime = 10 * time.Second

// health asks a server whether it is ready.
func health(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("health", "URL", stderr,
		"Asks a server, by the address of its HTTP virtual server such as\n"+
			"http://127.0.0.1:2080, whether it is ready, and prints what it says. Exit status 0 is\n"+
			"yes. A certificate is not verified: nothing is told to the server.")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		set.Usage()
		return errUsage
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(words[0], "/")+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("%w; write it as http://127.0.0.1:2080", err)
	}
	req.Header.Set("Accept", "text/plain")
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		fmt.Fprintln(stdout, shown(strings.TrimRight(line, "\r\n")))
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", resp.Status)
	}
	return nil
}
