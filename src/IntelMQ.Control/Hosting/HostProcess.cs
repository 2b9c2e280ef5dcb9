using System.Globalization;
using System.Net.Sockets;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Configuration;
using IntelMQ.Extensions;
using IntelMQ.Host;
using IntelMQ.Host.Brokers;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Logging;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;
using IntelMQ.Services;
using Durability = IntelMQ.Configuration.Durability;

namespace IntelMQ.Control.Hosting;

/// <summary>Another host runs for the installation.</summary>
sealed class HostRunsAlreadyException(int processId) : ControlException($"A host is running already for this installation (process {processId}).")
{
    public int ProcessId => processId;
}

/// <summary>
/// Puts a host together: configuration, data format, store, cache, services, packages, botnet, and the socket on which
/// callers reach it. The command <c>host</c>, <c>run</c>, <c>quickstart</c>, tests and benchmarks all use this one.
/// </summary>
sealed class HostProcess : IAsyncDisposable
{
    readonly Installation _installation;
    readonly HostOptions _options;
    readonly BotLogs _logs;
    readonly Parts _parts;
    readonly LocalHost _local;
    HostServer? _server;

    /// <summary>What is opened in this order and closed in the other.</summary>
    sealed record Parts(Botnet Botnet, HostEnvironment Environment, BrokerSet Brokers, HostCaches Caches, ExtensionHost Extensions, ExtensionBotSource Bots, DnsResolver? OwnDns);

    HostProcess(Installation installation, HostOptions options, BotLogs logs, IBotLog log, Parts parts)
    {
        (_installation, _options, _logs, Log, _parts) = (installation, options, logs, log, parts);
        _local = new LocalHost(parts.Botnet, parts.Brokers, LoadNext, options.Background, options.Time);
    }

    public Botnet Botnet => _parts.Botnet;

    /// <summary>What callers over the socket can do, for callers in this process.</summary>
    public IBotnetHost Host => _local;

    /// <summary>The log of the host itself.</summary>
    public IBotLog Log { get; }

    /// <summary>Opens everything; no bot is started yet.</summary>
    /// <exception cref="HostRunsAlreadyException">Another host runs.</exception>
    /// <exception cref="ControlException">Something cannot be opened; the text says what and why.</exception>
    public static async Task<HostProcess> OpenAsync(Installation installation, HostOptions options, CancellationToken cancellationToken)
    {
        var paths = installation.Paths;
        await using (var other = await HostClient.ConnectAsync(paths.HostSocket, cancellationToken))
        {
            if (other is not null) throw new HostRunsAlreadyException((await other.GetStateAsync(cancellationToken)).ProcessId);
        }

        var configuration = installation.LoadConfiguration();
        MakeDirectories(paths);
        var logs = new BotLogs(configuration.GlobalSettings.Logging.Path ?? paths.LogDirectory, options.Console, options.Time);
        var log = logs.For(HostFiles.LogName, configuration.GlobalSettings.Logging);
        HostProcess? host = null;
        try
        {
            var parts = await OpenPartsAsync(installation, options, configuration, logs, log, cancellationToken);
            host = new HostProcess(installation, options, logs, log, parts);
            if (options.Listen) host.Listen();
            log.Info(string.Create(CultureInfo.InvariantCulture, $"Host {ProgramVersion.Text} is up with {configuration.Bots.Count} bots (process {Environment.ProcessId})."));
            return host;
        }
        catch (Exception e)
        {
            log.Write(BotLogLevel.Critical, $"The host cannot start: {e.Message}");
            // The store must not stay locked by a host that nobody can speak to.
            if (host is not null) await host.DisposeAsync();
            else logs.Dispose();
            throw e is BrokerException or ConfigurationException or SocketException or IOException or UnauthorizedAccessException ? new ControlException(e.Message, e) : e;
        }
    }

    static DataFormat LoadFormat(IntelMqPaths paths, Catalogue packages, IBotLog log)
    {
        try
        {
            var installed = InstalledDataFormat.Load(paths, packages);
            foreach (var problem in installed.Problems) log.Write(problem.Level, problem.ToString());
            return installed.Format;
        }
        catch (Exception e) when (e is DataFormatException or IOException or UnauthorizedAccessException)
        {
            throw new ControlException($"Error loading '{paths.HarmonizationFile}': {e.Message}", e);
        }
    }

    static void MakeDirectories(IntelMqPaths paths)
    {
        try
        {
            foreach (var directory in (string[])[paths.LogDirectory, paths.RunDirectory, paths.StateDirectory, paths.QueueDirectory, paths.CacheDirectory])
                Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException($"The directories of the installation cannot be made: {e.Message}", e);
        }
    }

