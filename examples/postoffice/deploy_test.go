package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// directives are the lines of a file by their first word, or by what is before "=".
func directives(t *testing.T, path, separator string) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	all := make(map[string][]string)
	for line := range strings.Lines(string(content)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), separator); ok && !strings.HasPrefix(key, "#") {
			all[key] = append(all[key], value)
		}
	}
	return all
}

// list reads the JSON form of a command.
func list(t *testing.T, text string) (words []string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &words), text)
	return words
}

// Each path and flag that the Containerfile names exists, is made there, or is known to the program.
func TestContainerfile(t *testing.T) {
	d := directives(t, filepath.Join("deploy", "Containerfile"), " ")
	build := strings.Join(d["RUN"], " && ")
	module, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	require.NotNil(t, version)
	require.Equal(t, []string{"docker.io/library/golang:" + string(version[1]) + " AS build", "scratch"}, d["FROM"])
	require.Equal(t, ".", d["COPY"][0][:1])
	require.Regexp(t, ` \./examples/postoffice( |$)`, build)
	require.FileExists(t, filepath.Join("..", "..", "examples", "postoffice", "main.go"))

	there := make(map[string]bool) // in the image
	for _, c := range d["COPY"][1:] {
		words := strings.Fields(c)
		from, to := words[len(words)-2], words[len(words)-1]
		require.Contains(t, words, "--from=build", c)
		if from != "/etc/ssl/certs/ca-certificates.crt" { // of the builder's image
			require.True(t, strings.Contains(build, "-o "+from) || strings.Contains(build, "mkdir "+from), c)
		}
		there[to] = true
		if strings.Contains(c, "--chown=") {
			require.Contains(t, words, "--chown="+d["USER"][0], "who runs it owns %s", to)
		}
	}
	entry := list(t, d["ENTRYPOINT"][0])
	require.True(t, there[entry[0]])
	var f serveFlags
	require.NoError(t, f.parse(entry[1:], io.Discard))
	require.Equal(t, d["VOLUME"][0], f.config.Dir)
	require.True(t, there[f.config.Dir])
	require.True(t, there["/tmp"], "for spools")

	_, check, ok := strings.Cut(d["HEALTHCHECK"][0], " CMD ")
	require.True(t, ok)
	words := list(t, check)
	require.Equal(t, entry[0], words[0])
	require.NotNil(t, operation(words[1]))
	for _, s := range office.Services() {
		if s.Name == "http" {
			require.Equal(t, "http://127.0.0.1:"+strconv.Itoa(s.Port), words[2])
		}
	}
}

// The units agree with each other, with the program, and with what the README has one do.
func TestUnits(t *testing.T) {
	service := directives(t, filepath.Join("deploy", "postoffice.service"), "=")
	readme, err := os.ReadFile(filepath.Join("deploy", "README.md"))
	require.NoError(t, err)
	words := strings.Fields(service["ExecStart"][0])
	var f serveFlags
	require.NoError(t, f.parse(words[1:], io.Discard))
	require.Equal(t, "/var/lib/"+service["StateDirectory"][0], f.config.Dir)
	for _, want := range []string{"-o " + words[0] + " ", "> " + f.file + " ", "--home " + f.config.Dir + " ", " " + service["User"][0] + "\n", "root:" + service["Group"][0] + " "} {
		require.Contains(t, string(readme), want)
	}
	require.Equal(t, []string{"notify-reload"}, service["Type"])
	require.NotContains(t, service, "ExecReload")

	socket := directives(t, filepath.Join("deploy", "postoffice.socket"), "=")
	for _, port := range socket["ListenStream"] {
		_, err := net.LookupPort("tcp", port)
		require.NoError(t, err)
	}

	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	version, err := exec.CommandContext(t.Context(), analyze, "--version").Output()
	require.NoError(t, err)
	major := regexp.MustCompile(`^systemd (\d+)`).FindSubmatch(version)
	require.NotNil(t, major, "%s", version)
	dir := t.TempDir()
	for _, name := range []string{"postoffice.service", "postoffice.socket"} {
		content, err := os.ReadFile(filepath.Join("deploy", name))
		require.NoError(t, err)
		text := strings.ReplaceAll(string(content), words[0], "/bin/true") // the program is not installed
		if n, _ := strconv.Atoi(string(major[1])); n < 253 {
			text = strings.ReplaceAll(text, "Type=notify-reload", "Type=notify")
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	out, err := exec.CommandContext(t.Context(), analyze, "verify", filepath.Join(dir, "postoffice.service"), filepath.Join(dir, "postoffice.socket")).CombinedOutput()
	require.NotContains(t, string(out), dir, "of these units")
	require.NotContains(t, string(out), "postoffice.s", "of these units")
	if err != nil {
		t.Logf("of others: %s", out)
	}
}
