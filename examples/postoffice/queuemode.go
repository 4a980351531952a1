package main

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// queueMode tells what comes and leaves, or changes it to what the command line names.
func queueMode(ctx context.Context, m manage.Mail, f *queueFlags) error {
	if f.filter.Message != "" { // the word behind the flags
		if err := m.SetMode(ctx, manage.Mode(f.filter.Message)); err != nil {
			return err
		}
	}
	mode, err := m.Mode(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f.stdout, mode)
	return err
}