    static async Task<Parts> OpenPartsAsync(
        Installation installation, HostOptions options, RuntimeConfiguration configuration, BotLogs logs, BotLog log, CancellationToken cancellationToken)
    {
        var paths = installation.Paths;
        var disk = QueueDisk.Of(paths);
        var broker = await EmbeddedBroker.OpenAsync(paths.QueueDirectory, BrokerOptions(configuration, disk, options, log), cancellationToken);
        CacheStore? cache = null;
        DnsResolver? ownDns = null;
        ExtensionHost? extensions = null;
        try
        {
            cache = await CacheStore.OpenAsync(paths.CacheDirectory, new CacheStoreOptions { Time = options.Time, Log = log }, cancellationToken);
            ownDns = options.Dns is null ? new DnsResolver(new DnsOptions { Time = options.Time }) : null;
            extensions = new ExtensionHost(problem => log.Write(problem.Level, problem.ToString()), options.Time);
            var bots = new ExtensionBotSource(installation.Scanner, extensions);
            foreach (var problem in bots.Catalogue.Problems) log.Write(problem.Level, problem.ToString());
            var environment = new HostEnvironment
            {
                Paths = paths,
                Format = LoadFormat(paths, bots.Catalogue, log),
                Secrets = new SecretReferences(installation.Environment, paths.ConfigDirectory),
                Time = options.Time,
                Dns = options.Dns ?? ownDns!,
                Http = options.Http ?? new HttpClients(log),
                DefaultQueueBytes = disk.DefaultQueueBytes,
                BotProcessCommand = options.BotProcessCommand,
            };
            var caches = new HostCaches(cache, log);
            var brokers = new BrokerSet(broker, options.Time, notice => Tell(notice, log));
            var factory = new BotFactory(environment, bots, brokers, logs, caches.Open);
            return new Parts(new Botnet(configuration, factory, bots, broker, options.Time), environment, brokers, caches, extensions, bots, ownDns);
        }
        catch
        {
            if (extensions is not null) await extensions.DisposeAsync();
            ownDns?.Dispose();
            if (cache is not null) await cache.DisposeAsync();
            await broker.DisposeAsync();
            throw;
        }
    }

    static EmbeddedBrokerOptions BrokerOptions(RuntimeConfiguration configuration, QueueDisk disk, HostOptions options, BotLog log) => new()
    {
        Durability = configuration.GlobalSettings.Durability == Durability.Commit ? IntelMQ.Brokers.Embedded.Durability.Commit : IntelMQ.Brokers.Embedded.Durability.Interval,
        MinimumFreeBytes = disk.MinimumFree(configuration.GlobalSettings),
        TimeProvider = options.Time,
        OnNotice = notice => Tell(notice, log),
    };

    static void Tell(BrokerNotice notice, BotLog log)
    {
        var isGood = notice.Kind is BrokerNoticeKind.SpaceBack or BrokerNoticeKind.TornTail or BrokerNoticeKind.ServerBack or BrokerNoticeKind.ServerHasRoom;
        log.Write(isGood ? BotLogLevel.Info : BotLogLevel.Warning, notice.Message);
    }

    void Listen()
    {
        var paths = _installation.Paths;
        _server = HostServer.Start(paths.HostSocket, _local, Log);
        // Whoever stops in order removes the file.
        if (File.Exists(paths.HostPidFile))
            Log.Warning($"The host before (process {File.ReadAllText(paths.HostPidFile).Trim()}) did not stop in order: it was killed, or it crashed. What its bots had in hand they work on again.");
        File.WriteAllText(paths.HostPidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    RuntimeConfiguration LoadNext()
    {
        _parts.Bots.Refresh();
        var configuration = _installation.LoadConfiguration();
        var format = LoadFormat(_installation.Paths, _parts.Bots.Catalogue, Log);
        if (!InstalledDataFormat.AreEqual(format, _parts.Environment.Format)) _parts.Environment.Format = format;
        return configuration;
    }

    /// <summary>Runs until a caller has asked the host to end, or the token says so.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_local.ShutDownRequested, Task.Delay(Timeout.InfiniteTimeSpan, _options.Time, cancellationToken));
        Log.Info("The host ends: its bots finish what they have in hand.");
    }

    /// <summary>Sets the least level of the log of a bot, whatever its configuration says.</summary>
    public void SetLogLevel(BotConfiguration bot, BotLogLevel level) => _logs.For(bot).Level = level;

    /// <summary>Re-reads configuration and packages, restarts what has changed, and opens log files anew.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        _logs.Reopen();
        try
        {
            var result = await _local.ReloadAsync(null, cancellationToken);
            Log.Info($"Reloaded: {Named(result.Restarted)} restarted, {Named(result.Removed)} removed, {Named(result.Added)} new, {result.Unchanged.Count} unchanged.");
        }
        catch (ControlException e)
        {
            Log.Error($"Nothing was reloaded: {e.Message}");
        }
        catch (ObjectDisposedException)
        {
            Log.Info("Nothing was reloaded: the host ends.");
        }
        catch (Exception e)
        {
            // Nobody waits for what a signal has begun.
            Log.Error("The reload failed.", e);
        }
    }

    static string Named(IReadOnlyList<string> bots) => bots.Count == 0 ? "none" : string.Join(", ", bots);

    public async ValueTask DisposeAsync()
    {
        await Botnet.StopAsync();
        if (_server is not null)
        {
            File.Delete(_installation.Paths.HostPidFile);
            await _server.DisposeAsync();
        }

        await Botnet.DisposeAsync();
        await _parts.Brokers.DisposeAsync();
        await _parts.Caches.DisposeAsync();
        await _parts.Extensions.DisposeAsync();
        _parts.OwnDns?.Dispose();
        Log.Info("The host has ended.");
        _logs.Dispose();
    }
}
