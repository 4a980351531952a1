// Package chat is a client of instant messages (RVP) for a terminal, or for a pipe:
// lines go in, and lines come out.
//
//	err := chat.Run(ctx, chat.Options{
//		Client: &rvp.Client{User: "alice@example.test", Password: "secret"},
//		Screen: chat.Pipe(bufio.NewReader(os.Stdin), os.Stdout),
//	})
//
// The files:
//
//	chat.go      Run: from logging on to logging off
//	commands.go  THE TABLE of commands
//	talks.go     conversations
//	events.go    what others do
//	people.go    names of users
//	list.go      the file of contacts
//	screen.go    lines of a pipe; terminal.go: of a terminal
//	text.go      what may be shown
//	locate.go    servers that the DNS does not know
package chat
