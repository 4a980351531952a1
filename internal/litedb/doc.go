// Package litedb is what the stores on SQLite share: connections that keep their statements prepared, set up so that what
// is committed is durable, how their tables change from one version of a program to the next, and the lock that makes a
// directory one process's own.
package litedb
