// Package logs is the program's log: log/slog with categories whose levels can
// be changed while it runs, and the last records of each in memory, for an
// administrator's page.
//
//	book, err := logs.Open(logs.Options{Levels: "info,queue=warn"})
//	server.Logger = book.Server("smtp", "transfer")
//	queue.Logger = book.Logger("queue")
//	...
//	err = book.SetLevels("smtp/transfer=debug") // now
//	for _, r := range book.Records(logs.Filter{Category: "smtp", Min: slog.LevelWarn}) {
//		fmt.Println(r.Time, r.Level, r.Message, r.Attrs)
//	}
//
// A category is a part of the program: smtp, queue, store. Within one, virtual
// servers may have levels of their own. What has none takes that of the next
// larger: the server the category's, the category the default.
//
// Values of attributes whose names speak of passwords and the like are hidden,
// in case somebody logs one by mistake.
//
// The files:
//
//	book.go     Book: categories and their loggers
//	levels.go   levels, and how they are written
//	handler.go  the slog.Handler
//	attrs.go    attributes as text
//	redact.go   which of them are hidden
//	ring.go     the last records: Record
//	filter.go   Filter
//	output.go   where the lines go
package logs
