// Package house holds the checks that keep the repository in order. It has no code of its own: they are tests, so that
// go test ./... runs them and each says what to change.
//
//	layers_test.go    who may import whom
//	surface_test.go   what each package exports, compared with api/*.txt
//	lines_test.go     the lines of those files
//	rfc_test.go       the ledger of RFCs, rfc.txt: what is cited, and that what is claimed is there
//	readme_test.go    the RFC table, the code and the links of the Markdown files
//	docs_test.go      comments and Examples
//	habits_test.go    file sizes, sleeping and skipping tests, fuzz targets, words that do not belong here
//	tree_test.go      what they share: the repository's files and packages
//
// Two results are made, not written: api/*.txt and the table in README.md. Renew them with
//
//	go generate ./internal/house
package house

//go:generate go test -count=1 -run ^Test(Surface|ReadmeTable) . -update
