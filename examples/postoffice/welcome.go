package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// welcome prints where the server listens and what to try next.
func welcome(ctx context.Context, w io.Writer, o *office.Office, dir string, temporary bool) error {
	addresses := o.Addresses()
	kept := "keeps everything in " + dir
	if temporary {
		kept = "forgets everything when it stops"
	}
	fmt.Fprintf(w, "postoffice is open and %s.\n\n", kept)
	for _, name := range servicesOf(addresses) {
		fmt.Fprintf(w, "  %-12s %s\n", name, addresses[name])
	}
	fmt.Fprintf(w, "\nUsers log in by %s.\n", strings.Join(o.Mechanisms(), ", "))
	if d := o.Directory(); d != nil {
		fmt.Fprintf(w, "Besides those in the data folder, they are those of %v.\n", d)
	}
	if domains := o.IMDomains(); len(domains) > 0 && !o.ServesIM() {
		fmt.Fprint(w, "Instant messages need NTLM or Digest, and these need readable passwords: start with -legacy-auth,\n"+
			"and set the passwords anew (postoffice user password NAME).\n")
	}
	if err := welcomeAdministrator(ctx, w, o, dir); err != nil {
		return err
	}
	users := o.DemoUsers()
	if len(users) < 2 || slices.ContainsFunc([]string{"smtp", "submission", "pop3s", "imaps", "nntp"}, func(name string) bool { return addresses[name] == "" }) {
		fmt.Fprintf(w, "\nManage accounts:\n  postoffice user list -data %s\n", dir)
		return nil
	}
	fmt.Fprint(w, "\nDemo accounts:\n")
	for _, u := range users {
		fmt.Fprintf(w, "  %-12s address %s  password %s\n", u.Name, u.Address, u.Password)
	}
	to, from := users[0], users[1]
	_, newsPort, _ := net.SplitHostPort(addresses["nntp"])
	fmt.Fprintf(w, `
Send a message, without a login or with one:
  swaks --server %[1]s --from %[2]s --to %[3]s
  swaks --server %[4]s --tls --auth-user %[5]s --auth-password %[6]s --from %[2]s --to %[3]s

Read it, by POP3 or by IMAP:
  curl -k pop3s://%[7]s/1 -u %[8]s:%[9]s
  curl -k 'imaps://%[10]s/INBOX;MAILINDEX=1' -u %[8]s:%[9]s

News groups are the folders under "Public Folders", too:
  nntp-list -S %[11]s
  tin -r -g 127.0.0.1 -p %[12]s
%[13]s
Ctrl-C stops the server.
`, addresses["smtp"], from.Address, to.Address, addresses["submission"], from.Name, from.Password,
		addresses["pop3s"], to.Name, to.Password, addresses["imaps"],
		addresses["nntp"], newsPort, further(o, addresses))
	return nil
}

// welcomeAdministrator says which command makes an administrator, if there is none.
func welcomeAdministrator(ctx context.Context, w io.Writer, o *office.Office, dir string) error {
	is, err := o.HasAdministrator(ctx)
	if err != nil || is {
		return err
	}
	some, err := o.HasAccounts(ctx)
	if err != nil {
		return err
	}
	command := "set"
	if !some && o.Directory() == nil {
		command = "add"
		fmt.Fprint(w, "\nThere are no accounts yet. ")
	} else {
		fmt.Fprint(w, "\nNobody is an administrator: who wants to log in to the web administration cannot, and postmaster's mail waits. ")
	}
	fmt.Fprintf(w, "This makes an administrator:\n  postoffice user %s NAME -administrator -data %s\n", command, dir)
	return nil
}

// further is what there is to try besides mail and news.
func further(o *office.Office, addresses map[string]string) string {
	var text strings.Builder
	users := o.DemoUsers()
	if at := addresses["http"]; at != "" && o.ServesIM() {
		text.WriteString("\nChat, in two terminals:\n")
		for _, u := range users[:2] {
			fmt.Fprintf(&text, "  postoffice im -server %s %s\n", at, u.Address)
		}
	}
	if at := addresses["admin"]; at != "" && o.FirstStart() {
		fmt.Fprintf(&text, "\n%s is the administrator. Administer it with a browser: http://%s/\n", users[0].Name, at)
	}
	return text.String()
}

// servicesOf lists where the server listens: the usual services first.
func servicesOf(addresses map[string]string) (names []string) {
	for _, s := range office.Services() {
		if addresses[s.Name] != "" {
			names = append(names, s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
