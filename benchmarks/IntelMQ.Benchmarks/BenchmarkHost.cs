using System.Text;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Control;
using IntelMQ.Control.Hosting;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Benchmarks;

/// <summary>A real host in this process, in a directory of its own, with the configuration of a workload.</summary>
sealed class BenchmarkHost : IAsyncDisposable
{
    readonly HostProcess _host;

    BenchmarkHost(string root, HostProcess host)
    {
        Root = root;
        _host = host;
    }

    public string Root { get; }

    public IBroker Broker => _host.Botnet.Broker;

    public static async Task<BenchmarkHost> OpenAsync(string root, string runtimeYaml)
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        var paths = IntelMqPaths.For(root);
        Directory.CreateDirectory(paths.ConfigDirectory);
        await File.WriteAllTextAsync(paths.RuntimeFile, runtimeYaml);
        var installation = new Installation(paths, new Dictionary<string, string>(StringComparer.Ordinal));
        return new(root, await HostProcess.OpenAsync(installation, new HostOptions { Listen = false }, CancellationToken.None));
    }

    public Task StartAsync() => _host.Botnet.StartAsync();

    /// <summary>Puts messages, one JSON text per line, into a queue in the form that a bot would have sent them in.</summary>
    public async Task<long> FillAsync(string queue, string file)
    {
        await Broker.DeclareAsync(queue, QueueLimits.None, CancellationToken.None);
        var buffer = new MessageBuffer();
        var commit = new Commit();
        long count = 0;
        await foreach (var line in File.ReadLinesAsync(file))
        {
            BinaryForm.Write(buffer, JsonForm.Read(Encoding.UTF8.GetBytes(line), DataFormat.Shipped));
            commit.Send(queue, buffer.Take());
            count++;
            if (commit.Sends.Count < 1000) continue;
            await Broker.CommitAsync(commit, CancellationToken.None);
            commit.Clear();
        }

        if (!commit.IsEmpty) await Broker.CommitAsync(commit, CancellationToken.None);
        return count;
    }

    /// <summary>Waits until a bot has sent or (an output) received so many messages; fails when a bot fails.</summary>
    public async Task UntilAsync(string bot, long messages, bool sent)
    {
        while (true)
        {
            var status = _host.Botnet.Find(bot)!.Status;
            if ((sent ? status.Counters.Sent : status.Counters.Received) >= messages) return;
            if (_host.Botnet.Status.FirstOrDefault(s => s.State is BotState.Failed or BotState.BackingOff) is { } failed)
                throw new InvalidOperationException($"{failed.Id} does not run: {failed.Reason}");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
