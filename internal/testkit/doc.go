// Package testkit is what the test packages of the line protocols have in
// common: a server that lives as long as a test, and dialogues with one.
package testkit
