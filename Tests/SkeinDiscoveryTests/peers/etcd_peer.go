// SPDX-License-Identifier: Apache-2.0

// A Go program that finds servers, and is found, by grpc-go's own naming in etcd.
//
//	serve ETCD SERVICE NAME   serves helloworld.Greeter as NAME, registered until its input ends
//	call ETCD SERVICE COUNT   calls as often, in turn, and prints who answered
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/golang/protobuf/ptypes/wrappers"
	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/naming/endpoints"
	"go.etcd.io/etcd/clientv3/naming/resolver"
	"google.golang.org/grpc"
)

const method = "/helloworld.Greeter/SayHello"

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func serve(client *clientv3.Client, service, name string) {
	// A request and a reply have one text in field 1, as this message has.
	sayHello := func(_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		request := new(wrappers.StringValue)
		if err := decode(request); err != nil {
			return nil, err
		}
		return &wrappers.StringValue{Value: name}, nil
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "helloworld.Greeter",
		HandlerType: (*interface{})(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "SayHello", Handler: sayHello}},
	}, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go server.Serve(listener)

	background := context.Background()
	lease, err := client.Grant(background, 15)
	check(err)
	renewals, err := client.KeepAlive(background, lease.ID)
	check(err)
	go func() {
		for range renewals {
		}
	}()
	manager, err := endpoints.NewManager(client, service)
	check(err)
	address := listener.Addr().String()
	key := service + "/" + address
	// What Go programs put there besides an address is theirs.
	endpoint := endpoints.Endpoint{Addr: address, Metadata: map[string]interface{}{"zone": "go", "odd": 1.5}}
	check(manager.AddEndpoint(background, key, endpoint, clientv3.WithLease(lease.ID)))
	fmt.Println("serving", address)
	io.Copy(io.Discard, os.Stdin)
	check(manager.DeleteEndpoint(background, key))
	server.GracefulStop()
	fmt.Println("ended")
}

func call(client *clientv3.Client, service string, count int) {
	builder, err := resolver.NewBuilder(client)
	check(err)
	limit, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	connection, err := grpc.DialContext(limit, "etcd:///"+service, grpc.WithResolvers(builder), grpc.WithInsecure(),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`))
	check(err)
	for ; count > 0; count-- {
		reply := new(wrappers.StringValue)
		check(connection.Invoke(limit, method, &wrappers.StringValue{Value: "x"}, reply, grpc.WaitForReady(true)))
		fmt.Println("answered", reply.Value)
	}
}

func main() {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{os.Args[2]}, DialTimeout: 10 * time.Second})
	check(err)
	switch os.Args[1] {
	case "serve":
		serve(client, os.Args[3], os.Args[4])
	case "call":
		count, err := strconv.Atoi(os.Args[4])
		check(err)
		call(client, os.Args[3], count)
	}
}
