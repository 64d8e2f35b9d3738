// SPDX-License-Identifier: Apache-2.0
// A greeter on C++ gRPC's callback API. Prints "listening PORT"; ends on SIGTERM with the CPU it used.

#include <grpcpp/grpcpp.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <string>

#include "helloworld.grpc.pb.h"
#include "usage.h"

class Greeter final : public helloworld::Greeter::CallbackService {
    grpc::ServerUnaryReactor* SayHello(
        grpc::CallbackServerContext* context, const helloworld::HelloRequest* request,
        helloworld::HelloReply* reply) override {
        reply->set_message("Hello " + request->name());
        auto* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
};

int main(int argc, char** argv) {
    // Blocked before any thread starts, so that only sigwait below sees it.
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &terminate, nullptr);

    Greeter service;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(
        "127.0.0.1:" + std::to_string(Option(argc, argv, "--port", 0)), grpc::InsecureServerCredentials(), &port);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterService(&service);
    auto server = builder.BuildAndStart();
    if (!server || port == 0) {
        std::fprintf(stderr, "listen on 127.0.0.1:%ld: not possible\n", Option(argc, argv, "--port", 0));
        return 1;
    }
    std::printf("listening %d\n", port);
    std::fflush(stdout);

    int signal = 0;
    sigwait(&terminate, &signal);
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    std::printf("cpu_seconds=%.3f\n", CPUSeconds());
    return 0;
}
