using System.Text;
using IntelMQ.Configuration;
using IntelMQ.Control;
using IntelMQ.Extensions;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Benchmarks;

/// <summary>One parser in a loop, whose events are brought into the form of a queue and forgotten: parsing without carrying.</summary>
sealed class ParserAlone : IAsyncDisposable, IRowEmitter
{
    readonly ExtensionHost _extensions = new(_ => { }, TimeProvider.System);
    readonly MessageBuffer _buffer = new();
    ILoadedBot? _loaded;
    Parser? _parser;
    long _sent;

    public static async Task<ParserAlone> OpenAsync(string root, string yaml)
    {
        var alone = new ParserAlone();
        var configuration = RuntimeConfiguration.Parse(yaml, "w3", new Dictionary<string, string>(StringComparer.Ordinal)).Bots.Single();
        var source = new ExtensionBotSource(new Installation(IntelMqPaths.For(root), new Dictionary<string, string>(StringComparer.Ordinal)).Scanner, alone._extensions);
        alone._loaded = source.Load(source.Find(configuration.Module, null));
        alone._parser = (Parser)alone._loaded.Registration.Create(new ParameterReader(configuration.Merged), new NoServices())!;
        alone._parser.Context = new BotContext { BotId = configuration.Id, Format = DataFormat.Shipped, Log = new NoLog(), Time = TimeProvider.System, StateDirectory = root };
        await alone._parser.StartAsync(CancellationToken.None);
        return alone;
    }

    /// <summary>The reports of a file, one JSON text per line, as they would come from a queue.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string file)
    {
        var buffer = new MessageBuffer();
        var reports = new List<ReadOnlyMemory<byte>>();
        foreach (var line in File.ReadLines(file))
        {
            BinaryForm.Write(buffer, JsonForm.Read(Encoding.UTF8.GetBytes(line), DataFormat.Shipped));
            reports.Add(buffer.Take());
        }

        return reports;
    }

    /// <returns>How many events were sent.</returns>
    public async Task<long> RunAsync(IReadOnlyList<ReadOnlyMemory<byte>> reports)
    {
        _sent = 0;
        foreach (var report in reports) await _parser!.ParseAsync((Report)BinaryForm.Read(report, DataFormat.Shipped), this, CancellationToken.None);
        return _sent;
    }

    public ValueTask SendAsync(Event e, CancellationToken cancellationToken)
    {
        BinaryForm.Write(_buffer, e);
        _buffer.Discard();
        _sent++;
        return default;
    }

    public ValueTask FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken) => throw new InvalidOperationException(error.Message, error);

    public async ValueTask DisposeAsync()
    {
        if (_parser is not null) await _parser.DisposeAsync();
        _loaded?.Dispose();
        await _extensions.DisposeAsync();
    }

    sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? TimeProvider.System : null;
    }
}

/// <summary>A log that nobody reads.</summary>
sealed class NoLog : IBotLog
{
    public bool IsEnabled(BotLogLevel level) => false;

    public void Write(BotLogLevel level, string message, Exception? error = null)
    {
    }
}
