package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/internal/ascii"
)

// printConfig prints a configuration file that has all keys, with their defaults.
func printConfig(args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("postoffice config", flag.ContinueOnError)
	set.SetOutput(stderr)
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		fmt.Fprintln(stderr, "usage: postoffice config > FILE")
		return errUsage
	}
	_, err = io.WriteString(stdout, config.Example())
	return err
}

// checkTime is how long hosts and the DNS may take in all.
const checkTime = time.Minute

// check says what is wrong with a configuration, and around it.
func check(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("postoffice check", flag.ContinueOnError)
	set.SetOutput(stderr)
	file := set.String("config", "", "configuration `file` (default what holds without one)")
	dir := set.String("data", defaultDir, "data `folder`, whose server may run")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		fmt.Fprintln(stderr, "usage: postoffice check [-config FILE] [-data FOLDER]")
		return errUsage
	}
	f := config.Default()
	if *file != "" {
		if f, err = config.Load(*file); err != nil {
			return err
		}
	}
	if _, err := office.Configured(f); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	checker := config.Checker{Held: held(ctx, *dir)}
	wrong := 0
	for finding := range checker.Check(ctx, f) {
		fmt.Fprintln(stdout, finding)
		if finding.Severity > config.Note {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d to change", wrong)
	}
	fmt.Fprintln(stdout, "The configuration is in order.")
	return nil
}

// held tells where the server of a data folder listens, if one runs.
func held(ctx context.Context, dir string) func(string) bool {
	addresses := make(map[string]bool)
	servers, err := office.OpenServers(ctx, dir)
	if err == nil {
		list, lerr := servers.List(ctx)
		err = errors.Join(lerr, servers.Close())
		for _, s := range list {
			for _, a := range append(s.Addresses, s.TLS...) {
				addresses[everywhere(a)] = true
			}
		}
	}
	if err != nil {
		return nil // nobody runs, or nobody answers: then all should be free
	}
	return func(address string) bool { return addresses[everywhere(address)] }
}

// everywhere is an address in one of the forms that all of this machine's, or its loopback one, can have.
func everywhere(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	switch a, err := netip.ParseAddr(host); {
	case host == "", err == nil && a.IsUnspecified():
		host = ""
	case ascii.EqualFold(host, "localhost"):
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
