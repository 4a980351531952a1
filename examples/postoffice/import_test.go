package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is imported is exported octet by octet, twice over, as mbox and as Maildir, whether the server
// runs or not.
func TestImportExport(t *testing.T) {
	t.Run("stopped", func(t *testing.T) { importExport(t, func(s *server) { s.stop() }) })
	t.Run("running", func(t *testing.T) { importExport(t, func(*server) {}) })
}

func importExport(t *testing.T, prepare func(*server)) {
	t.Helper()
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	s := serving(t, filepath.Join(folder, "ready"), "-data", data)
	prepare(s)
	var box bytes.Buffer
	for i := range 50 {
		status := []string{"O", "RO"}[i%2]
		fmt.Fprintf(&box, "From a%d@b.example Thu Feb 29 12:13:%02d 2024\nStatus: %s\nX-Status: %s\nSubject: %d\n\n>From x\n%s\n\n\n",
			i, i, status, []string{"", "A", "FT"}[i%3], i, strings.Repeat("line\n", i*i*10))
	}
	mbox := filepath.Join(folder, "in.mbox")
	require.NoError(t, os.WriteFile(mbox, box.Bytes(), 0o600))
	alice, bob := s.users[0].Name, s.users[1].Name
	ok := func(want string, args ...string) {
		t.Helper()
		status, stdout, stderr := command(t, "", append(args, "-data", data)...)
		require.Equal(t, 0, status, stderr)
		require.Contains(t, stdout, want)
	}
	ok("50 messages imported, 0 were there", "import", "mbox", mbox, "-user", alice, "-folder", "Old/Lists")
	ok("0 messages imported, 50 were there", "import", "mbox", mbox, "-user", alice, "-folder", "Old/Lists")
	ok("50 messages imported, 0 were there", "import", "mbox", mbox, "-user", alice)
	out := filepath.Join(folder, "mbox")
	ok("100 messages exported", "export", "mbox", out, "-user", alice)
	for _, name := range []string{"INBOX.mbox", "Old.Lists.mbox"} {
		got, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		require.Equal(t, box.String(), string(got))
	}
	maildir, again := filepath.Join(folder, "maildir"), filepath.Join(folder, "again")
	ok("100 messages exported", "export", "maildir", maildir, "-user", alice)
	ok("100 messages imported, 0 were there", "import", "maildir", maildir, "-user", bob)
	ok("100 messages exported", "export", "maildir", again, "-user", bob)
	require.Equal(t, imported(t, maildir), imported(t, again))
	ok("100 messages imported, 0 were there", "import", "mbox", out, "-user", bob, "-folder", "Copy")
	copied := filepath.Join(folder, "copied")
	ok("200 messages exported", "export", "mbox", copied, "-user", bob)
	for _, name := range []string{"Copy.mbox", "Copy.Old.Lists.mbox"} {
		got, err := os.ReadFile(filepath.Join(copied, name))
		require.NoError(t, err)
		require.Equal(t, box.String(), string(got))
	}
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"import", "mbox", mbox}, 2, "usage: postoffice import"},
		{[]string{"import", "pst", mbox, "-user", alice}, 2, "usage: postoffice import"},
		{[]string{"export", "mbox", out, "-user", alice, "-data", data}, 1, "is not empty"},
		{[]string{"import", "mbox", mbox, "-user", "nobody", "-data", data}, 1, "not found"},
		{[]string{"import", "mbox", mbox + ".none", "-user", alice, "-data", data}, 1, "no such file"},
		{[]string{"import", "mbox", filepath.Join(data, "salt"), "-user", alice, "-data", folder + "/none"}, 1, "no such file"},
		{[]string{"import", "mbox", maildir, "-user", alice, "-data", data}, 1, "has no file that ends in .mbox"},
		{[]string{"import", "mbox", "import_test.go", "-user", alice, "-data", data}, 1, "message 1: not an mbox"},
		{[]string{"export", "mbox", out + "x", "-user", "nobody", "-data", data}, 1, "not found"},
		{[]string{"import", "maildir", folder, "-user", alice, "-data", data}, 1, "not a Maildir"},
	} {
		status, _, stderr := command(t, "", tt.args...)
		require.Equal(t, tt.status, status, "%q: %s", tt.args, stderr)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
}

// imported are the messages of a Maildir with their folders, flags and dates, in order.
func imported(t *testing.T, dir string) (list []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		rel, err := filepath.Rel(dir, filepath.Dir(path))
		require.NoError(t, err)
		_, flags, _ := strings.Cut(d.Name(), ":2,")
		list = append(list, fmt.Sprint(rel, flags, info.ModTime().Unix(), string(content)))
		return nil
	}))
	slices.Sort(list)
	require.Len(t, list, 100)
	return list
}

// What a folder's file is named leads back to the folder, and to no other.
func TestMboxNames(t *testing.T) {
	for _, folder := range [][]string{{"INBOX", "x"}, {"a.b", "c/d"}, {"100%", "%2E"}, {"..", `\:`}, {"ä"}} {
		name := mboxName(folder)
		require.Equal(t, name, filepath.Base(name))
		got, err := mboxFolder(name)
		require.NoError(t, err)
		require.Equal(t, folder, got)
	}
	got, err := mboxFolder(mboxName([]string{"INBOX"}))
	require.NoError(t, err)
	require.Nil(t, got)
	_, err = mboxFolder("50% off.mbox")
	require.ErrorContains(t, err, "rename it")
}
