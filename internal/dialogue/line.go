package dialogue

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// ReadLine reads a line without its end, which must be CRLF. One that is cut
// short is io.ErrUnexpectedEOF.
func ReadLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		if err == io.EOF && line != "" {
			err = io.ErrUnexpectedEOF
		}
		return "", err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", errors.New("a line that ends in a bare LF")
	}
	return text, nil
}

// OneLine is for Player.ReadReply where the command decides how many lines an
// answer has: a script names each.
func OneLine(r *bufio.Reader) ([]string, error) {
	line, err := ReadLine(r)
	if err != nil {
		return nil, err
	}
	return []string{line}, nil
}
