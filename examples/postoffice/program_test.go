package main

import (
	"os"
	"testing"
)

// asProgram has the test's own binary be the program, for tests that need another
// process.
const asProgram = "POSTOFFICE_RUN_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}
