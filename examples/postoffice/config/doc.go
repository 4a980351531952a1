// Package config reads the configuration file of postoffice: one commented TOML file, in the terms of Exchange's
// administration. There are virtual servers for each protocol, a connector to the Internet with routes, policies for
// accounts and content, newsgroups and their feeds, instant messaging and the web.
//
//	f, err := config.Load("postoffice.toml")
//	if problems, ok := errors.AsType[config.Problems](err); ok {
//		for _, p := range problems { // all there are, each with its line and a remedy
//			fmt.Println(p)
//		}
//	}
//	for finding := range new(config.Checker).Check(ctx, f) { // the world around it
//		fmt.Println(finding)
//	}
//
// The values are plain, or those that they are for: [Schedules], [Route] and [Content] make what package queue and
// mime/convert take. Nothing here opens a connection but a [Checker].
//
// # Files
//
//	file.go                File: Parse, Load
//	server.go              [server], [log], [web], [im]
//	virtual.go             [[virtual]]
//	connector.go           [connector], [content]
//	accounts.go            [accounts]
//	news.go                [news]
//	default.go             Default
//	example.go             Example, which is example.toml
//	print.go               a File as a file
//	convert.go             what other packages take
//	duration.go, size.go, network.go, secret.go, template.go    types of values
//	document.go, path.go   TOML, and on which line each key is
//	decode.go, scalar.go   from TOML to structs, by their tags
//	flaw.go, nearest.go    what texts may be, and what was meant
//	problem.go             Problem
//	validate*.go           what several values together have to be
//	check*.go              Checker: DNS, certificates, addresses, hosts
package config
