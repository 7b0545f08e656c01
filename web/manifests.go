package web

import "net/http"

func (s *Server) manifests(w http.ResponseWriter, r *http.Request) error { return errNotFound }
