// Command ocimem serves a registry in memory, with the referrers API, on a free port of an address.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	listener, err := net.Listen("tcp", net.JoinHostPort(os.Args[1], "0"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("serving on port", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, ociserver.New(ocimem.New(), nil)))
}
