// Package jet keeps sweeps on a NATS server with JetStream: trials are messages of a work queue, results and notes are
// in a key-value bucket of each sweep, files in an object store. The server is one of the user's, or one within this
// process that listens nowhere.
package jet

import (
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Server is a server within this process, without a socket. Everything is on the disk before it is acknowledged:
// without that a server was shown to lose acknowledged writes when the power fails.
type Server struct{ s *server.Server }

// Start starts a server that keeps its state in a folder.
func Start(folder string) (*Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "lagrange", JetStream: true, StoreDir: folder, SyncAlways: true,
		DontListen: true, NoLog: true, NoSigs: true,
	})
	if err != nil {
		return nil, err
	}
	go s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("%s: the state of a sweep could not be opened; does another sweep run there?", folder)
	}
	return &Server{s}, nil
}

// Connect opens the board of the server.
func (s *Server) Connect() (*Board, error) {
	return open("", "", nats.InProcessServer(s.s))
}

// Close ends the server; what it keeps stays in the folder.
func (s *Server) Close() {
	s.s.Shutdown()
	s.s.WaitForShutdown()
}
