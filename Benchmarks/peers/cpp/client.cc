// SPDX-License-Identifier: Apache-2.0
// A load client on C++ gRPC's callback API: `--outstanding` unary calls at a time on one channel, which is one
// connection, until `--calls` calls or `--seconds` seconds are over. Prints one line of name=value pairs.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "helloworld.grpc.pb.h"
#include "usage.h"

using Clock = std::chrono::steady_clock;

// One phase of load: a number of slots, each of which always has one call running.
class Load {
public:
    Load(helloworld::Greeter::Stub* stub, int slots, long calls, double seconds)
        : stub_(stub), calls_(calls), stop_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
              std::chrono::duration<double>(seconds))), slots_(slots), running_(slots) {
        for (auto& slot : slots_) slot.request.set_name("world");
    }

    // Returns when every slot has stopped.
    void Run() {
        for (auto& slot : slots_) Start(slot);
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return running_ == 0; });
    }

    // The latency of every successful call in microseconds.
    std::vector<float> Latencies() const {
        std::vector<float> all;
        for (const auto& slot : slots_) all.insert(all.end(), slot.latencies.begin(), slot.latencies.end());
        return all;
    }

    long failed() const { return failed_; }

private:
    struct Slot {
        helloworld::HelloRequest request;
        helloworld::HelloReply reply;
        std::optional<grpc::ClientContext> context;
        Clock::time_point started;
        std::vector<float> latencies;
    };

    void Start(Slot& slot) {
        slot.started = Clock::now();
        if (slot.started >= stop_ || started_.fetch_add(1) >= calls_) return Stop();
        slot.context.emplace();
        stub_->async()->SayHello(
            &*slot.context, &slot.request, &slot.reply, [this, &slot](grpc::Status status) { Finish(slot, status); });
    }

    void Finish(Slot& slot, const grpc::Status& status) {
        if (status.ok() && slot.reply.message() == "Hello world") {
            slot.latencies.push_back(std::chrono::duration<float, std::micro>(Clock::now() - slot.started).count());
        } else if (failed_.fetch_add(1) == 0) {
            std::fprintf(stderr, "call failed: code %d %s\n", status.error_code(), status.error_message().c_str());
        }
        Start(slot);
    }

    void Stop() {
        std::lock_guard<std::mutex> lock(mutex_);
        if (--running_ == 0) done_.notify_one();
    }

    helloworld::Greeter::Stub* stub_;
    long calls_;
    Clock::time_point stop_;
    std::vector<Slot> slots_;
    std::atomic<long> started_{0};
    std::atomic<long> failed_{0};
    std::mutex mutex_;
    std::condition_variable done_;
    int running_;
};

int main(int argc, char** argv) {
    std::string target = "ipv4:127.0.0.1:" + std::to_string(Option(argc, argv, "--port", 50051));
    int outstanding = static_cast<int>(Option(argc, argv, "--outstanding", 100));
    long calls = Option(argc, argv, "--calls", 1000000000);
    double seconds = Option(argc, argv, "--seconds", 3600);
    auto stub = helloworld::Greeter::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));

    Load warmUp(stub.get(), outstanding, Option(argc, argv, "--warmup", 5000), 60);
    warmUp.Run();
    if (warmUp.failed() > 0) return 1;

    double cpu = CPUSeconds();
    auto start = Clock::now();
    Load load(stub.get(), outstanding, calls, seconds);
    load.Run();
    double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    cpu = CPUSeconds() - cpu;

    auto latencies = load.Latencies();
    std::sort(latencies.begin(), latencies.end());
    long done = static_cast<long>(latencies.size());
    auto quantile = [&](double q) { return done == 0 ? 0.0f : latencies[static_cast<size_t>(q * (done - 1))]; };
    std::printf(
        "calls=%ld failed=%ld seconds=%.3f calls_per_second=%.0f cpu_per_100k=%.4f p50_us=%.0f p99_us=%.0f\n", done,
        load.failed(), elapsed, done / elapsed, done == 0 ? 0 : cpu * 1e5 / done, quantile(0.5), quantile(0.99));
    return load.failed() > 0 || done == 0 ? 1 : 0;
}
