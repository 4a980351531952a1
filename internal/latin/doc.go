// Package latin reduces letters of Latin scripts to ASCII, for addresses that are made of names and for readers whose
// charset lacks them.
package latin
