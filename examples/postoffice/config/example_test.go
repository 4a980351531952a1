package config_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

func ExampleParse() {
	f, err := config.Parse("postoffice.toml", []byte(`
[server]
default-domain = "example.org"

[[virtual]]
name = "Internet"
protocol = "smtp"
addresses = [":25"]
relay-from = ["192.0.2.0/24"]
limits.message-size = "20 MiB"
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	v := f.Virtual[0]
	fmt.Println(v.Name, v.Addresses, v.RelayFrom.Prefixes(), v.Limits.MessageSize)
	// Output: Internet [:25] [192.0.2.0/24] 20 MiB
}

func ExampleProblems() {
	_, err := config.Parse("postoffice.toml", []byte(`
[server]
hostnam = "mail.example.org"
[connector]
back-off = "15 minutes"
`))
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, p := range problems {
			fmt.Println(p)
		}
	}
	// Output:
	// postoffice.toml:3: server.hostnam: there is no such key; write "hostname", if that is meant
	// postoffice.toml:5: connector.back-off: "15 minutes" is not a duration; write a number and its unit, such as "15m", "1h30m" or "3d"
}

func ExampleExample() {
	for line := range strings.Lines(config.Example()) {
		if strings.HasPrefix(line, "default-domain") {
			fmt.Print(line)
			break
		}
	}
	// Output: default-domain = "postoffice.test"
}

func ExampleChecker() {
	f, err := config.Parse("postoffice.toml", []byte("virtual = []\nweb.admin-address = ''\nserver.certificate = 'no.pem'\nserver.key = 'no.key'"))
	if err != nil {
		fmt.Println(err)
		return
	}
	c := config.Checker{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}
	for finding := range c.Check(context.Background(), f) {
		fmt.Println(finding.Severity, finding.Key)
	}
	// Output:
	// note server.hostname
	// fault server.certificate
	// note virtual
}

func ExampleSecret() {
	var s config.Secret
	if err := s.UnmarshalText([]byte("hunter2")); err != nil {
		fmt.Println(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("login", "password", s)
	// Output: level=INFO msg=login password=(hidden)
}

func ExampleTemplate() {
	t := config.Template("%1g%s@%d")
	fmt.Println(t.Expand(config.Person{Alias: "tim", Given: "Timothy", Surname: "Fee", Domain: "example.org"}))
	// Output: tfee@example.org
}

func ExampleNetwork() {
	var n config.Network
	if err := n.UnmarshalText([]byte("192.0.2.1-192.0.2.6")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(n.Prefixes())
	// Output: [192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32]
}
