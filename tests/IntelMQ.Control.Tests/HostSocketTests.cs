using System.Net.Sockets;
using System.Text;
using IntelMQ.Brokers;
using IntelMQ.Control.Hosting;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Tests;

public sealed class HostSocketTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("intelmq-socket-").FullName;
    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    string Socket => Path.Combine(_directory, "host.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_caller_sees_the_bots_of_the_host()
    {
        var host = new FakeHost().With("out", BotState.Running).With("tax", BotState.Failed);
        await using var server = HostServer.Start(Socket, host, new SilentLog());
        await using var client = await HostClient.ConnectAsync(Socket, _cancellation);

        var state = await client!.GetStateAsync(_cancellation);

        Assert.Equal((4711, true), (state.ProcessId, state.Background));
        Assert.Equal([("out", BotState.Running, null), ("tax", BotState.Failed, "It has no file.")], state.Bots.Select(b => (b.Id, b.State, b.Reason)));
        Assert.Equal(2, state.Bots[0].Counters.PerPath["_default"]);
    }

    [Fact]
    public async Task Queues_and_their_clearing_go_over_the_socket()
    {
        var host = new FakeHost { Queues = [new QueueStatus("q", 5, 1, 100, false)] };
        await using var server = HostServer.Start(Socket, host, new SilentLog());
        await using var client = await HostClient.ConnectAsync(Socket, _cancellation);

        Assert.Equal(new QueueStatus("q", 5, 1, 100, false), Assert.Single(await client!.ListQueuesAsync(_cancellation)));
        Assert.Equal(3, await client.ClearQueueAsync("q", _cancellation));
        Assert.Equal("The store is on fire.", (await Assert.ThrowsAsync<ControlException>(() => client.ClearQueueAsync("broken", _cancellation))).Message);
    }

    [Fact]
    public async Task Only_the_user_of_the_host_may_use_its_socket()
    {
        await using var server = HostServer.Start(Socket, new FakeHost(), new SilentLog());

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
    }

    [Fact]
    public async Task A_socket_whose_host_is_gone_means_that_none_runs_and_is_replaced()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(Socket + ".bound"));
            // Under another name the file outlives its socket, as that of a killed host does.
            File.Move(Socket + ".bound", Socket);
        }

        Assert.True(File.Exists(Socket));
        Assert.Null(await HostClient.ConnectAsync(Socket, _cancellation));

        await using var server = HostServer.Start(Socket, new FakeHost(), new SilentLog());
        await using var client = await HostClient.ConnectAsync(Socket, _cancellation);

        Assert.NotNull(client);
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_an_address_works_all_the_same()
    {
        var directory = Path.Combine(_directory, new string('d', 120));
        var socket = Path.Combine(directory, "host.sock");
        await using var server = HostServer.Start(socket, new FakeHost().With("out", BotState.Running), new SilentLog());
        await using var client = await HostClient.ConnectAsync(socket, _cancellation);

        Assert.Single((await client!.GetStateAsync(_cancellation)).Bots);
    }

    [Fact]
    public async Task A_caller_of_another_version_is_told_so()
    {
        await using var server = HostServer.Start(Socket, new FakeHost(), new SilentLog());

        Assert.Contains("speaks version 1 of the control protocol, the caller version 99", await AskAsync("""{"protocol":99,"verb":"State"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_request_ends_the_connection_and_nothing_else()
    {
        await using var server = HostServer.Start(Socket, new FakeHost(), new SilentLog());

        Assert.Equal("", await AskAsync("GET / HTTP/1.1"));
        Assert.Contains("4711", await AskAsync("""{"protocol":1,"verb":"State"}"""), StringComparison.Ordinal);
    }

    async Task<string> AskAsync(string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), _cancellation);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), _cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(_cancellation) ?? "";
    }

    sealed class SilentLog : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }
}
